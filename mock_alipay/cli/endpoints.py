"""Endpoints as users write them on the command line."""

from __future__ import annotations

from mock_alipay.cli.completion import endpoint_ids
from mock_alipay.contracts.names import Unresolved, resolve, spoken_names
from mock_alipay.errors import UsageError


def known_endpoint(written: str, flag: str) -> str:
    """The id of an endpoint; UsageError when it is unknown, ambiguous or not implemented."""
    ids = endpoint_ids()
    try:
        return resolve(written, ids)
    except Unresolved as error:
        refuse_unimplemented(written, flag)
        known = "" if error.candidates else f"; known are {', '.join(spoken_names(ids))}"
        raise UsageError(f"{flag}: {error}{known}") from None


def endpoint_to_call(written: str) -> str:
    """The id of an endpoint, known or not; without a family it is below ``payments/``. UsageError if ambiguous."""
    from mock_alipay.contracts.documented_apis import intended_api

    ids = endpoint_ids()
    try:
        return resolve(written, ids)
    except Unresolved as error:
        if error.candidates:
            raise UsageError(f"ENDPOINT: {error}") from None
        if "/" in written:
            return written
        api = intended_api(written, ids)
        return api if api and api not in ids else f"payments/{written}"


def refuse_unimplemented(written: str, flag: str) -> None:
    """Raise UsageError when the user means a documented API that mock-alipay does not implement."""
    from mock_alipay.contracts.documented_apis import intended_api, not_implemented

    ids = endpoint_ids()
    api = intended_api(written, ids)
    if api and api not in ids:
        raise UsageError(f"{flag}: {not_implemented(api, ids)}")

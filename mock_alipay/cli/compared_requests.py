"""The requests that ``compare`` sends, from its arguments."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mock_alipay.cli.check import read_body
from mock_alipay.cli.completion import endpoint_ids
from mock_alipay.cli.endpoints import known_endpoint
from mock_alipay.cli.target import Place
from mock_alipay.contracts.names import Unresolved, resolve, spoken_names
from mock_alipay.errors import AdminError, SetupError, Unreachable, UsageError
from mock_alipay.text.wording import close

if TYPE_CHECKING:
    from mock_alipay.comparison import Request

_CALL = re.compile(r"#([0-9]+)")


def chosen_requests(written: tuple[str, ...], gateway: Place) -> list[Request]:
    """The requests that the arguments name; all documented samples without arguments."""
    from mock_alipay.comparison.requests import samples

    if not written:
        return samples()
    numbers = [match[1] for word in written if (match := _CALL.fullmatch(word))]
    calls = _journaled(numbers, gateway) if numbers else {}
    return [calls[word] if word in calls else _of(word) for word in written]


def _of(word: str) -> Request:
    from mock_alipay.comparison.requests import from_text, sample

    endpoint, equals, file = word.partition("=")
    if equals and not Path(word).is_file():
        if not file:
            raise UsageError(f"REQUEST: expected ENDPOINT=FILE, got '{word}'")
        id_ = endpoint if "/" in endpoint else known_endpoint(endpoint, "REQUEST")
        return from_text(read_body(file), id_, file)
    try:
        request = sample(resolve(word, endpoint_ids()))
    except Unresolved:
        named = _by_name(word)
        return from_text(read_body(word), named, word)
    if request is None:
        raise SetupError(f"{word}: this endpoint has no documented sample; give {word}=FILE")
    return request


def _by_name(file: str) -> str:
    """The endpoint that the name of a file begins with."""
    stem = re.split(r"[-_. ]", Path(file).name)[0]
    try:
        return resolve(stem, endpoint_ids())
    except Unresolved:
        if not Path(file).is_file():
            known = spoken_names(endpoint_ids())
            meant = close(file, known)
            hint = f"did you mean {meant}? " if meant else ""
            expected = "expected an endpoint, a file, ENDPOINT=FILE or #NUMBER of a call"
            raise UsageError(f"REQUEST: {expected}, got '{file}'; {hint}endpoints are {', '.join(known)}") from None
        raise UsageError(f"REQUEST: {file} does not begin with an endpoint; write ENDPOINT={file}") from None


def _journaled(numbers: list[str], gateway: Place) -> dict[str, Request]:
    """Calls of this gateway's journal by ``#NUMBER``."""
    from mock_alipay.client import Mock
    from mock_alipay.comparison.requests import from_call

    token = gateway.config.admin_token
    try:
        with Mock(gateway.url, admin_token=token, ca_certificate=gateway.authority) as mock:
            return {f"#{number}": from_call(mock.admin("GET", f"/calls/{number}")) for number in numbers}
    except Unreachable as error:
        raise SetupError(gateway.message("no gateway answers", error.why, refused=error.refused)) from None
    except AdminError as error:
        raise SetupError(str(error)) from None

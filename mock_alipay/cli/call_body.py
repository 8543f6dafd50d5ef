"""The body that ``call`` sends: a documented sample or a file, with changed fields."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.changes import changed, undocumented
from mock_alipay.cli.completion import endpoint_ids
from mock_alipay.cli.endpoints import refuse_unimplemented
from mock_alipay.cli.target import Place
from mock_alipay.contracts import samples
from mock_alipay.contracts.names import bare, spoken_names
from mock_alipay.errors import AdminError, SetupError, Unreachable
from mock_alipay.text.json_text import parse_json
from mock_alipay.text.wording import close, described, not_json

if TYPE_CHECKING:
    from mock_alipay.client import PaymentRecord

_OPENING = ("createPaymentSession", "pay", "consult")
"""The endpoints whose samples refer to no payment."""


def sample(written: str, endpoint_id: str, gateway: Place, client_id: str) -> bytes:
    """The documented sample of an endpoint; ``written`` is how the user wrote it.

    Where it refers to a payment, it refers to the one of the client id that changed last.
    """
    raw = samples.sample(endpoint_id)
    if raw is None:
        refuse_unimplemented(written, "ENDPOINT")
        known = spoken_names(samples.endpoints())
        endpoint = bare(endpoint_id)
        meant = close(endpoint, known)
        hint = f"did you mean {meant}? " if meant else ""
        raise SetupError(
            f"no sample for {endpoint}; {hint}samples are {', '.join(known)}; "
            "for other endpoints give a FILE with the request body"
        )
    return raw if bare(endpoint_id) in _OPENING else _about_latest_payment(raw, gateway, client_id)


def edited(body: bytes, changes: Mapping[str, Any], endpoint_id: str, origin: str) -> bytes:
    """The body with changed fields.

    SetupError when it is no JSON object, UsageError for a field that looks misspelled. Other fields that the contract
    does not have are set, with a note on standard error. ``origin``: the file of the body.
    """
    try:
        value = parse_json(body)
    except ValueError as error:
        raise SetupError(f"--set: {origin} cannot be edited: it is {not_json(error)}") from None
    if not isinstance(value, dict):
        raise SetupError(f"--set: {origin} cannot be edited: expected a JSON object, got {described(value)}")
    value = changed(value, changes)
    for sentence in undocumented(endpoint_id, changes) if endpoint_id in endpoint_ids() else ():
        click.echo(f"--set: {sentence} (it is sent)", err=True)
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def _about_latest_payment(raw: bytes, gateway: Place, client_id: str) -> bytes:
    """A sample with ids and amount of the client id's latest payment; as it is, with a note, when there is none."""
    from mock_alipay.client import Mock

    token = gateway.config.admin_token
    try:
        with Mock(gateway.url, client_id=client_id, admin_token=token, ca_certificate=gateway.authority) as mock:
            latest = mock.payments(limit=1)
    except Unreachable as error:
        if not error.refused:  # Where nothing listens, the call says so.
            _note(f"the latest payment is unknown: {error}")
        return raw
    except AdminError as error:
        _note(f"the latest payment is unknown: {error}")
        return raw
    if not latest:
        _note(f"{client_id} has no payment yet; create one, such as with mock-alipay call pay")
        return raw
    body, payment = json.loads(raw), latest[0]
    values = _values(payment)
    lacking = [field for field in body if values.get(field, "") is None]
    if lacking:
        name = payment.payment_request_id
        _note(f"the latest payment, {name}, has no {lacking[0]} yet; {_REMEDIES[lacking[0]].format(shlex.quote(name))}")
        return raw
    return json.dumps({field: values.get(field, value) for field, value in body.items()}, indent=2).encode()


_REMEDIES = {
    "paymentId": "its buyer must act first: mock-alipay act {} pay",
    "refundId": "refund it first: mock-alipay call refund",
}
"""How a payment gets an id that it lacks."""


def _values(payment: PaymentRecord) -> dict[str, Any]:
    """The fields of samples that refer to a payment; None for ids that it does not have yet.

    A refund or capture has a request id of its own for each payment, because the gateway refuses to use one for two.
    """
    number, amount = payment.payment_id, payment.payment_amount
    refunds = [each.id for each in payment.transactions if each.type == "REFUND"]
    return {
        "paymentRequestId": payment.payment_request_id,
        "paymentId": number,
        "captureRequestId": f"capture_{number}",
        "captureAmount": amount,
        "refundRequestId": f"refund_{number}",
        "refundAmount": amount,
        "refundId": refunds[-1] if refunds else None,
    }


def _note(reason: str) -> None:
    click.echo(f"the sample is sent as it is: {reason}", err=True)

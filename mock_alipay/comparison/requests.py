"""The requests of a comparison: documented samples, files, and calls of the journal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from mock_alipay.contracts import samples as documented
from mock_alipay.contracts.names import bare
from mock_alipay.contracts.validation import why_no_json
from mock_alipay.errors import SetupError
from mock_alipay.text.json_text import depth
from mock_alipay.text.masking import MAX_DEPTH, is_secret
from mock_alipay.text.wording import described

_ORDER = (
    "createPaymentSession",
    "pay",
    "consult",
    "inquiryPayment",
    "capture",
    "refund",
    "inquiryRefund",
    "cancel",
)
"""Samples without another are sent in this order, so that later ones refer to what earlier ones created."""

_MASKED = re.compile(r"\d{6}\*{3,9}\d{4}")
"""A card number as the journal shows it."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that both gateways get.

    name: where it came from, such as ``pay``, ``refund.json`` or ``#12``
    endpoint: its id, such as ``payments/pay``
    reply: what a gateway replied to it before, if it is a call of the journal
    linked: whether ids that a gateway made stand for those of the latest reply, as in samples and files
    """

    name: str
    endpoint: str
    body: Mapping[str, Any]
    reply: Mapping[str, Any] = field(default_factory=dict)
    linked: bool = True


def samples() -> list[Request]:
    """The documented samples of all endpoints; inquiry and cancellation are about the payment of ``pay``."""
    known = {name: at for at, name in enumerate(_ORDER)}
    ids = sorted(documented.endpoints(), key=lambda id_: known.get(bare(id_), len(known)))
    found = [request for id_ in ids if (request := sample(id_))]
    paid = {request.name: request.body for request in found}["pay"]["paymentRequestId"]
    about = {"paymentRequestId": paid}
    return [replace(each, body=about) if each.body.keys() == about.keys() else each for each in found]


def sample(endpoint: str) -> Request | None:
    """The documented sample of an endpoint; None without one."""
    raw = documented.sample(endpoint)
    return Request(bare(endpoint), endpoint, orjson.loads(raw)) if raw else None


def from_text(raw: bytes, endpoint: str, origin: str, *, linked: bool = True) -> Request:
    """The request with the body in ``raw``; SetupError when that is no JSON object. ``origin``: its file."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise SetupError(f"{origin}: expected a JSON object, found {why_no_json(raw, error)}") from None
    if not isinstance(body, dict):
        raise SetupError(f"{origin}: expected a JSON object, found {described(body)}")
    if depth(body) > MAX_DEPTH:
        raise SetupError(f"{origin}: expected a JSON object, found one nested more than {MAX_DEPTH} levels deep")
    return Request(Path(origin).name, endpoint, body, linked=linked)


def from_call(call: Mapping[str, Any]) -> Request:
    """The request of a journaled call, given as the admin API shows it; SetupError when it cannot be sent again."""
    name, body = f"#{call['id']}", call["request"]
    if not call["endpoint"]:
        raise SetupError(f"{name}: expected a call of an endpoint, found one of an unknown path")
    if not isinstance(body, dict):
        raise SetupError(f"{name}: expected a call with a JSON object, found {described(body)}")
    if (path := _masked_field(body, "")) is not None:
        problem = f"the journal has masked {path}, so the call cannot be sent again"
        raise SetupError(f"{name}: {problem}; give a file with the request body")
    reply = call["reply"]
    endpoint = f"{call['family']}/{call['endpoint']}"
    return Request(name, endpoint, body, reply if isinstance(reply, dict) else {}, linked=False)


def _masked_field(value: Any, path: str, *, secret: bool = False) -> str | None:
    """The first field that the journal has masked."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        inner = (
            _masked_field(each, f"{path}.{name}".lstrip("."), secret=secret or is_secret(str(name)))
            for name, each in pairs
        )
        return next((found for found in inner if found), None)
    masked = isinstance(value, str) and ("*" in value if secret else _MASKED.search(value))
    return path if masked else None

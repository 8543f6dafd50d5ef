"""Calls as JSON for the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from mock_alipay.contracts.contract import Contract
from mock_alipay.errors import Fault
from mock_alipay.journal.calls import CallRecord
from mock_alipay.text.masking import is_secret, mask_cards, mask_json, mask_text

_OPEN = ("signature", "request-time", "response-time")
"""Headers that are never masked."""

_UNREADABLE: Final = object()
"""A body that is not JSON."""


def call_view(entry: CallRecord, contract: Contract) -> dict[str, Any]:
    """A call with its bodies, as in lists."""
    body = _parsed(entry)
    request = mask_text(entry.call.body.decode("utf-8", "replace")) if body is _UNREADABLE else mask_json(body)
    return {**_summary(entry, contract, body), "request": request, "reply": mask_json(orjson.loads(entry.reply.body))}


def call_summary(entry: CallRecord, contract: Contract) -> dict[str, Any]:
    """A call without its bodies, as in events."""
    return _summary(entry, contract, _parsed(entry))


def _summary(entry: CallRecord, contract: Contract, body: Any) -> dict[str, Any]:
    endpoint = f"{entry.family}/{entry.endpoint}" if entry.endpoint and isinstance(body, dict) else None
    return {
        "id": entry.id,
        "time": entry.time.isoformat(timespec="milliseconds"),
        "family": entry.family,
        "endpoint": entry.endpoint,
        "clientId": mask_cards(entry.client_id),
        entry.id_field: entry.request_id and mask_cards(entry.request_id),
        "resultCode": entry.result_code,
        "resultStatus": entry.result_status,
        "resultMessage": mask_text(entry.message),
        "httpStatus": entry.http_status,
        "scenario": entry.scenario,
        "reason": _masked(entry.reason),
        "fault": entry.reply.fault.kind if entry.reply.fault else None,
        "explanation": _masked(entry.explanation),
        "signature": {
            "verdict": entry.verdict,
            "explanation": _masked(entry.explanation) if entry.verdict == "invalid" else None,
        },
        "faults": [_fault_view(fault) for fault in entry.faults],
        "unknownFields": [mask_text(path) for path in contract.unknown(endpoint, body)] if endpoint else [],
        # The faults of a refused call already name the missing fields.
        "notes": [mask_text(note) for note in contract.notes(endpoint, body)] if endpoint and not entry.faults else [],
        "timing": {
            "received": entry.call.received.isoformat(timespec="milliseconds"),
            "tookMs": round(entry.took * 1000, 3),
            "delayMs": round(entry.reply.delay * 1000),
        },
    }


def whole_call_view(entry: CallRecord, contract: Contract) -> dict[str, Any]:
    """A call with its bodies, the headers of request and reply, and the signed texts."""
    call = entry.call
    headers = {name.decode(): value.decode("latin-1") for name, value in entry.reply.headers}
    return {
        **call_view(entry, contract),
        "method": call.method,
        "target": mask_text(call.target),
        "requestHeaders": masked_headers(call.headers),
        "replyHeaders": masked_headers(headers),
        "signed": {
            "request": signed(call.method, call.target, call.headers, "request-time", call.body),
            "reply": signed(call.method, call.reply_target, headers, "response-time", entry.reply.body)
            if "signature" in headers
            else None,
        },
    }


def signed(method: str, target: str, headers: Any, time: str, body: bytes) -> str:
    """The text that is signed, with secrets masked; ``time`` names the header that contains the time."""
    client_id = mask_cards(headers.get("client-id", ""))
    return f"{method} {mask_text(target)}\n{client_id}.{headers.get(time, '')}.{masked_body(body)}"


def _fault_view(fault: Fault) -> dict[str, str]:
    return {
        "path": mask_text(fault.path),
        "expected": mask_text(fault.expected),
        "found": mask_text(fault.found),
        "message": mask_text(fault.text),
    }


def _parsed(entry: CallRecord) -> Any:
    try:
        return orjson.loads(entry.call.body)
    except orjson.JSONDecodeError:
        return _UNREADABLE


def masked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with secrets masked; signatures and times are needed as they are, and contain no secret."""
    return {
        mask_cards(name): mask_json(value, secret=is_secret(name)) if name not in _OPEN else value
        for name, value in headers.items()
    }


def masked_body(body: bytes) -> str:
    """A body as it was signed, byte for byte except masked secrets."""
    text = body.decode("utf-8", "replace")
    try:
        masked = mask_json(orjson.loads(body))
    except orjson.JSONDecodeError:
        return mask_text(text)
    shown = mask_text(text)
    try:
        complete = orjson.loads(shown) == masked
    except orjson.JSONDecodeError:
        complete = False
    # Masking as text misses secrets in a list, or under a name that is written with escapes.
    return shown if complete else orjson.dumps(masked).decode()


def _masked(text: str | None) -> str | None:
    return mask_text(text) if text else text

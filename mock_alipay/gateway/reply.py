"""Composes replies, signed as the real gateway signs them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from mock_alipay.clock.clocks import wire_time
from mock_alipay.gateway.call import CallState
from mock_alipay.journal.exchange import STALE, Reply
from mock_alipay.signing import content
from mock_alipay.signing.pool import SigningPool

_HEAD = b"content-type: application/json; charset=UTF-8\r\ncontent-length: %d\r\nclient-id: %b\r\nresponse-time: %b\r\n"
"""Names in lower case: the Python SDK does not find others."""

_UNFIT_FOR_HEADERS = ("signature", "response-time")
"""The PHP SDK mistakes any header line that contains one of these words for the header of that name."""


async def compose(state: CallState, body: Mapping[str, Any], signing: SigningPool, *, delay: float = 0.0) -> Reply:
    """The reply with this body, signed over exactly the bytes sent unless the scenario injects a fault."""
    # orjson's bytes occupy a buffer of several KiB; a copy keeps that out of the journal.
    raw = bytes(memoryview(orjson.dumps(body)))
    choice = state.choice
    scenario, fault = (choice.scenario, choice.step.fault) if choice else (None, None)
    kind = fault.kind if fault else None
    time = wire_time(state.now - STALE if kind == "stale-time" else state.now)
    head = _HEAD % (len(raw), state.client_id.encode("latin-1", "replace"), time.encode())
    if signing.enabled and kind != "no-signature":
        signed = b"{}" if kind == "bad-signature" else raw
        text = content(state.call.method, state.call.reply_target, state.client_id, time, signed)
        head += b"signature: %b\r\n" % await signing.sign(text, forged=kind == "wrong-key")
    if state.verdict == "unverified":
        head += b"mock-verified: no\r\n"
    head += b"mock-call-id: %b\r\n%b" % (state.id.encode(), _scenario_header(scenario))
    return Reply(200, head, raw, delay, fault)


@lru_cache(maxsize=1024)
def _scenario_header(scenario: str | None) -> bytes:
    """The header that names the scenario; empty when the name would break an SDK."""
    if not scenario or any(word in scenario.lower() for word in _UNFIT_FOR_HEADERS):
        return b""
    return f"mock-scenario: {scenario}\r\n".encode()

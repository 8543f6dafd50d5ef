"""Turns an outcome into the reply's bytes, signed as the real gateway signs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from mock_alipay.clock import wire_time
from mock_alipay.signature import Signer, content
from mock_alipay.terms import Call, Reply, WireFault

_CONTENT_TYPE = (b"content-type", b"application/json; charset=UTF-8")
_UNFIT_FOR_HEADERS = ("signature", "response-time")
"""The PHP SDK takes any header line that holds one of these words for the header of that name."""

_STALE = timedelta(days=1)
"""How old the response-time of a ``stale-time`` fault is."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sealed: a body for a call, and how the scenario wants it delivered."""

    call: Call
    call_id: str
    client_id: str
    body: Mapping[str, Any]
    now: datetime
    scenario: str | None = None
    delay: float = 0.0
    fault: WireFault | None = None


class Sealer:
    """Composes each body once and signs exactly those bytes."""

    def __init__(self, signer: Signer | None, forger: Callable[[], Signer]) -> None:
        self._signer = signer
        self._forger = forger
        # A signature takes a quarter of a millisecond: made inline, one busy client would starve the others.
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="mock-alipay-sign")

    async def seal(self, letter: Letter) -> Reply:
        """The reply: signed, unless signatures are off or the scenario says otherwise."""
        # orjson's bytes sit in a buffer of several KiB, which a copy does not keep in the journal.
        body = bytes(memoryview(orjson.dumps(letter.body)))
        kind = letter.fault.kind if letter.fault else None
        time = wire_time(letter.now - _STALE if kind == "stale-time" else letter.now)
        headers = [
            _CONTENT_TYPE,
            (b"content-length", str(len(body)).encode()),
            (b"client-id", letter.client_id.encode("latin-1", "replace")),
            (b"response-time", time.encode()),
        ]
        if self._signer is not None and kind != "no-signature":
            signed_body = b"{}" if kind == "bad-signature" else body
            call = letter.call
            text = content(call.method, call.reply_target, letter.client_id, time, signed_body)
            signer = self._forger() if kind == "wrong-key" else self._signer
            loop = asyncio.get_running_loop()
            headers.append((b"signature", await loop.run_in_executor(self._pool, signer.header, text)))
        headers.append((b"mock-call-id", letter.call_id.encode()))
        if letter.scenario and not any(word in letter.scenario.lower() for word in _UNFIT_FOR_HEADERS):
            headers.append((b"mock-scenario", letter.scenario.encode()))
        return Reply(200, tuple(headers), body, letter.delay, letter.fault)


def problem_reply(problem: Mapping[str, Any], call_id: str) -> Reply:
    """A plain HTTP error, as problem JSON."""
    body = orjson.dumps(problem)
    headers = (
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"mock-call-id", call_id.encode()),
    )
    return Reply(problem["status"], headers, body)

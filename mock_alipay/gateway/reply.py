"""Turns an outcome into the reply's bytes, signed as the real gateway signs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from mock_alipay.clock.clocks import wire_time
from mock_alipay.journal.exchange import STALE, Call, Reply
from mock_alipay.journal.faults import WireFault
from mock_alipay.signing import Signer, content

_HEAD = b"content-type: application/json; charset=UTF-8\r\ncontent-length: %d\r\nclient-id: %b\r\nresponse-time: %b\r\n"
"""Names in lower case: the Python SDK knows no other spelling."""

_UNFIT_FOR_HEADERS = ("signature", "response-time")
"""The PHP SDK takes any header line that holds one of these words for the header of that name."""


class Letter(NamedTuple):
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
        # A signature takes a quarter of a millisecond, in which other calls could go on; with one core they cannot.
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="mock-alipay-sign") if _cores() > 1 else None

    def close(self) -> None:
        """Let the threads go; what is sealed after that is signed in the caller's."""
        if self._pool is not None:
            self._pool.shutdown(wait=False)
            self._pool = None

    async def seal(self, letter: Letter) -> Reply:
        """The reply: signed, unless signatures are off or the scenario says otherwise."""
        # orjson's bytes sit in a buffer of several KiB, which a copy does not keep in the journal.
        body = bytes(memoryview(orjson.dumps(letter.body)))
        kind = letter.fault.kind if letter.fault else None
        time = wire_time(letter.now - STALE if kind == "stale-time" else letter.now)
        client_id = letter.client_id.encode("latin-1", "replace")
        head = _HEAD % (len(body), client_id, time.encode())
        if self._signer is not None and kind != "no-signature":
            signed_body = b"{}" if kind == "bad-signature" else body
            call = letter.call
            text = content(call.method, call.reply_target, letter.client_id, time, signed_body)
            head += b"signature: %b\r\n" % await self._signed(text, forged=kind == "wrong-key")
        head += b"mock-call-id: %b\r\n%b" % (letter.call_id.encode(), _named(letter.scenario))
        return Reply(200, head, body, letter.delay, letter.fault)

    async def signature(self, text: bytes, *, forged: bool = False) -> bytes | None:
        """The value of the ``signature`` header over a text; None when signatures are off."""
        return None if self._signer is None else await self._signed(text, forged=forged)

    async def _signed(self, text: bytes, *, forged: bool) -> bytes:
        signer = self._forger() if forged or self._signer is None else self._signer
        if self._pool is None:
            return signer.header(text)
        return await asyncio.get_running_loop().run_in_executor(self._pool, signer.header, text)


def _cores() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


@lru_cache(maxsize=1024)
def _named(scenario: str | None) -> bytes:
    """The header that names the scenario, unless an SDK would trip on it."""
    if not scenario or any(word in scenario.lower() for word in _UNFIT_FOR_HEADERS):
        return b""
    return f"mock-scenario: {scenario}\r\n".encode()


def problem_reply(problem: Mapping[str, Any], call_id: str) -> Reply:
    """A plain HTTP error, as problem JSON."""
    body = orjson.dumps(problem)
    head = b"content-type: application/problem+json\r\ncontent-length: %d\r\nmock-call-id: %b\r\n"
    return Reply(problem["status"], head % (len(body), call_id.encode()), body)

"""Python calls and memory per request: ``python -m tests.benchmarks.counts [--update]``.

Unlike times, these figures hardly depend on the machine, so a change of a few percent can be seen. Each request is
counted twice: from ``Gateway.answer``, and from the bytes that a connection receives to the bytes of the reply.

python    calls of Python functions
native    calls of functions in C
peak      bytes that are allocated at most during the request, beyond those before it
kept      blocks of memory that are still allocated after it, mostly by the journal and the payment

The baseline is ``counts.json``, one for each version of Python; ``--update`` writes this version's. Exits with 1 when a
figure has grown by more than ``TOLERANCE`` and by more than 1.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import statistics
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mock_alipay.gateway.assembly import Components
from mock_alipay.journal.events import Event
from mock_alipay.journal.exchange import Call
from mock_alipay.journal.log_lines import text_line
from mock_alipay.server.direct import DirectConnection
from mock_alipay.server.run import _server
from mock_alipay.web.app import routes
from tests.calls import NOW, parts_of
from tests.driver import pay_body
from tests.live import SANDBOX_PATH, sample, signed_headers
from tests.memory import done

BASELINE = Path(__file__).with_name("counts.json")
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
TOLERANCE = 0.02
REQUESTS, WARM_UP = 60, 40
"""Requests per figure, whose median counts; and requests before, which fill caches."""

Counts = dict[str, float]
Request = tuple[str, dict[str, str], bytes]
"""Target, headers and body."""

_PATH = SANDBOX_PATH.removesuffix("createPaymentSession")


def main(*, update: bool) -> int:
    """Count, print the figures beside the baseline, and return the exit code."""
    known = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    counts = asyncio.run(_all_counts())
    if update:
        BASELINE.write_text(json.dumps({**known, VERSION: counts}, indent=2, sort_keys=True) + "\n")
    grown = [_printed(name, own, known.get(VERSION, {}).get(name, {})) for name, own in counts.items()]
    if VERSION not in known:
        print(f"there is no baseline for Python {VERSION}; --update writes one")
    return 1 if any(grown) and not update else 0


async def _all_counts() -> dict[str, Counts]:
    """The counts of every kind of request at both entry points."""
    counts = {}
    for kind, signed in (("createPaymentSession", False), ("createPaymentSession", True), ("inquiryPayment", False)):
        for entry, prepared in (("gateway", _gateway), ("connection", _connection)):
            parts = parts_of(signatures="known" if signed else "off")
            parts.signing.close()  # signs in this thread, where calls are counted
            name = f"{'signed ' if signed else ''}{kind}, {entry}"
            with parts.events.subscribed(_log):
                counts[name] = _counts(prepared(parts), _requests(kind, signed=signed))
    return counts


def _log(event: Event) -> None:
    """Compose the line of the log, without the thread that writes it."""
    if event.kind == "call":
        text_line(event.subject)


def _requests(kind: str, *, signed: bool) -> Iterator[list[Request]]:
    """Endless groups of requests, of which the last one is counted; each group is about a payment of its own."""
    plain = {"content-type": "application/json; charset=UTF-8", "client-id": "SANDBOX_SHOP"}
    for number in itertools.count(1):
        name = f"order-{''.join(chr(97 + int(digit)) for digit in str(number))}"  # digits may look like a card's
        if kind == "createPaymentSession":
            body = json.dumps(sample(name)).encode()
            yield [(SANDBOX_PATH, signed_headers(body) if signed else plain, body)]
        else:
            bodies = {"pay": pay_body(name), kind: {"paymentRequestId": name}}
            yield [(_PATH + endpoint, plain, json.dumps(body).encode()) for endpoint, body in bodies.items()]


def _gateway(parts: Components) -> Callable[[Request], Callable[[], bytes]]:
    """Prepares requests for ``Gateway.answer``; each then returns the body of its reply."""

    def prepared(request: Request) -> Callable[[], bytes]:
        target, headers, body = request
        call = Call(NOW, "POST", target, target, headers, body)
        return lambda: done(parts.gateway.answer(call)).body

    return prepared


def _connection(parts: Components) -> Callable[[Request], Callable[[], bytes]]:
    """Prepares requests for a connection without a network."""
    app = routes(parts)
    transport = _Transport()
    server = _server(app, app.direct_route)
    connection = DirectConnection(server.config, server.server_state, {})
    connection.direct_route = app.direct_route
    connection.connection_made(transport)

    def prepared(request: Request) -> Callable[[], bytes]:
        target, headers, body = request
        lines = {"host": "127.0.0.1", **headers, "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        data = f"POST {target} HTTP/1.1\r\n{head}\r\n".encode() + body

        def answered() -> bytes:
            connection.data_received(data)
            return transport.taken()

        return answered

    return prepared


class _Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 50_000), "sockname": ("127.0.0.1", 2088)})
        self._written = b""

    def write(self, data: Any) -> None:
        self._written += data

    def taken(self) -> bytes:
        """What was written since the last time."""
        written, self._written = self._written, b""
        return written

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def _counts(prepared: Callable[[Request], Callable[[], bytes]], groups: Iterator[list[Request]]) -> Counts:
    """The medians of the last requests of all groups."""
    calls: list[Counts] = []
    memory: list[Counts] = []
    gc.collect()
    gc.disable()
    for number in range(WARM_UP + REQUESTS):
        *before, last = map(prepared, next(groups))
        for request in before:
            request()
        counted = _calls(last) if number % 2 else _memory(last)
        if number >= WARM_UP:
            (calls if number % 2 else memory).append(counted)
    gc.enable()
    return {name: statistics.median(each[name] for each in side) for side in (calls, memory) for name in side[0]}


def _calls(run: Callable[[], bytes]) -> Counts:
    counted = {"call": 0, "c_call": 0}

    def count(_frame: Any, event: str, _argument: Any) -> None:
        if event in counted:
            counted[event] += 1

    sys.setprofile(count)
    reply = run()
    sys.setprofile(None)
    _check(reply)
    return {"python": counted["call"], "native": counted["c_call"] - 1}  # without sys.setprofile itself


def _memory(run: Callable[[], bytes]) -> Counts:
    tracemalloc.start()
    blocks = sys.getallocatedblocks()
    reply = run()
    kept = sys.getallocatedblocks() - blocks
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    _check(reply)
    return {"peak": peak, "kept": kept}


def _check(reply: bytes) -> None:
    if b'"resultCode":"SUCCESS"' not in reply:
        raise RuntimeError(f"a request was not answered at once, or refused: {reply!r}")


def _printed(name: str, counts: Counts, known: Counts) -> bool:
    """Print a line; whether a figure has grown by more than ``TOLERANCE``."""
    words, grown = [], False
    for figure, count in counts.items():
        base = known.get(figure)
        change = "" if base is None or base == count else f" ({(count / base - 1) * 100:+.1f} % of {base:g})"
        grown = grown or (base is not None and count > base * (1 + TOLERANCE) + 1)
        words.append(f"{figure} {count:g}{change}")
    print(f"{name}: {', '.join(words)}{'  GROWN' if grown else ''}", flush=True)
    return grown


if __name__ == "__main__":
    sys.exit(main(update="--update" in sys.argv[1:]))

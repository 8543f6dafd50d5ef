"""Misbehaving clients do not affect others."""

from __future__ import annotations

import contextlib
import random
import threading
import time

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.abuse.harness import LimitedGateway, Record, size
from tests.live import SANDBOX_PATH
from tests.raw import call, encoded, request

CALL = call(encoded("neighbours"))
COUNT = request("GET", "/__admin/calls/count?paymentRequestId=neighbours", [])
CALLS = size(40, 4_000)
SILENT = 50
"""Connections that stay silent."""


PARTS = st.sampled_from(
    [
        *(b"POST ", SANDBOX_PATH.encode(), b" HTTP/1.1\r\n", b"\r\n", b"\n", b":", b"\0", b"0\r\n\r\n"),
        *(b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n"),
        b"Upgrade: h2c\r\nConnection: upgrade\r\n",
    ]
)
"""Parts of requests, in any order."""

MANY = settings(
    max_examples=size(20, 2_000),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@MANY
@given(
    data=st.integers(0, 2**32).map(lambda seed: damaged(random.Random(seed)))
    | st.binary(max_size=400)
    | st.lists(PARTS | st.binary(max_size=20), max_size=12).map(b"".join)
)
@example(data=b"\x16\x03\x01\x02\x00")
@example(data=b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
@example(data=b"CONNECT / HTTP/1.1\r\n\r\n" + b"\xff" * 300)
@example(data=b"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n" * 30)
def send(gateway: LimitedGateway, data: bytes) -> None:
    """Send any bytes, and read the reply, if any."""
    with gateway.wire() as wire, contextlib.suppress(ConnectionError):
        wire.send(data).socket.shutdown(1)
        replied = wire.rest()
        assert not replied or replied.startswith(b"HTTP/1.1 ")
        assert b"HTTP/1.1 5" not in replied


def test_any_bytes_end_in_a_reply_or_a_closed_connection(limited: LimitedGateway, record_property: Record) -> None:
    """Never a 5xx, and calls on other connections succeed."""
    record_property("memory of a gateway after its start, MiB", limited.resident() // 2**20)
    send(limited)
    assert "SUCCESS" == limited.exchange(CALL).code
    record_property("damaged calls sent", MANY.max_examples)


def damaged(chance: random.Random) -> bytes:
    """A call with a few bytes replaced, possibly truncated."""
    raw = bytearray(CALL)
    for _ in range(chance.randint(1, 5)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw[: chance.choice((len(raw), chance.randrange(len(raw))))])


def test_calls_succeed_while_other_clients_misbehave(limited: LimitedGateway, record_property: Record) -> None:
    """Each call succeeds and is in the journal, while four clients send damaged calls and others are silent."""
    over, sent = threading.Event(), [0] * 4

    def misbehave(number: int) -> None:
        chance = random.Random(number)
        while not over.is_set():
            # The gateway may close the connection before everything is sent.
            with limited.wire() as wire, contextlib.suppress(ConnectionError):
                wire.send(damaged(chance)).socket.shutdown(1)
                wire.rest()
            sent[number] += 1

    others = [threading.Thread(target=misbehave, args=(number,)) for number in range(len(sent))]
    with contextlib.ExitStack() as silent, limited.wire() as wire:
        for _ in range(SILENT):
            silent.enter_context(limited.wire())
        for thread in others:
            thread.start()
        try:
            began, before = time.monotonic(), limited.resident()
            codes = {wire.send(CALL).reply().code for _ in range(CALLS)}
            seconds, grown = time.monotonic() - began, limited.resident() - before
        finally:
            over.set()
            for thread in others:
                thread.join()
    assert {"SUCCESS"} == codes
    assert all(sent)
    # A damaged call may have kept its paymentRequestId.
    assert CALLS <= int(limited.exchange(COUNT).body.partition(b'"count": ')[2].split(b"\n")[0])
    record_property("calls a second of one client beside four that misbehave", round(CALLS / seconds))
    record_property("damaged calls in the same time", sum(sent))
    record_property("memory growth in the same time, MiB", round(grown / 2**20, 1))

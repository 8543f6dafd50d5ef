"""Misbehaving clients do not affect others."""

from __future__ import annotations

import contextlib
import random
import threading
import time

from tests.abuse.harness import LimitedGateway, Record, size
from tests.raw import call, encoded, request

CALL = call(encoded("neighbours"))
COUNT = request("GET", "/__admin/calls/count?paymentRequestId=neighbours", [])
CALLS = size(60, 4_000)
SILENT = 50
"""Connections that stay silent."""


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

"""The client's clock dates replies and journal entries."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from mock_alipay.clock.clocks import LATEST, wire_time
from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.errors import NoSuchPath
from tests.calls import NOW, ask, header, latest, parts_of, plain_call, signed_call, with_scenario
from tests.gateway.test_gateway import is_signed
from tests.memory import done

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("client_id", [None, TEST_CLIENT_ID], ids=["all", "one"])
def test_a_reply_is_dated_by_the_clients_clock(tmp_path: Path, client_id: str | None) -> None:
    """Header, expiry, placeholders and journal; only ``received`` is the machine's time."""
    components = with_scenario(tmp_path, "createPaymentSession: {set: {at: '${now}'}}")
    for expected in (NOW + HOUR, NOW - HOUR, LATEST):
        done(components.clocks.freeze(expected, client_id))
        reply = ask(components, signed_call())
        body = json.loads(reply.body)
        assert is_signed(reply)
        assert [wire_time(expected)] * 2 == [header(reply, "response-time"), body["at"]]
        assert wire_time(expected + HOUR) == body["paymentSessionExpiryTime"]
        assert (expected, NOW) == (latest(components).time, latest(components).call.received)
        ask(components, signed_call(client_id="SANDBOX_OTHER"))
        assert (NOW if client_id else expected) == latest(components).time


def test_a_reply_is_dated_by_the_arrival_of_its_call(tmp_path: Path) -> None:
    """Five minutes later than the clock was moved, unless it is frozen; a stale reply is a day older."""
    components = with_scenario(tmp_path, "createPaymentSession: {fault: stale-time}")
    done(components.clocks.advance(HOUR))
    done(components.clocks.freeze(client_id="SANDBOX_FROZEN"))
    for client_id, expected in (("SANDBOX_RUNNING", NOW + HOUR + HOUR / 12), ("SANDBOX_FROZEN", NOW + HOUR)):
        reply = ask(components, signed_call(client_id=client_id, received=NOW + HOUR / 12))
        stale = wire_time(expected - timedelta(days=1))
        assert (expected, stale) == (latest(components).time, header(reply, "response-time"))


def test_a_refused_call_is_dated_by_the_client_id_it_claims() -> None:
    """Unsigned, with an unknown path or unreadable; by the machine's time without a client id."""
    components, claim = parts_of(), {"client-id": "SANDBOX_X"}
    done(components.clocks.advance(HOUR, "SANDBOX_X"))
    calls = (plain_call(headers=claim), plain_call(target="/", headers=claim), plain_call())
    for call, expected in zip(calls, (NOW + HOUR, NOW + HOUR, NOW), strict=True):
        ask(components, call)
        assert expected == latest(components).time
        components.gateway.reject(call, NoSuchPath("too much"))
        assert expected == latest(components).time

"""The client's clock dates replies and journal entries, and decides when sessions expire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.clock.clocks import LATEST, Clocks, wire_time
from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.errors import NoSuchPath
from mock_alipay.journal.events import Event
from mock_alipay.journal.exchange import Call
from tests.calls import NOW, ask, code, header, latest, parts_of, plain_call, signed_call, with_scenario
from tests.gateway.test_gateway import is_signed
from tests.live import sample
from tests.memory import done

HOUR = timedelta(hours=1)
Y2099 = datetime(2099, 12, 31, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize("client_id", [None, TEST_CLIENT_ID], ids=["all", "one"])
@pytest.mark.parametrize(
    ("move", "expected"),
    [
        (lambda clocks, client_id: clocks.advance(HOUR, client_id), NOW + HOUR),
        (lambda clocks, client_id: clocks.freeze(NOW - HOUR, client_id), NOW - HOUR),
        (lambda clocks, client_id: clocks.freeze(Y2099, client_id), Y2099),
        (lambda clocks, client_id: clocks.freeze(LATEST, client_id), LATEST),
    ],
    ids=["advanced", "set back", "year 2099", "latest"],
)
def test_a_reply_is_dated_by_the_clients_clock(
    tmp_path: Path, move: Callable[[Clocks, str | None], Any], expected: datetime, client_id: str | None
) -> None:
    """Header, expiry, placeholders and journal; only ``received`` is the machine's time."""
    components = with_scenario(tmp_path, "createPaymentSession: {set: {at: '${now}'}}")
    done(move(components.clocks, client_id))
    reply = ask(components, signed_call(sample("order-1")))
    body = json.loads(reply.body)
    assert is_signed(reply)
    assert [wire_time(expected)] * 2 == [header(reply, "response-time"), body["at"]]
    assert wire_time(expected + HOUR) == body["paymentSessionExpiryTime"]
    assert (expected, NOW) == (latest(components).time, latest(components).call.received)
    ask(components, signed_call(client_id="SANDBOX_OTHER"))
    assert (NOW if client_id else expected) == latest(components).time


@pytest.mark.parametrize(
    ("client_id", "expected"), [("SANDBOX_RUNNING", NOW + HOUR + HOUR / 12), ("SANDBOX_FROZEN", NOW + HOUR)]
)
def test_a_reply_is_dated_by_the_arrival_of_its_call(tmp_path: Path, client_id: str, expected: datetime) -> None:
    """Five minutes later than the clock was moved, unless it is frozen; a stale reply is a day older."""
    components = with_scenario(tmp_path, "createPaymentSession: {fault: stale-time}")
    done(components.clocks.advance(HOUR))
    done(components.clocks.freeze(client_id="SANDBOX_FROZEN"))
    reply = ask(components, signed_call(client_id=client_id, received=NOW + HOUR / 12))
    stale = wire_time(expected - timedelta(days=1))
    assert (expected, stale) == (latest(components).time, header(reply, "response-time"))


@pytest.mark.parametrize(
    ("call", "ahead"),
    [
        (plain_call(headers={"client-id": "SANDBOX_X"}), HOUR),
        (plain_call(target="/", headers={"client-id": "SANDBOX_X"}), HOUR),
        (plain_call(), timedelta()),
    ],
    ids=["unsigned", "unknown path", "without client id"],
)
def test_a_refused_call_is_dated_by_the_client_id_it_claims(call: Call, ahead: timedelta) -> None:
    """Also when the call could not be read."""
    components = parts_of()
    done(components.clocks.advance(HOUR, "SANDBOX_X"))
    ask(components, call)
    assert NOW + ahead == latest(components).time
    done(components.gateway.reject(call, NoSuchPath("too much")))
    assert NOW + ahead == latest(components).time


def test_an_anonymous_call_is_dated_by_the_test_merchants_clock() -> None:
    """With signatures off it is the test merchant's."""
    components = parts_of(signatures="off")
    done(components.clocks.advance(HOUR, TEST_CLIENT_ID))
    reply = ask(components, plain_call(json.dumps(sample("order-1")).encode()))
    assert (NOW + HOUR, wire_time(NOW + HOUR)) == (latest(components).time, header(reply, "response-time"))


@pytest.mark.parametrize("client_id", [None, TEST_CLIENT_ID], ids=["all", "one"])
def test_a_session_expires_by_the_clients_clock(client_id: str | None) -> None:
    """Its expiry is published once, and the next call gets a new session."""
    components, body, events = parts_of(), sample("order-1"), list[Event]()

    def session() -> Any:
        return json.loads(ask(components, signed_call(body)).body)["paymentSessionId"]

    def advance(minutes: int) -> list[str]:
        before = done(components.clocks.now(client_id))
        done(components.clocks.advance(timedelta(minutes=minutes), client_id))
        events.clear()
        for _ in range(2):
            asyncio.run(components.scheduler.clock_moved(client_id, before))
        return [event.subject.state for event in events]

    first = session()
    with components.events.subscribed(events.append):
        assert ([], first) == (advance(59), session())
        assert ["EXPIRED"] == advance(1)
        assert first != session()


@pytest.mark.parametrize(
    ("ahead", "requested", "expected"),
    [
        (HOUR, HOUR + HOUR / 2, "SUCCESS"),
        (HOUR, HOUR / 2, "PARAM_ILLEGAL"),
        (-HOUR, -HOUR / 2, "SUCCESS"),
        (-HOUR, HOUR / 2, "PARAM_ILLEGAL"),
    ],
)
def test_a_requested_expiry_must_be_within_the_next_hour_of_the_clients_clock(
    ahead: timedelta, requested: timedelta, expected: str
) -> None:
    """Earlier and later ones are refused."""
    components = parts_of()
    done(components.clocks.freeze(NOW + ahead, TEST_CLIENT_ID))
    reply = ask(components, signed_call(sample(paymentSessionExpiryTime=wire_time(NOW + requested))))
    assert expected == code(reply)

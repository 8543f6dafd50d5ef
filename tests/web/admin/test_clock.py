"""The clock: how it is moved, and what becomes due."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.config.config import Config
from tests.live import Live, live, sample
from tests.shop import FAULTY, HANGS, Shop, open_shop
from tests.web.asking import Driver, problem

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

Stopped = tuple[Live, StoppedClock]

# --- moves ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def stopped() -> Iterator[Stopped]:
    """A gateway on a machine whose clock is stopped at ``NOON``."""
    clock = StoppedClock(NOON)
    with live(clock=clock) as running:
        yield running, clock


def clock_of(live: Live, client_id: str | None = None) -> tuple[str, bool, str, bool]:
    """Time, frozen, distance from the machine's time, and whether the clock is the client id's own."""
    view = live.admin("GET", "/clock" + (f"?clientId={client_id}" if client_id else "")).body
    assert client_id == view["clientId"]
    return view["now"], view["frozen"], view["ahead"], view["own"]


def move(live: Live, **body: Any) -> dict[str, Any]:
    """Move a clock."""
    answer = live.admin("PUT", "/clock", body)
    assert 200 == answer.status, answer.raw
    return answer.body


def test_an_advanced_clock_keeps_running(stopped: Stopped) -> None:
    """Moves add up; the reply is the clock after the move."""
    running, clock = stopped
    assert ("2026-11-22T12:00:00.000+00:00", False, "PT0S", False) == clock_of(running)
    assert {
        "clientId": None,
        "now": "2026-11-22T12:59:00.000+00:00",
        "frozen": False,
        "ahead": "PT59M",
        "own": False,
        "notificationsUnderWay": 0,
    } == move(running, advance="PT59M")
    move(running, advance="1m30s")
    clock.moment += timedelta(seconds=0.5)
    assert ("2026-11-22T13:00:30.500+00:00", False, "PT1H30S", False) == clock_of(running)


def test_a_frozen_clock_stands_until_it_is_run(stopped: Stopped) -> None:
    """At a given time or at the current one; it can be advanced and set back meanwhile."""
    running, clock = stopped
    move(running, freeze="2026-11-23T20:00:00+08:00")
    clock.moment += timedelta(hours=1)
    assert ("2026-11-23T12:00:00.000+00:00", True, "PT23H", False) == clock_of(running)
    move(running, advance="1h")
    assert ("2026-11-23T13:00:00.000+00:00", True, "P1D", False) == clock_of(running)
    move(running, run=True)
    clock.moment += timedelta(hours=1)
    assert ("2026-11-23T14:00:00.000+00:00", False, "P1D", False) == clock_of(running)
    move(running, freeze="now")
    clock.moment += timedelta(hours=1)
    assert ("2026-11-23T14:00:00.000+00:00", True, "PT23H", False) == clock_of(running)
    move(running, freeze="2026-11-22T12:00:00Z")
    assert ("2026-11-22T12:00:00.000+00:00", True, "-PT3H", False) == clock_of(running)


def test_a_client_id_can_have_a_clock_of_its_own(stopped: Stopped) -> None:
    """It starts from the clock of all, and is independent of it until a reset."""
    running, _ = stopped
    move(running, advance="1h")
    assert "PT1H1M" == move(running, advance="1m", clientId="A")["ahead"]
    move(running, advance="1h")
    assert [("PT1H1M", True), ("PT2H", False), ("PT2H", False)] == [
        clock_of(running, name)[2:] for name in ("A", "B", None)
    ]
    running.admin("POST", "/reset", {"clientId": "A"})
    assert ("PT2H", False) == clock_of(running, "A")[2:]
    move(running, freeze="now", clientId="A")
    running.admin("POST", "/reset")
    assert [(False, "PT0S", False)] * 2 == [clock_of(running, name)[1:] for name in ("A", None)]


@pytest.mark.parametrize(
    ("body", "title", "word"),
    [
        ({}, "Bad body", "expected one of advance, freeze, run, got none of them"),
        (None, "Bad body", "got none of them"),
        ({"advance": "1s", "run": True}, "Bad body", "got advance and run"),
        ({"run": False}, "Bad field", "run: expected true, got false"),
        ({"run": 1}, "Bad field", "run: expected true, got the number 1"),
        ({"advance": 5}, "Bad field", "advance: expected a JSON string"),
        ({"advance": "-1s"}, "Bad field", "advance: "),
        ({"advance": "P1Y"}, "Bad field", "advance: 'P1Y'"),
        ({"advance": ""}, "Bad field", "advance: "),
        (
            {"freeze": "2026-11-22T12:00:00"},
            "Bad field",
            "freeze: expected a time, got '2026-11-22T12:00:00'; write one with an offset",
        ),
        ({"freeze": "2026-02-30T00:00:00Z"}, "Bad field", "freeze: "),
        ({"freeze": "1999-12-31T23:59:59Z"}, "Clock not moved", "freeze: 1999-12-31T23:59:59Z: "),
        ({"freeze": "2100-01-01T00:00:01Z"}, "Clock not moved", "from 2000-01-01 to 2100-01-01"),
        ({"freeze": "9999-12-31T23:59:59-14:00"}, "Clock not moved", "from 2000-01-01 to 2100-01-01"),
        ({"advance": "P999999W"}, "Clock not moved", "advance: P999999W: too long, at most "),
        ({"forward": "1s"}, "Unknown field", "allowed: clientId, advance, freeze, run"),
    ],
)
def test_an_invalid_move_is_refused(
    gateway: Live, client_id: str, body: dict[str, Any] | None, title: str, word: str
) -> None:
    """With what was expected; no clock moves."""
    for owner in ({}, {"clientId": client_id}) if body else ({},):
        found = problem(gateway.admin("PUT", "/clock", body and {**body, **owner}))
        assert (400, title, True) == (found["status"], found["title"], word in found["detail"]), found
    assert [("PT0S", False)] * 2 == [clock_of(gateway, name)[2:] for name in (None, client_id)]


# --- what becomes due -------------------------------------------------------------------------------------------------


def test_sessions_expire_by_the_clock_of_their_client_id(stopped: Stopped) -> None:
    """From that moment on the paymentRequestId is free for another session."""
    running, _ = stopped
    body = sample("p", paymentNotifyUrl=None)
    first = running.create(body, client_id="A").body
    running.create(body, client_id="B")
    move(running, clientId="A", advance="59m59s")
    assert "OPEN" == running.admin("GET", "/payments/p?clientId=A").body["sessionStatus"]
    assert first == running.create(body, client_id="A").body
    move(running, clientId="A", advance="1s")
    assert "EXPIRED" == running.admin("GET", "/payments/p?clientId=A").body["sessionStatus"]
    other = sample("p", paymentNotifyUrl=None, paymentRedirectUrl="https://another.example")
    second, repeated = (running.create(other, client_id=name) for name in ("A", "B"))
    assert ("SUCCESS", "REPEAT_REQ_INCONSISTENT") == (second.code, repeated.code)
    assert first["paymentSessionId"] != second.body["paymentSessionId"]
    assert "2026-11-22T22:00:00+08:00" == second.body["paymentSessionExpiryTime"]


def test_replies_have_the_time_of_the_clients_clock(stopped: Stopped) -> None:
    """In the response-time, the session's expiry and the journal; ``received`` is the machine's time."""
    running, _ = stopped
    move(running, clientId="A", freeze="2030-01-01T00:00:00Z")
    answers = [running.create(client_id=name) for name in ("A", "B")]
    assert ["2030-01-01T08:00:00+08:00", "2026-11-22T20:00:00+08:00"] == [
        answer.headers["response-time"] for answer in answers
    ]
    assert ["2030-01-01T09:00:00+08:00", "2026-11-22T21:00:00+08:00"] == [
        answer.body["paymentSessionExpiryTime"] for answer in answers
    ]
    noon = "2026-11-22T12:00:00.000+00:00"
    entries = [running.entry(answer) for answer in answers]
    assert ["2030-01-01T00:00:00.000+00:00", noon] == [entry["time"] for entry in entries]
    assert {noon} == {entry["timing"]["received"] for entry in entries}


def test_everything_due_has_happened_before_the_reply(own: Live) -> None:
    """For the clock that was moved only."""
    for name in ("A", "B"):
        own.create(sample(f"p-{name}", paymentNotifyUrl=None), client_id=name)
    for body, expired in (({"clientId": "A", "advance": "1h"}, "p-A"), ({"advance": "2h"}, "p-B")):
        before = own.components.events.since("")[1][-1].number
        move(own, **body)
        events = [event for event in own.components.events.since("")[1] if event.number > before]
        assert ["clock", "payment", "notification"] == [event.kind for event in events]
        assert [expired] * 2 == [event.subject.request_id for event in events if event.kind != "clock"]


def test_a_clock_that_is_set_back_drops_pending_notifications(driver: Driver) -> None:
    """Of what has not happened any more; it is notified anew when it happens again."""
    driver.shop.says(driver.path, FAULTY)
    driver.open("p")
    begun = driver.live.admin("GET", f"/payments/p?clientId={driver.client_id}").body["created"]
    driver.advance("61m")
    move(driver.live, clientId=driver.client_id, freeze=begun)
    (undone,) = driver.listed()
    assert ("DROPPED", True, None) == (undone["status"], bool(undone["problem"]), undone["nextAttempt"])
    driver.advance("61m")
    again, before = driver.listed()
    assert (1, 1, before) == (len(before["attempts"]), len(again["attempts"]), undone)
    assert 2 == len(driver.shop.got(driver.path))


def test_due_attempts_are_made_at_their_scheduled_times(driver: Driver) -> None:
    """All of them before the reply, eight on the documented schedule."""
    driver.shop.says(driver.path, FAULTY)
    driver.open("p")
    driver.advance("1h")
    assert ("PENDING", 1) == ((first := driver.listed()[0])["status"], len(first["attempts"]))
    driver.advance("25h")
    (last,) = driver.listed()
    times = [datetime.fromisoformat(attempt["time"]) for attempt in last["attempts"]]
    minutes = [(later - earlier) / timedelta(minutes=1) for earlier, later in itertools.pairwise(times)]
    assert ("GIVEN_UP", [2, 10, 10, 60, 120, 360, 900]) == (last["status"], [round(length) for length in minutes])
    assert 8 == len(driver.shop.got(driver.path))


def test_the_official_sandbox_makes_one_attempt(shop: Shop, path: str) -> None:
    """With ``--sandbox-retries``."""
    shop.says(path, FAULTY)
    with live(Config(seed=1, sandbox_retries=True)) as running:
        driver = Driver(running, shop, path, "A")
        driver.paid("p")
        driver.advance("25h")
        assert ("GIVEN_UP", 1) == ((last := driver.listed()[0])["status"], len(last["attempts"]))


def test_a_shop_that_does_not_respond_delays_the_reply_for_a_while(
    own: Live, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reply counts its pending delivery; other client ids are not affected."""
    monkeypatch.setattr("mock_alipay.web.admin.clock._DELIVERY_TIMEOUT", 0.1)
    with open_shop() as slow:
        slow.says(path, HANGS)
        driver, other = Driver(own, slow, path, "A"), Driver(own, slow, "/other", "B")
        driver.open("p")
        assert [1, 0] == [move(own, clientId=name, advance="1h")["notificationsUnderWay"] for name in ("A", "B")]
        slow.wait(1, path)
        other.paid("p")
        assert ("PENDING", []) == ((pending := driver.listed()[0])["status"], pending["attempts"])
        slow.let_go()
        assert "ACCEPTED" == driver.notified("p")[0]["status"]

"""Admin calls about the clock: how it is moved, and what falls due by that."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.config.config import Config
from mock_alipay.web.admin.clock import clock_view
from tests.calls import NOW, parts_of
from tests.live import Live, live, sample
from tests.memory import done
from tests.shop import FAULTY, HANGS, Shop, open_shop
from tests.web.asking import Driver, Listener, post, problem

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


# --- moves ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def stopped() -> Iterator[tuple[Live, StoppedClock]]:
    """A gateway on a machine whose time stands at ``NOON`` until it is moved."""
    clock = StoppedClock(NOON)
    with live(clock=clock) as running:
        yield running, clock


def clock_of(live: Live, client_id: str | None = None) -> tuple[str, bool, str, bool]:
    """What a clock shows, whether it is frozen, how far ahead it is, whether it is the client's own."""
    found = live.admin("GET", "/clock" + (f"?clientId={client_id}" if client_id else "")).body
    assert client_id == found["clientId"]
    return found["now"], found["frozen"], found["ahead"], found["own"]


def test_clock_view() -> None:
    """A clock shows its time, whether it stands, how far it is from the machine's, and whose it is."""
    components = parts_of()
    assert {
        "clientId": None,
        "now": "2026-11-22T01:07:10.000+00:00",
        "frozen": False,
        "ahead": "PT0S",
        "own": False,
        "notificationsUnderWay": 3,
    } == done(clock_view(components.clocks, None, 3))
    done(components.clocks.freeze(NOW - timedelta(hours=26), "A"))
    assert {
        "clientId": "A",
        "now": "2026-11-20T23:07:10.000+00:00",
        "frozen": True,
        "ahead": "-P1DT2H",
        "own": True,
        "notificationsUnderWay": 0,
    } == done(clock_view(components.clocks, "A", 0))
    other, usual = (done(clock_view(components.clocks, client_id, 0)) for client_id in ("B", None))
    assert other == {**usual, "clientId": "B"}


def test_the_clock_before_it_is_moved(stopped: tuple[Live, StoppedClock]) -> None:
    """It is the machine's."""
    expected = ("2026-11-22T12:00:00.000+00:00", False, "PT0S", False)
    assert expected == clock_of(stopped[0]) == clock_of(stopped[0], "A")


def test_advance(stopped: tuple[Live, StoppedClock]) -> None:
    """It goes on from where it was moved to; moves add up."""
    running, clock = stopped
    moved = running.admin("PUT", "/clock", {"advance": "PT59M"})
    assert {
        "clientId": None,
        "now": "2026-11-22T12:59:00.000+00:00",
        "frozen": False,
        "ahead": "PT59M",
        "own": False,
        "notificationsUnderWay": 0,
    } == moved.body
    running.admin("PUT", "/clock", {"advance": "1m30s"})
    clock.moment += timedelta(seconds=0.5)
    assert ("2026-11-22T13:00:30.500+00:00", False, "PT1H30S", False) == clock_of(running)


def test_freeze_and_run(stopped: tuple[Live, StoppedClock]) -> None:
    """Frozen it stands at a moment, in whatever offset that was told; then it runs on from there."""
    running, clock = stopped
    running.admin("PUT", "/clock", {"freeze": "2026-11-23T20:00:00+08:00"})
    clock.moment += timedelta(hours=1)
    assert ("2026-11-23T12:00:00.000+00:00", True, "PT23H", False) == clock_of(running)
    running.admin("PUT", "/clock", {"advance": "1h"})
    assert ("2026-11-23T13:00:00.000+00:00", True, "P1D", False) == clock_of(running)
    running.admin("PUT", "/clock", {"run": True})
    clock.moment += timedelta(hours=1)
    assert ("2026-11-23T14:00:00.000+00:00", False, "P1D", False) == clock_of(running)
    running.admin("PUT", "/clock", {"freeze": "2026-11-22T12:00:00Z"})
    assert ("2026-11-22T12:00:00.000+00:00", True, "-PT2H", False) == clock_of(running)


def test_freeze_now(stopped: tuple[Live, StoppedClock]) -> None:
    """It can be frozen where it stands, which need not be where the machine's does."""
    running, clock = stopped
    running.admin("PUT", "/clock", {"advance": "1h"})
    running.admin("PUT", "/clock", {"freeze": "now"})
    clock.moment += timedelta(minutes=1)
    assert ("2026-11-22T13:00:00.000+00:00", True, "PT59M", False) == clock_of(running)


def test_a_clients_own_clock(stopped: tuple[Live, StoppedClock]) -> None:
    """One client id's clock starts from that of all and then goes its own way, until it is reset."""
    running, _ = stopped
    running.admin("PUT", "/clock", {"advance": "1h"})
    assert "PT1H1M" == running.admin("PUT", "/clock", {"advance": "1m", "clientId": "A"}).body["ahead"]
    running.admin("PUT", "/clock", {"advance": "1h"})
    assert [("PT1H1M", True), ("PT2H", False), ("PT2H", False)] == [
        clock_of(running, name)[2:] for name in ("A", "B", None)
    ]
    running.admin("POST", "/reset", {"clientId": "A"})
    assert ("PT2H", False) == clock_of(running, "A")[2:]
    running.admin("PUT", "/clock", {"freeze": "now", "clientId": "A"})
    running.admin("POST", "/reset")
    expected = (False, "PT0S", False)
    assert [expected, expected] == [clock_of(running, name)[1:] for name in ("A", None)]


@pytest.mark.parametrize(
    ("body", "title", "words"),
    [
        ({}, "Bad body", "expected one of advance, freeze, run, got none of them"),
        (None, "Bad body", "got none of them"),
        ({"clientId": "A"}, "Bad body", "got none of them"),
        ({"advance": "1s", "run": True}, "Bad body", "got advance and run"),
        ({"advance": "1s", "freeze": "now", "run": True}, "Bad body", "got advance and freeze and run"),
        ({"run": False}, "Bad field", "run: expected true, got false"),
        ({"run": 1}, "Bad field", "run: expected true, got the number 1"),
        ({"advance": 5}, "Bad field", "advance: expected a JSON string"),
        ({"advance": "-1s"}, "Bad field", "advance: a clock is advanced forward only, not by -1s; freeze sets it back"),
        ({"advance": "-PT5M"}, "Bad field", "forward only, not by -PT5M"),
        ({"advance": "P1Y"}, "Bad field", "advance: 'P1Y' is no duration"),
        ({"advance": ""}, "Bad field", "advance: "),
        ({"freeze": "2026-11-22T12:00:00"}, "Bad field", "freeze: '2026-11-22T12:00:00' is no moment"),
        ({"freeze": "2026-11-22"}, "Bad field", "is no moment"),
        ({"freeze": "2026-02-30T00:00:00Z"}, "Bad field", "is no moment"),
        ({"freeze": "tomorrow"}, "Bad field", "write one with an offset"),
        ({"freeze": "0001-01-01T00:00:00+14:00"}, "Clock not moved", "from 2000-01-01 to 2100-01-01"),
        ({"freeze": "9999-12-31T23:59:59-14:00"}, "Clock not moved", "from 2000-01-01 to 2100-01-01"),
        (
            {"freeze": "1999-12-31T23:59:59Z"},
            "Clock not moved",
            "freeze: 1999-12-31T23:59:59Z: the clock can be set from 2000-01-01 to 2100-01-01",
        ),
        ({"freeze": "2100-01-01T00:00:01Z"}, "Clock not moved", "from 2000-01-01 to 2100-01-01"),
        ({"advance": "P30000D"}, "Clock not moved", "advance: P30000D: too long, at most "),
        ({"advance": "P999999W"}, "Clock not moved", "from 2000-01-01 to 2100-01-01"),
        ({"forward": "1s"}, "Unknown field", "allowed: clientId, advance, freeze, run"),
    ],
)
def test_moves_that_cannot_be(own_quiet: Live, body: dict[str, Any] | None, title: str, words: str) -> None:
    """One move at a time, of a known form and to a time within bounds; nothing else moves the clock."""
    for more in ({}, {"clientId": "A"}) if body else ({},):
        found = problem(own_quiet.admin("PUT", "/clock", body and {**body, **more}))
        assert (400, title, True) == (found["status"], found["title"], words in found["detail"]), found
    assert [("PT0S", False), ("PT0S", False)] == [clock_of(own_quiet, name)[2:] for name in (None, "A")]


def test_a_moved_clock_is_believed_at_once(stopped: tuple[Live, StoppedClock]) -> None:
    """Past its expiry a session is expired at once, and a repeat of its request opens another."""
    running, _ = stopped
    body = sample("p", paymentNotifyUrl=None)
    first = running.create(body, client_id="A").body
    running.admin("PUT", "/clock", {"clientId": "A", "advance": "59m59s"})
    assert "OPEN" == running.admin("GET", "/payments/p").body["sessionStatus"]
    assert first == running.create(body, client_id="A").body
    running.admin("PUT", "/clock", {"clientId": "A", "advance": "1s"})
    assert "EXPIRED" == running.admin("GET", "/payments/p").body["sessionStatus"]
    second = running.create(body, client_id="A").body
    assert first["paymentSessionId"] != second["paymentSessionId"]
    assert "2026-11-22T22:00:00+08:00" == second["paymentSessionExpiryTime"]
    assert "OPEN" == running.admin("GET", "/payments?clientId=A").body["payments"][0]["sessionStatus"]


def test_another_body_after_expiry(stopped: tuple[Live, StoppedClock]) -> None:
    """An id is free again once its session has expired by the clock of its client, and by no other's."""
    running, _ = stopped
    for name in ("A", "B"):
        running.create(sample("p", paymentNotifyUrl=None), client_id=name)
    running.admin("PUT", "/clock", {"clientId": "A", "advance": "61m"})
    other = sample("p", paymentRedirectUrl="https://another.example")
    codes = [running.create(other, client_id=name).code for name in ("A", "B")]
    assert ["SUCCESS", "REPEAT_REQ_INCONSISTENT"] == codes


def test_replies_carry_the_clients_time(stopped: tuple[Live, StoppedClock]) -> None:
    """The response-time header, the session's expiry and the journal's time follow the clock; ``received`` does not."""
    running, _ = stopped
    running.admin("PUT", "/clock", {"clientId": "A", "freeze": "2030-01-01T00:00:00Z"})
    answers = [running.create(client_id=name) for name in ("A", "B")]
    assert ["2030-01-01T08:00:00+08:00", "2026-11-22T20:00:00+08:00"] == [
        answer.headers["response-time"] for answer in answers
    ]
    assert ["2030-01-01T09:00:00+08:00", "2026-11-22T21:00:00+08:00"] == [
        answer.body["paymentSessionExpiryTime"] for answer in answers
    ]
    entries = [running.entry(answer) for answer in answers]
    assert ["2030-01-01T00:00:00.000+00:00", NOON.isoformat(timespec="milliseconds")] == [e["time"] for e in entries]
    assert {NOON.isoformat(timespec="milliseconds")} == {entry["timing"]["received"] for entry in entries}


def test_delays_are_real_time(gateway: Live, client_id: str) -> None:
    """A scripted delay takes as long as it says although the clock stands still."""
    gateway.admin("PUT", "/clock", {"clientId": client_id, "freeze": "now"})
    post(gateway, "description: x\ncreatePaymentSession: {delay: 120ms}\n", f"?name=tale&clientId={client_id}")
    before = time.monotonic()
    answer = gateway.create(client_id=client_id, extra={"mock-scenario": "tale"})
    assert 0.12 <= time.monotonic() - before
    assert 120 == gateway.entry(answer)["timing"]["delayMs"]


def test_what_falls_due_has_happened_when_the_answer_comes(own: Live) -> None:
    """Sessions that a moved clock takes past their expiry are told of, those of that clock alone."""
    for name in ("A", "B"):
        own.create(sample(f"p-{name}", paymentNotifyUrl=None), client_id=name)
    for body, expired in (({"clientId": "A", "advance": "1h"}, ["p-A"]), ({"advance": "2h"}, ["p-B"])):
        before = own.components.events.since("")[1][-1].number
        own.admin("PUT", "/clock", body)
        events = [event for event in own.components.events.since("")[1] if event.number > before]
        assert ["clock", "payment", "notification"] == [event.kind for event in events]
        assert expired * 2 == [event.subject.request_id for event in events if event.kind != "clock"]


@pytest.mark.parametrize("whose", [{"clientId": "A"}, {}])
def test_a_clock_set_back(stopped: tuple[Live, StoppedClock], whose: dict[str, str]) -> None:
    """Sessions that had expired by it are open again and told of as such; once more it is past, they expire again."""
    running, _ = stopped
    running.admin("PUT", "/clock", {"clientId": "B", "advance": "1s"})
    for name in ("A", "B"):
        running.create(sample(f"p-{name}", paymentNotifyUrl=None), client_id=name)
    told = []
    with Listener(running, "?kind=payment") as listener:
        for move in ({"advance": "2h"}, {"freeze": "2026-11-22T12:30:00Z"}, {"run": True}, {"advance": "2h"}):
            running.admin("PUT", "/clock", {**whose, **move})
            told.append(running.admin("GET", "/payments/p-A").body["sessionStatus"])
        running.create(sample("last"), client_id="B")
        events = listener.take(4)
    assert ["EXPIRED", "OPEN", "OPEN", "EXPIRED"] == told
    # B's own clock was not moved, and so nothing of B's is told before its next payment.
    assert [("p-A", "EXPIRED"), ("p-A", "OPEN"), ("p-A", "EXPIRED"), ("last", "OPEN")] == [
        (data["paymentRequestId"], data["sessionStatus"]) for _, data in events
    ]


def test_what_a_clock_undoes_is_not_told_any_more(driver: Driver) -> None:
    """The expiry that a shop has not acknowledged is taken back with it; the next one is told of anew."""
    driver.shop.says(driver.path, FAULTY)
    driver.open("p")
    begun = driver.live.admin("GET", f"/payments/p?clientId={driver.client_id}").body["created"]
    driver.advance("61m")
    assert 200 == driver.live.admin("PUT", "/clock", {"clientId": driver.client_id, "freeze": begun}).status
    (undone,) = driver.listed()
    why = "the clock was set back to before it happened"
    assert ("DROPPED", why, None) == (undone["status"], undone["problem"], undone["nextAttempt"])
    driver.advance("61m")
    again, before = driver.listed()
    assert (1, 1, before) == (len(before["attempts"]), len(again["attempts"]), undone)
    assert 2 == len(driver.shop.got(driver.path))


# --- notifications and the clock --------------------------------------------------------------------------------------


def test_what_is_due_has_been_sent_when_the_answer_comes(driver: Driver) -> None:
    """Every attempt that falls due has been made, each at its moment, before a moved clock is answered."""
    driver.shop.says(driver.path, FAULTY)
    driver.open("p")
    driver.advance("1h")
    assert ("PENDING", 1) == ((told := driver.listed()[0])["status"], len(told["attempts"]))
    driver.advance("25h")
    (told,) = driver.listed()
    moments = [datetime.fromisoformat(attempt["time"]) for attempt in told["attempts"]]
    minutes = [(later - earlier) / timedelta(minutes=1) for earlier, later in itertools.pairwise(moments)]
    assert ("GIVEN_UP", [2, 10, 10, 60, 120, 360, 900]) == (told["status"], [round(length) for length in minutes])
    assert 8 == len(driver.shop.got(driver.path))


def test_the_official_sandbox_does_not_try_again(shop: Shop, path: str) -> None:
    """With that setting there is one attempt, whatever the shop answers."""
    shop.says(path, FAULTY)
    with live(Config(seed=1, sandbox_retries=True)) as running:
        driver = Driver(running, shop, path, "A")
        driver.paid("p")
        driver.advance("25h")
        assert ("GIVEN_UP", 1) == ((told := driver.listed()[0])["status"], len(told["attempts"]))
    assert 1 == len(shop.got(path))


def test_nobody_waits_for_ever(own: Live, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop that does not answer keeps the answer to a moved clock back for a while, and nobody else's."""
    monkeypatch.setattr("mock_alipay.web.admin.clock._PATIENCE", 0.1)
    with open_shop() as slow:
        slow.says(path, HANGS)
        driver, other = Driver(own, slow, path, "A"), Driver(own, slow, "/other", "B")
        driver.open("p")
        moved = [own.admin("PUT", "/clock", {"clientId": name, "advance": "1h"}).body for name in ("A", "B")]
        assert [1, 0] == [one["notificationsUnderWay"] for one in moved]
        slow.wait(1, path)
        other.paid("p")
        assert ("PENDING", []) == ((told := driver.listed()[0])["status"], told["attempts"])
        slow.let_go()
        assert "ACCEPTED" == driver.notified("p")[0]["status"]

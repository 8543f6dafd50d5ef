"""The clock: how it is moved, and what becomes due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.config.config import Config
from tests.live import Live, live, sample
from tests.shop import FAULTY, HANGS, Shop, open_shop
from tests.web.asking import Driver, problem


@pytest.fixture
def stopped() -> Iterator[Live]:
    """A gateway on a machine whose clock is stopped."""
    with live(clock=StoppedClock(datetime(2026, 11, 22, 12, tzinfo=UTC))) as running:
        yield running


def move(live: Live, **body: Any) -> dict[str, Any]:
    """Move a clock."""
    answer = live.admin("PUT", "/clock", body)
    assert 200 == answer.status, answer.raw
    return answer.body


def test_clocks_of_a_client_id_and_of_all_are_moved_and_shown(stopped: Live) -> None:
    """A reply shows the moved clock; an own clock starts from the clock of all, and is independent until a reset."""

    def shown(client_id: str | None = None) -> dict[str, Any]:
        return stopped.admin("GET", "/clock" + (f"?clientId={client_id}" if client_id else "")).body

    still = {
        "clientId": None,
        "own": False,
        "notificationsUnderWay": 0,
        "now": "2026-11-22T12:00:00.000+00:00",
        "frozen": False,
        "ahead": "PT0S",
    }
    assert still == shown()
    for body, moment, ahead, frozen in (
        ({"advance": "PT59M"}, "2026-11-22T12:59:00", "PT59M", False),
        ({"advance": "1m30s"}, "2026-11-22T13:00:30", "PT1H30S", False),
        ({"freeze": "2026-11-23T20:00:00+08:00"}, "2026-11-23T12:00:00", "P1D", True),
        ({"run": True}, "2026-11-23T12:00:00", "P1D", False),
        ({"freeze": "now"}, "2026-11-23T12:00:00", "P1D", True),
        ({"freeze": "2026-11-22T09:00:00Z"}, "2026-11-22T09:00:00", "-PT3H", True),
    ):
        moved = {**still, "now": f"{moment}.000+00:00", "frozen": frozen, "ahead": ahead}
        assert moved == move(stopped, **body) == shown()
    move(stopped, advance="1m", clientId="A")
    move(stopped, advance="1h")
    assert [("A", "-PT2H59M", True), ("B", "-PT2H", False)] == [
        (view["clientId"], view["ahead"], view["own"]) for view in (shown("A"), shown("B"))
    ]
    stopped.admin("POST", "/reset", {"clientId": "A"})
    assert shown() == {**shown("A"), "clientId": None}
    stopped.admin("POST", "/reset")
    assert still == shown()


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (None, "expected one of advance, freeze, run, got none of them"),
        ({"advance": "1s", "run": True}, "got advance and run"),
        ({"run": False}, "run: expected true, got false"),
        ({"advance": 5}, "advance: expected a JSON string"),
        ({"advance": "-1s"}, "advance: a clock is advanced forward only"),
        ({"advance": "P1Y"}, "advance: 'P1Y'"),
        ({"freeze": "2026-11-22T12:00:00"}, "freeze: expected a time, got '2026-11-22T12:00:00'"),
        ({"freeze": "2026-02-30T00:00:00Z"}, "freeze: expected a time"),
        ({"freeze": "1999-12-31T23:59:59Z"}, "freeze: 1999-12-31T23:59:59Z: "),
        ({"advance": "P999999W"}, "advance: P999999W: too long, at most "),
        ({"forward": "1s"}, "allowed: clientId, advance, freeze, run"),
    ],
)
def test_an_invalid_move_is_refused(gateway: Live, body: dict[str, Any] | None, word: str) -> None:
    """With what was expected; the clock does not move."""
    found = problem(gateway.admin("PUT", "/clock", body))
    assert (400, True) == (found["status"], word in found["detail"]), found
    assert "PT0S" == gateway.admin("GET", "/clock").body["ahead"]


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


def test_due_attempts_are_made_before_the_reply(driver: Driver) -> None:
    """The first when the session expires, the eighth and last within 25 hours."""
    driver.shop.says(driver.path, FAULTY)
    driver.open("p")
    for by, status, attempts in (("1h", "PENDING", 1), ("3m", "PENDING", 2), ("25h", "GIVEN_UP", 8)):
        driver.advance(by)
        (shown,) = driver.listed()
        assert (status, attempts) == (shown["status"], len(shown["attempts"]))
        assert attempts == len(driver.shop.got(driver.path))


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

"""Admin calls about the clock: show it, and move it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mock_alipay.clock import durations
from mock_alipay.clock.clocks import Clocks
from mock_alipay.errors import Misuse
from mock_alipay.text.wording import short
from mock_alipay.web.admin.context import Ask, Desk

_PATIENCE = 20.0
"""Seconds for which the answer to a moved clock waits for notifications to be delivered."""

_MOVES = ("advance", "freeze", "run")


async def get_clock(desk: Desk, ask: Ask) -> Any:
    """The time of a client id, or of all."""
    return _clock_of(desk, ask.client_id)


async def move_clock(desk: Desk, ask: Ask) -> Any:
    """Advance, freeze or run the clock, and let happen what falls due by that."""
    moves = [name for name in _MOVES if name in ask.body]
    if len(moves) != 1:
        found = " and ".join(moves) or "none of them"
        raise Misuse(
            400, "Bad body", f"expected one of {', '.join(_MOVES)}, got {found}", allowed=["clientId", *_MOVES]
        )
    client_id, clocks = ask.client_id, desk.clocks
    before = clocks.now(client_id)
    match moves[0]:
        case "advance":
            by = _read("advance", ask, _forward)
            _moved(lambda: clocks.advance(by, client_id), f"advance: {short(ask.body['advance'])}: ")
        case "freeze":
            at = _read("freeze", ask, _moment)
            _moved(lambda: clocks.freeze(at, client_id), f"freeze: {short(ask.body['freeze'])}: ")
        case _:
            _moved(lambda: clocks.run(client_id))
    shown = _clock_of(desk, client_id)
    desk.events.publish("clock", client_id, shown)
    await desk.timekeeper.clock_moved(client_id, before)
    # Notifications too; but for a shop that does not answer nobody waits for ever.
    await asyncio.wait([asyncio.ensure_future(desk.postman.settle(client_id))], timeout=_PATIENCE)
    return {**shown, "notificationsUnderWay": desk.postman.under_way(client_id)}


def clock_view(clocks: Clocks, client_id: str | None, under_way: int) -> dict[str, Any]:
    """How a clock stands, and how many notifications are ``under_way``."""
    real = clocks.real.now()
    now = clocks.read(real, client_id)
    return {
        "clientId": client_id,
        "now": now.isoformat(timespec="milliseconds"),
        "frozen": clocks.hands(client_id).frozen is not None,
        "ahead": durations.iso(now - real),
        "own": client_id is not None and clocks.has_own(client_id),
        "notificationsUnderWay": under_way,
    }


def _clock_of(desk: Desk, client_id: str | None) -> dict[str, Any]:
    """How the clock of a client id, or of all, stands."""
    return clock_view(desk.clocks, client_id, desk.postman.under_way(client_id))


def _read(name: str, ask: Ask, reader: Callable[[str], Any]) -> Any:
    try:
        return reader(ask.body[name])
    except ValueError as error:
        raise Misuse(400, "Bad field", f"{name}: {error}") from None


def _forward(text: str) -> timedelta:
    if text.startswith("-"):
        raise ValueError(f"a clock is advanced forward only, not by {text[:40]}; freeze sets it back")
    return durations.parse(text)


def _moment(text: str) -> datetime | None:
    if text == "now":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"'{text[:40]}' is no moment; write one with an offset, 2026-11-22T12:00:00+08:00, or now")
    return moment


def _moved(move: Callable[[], None], asked: str = "") -> None:
    try:
        move()
    except ValueError as error:
        raise Misuse(400, "Clock not moved", f"{asked}{error}") from None

"""Admin calls about the clock: show it, and move it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from mock_alipay.clock import durations
from mock_alipay.clock.clocks import Clocks
from mock_alipay.text.masking import mask_cards
from mock_alipay.text.wording import short
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.asgi.problems import HttpProblem

_PATIENCE = 20.0
"""Seconds for which the answer to a moved clock waits for notifications to be delivered."""

_MOVES = ("advance", "freeze", "run")


async def get_clock(context: AdminContext, request: AdminRequest) -> Any:
    """The time of a client id, or of all."""
    return await _clock_of(context, request.client_id)


async def move_clock(context: AdminContext, request: AdminRequest) -> Any:
    """Advance, freeze or run the clock, and let happen what falls due by that."""
    moves = [name for name in _MOVES if name in request.body]
    if len(moves) != 1:
        found = " and ".join(moves) or "none of them"
        raise HttpProblem(
            400, "Bad body", f"expected one of {', '.join(_MOVES)}, got {found}", allowed=["clientId", *_MOVES]
        )
    client_id, clocks = request.client_id, context.clocks
    before = await clocks.now(client_id)
    match moves[0]:
        case "advance":
            by = _read("advance", request, _forward)
            await _moved(clocks.advance(by, client_id), f"advance: {short(request.body['advance'])}: ")
        case "freeze":
            at = _read("freeze", request, _moment)
            await _moved(clocks.freeze(at, client_id), f"freeze: {short(request.body['freeze'])}: ")
        case _:
            await _moved(clocks.run(client_id))
    shown = await _clock_of(context, client_id)
    context.events.publish("clock", client_id, shown)
    await context.scheduler.clock_moved(client_id, before)
    # Notifications too; but for a shop that does not answer nobody waits for ever.
    await asyncio.wait([asyncio.ensure_future(context.dispatcher.settle(client_id))], timeout=_PATIENCE)
    return {**shown, "notificationsUnderWay": context.dispatcher.under_way(client_id)}


async def clock_view(clocks: Clocks, client_id: str | None, under_way: int) -> dict[str, Any]:
    """How a clock stands, and how many notifications are ``under_way``."""
    real = clocks.real.now()
    offset = await clocks.offset(client_id)
    now = offset.read(real)
    return {
        "clientId": client_id and mask_cards(client_id),
        "now": now.isoformat(timespec="milliseconds"),
        "frozen": offset.frozen is not None,
        "ahead": durations.iso(now - real),
        "own": client_id is not None and await clocks.has_own(client_id),
        "notificationsUnderWay": under_way,
    }


async def _clock_of(context: AdminContext, client_id: str | None) -> dict[str, Any]:
    """How the clock of a client id, or of all, stands."""
    return await clock_view(context.clocks, client_id, context.dispatcher.under_way(client_id))


def _read(name: str, request: AdminRequest, reader: Callable[[str], Any]) -> Any:
    try:
        return reader(request.body[name])
    except ValueError as error:
        raise HttpProblem(400, "Bad field", f"{name}: {error}") from None


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


async def _moved(move: Awaitable[None], asked: str = "") -> None:
    try:
        await move
    except ValueError as error:
        raise HttpProblem(400, "Clock not moved", f"{asked}{error}") from None

"""Admin API: show and move the clock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from mock_alipay.clock import durations
from mock_alipay.clock.clocks import Clocks
from mock_alipay.text.masking import mask_cards
from mock_alipay.text.wording import short
from mock_alipay.web.admin.context import AdminContext, AdminRequest, spoken_client
from mock_alipay.web.asgi.problems import HttpProblem

logger = logging.getLogger("mock_alipay")

_DELIVERY_TIMEOUT = 20.0
"""Seconds that a reply waits for due notifications to be delivered."""

_CHANGES = ("advance", "freeze", "run")


async def get_clock(context: AdminContext, request: AdminRequest) -> Any:
    """Show the clock of a client id, or the clock of all."""
    return await _clock_of(context, request.client_id)


async def move_clock(context: AdminContext, request: AdminRequest) -> Any:
    """Advance, freeze or run the clock; everything that becomes due has happened before the reply."""
    changes = [name for name in _CHANGES if name in request.body]
    if len(changes) != 1:
        got = " and ".join(changes) or "none of them"
        raise HttpProblem(
            400, "Bad body", f"expected one of {', '.join(_CHANGES)}, got {got}", allowed=["clientId", *_CHANGES]
        )
    client_id, clocks = request.client_id, context.clocks
    before = clocks.now(client_id)
    match changes[0]:
        case "advance":
            by = _read("advance", request, _forward)
            await _moved(clocks.advance(by, client_id), f"advance: {short(request.body['advance'])}: ")
            change = f"+{short(request.body['advance'])}"
        case "freeze":
            at = _read("freeze", request, _instant)
            await _moved(clocks.freeze(at, client_id), f"freeze: {short(request.body['freeze'])}: ")
            change = "frozen"
        case _:
            await _moved(clocks.run(client_id))
            change = "running"
    view = await _clock_of(context, client_id)
    logger.info("clock: %s for %s (now %s)", change, spoken_client(client_id), view["now"])
    context.events.publish("clock", client_id, view)
    await context.scheduler.clock_moved(client_id, before)
    await _delivered(context, client_id)
    return {**view, "notificationsUnderWay": context.dispatcher.under_way(client_id)}


async def settle(context: AdminContext, request: AdminRequest) -> Any:
    """Wait until everything that is due has happened, and its notifications are delivered."""
    await context.scheduler.settle()
    await _delivered(context, request.client_id)
    return await _clock_of(context, request.client_id)


async def _delivered(context: AdminContext, client_id: str | None) -> None:
    """Wait for the deliveries that are due, but not for a merchant that never responds."""
    await asyncio.wait([asyncio.ensure_future(context.dispatcher.settle(client_id))], timeout=_DELIVERY_TIMEOUT)


def clock_view(clocks: Clocks, client_id: str | None, under_way: int) -> dict[str, Any]:
    """A clock as JSON; ``under_way``: deliveries in progress."""
    real = clocks.real.now()
    offset = clocks.offset(client_id)
    now = offset.read(real)
    return {
        "clientId": client_id and mask_cards(client_id),
        "now": now.isoformat(timespec="milliseconds"),
        "frozen": offset.frozen is not None,
        "ahead": durations.iso(now - real),
        "own": client_id is not None and clocks.has_own(client_id),
        "notificationsUnderWay": under_way,
    }


async def _clock_of(context: AdminContext, client_id: str | None) -> dict[str, Any]:
    """The clock of a client id, or the clock of all, as JSON."""
    return clock_view(context.clocks, client_id, context.dispatcher.under_way(client_id))


def _read(name: str, request: AdminRequest, reader: Callable[[str], Any]) -> Any:
    try:
        return reader(request.body[name])
    except ValueError as error:
        raise HttpProblem(400, "Bad field", f"{name}: {error}") from None


def _forward(text: str) -> timedelta:
    if text.startswith("-"):
        raise ValueError(f"a clock is advanced forward only, not by {short(text)}; freeze sets it back")
    return durations.parse(text)


def _instant(text: str) -> datetime | None:
    if text == "now":
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ValueError(
            f"expected a time, got '{short(text)}'; write one with an offset, 2026-11-22T12:00:00+08:00, or now"
        )
    return instant


async def _moved(move: Awaitable[None], field: str = "") -> None:
    try:
        await move
    except ValueError as error:
        raise HttpProblem(400, "Clock not moved", f"{field}{error}") from None

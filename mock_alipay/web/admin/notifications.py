"""Admin calls about notifications: those that were sent or are to be, waiting for them, sending one again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any

from mock_alipay.errors import Misuse
from mock_alipay.journal.events import Event
from mock_alipay.journal.notifications import FILTERS, Notification, wanted
from mock_alipay.web.admin import payment_views
from mock_alipay.web.admin.context import Ask, Desk
from mock_alipay.web.admin.waits import either, in_vain

_MOST_SHOWN = 100


async def notifications(desk: Desk, ask: Ask) -> Any:
    """The notifications, newest first."""
    found = desk.postman.outbox.newest_first(wanted(_filters(ask)), after=ask.query["after"])
    return {"notifications": await shown(desk, list(itertools.islice(found, ask.query["limit"])))}


async def notification(desk: Desk, ask: Ask) -> Any:
    """One notification."""
    return payment_views.whole_notification_view(_found(desk, ask))


async def wait(desk: Desk, ask: Ask) -> Any:
    """Answer as soon as enough notifications that fit have been sent, or never will be; Misuse (408) otherwise."""
    query = ask.query
    tally = _Tally(desk, _filters(ask), query["after"], query["count"])
    with desk.waits.entered(), desk.events.heard_by(tally.hear):
        await either(tally.enough, ask.request, query["timeout"])
    if len(tally.ids) < query["count"]:
        raise _missed(desk, _filters(ask), query, len(tally.ids))
    found = [desk.postman.outbox.get(one) for one in sorted(tally.ids, key=int, reverse=True)[:_MOST_SHOWN]]
    return {"count": len(tally.ids), "notifications": await shown(desk, [one for one in found if one])}


async def resend(desk: Desk, ask: Ask) -> Any:
    """Send a notification once more, now."""
    found = _found(desk, ask)
    if found.url is None:
        raise Misuse(409, "Nowhere to send it", found.problem or "it has no URL")
    return payment_views.whole_notification_view(await desk.postman.resend(found))


class _Tally:
    """The notifications that fit and of which the merchant has been told, or will not be."""

    def __init__(self, desk: Desk, filters: Mapping[str, str], after: int, expected: int) -> None:
        self._desk = desk
        self._fits = wanted(filters)
        self._after = after
        self._expected = expected
        self.enough = asyncio.Event()
        self.ids: set[str] = set()
        self._recount()

    def hear(self, event: Event) -> None:
        """Take note of an event."""
        if event.kind == "reset":
            self._recount()
        elif event.kind == "notification" and event.subject.number > self._after:
            self._take(event.subject)

    def _recount(self) -> None:
        self.ids = set()
        for one in self._desk.postman.outbox.newest_first(self._fits, after=self._after):
            self._take(one)

    def _take(self, one: Notification) -> None:
        if self._fits(one) and one.told:
            self.ids.add(one.id)
        else:
            self.ids.discard(one.id)
        if len(self.ids) >= self._expected:
            self.enough.set()


def _filters(ask: Ask) -> dict[str, str]:
    return {name: ask.query[name] for name in FILTERS if name in ask.query}


async def shown(desk: Desk, found: list[Notification]) -> list[dict[str, Any]]:
    """Notifications as lists show them."""
    return await desk.clerk.do(lambda: [payment_views.notification_view(one) for one in found])


def _found(desk: Desk, ask: Ask) -> Notification:
    wanted_id = ask.request.path_params["id"]
    found = desk.postman.outbox.get(wanted_id)
    if found is None:
        detail = f"there is no notification '{wanted_id[:40]}'; the latest only are kept"
        raise Misuse(404, "No such notification", detail)
    return found


def _missed(desk: Desk, filters: Mapping[str, str], query: Mapping[str, Any], count: int) -> Misuse:
    detail = in_vain("notification", filters, query, count)
    whose = {name: value for name, value in filters.items() if name == "clientId"}
    others = list(desk.postman.outbox.newest_first(wanted(whose), after=query["after"]))
    if others:
        detail += f" The latest of {len(others)}: {_told(others[0])}"
    elif not count:
        detail += " There is no other one either: has the buyer acted?"
    latest = [payment_views.notification_summary(one) for one in others[:3]]
    found = {"filters": dict(filters), "expected": query["count"], "count": count, "latest": latest}
    return Misuse(408, "Not enough notifications", detail, **found)


def _told(one: Notification) -> str:
    summary = payment_views.notification_summary(one)
    why = summary["problem"] or (summary["attempts"][-1]["why"] if summary["attempts"] else None)
    whose = f" of {one.payment_request_id}" if one.payment_request_id else ""
    waits = f", it waits for {one.waits_for}" if one.held else ""
    return f"#{one.id} {one.name}{whose} is {one.status}{waits}" + (f": {why}" if why else "")

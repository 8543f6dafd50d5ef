"""Admin calls about notifications: those that were sent or are to be, waiting for them, sending one again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any

from mock_alipay.journal.events import Event
from mock_alipay.journal.notifications import FILTERS, Notification, wanted
from mock_alipay.web.admin import payment_views
from mock_alipay.web.admin.calls import named
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.admin.waits import either, in_vain
from mock_alipay.web.asgi.problems import HttpProblem

_MOST_SHOWN = 100


async def notifications(context: AdminContext, request: AdminRequest) -> Any:
    """The notifications, newest first."""
    found = context.dispatcher.journal.newest_first(
        wanted(named(context, FILTERS, request.query)), after=request.query["after"]
    )
    return {"notifications": await shown(context, list(itertools.islice(found, request.query["limit"])))}


async def notification(context: AdminContext, request: AdminRequest) -> Any:
    """One notification."""
    return payment_views.whole_notification_view(_found(context, request))


async def wait(context: AdminContext, request: AdminRequest) -> Any:
    """Answer as soon as enough notifications that fit have been sent, or never will be; HttpProblem (408) otherwise."""
    query = request.query
    counter = _Counter(context, named(context, FILTERS, request.query), query["after"], query["count"])
    with context.waits.held(), context.events.subscribed(counter.record):
        await either(counter.enough, request.http, query["timeout"])
    if len(counter.ids) < query["count"]:
        raise _missed(context, named(context, FILTERS, request.query), query, len(counter.ids))
    found = [context.dispatcher.journal.get(one) for one in sorted(counter.ids, key=int, reverse=True)[:_MOST_SHOWN]]
    return {"count": len(counter.ids), "notifications": await shown(context, [one for one in found if one])}


async def resend(context: AdminContext, request: AdminRequest) -> Any:
    """Send a notification once more, now."""
    found = _found(context, request)
    if found.url is None:
        raise HttpProblem(409, "Nowhere to send it", found.problem or "it has no URL")
    return payment_views.whole_notification_view(await context.dispatcher.resend(found))


class _Counter:
    """The notifications that fit and of which the merchant has been told, or will not be."""

    def __init__(self, context: AdminContext, filters: Mapping[str, str], after: int, expected: int) -> None:
        self._context = context
        self._fits = wanted(filters)
        self._after = after
        self._expected = expected
        self.enough = asyncio.Event()
        self.ids: set[str] = set()
        self._recount()

    def record(self, event: Event) -> None:
        """Take note of an event."""
        if event.kind == "reset":
            self._recount()
        elif event.kind == "notification" and event.subject.number > self._after:
            self._take(event.subject)

    def _recount(self) -> None:
        self.ids = set()
        for one in self._context.dispatcher.journal.newest_first(self._fits, after=self._after):
            self._take(one)

    def _take(self, one: Notification) -> None:
        if self._fits(one) and one.handled:
            self.ids.add(one.id)
        else:
            self.ids.discard(one.id)
        if len(self.ids) >= self._expected:
            self.enough.set()


async def shown(context: AdminContext, found: list[Notification]) -> list[dict[str, Any]]:
    """Notifications as lists show them."""
    return await context.worker.do(lambda: [payment_views.notification_view(one) for one in found])


def _found(context: AdminContext, request: AdminRequest) -> Notification:
    wanted_id = request.http.path_params["id"]
    found = context.dispatcher.journal.get(wanted_id)
    if found is None:
        detail = f"there is no notification '{wanted_id[:40]}'; the latest only are kept"
        raise HttpProblem(404, "No such notification", detail)
    return found


def _missed(context: AdminContext, filters: Mapping[str, str], query: Mapping[str, Any], count: int) -> HttpProblem:
    detail = in_vain("notification", filters, query, count)
    whose = {name: value for name, value in filters.items() if name == "clientId"}
    others = list(context.dispatcher.journal.newest_first(wanted(whose), after=query["after"]))
    if others:
        detail += f" The latest of {len(others)}: {_told(others[0])}"
    elif not count:
        detail += " There is no other one either: has the buyer acted?"
    latest = [payment_views.notification_summary(one) for one in others[:3]]
    found = {"filters": dict(filters), "expected": query["count"], "count": count, "latest": latest}
    return HttpProblem(408, "Not enough notifications", detail, **found)


def _told(one: Notification) -> str:
    summary = payment_views.notification_summary(one)
    why = summary["problem"] or (summary["attempts"][-1]["why"] if summary["attempts"] else None)
    whose = f" of {one.request_id}" if one.request_id else ""
    waits = f", it waits for {one.waits_for}" if one.held else ""
    return f"#{one.id} {one.name}{whose} is {one.status}{waits}" + (f": {why}" if why else "")

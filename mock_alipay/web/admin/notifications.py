"""Admin calls about notifications: those that were sent or are to be, waiting for them, sending one again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from mock_alipay.journal.events import Event
from mock_alipay.journal.notifications import FILTERS, Notification, wanted
from mock_alipay.web.admin import payment_views
from mock_alipay.web.admin.calls import named
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.admin.streamed import StreamedList
from mock_alipay.web.admin.waits import count, either, in_vain, latest
from mock_alipay.web.asgi.problems import HttpProblem


async def notifications(context: AdminContext, request: AdminRequest) -> Any:
    """The notifications, newest first."""
    query, journal = request.query, context.dispatcher.journal
    fits = wanted(named(context, FILTERS, query))
    found = await journal.newest_first(fits, after=query["after"], limit=query["limit"])
    return shown(context, [one.id for one in found])


async def notification(context: AdminContext, request: AdminRequest) -> Any:
    """One notification."""
    return payment_views.whole_notification_view(await _found(context, request), request.query.get("attemptsAfter"))


async def wait(context: AdminContext, request: AdminRequest) -> Any:
    """Answer as soon as enough notifications that fit have been sent, or never will be; HttpProblem (408) otherwise."""
    query, journal = request.query, context.dispatcher.journal
    filters = named(context, FILTERS, query)
    fits = wanted(filters)
    counted = await count(journal, "notification", lambda one: fits(one) and one.handled, context, request)
    if len(counted) < query["count"]:
        raise await _missed(context, filters, query, len(counted))
    newest = await latest(journal, sorted(counted, key=int, reverse=True))
    return shown(context, newest, count=len(counted))


async def wait_for_one(context: AdminContext, request: AdminRequest) -> Any:
    """Answer as soon as one notification has been sent, or never will be, and has the requested status if one is given.

    HttpProblem: 404 when it is unknown, or deleted while the client waits; 408 when the time is over.
    """
    query, notification = request.query, await _found(context, request)
    enough = asyncio.Event()

    def fits(current: Notification) -> bool:
        return current.handled and query.get("status") in (None, current.status)

    def hear(event: Event) -> None:
        if event.kind == "reset":
            ends = event.client_id in (None, notification.client_id)
        else:
            ends = event.kind == "notification" and event.subject.id == notification.id and fits(event.subject)
        if ends:
            enough.set()

    with context.waits.held(), context.events.subscribed(hear):
        if not fits(await _found(context, request)):
            await either(enough, request.http, query["timeout"])
    current = await _found(context, request)
    if not fits(current):
        status = f" to be {query['status']}" if "status" in query else ""
        detail = f"waited {query['timeout']:g} s for notification {current.id}{status}: {_told(current)}"
        latest_state = payment_views.notification_summary(current)
        raise HttpProblem(408, "Notification not sent in time", detail, id=current.id, latest=[latest_state])
    return payment_views.whole_notification_view(current)


async def resend(context: AdminContext, request: AdminRequest) -> Any:
    """Send a notification once more, now."""
    found = await _found(context, request)
    if found.url is None:
        raise HttpProblem(409, "Nowhere to send it", found.problem or "it has no URL")
    return payment_views.whole_notification_view(await context.dispatcher.resend(found))


def shown(context: AdminContext, ids: Iterable[str], **members: Any) -> StreamedList:
    """Notifications as lists show them, after other members of the answer."""
    journal = context.dispatcher.journal
    return StreamedList(context, "notifications", ids, journal.get, payment_views.notification_view, members)


async def _found(context: AdminContext, request: AdminRequest) -> Notification:
    wanted_id = request.http.path_params["id"]
    found = await context.dispatcher.journal.get(wanted_id)
    if found is None:
        detail = f"there is no notification '{wanted_id[:40]}'; the latest only are kept"
        raise HttpProblem(404, "No such notification", detail)
    return found


async def _missed(
    context: AdminContext, filters: Mapping[str, str], query: Mapping[str, Any], count: int
) -> HttpProblem:
    detail = in_vain("notification", filters, query, count)
    whose = {name: value for name, value in filters.items() if name == "clientId"}
    others = await context.dispatcher.journal.newest_first(wanted(whose), after=query["after"])
    if others:
        detail += f" The latest of {len(others)}: {_told(others[0])}"
    elif not count:
        detail += " There is no other one either: has the buyer acted?"
    shown_whole = [payment_views.notification_summary(one) for one in others[:3]]
    found = {"filters": dict(filters), "expected": query["count"], "count": count, "latest": shown_whole}
    return HttpProblem(408, "Not enough notifications", detail, **found)


def _told(one: Notification) -> str:
    summary = payment_views.notification_summary(one)
    why = summary["problem"] or (summary["attempts"][-1]["why"] if summary["attempts"] else None)
    whose = f" of {one.request_id}" if one.request_id else ""
    waits = f", it waits for {one.waits_for}" if one.held else ""
    return f"#{one.id} {one.name}{whose} is {one.status}{waits}" + (f": {why}" if why else "")

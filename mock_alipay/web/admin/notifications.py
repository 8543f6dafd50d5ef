"""Admin API: list, show, await and resend notifications."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mock_alipay.journal.events import Event
from mock_alipay.journal.notifications import FILTERS, Notification, wanted
from mock_alipay.text.wording import short
from mock_alipay.web.admin import payment_views, search
from mock_alipay.web.admin.calls import named
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.admin.streamed import StreamedList
from mock_alipay.web.admin.waits import count, either, latest, unmet
from mock_alipay.web.asgi.problems import HttpProblem


async def notifications(context: AdminContext, request: AdminRequest) -> Any:
    """List the notifications that fit the filters, newest first."""
    newest = await found_by(context, request, request.query["limit"])
    summary = request.query.get("view") == "summary"
    view = payment_views.notification_summary if summary else payment_views.notification_view
    return shown(context, [each.id for each in newest], view)


async def notification(context: AdminContext, request: AdminRequest) -> Any:
    """Show one notification with the signed text."""
    return payment_views.whole_notification_view(await _named(context, request), request.query.get("attemptsAfter"))


async def wait(context: AdminContext, request: AdminRequest) -> Any:
    """Reply as soon as enough notifications that fit have been sent, or never will be; HttpProblem (408) otherwise."""
    query, journal = request.query, context.dispatcher.journal
    filters = named(context, FILTERS, query)
    fits = wanted(filters)
    counted = await count(journal, "notification", lambda each: fits(each) and each.handled, context, request)
    if len(counted) < query["count"]:
        raise await _missed(context, filters, query, len(counted))
    newest = await latest(journal, sorted(counted, key=int, reverse=True))
    return shown(context, newest, count=len(counted))


async def wait_for_one(context: AdminContext, request: AdminRequest) -> Any:
    """Reply as soon as one notification has been sent, or never will be, and has the ``status`` if one is given.

    HttpProblem: 404 when it is unknown, or deleted while the client waits; 408 when the time is over.
    """
    query, notification = request.query, await _named(context, request)
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
        if not fits(await _named(context, request)):
            await either(enough, request.http, query["timeout"])
    current = await _named(context, request)
    if not fits(current):
        status = f" to be {query['status']}" if "status" in query else ""
        detail = f"waited {query['timeout']:g} s for notification {current.id}{status}: {_state(current)}"
        summary = payment_views.notification_summary(current)
        raise HttpProblem(408, "Notification not sent in time", detail, id=current.id, latest=[summary])
    return payment_views.whole_notification_view(current)


async def resend(context: AdminContext, request: AdminRequest) -> Any:
    """Send a notification once more, now; HttpProblem (409) when it has no URL."""
    notification = await _named(context, request)
    if notification.url is None:
        raise HttpProblem(409, "No URL", notification.problem or "the notification has no URL")
    return payment_views.whole_notification_view(await context.dispatcher.resend(notification))


def shown(
    context: AdminContext,
    ids: Iterable[str],
    view: Callable[[Notification], dict[str, Any]] = payment_views.notification_view,
    **members: Any,
) -> StreamedList:
    """A list of notifications as the last member of the reply, after ``members``."""
    return StreamedList(context, "notifications", ids, context.dispatcher.journal.get, view, members)


async def found_by(context: AdminContext, request: AdminRequest, limit: int | None = None) -> list[Notification]:
    """The notifications that fit the filters of a request, newest first."""
    query, journal = request.query, context.dispatcher.journal
    fits = wanted(named(context, FILTERS, query))
    return await search.journaled(context, journal, fits, query, search.NOTIFICATIONS, limit)


async def _named(context: AdminContext, request: AdminRequest) -> Notification:
    """The notification that the path names; HttpProblem (404) when the journal doesn't have it."""
    notification_id = request.http.path_params["id"]
    named_by_path = await context.dispatcher.journal.get(notification_id)
    if named_by_path is None:
        detail = f"there is no notification '{short(notification_id)}'; the oldest notifications are evicted"
        raise HttpProblem(404, "Unknown notification", detail)
    return named_by_path


async def _missed(
    context: AdminContext, filters: Mapping[str, str], query: Mapping[str, Any], count: int
) -> HttpProblem:
    detail = unmet("notification", filters, query, count)
    owner = {name: value for name, value in filters.items() if name == "clientId"}
    others = await context.dispatcher.journal.newest_first(wanted(owner), after=query["after"])
    if others:
        detail += f" The latest of {len(others)}: {_state(others[0])}"
    elif not count:
        detail += " There is no other one either: has the buyer acted?"
    summaries = [payment_views.notification_summary(other) for other in others[:3]]
    return HttpProblem(
        408,
        "Not enough notifications",
        detail,
        filters=dict(filters),
        expected=query["count"],
        count=count,
        latest=summaries,
    )


def _state(notification: Notification) -> str:
    """The state of a notification in a sentence."""
    summary = payment_views.notification_summary(notification)
    why = summary["problem"] or (summary["attempts"][-1]["why"] if summary["attempts"] else None)
    request = f" of {notification.request_id}" if notification.request_id else ""
    waits = f", it waits for {notification.waits_for}" if notification.held else ""
    state = f"#{notification.id} {notification.name}{request} is {notification.status}{waits}"
    return f"{state}: {why}" if why else state

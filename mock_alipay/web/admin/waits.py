"""Waits for calls, and says what came instead when they do not come."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.requests import Request

from mock_alipay.journal.calls import FILTERS, CallRecord, found_by, wanted
from mock_alipay.journal.events import Event, EventKind
from mock_alipay.journal.notifications import Notification
from mock_alipay.storage import Journal
from mock_alipay.text.masking import mask_text
from mock_alipay.text.wording import alike, short
from mock_alipay.web.admin.calls import filters_of, shown
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.request_body import gone

Counted = TypeVar("Counted", CallRecord, Notification)

_MOST_SHOWN = 100
_LOOKED_AT = 1_000
"""The newest so many other calls are looked at for near misses."""
_COMPARED = 20
"""Of those the nearest so many are compared letter by letter."""

_NEAREST = 3
_WEIGHTS = {"resultCode": 1, "scenario": 1, "endpoint": 2, "family": 2, "clientId": 3}
_WEIGHT_OF_AN_ID = 4


async def wait(context: AdminContext, request: AdminRequest) -> Any:
    """Answer as soon as enough calls fit; HttpProblem (408) with the nearest misses when the time is over."""
    filters, query = await filters_of(context, request.query), request.query
    counted = await count(context.journal, "call", wanted(filters), context, request)
    if len(counted) < query["count"]:
        raise await _missed(context, filters, query, len(counted))
    return shown(context, await latest(context.journal, reversed(counted)), count=len(counted))


async def count(
    journal: Journal[Counted],
    kind: EventKind,
    fits: Callable[[Counted], bool],
    context: AdminContext,
    request: AdminRequest,
) -> list[str]:
    """The ids of the records that fit, of the journal and of those that come, until there are enough or time is over.

    In the order in which they came to fit.
    """
    query = request.query
    counter = _Counter(kind, fits, query["count"])
    with context.waits.held(), context.events.subscribed(counter.record):
        after = query["after"]
        # Ids are given as calls come: one with a smaller id may end, and be noted, after the one that is named.
        counter.least = 0 if await journal.get(str(after)) else after
        for record in reversed(await journal.newest_first(after=after)):
            counter.take(record)
        await either(counter.enough, request.http, query["timeout"])
    return list(counter.found)


async def latest(journal: Journal[Counted], ids: Iterable[str]) -> list[str]:
    """The first hundred of these ids, but for those of records that were forgotten meanwhile."""
    return [one for one in itertools.islice(ids, _MOST_SHOWN) if await journal.get(one) is not None]


class _Counter(Generic[Counted]):
    """Counts the records that fit, as long as they fit and are not forgotten."""

    def __init__(self, kind: EventKind, fits: Callable[[Counted], bool], expected: int) -> None:
        self._kind = kind
        self._fits: Callable[[Counted], bool] = fits
        self._expected = expected
        self.enough = asyncio.Event()
        self.least = 0
        """Records with ids up to this do not count."""
        self.found: dict[str, str] = {}
        """Client ids by the ids of records."""

    def record(self, event: Event) -> None:
        """Take note of an event."""
        if event.kind == "reset":
            left = {one: whose for one, whose in self.found.items() if event.client_id not in (None, whose)}
            self.found = left
        elif event.kind == self._kind and event.subject.number > self.least:
            self.take(event.subject)

    def take(self, record: Counted) -> None:
        """Count a record, or no longer."""
        if self._fits(record):
            self.found[record.id] = record.client_id
        else:
            self.found.pop(record.id, None)
        if len(self.found) >= self._expected:
            self.enough.set()


async def either(enough: asyncio.Event, request: Request, seconds: float) -> None:
    """Return when there is enough, the client has gone, or the time is over."""
    waiting = [asyncio.ensure_future(enough.wait()), asyncio.ensure_future(gone(request.receive))]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


@dataclass(frozen=True, slots=True)
class _Miss:
    """A call that does not fit, and where."""

    entry: CallRecord
    differs: tuple[tuple[str, str, str | None], ...]
    """Filter, expected, found."""

    @property
    def distance(self) -> tuple[int, int]:
        """Fewer filters come first, and another outcome of a call before another call."""
        return len(self.differs), sum(_WEIGHTS.get(name, _WEIGHT_OF_AN_ID) for name, _, _ in self.differs)

    @property
    def likeness(self) -> float:
        """How much what was found looks like what was expected."""
        return sum(alike(expected, found or "") for _, expected, found in self.differs)

    @property
    def view(self) -> dict[str, Any]:
        differs = [
            {"filter": name, "expected": mask_text(expected), "found": found and mask_text(short(found, 80))}
            for name, expected, found in self.differs
        ]
        return {"id": self.entry.id, "time": self.entry.time.isoformat(timespec="milliseconds"), "differs": differs}


async def _missed(
    context: AdminContext, filters: Mapping[str, str], query: Mapping[str, Any], count: int
) -> HttpProblem:
    fits = wanted(filters)
    others = await context.journal.newest_first(lambda entry: not fits(entry), after=query["after"])
    nearest = _nearest([_miss(entry, filters) for entry in itertools.islice(others, _LOOKED_AT)])
    return HttpProblem(
        408,
        "Not enough calls",
        in_vain("call", filters, query, count) + _told(context, nearest, len(others), count),
        filters=dict(filters),
        expected=query["count"],
        count=count,
        others=len(others),
        nearest=[miss.view for miss in nearest],
    )


def in_vain(what: str, filters: Mapping[str, str], query: Mapping[str, Any], count: int) -> str:
    """What was waited for and how many came, in a sentence."""
    asked = " and ".join(f"{name}={value}" for name, value in filters.items())
    expected = f"{query['count']} {what}" + ("" if query["count"] == 1 else "s") + (f" with {asked}" if asked else "")
    return f"waited {query['timeout']:g} s for {expected}; {count or 'none'} came."


def _told(context: AdminContext, nearest: list[_Miss], others: int, count: int) -> str:
    if not nearest:
        return "" if count else f" No other call came either: does the shop call {context.env['url']}?"
    closest = nearest[0]
    places = ", ".join(f"{name} ({mask_text(short(found or 'none', 80))})" for name, _, found in closest.differs)
    came = "1 other call came; it" if others == 1 else f"{others} other calls came; the closest, #{closest.entry.id},"
    return f" {came} differs in {places}"


def _nearest(misses: list[_Miss]) -> list[_Miss]:
    """The nearest few: of those that are equally far, likelier misspellings first, then newer calls."""
    near = sorted(misses, key=lambda miss: miss.distance)[:_COMPARED]
    return sorted(near, key=lambda miss: (*miss.distance, -miss.likeness))[:_NEAREST]


def _miss(entry: CallRecord, filters: Mapping[str, str]) -> _Miss:
    found = [(name, value, found_by(FILTERS, name, entry)) for name, value in filters.items()]
    return _Miss(entry, tuple(one for one in found if one[1] != one[2]))

"""Waits for calls, and says what came instead when they do not come."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from mock_alipay.journal.calls import FILTERS, CallRecord, found_by, wanted
from mock_alipay.journal.events import Event
from mock_alipay.text.masking import mask_text
from mock_alipay.text.wording import alike, short
from mock_alipay.web.admin.calls import filters_of, shown
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.request_body import gone

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
    filters, query = filters_of(context, request.query), request.query
    counter = _Counter(context, filters, query["after"], query["count"])
    with context.waits.held(), context.events.subscribed(counter.record):
        await either(counter.enough, request.http, query["timeout"])
    if counter.count < query["count"]:
        raise _missed(context, filters, query, counter.count)
    return {"count": counter.count, "calls": await shown(context, list(counter.newest))}


class _Counter:
    """Counts the calls that fit, those of the journal first and then each that comes."""

    def __init__(self, context: AdminContext, filters: Mapping[str, str], after: int, expected: int) -> None:
        self._journal = context.journal
        self._fits = wanted(filters)
        self._after = after
        # Ids are given as calls come: one with a smaller id may end, and be noted, after the one that is named.
        self._least = 0 if context.journal.get(str(after)) else after
        self._expected = expected
        self.enough = asyncio.Event()
        self._recount()

    def record(self, event: Event) -> None:
        """Take note of an event."""
        if event.kind == "reset":
            self._recount()
        elif event.kind == "call" and event.subject.number > self._least and self._fits(event.subject):
            self.newest.appendleft(event.subject)
            self.count += 1
            self._look()

    def _recount(self) -> None:
        found = list(self._journal.newest_first(self._fits, after=self._after))
        self.count = len(found)
        self.newest = deque(found[:_MOST_SHOWN], _MOST_SHOWN)
        self._look()

    def _look(self) -> None:
        if self.count >= self._expected:
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
            {"filter": name, "expected": expected, "found": found and mask_text(short(found, 80))}
            for name, expected, found in self.differs
        ]
        return {"id": self.entry.id, "time": self.entry.time.isoformat(timespec="milliseconds"), "differs": differs}


def _missed(context: AdminContext, filters: Mapping[str, str], query: Mapping[str, Any], count: int) -> HttpProblem:
    fits = wanted(filters)
    others = list(context.journal.newest_first(lambda entry: not fits(entry), after=query["after"]))
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

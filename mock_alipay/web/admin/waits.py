"""Admin API: wait for calls, and report the nearest misses after the timeout."""

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
from mock_alipay.text.wording import alike, plural, short
from mock_alipay.web.admin.calls import filters_of, shown
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.request_body import gone

Counted = TypeVar("Counted", CallRecord, Notification)

_MOST_SHOWN = 100
_CANDIDATES = 1_000
"""How many of the newest other calls are searched for near misses."""
_COMPARED = 20
"""How many of the nearest candidates are compared letter by letter."""

_NEAREST = 3
"""How many near misses are reported."""
_WEIGHTS = {"resultCode": 1, "scenario": 1, "endpoint": 2, "family": 2, "clientId": 3}
_WEIGHT_OF_AN_ID = 4


async def wait(context: AdminContext, request: AdminRequest) -> Any:
    """Reply as soon as enough calls fit; HttpProblem (408) with the nearest misses when the time is over."""
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
    """The ids of the records that fit, in the order in which they began to fit.

    Looks at the journal and then at new records, until there are enough, the time is over, or the client disconnects.
    """
    query = request.query
    counter = _Counter(kind, fits, query["count"])
    with context.waits.held(), context.events.subscribed(counter.record):
        after = query["after"]
        # Ids are assigned when calls arrive: a call with a smaller id may be journaled after the one with id ``after``.
        counter.least = 0 if await journal.get(str(after)) else after
        for record in reversed(await journal.newest_first(after=after)):
            counter.take(record)
        await either(counter.enough, request.http, query["timeout"])
    return list(counter.owners)


async def latest(journal: Journal[Counted], ids: Iterable[str]) -> list[str]:
    """The first ``_MOST_SHOWN`` of these ids, without those of records that are evicted or deleted."""
    return [id_ for id_ in itertools.islice(ids, _MOST_SHOWN) if await journal.get(id_) is not None]


class _Counter(Generic[Counted]):
    """Counts the records that fit, while they fit and are not deleted by a reset."""

    def __init__(self, kind: EventKind, fits: Callable[[Counted], bool], expected: int) -> None:
        self._kind = kind
        self._fits: Callable[[Counted], bool] = fits
        self._expected = expected
        self.enough = asyncio.Event()
        self.least = 0
        """Records with ids up to this do not count."""
        self.owners: dict[str, str] = {}
        """Client ids by the ids of the counted records."""

    def record(self, event: Event) -> None:
        """Count the record of an event, or handle a reset."""
        if event.kind == "reset":
            self.owners = {id_: owner for id_, owner in self.owners.items() if event.client_id not in (None, owner)}
        elif event.kind == self._kind and event.subject.number > self.least:
            self.take(event.subject)

    def take(self, record: Counted) -> None:
        """Count a record that fits; stop counting one that no longer fits."""
        if self._fits(record):
            self.owners[record.id] = record.client_id
        else:
            self.owners.pop(record.id, None)
        if len(self.owners) >= self._expected:
            self.enough.set()


async def either(enough: asyncio.Event, request: Request, seconds: float) -> None:
    """Return when ``enough`` is set, the client disconnects, or the time is over."""
    waiting = [asyncio.ensure_future(enough.wait()), asyncio.ensure_future(gone(request.receive))]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


@dataclass(frozen=True, slots=True)
class _Miss:
    """A call that does not fit, and the filters that it does not fit."""

    entry: CallRecord
    differs: tuple[tuple[str, str, str | None], ...]
    """Filter, expected value, actual value."""

    @property
    def distance(self) -> tuple[int, int]:
        """Sorts by the number of filters, and calls that differ in their outcome before other calls."""
        return len(self.differs), sum(_WEIGHTS.get(name, _WEIGHT_OF_AN_ID) for name, _, _ in self.differs)

    @property
    def likeness(self) -> float:
        """How similar actual and expected values are."""
        return sum(alike(expected, actual or "") for _, expected, actual in self.differs)

    @property
    def view(self) -> dict[str, Any]:
        differs = [
            {"filter": name, "expected": mask_text(expected), "found": actual and mask_text(short(actual, 80))}
            for name, expected, actual in self.differs
        ]
        return {"id": self.entry.id, "time": self.entry.time.isoformat(timespec="milliseconds"), "differs": differs}


async def _missed(
    context: AdminContext, filters: Mapping[str, str], query: Mapping[str, Any], count: int
) -> HttpProblem:
    fits = wanted(filters)
    others = await context.journal.newest_first(lambda entry: not fits(entry), after=query["after"])
    nearest = _nearest([_miss(entry, filters) for entry in itertools.islice(others, _CANDIDATES)])
    return HttpProblem(
        408,
        "Not enough calls",
        unmet("call", filters, query, count) + _closest(context, nearest, len(others), count),
        filters=dict(filters),
        expected=query["count"],
        count=count,
        others=len(others),
        nearest=[miss.view for miss in nearest],
    )


def unmet(noun: str, filters: Mapping[str, str], query: Mapping[str, Any], count: int) -> str:
    """A sentence about what was waited for, and how many came."""
    conditions = " and ".join(f"{name}={value}" for name, value in filters.items())
    expected = plural(query["count"], noun) + (f" with {conditions}" if conditions else "")
    return f"waited {query['timeout']:g} s for {expected}; {count or 'none'} came."


def _closest(context: AdminContext, nearest: list[_Miss], others: int, count: int) -> str:
    if not nearest:
        return "" if count else f" No other call came either: does the shop call {context.env['url']}?"
    closest = nearest[0]
    places = ", ".join(f"{name} ({mask_text(short(actual or 'none', 80))})" for name, _, actual in closest.differs)
    came = "1 other call came; it" if others == 1 else f"{others} other calls came; the closest, #{closest.entry.id},"
    return f" {came} differs in {places}"


def _nearest(misses: list[_Miss]) -> list[_Miss]:
    """The nearest misses; at equal distance more similar values come first, then newer calls."""
    near = sorted(misses, key=lambda miss: miss.distance)[:_COMPARED]
    return sorted(near, key=lambda miss: (*miss.distance, -miss.likeness))[:_NEAREST]


def _miss(entry: CallRecord, filters: Mapping[str, str]) -> _Miss:
    compared = [(name, value, found_by(FILTERS, name, entry)) for name, value in filters.items()]
    return _Miss(entry, tuple((name, value, actual) for name, value, actual in compared if value != actual))

"""Checks that a state has no entries which a gateway could not have, or not keep apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from mock_alipay.clock.clocks import EARLIEST, LATEST, ClockOffset
from mock_alipay.errors import SetupError
from mock_alipay.state.parts import State
from mock_alipay.state.records import wrong
from mock_alipay.text.client_id import CLIENT_ID, CLIENT_ID_RULE
from mock_alipay.text.wording import short

_MAX_RECORD = 16 * 1024
"""The most bytes of an aggregate besides the request that created it and its captures and refunds."""

_MAX_TEXT = 256
"""The most characters of a part of a key."""


def check_size(record: Any, at: str) -> None:
    """SetupError for an aggregate with more data than a gateway would keep."""
    if not isinstance(record, dict):
        raise wrong(at, "an object", record)
    rest = {name: value for name, value in record.items() if name not in ("request", "transactions")}
    size = len(orjson.dumps(rest))
    if size > _MAX_RECORD:
        raise SetupError(f"{at}: expected at most {_MAX_RECORD} bytes besides the request, got {size}")


def of_owners(state: State, client_id: str | None) -> Iterator[str]:
    """Problems of client ids and keys, and of what is there twice."""
    owners: dict[str, Iterable[str | None]] = {
        "clocks": [row.client_id for row in state.clocks],
        "scenarios": [owner for owner, _ in state.scenarios],
        "selections": [row.client_id for row in state.selections],
        "steps": [row.client_id for row in state.steps],
    }
    for family in dict.fromkeys(aggregate.family for aggregate in state.aggregates):
        owners[f"aggregates.{family}"] = [each.client_id for each in state.aggregates if each.family == family]
    for name, ids in owners.items():
        for at, owner in enumerate(ids):
            if client_id is not None and owner != client_id:
                yield f"{name}[{at}].clientId: expected {client_id}, got {'null' if owner is None else short(owner)}"
            if owner is not None and not CLIENT_ID.fullmatch(owner):
                yield f"{name}[{at}].clientId: expected {CLIENT_ID_RULE}, got {short(repr(owner))}"
    for at, step in enumerate(state.steps):
        if not step.key or max(map(len, step.key)) > _MAX_TEXT:
            yield f"steps[{at}].key: expected strings of at most {_MAX_TEXT} characters"
    for at, selection in enumerate(state.selections):
        if selection.times == 0:
            yield f"selections[{at}].times: expected a whole number from 1, got 0"
    yield from _twice("clocks", owners["clocks"])
    yield from _twice("scenarios", [(owner or "all client ids", scenario.name) for owner, scenario in state.scenarios])
    yield from _twice("selections", owners["selections"])
    yield from _twice("steps", [(step.client_id, *step.key) for step in state.steps])
    yield from _twice("aggregates", [aggregate.key for aggregate in state.aggregates])
    yield from _twice("aggregates", [(a.client_id, a.family, alias) for a in state.aggregates for alias in a.aliases])


def of_public_ids(state: State) -> Iterator[str]:
    """Problems of ids by which an aggregate is found without its client id, in the state of a whole gateway."""
    yield from _twice("aggregates", [public for aggregate in state.aggregates for public in aggregate.public_ids])


def _twice(name: str, keys: Iterable[Any]) -> Iterator[str]:
    seen: set[Any] = set()
    for key in keys:
        if key in seen:
            said = " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
            yield f"{name}: {short(said, 120)} is there twice"
        seen.add(key)


def of_clocks(state: State) -> Iterator[str]:
    """Problems of clocks that show a time which no clock can be set to."""
    real = datetime.now(UTC)
    for at, clock in enumerate(state.clocks):
        if not EARLIEST <= ClockOffset(clock.ahead, clock.frozen).read(real) <= LATEST:
            yield f"clocks[{at}]: expected a clock from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}"

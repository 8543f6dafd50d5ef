"""The document: its records, and the checks that accept it as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

import orjson

from mock_alipay.apis.aggregate import Aggregate
from mock_alipay.apis.family import Families
from mock_alipay.clock.clocks import EARLIEST, LATEST, ClockOffset
from mock_alipay.contracts.contract import Contract
from mock_alipay.contracts.schemas import MAX_DEPTH, depth
from mock_alipay.errors import SetupError, under
from mock_alipay.scenarios import Library, Scenario
from mock_alipay.scenarios.document import Document as ScenarioDocument
from mock_alipay.scenarios.upload import loaded_from
from mock_alipay.scenarios.vocabulary import Vocabulary
from mock_alipay.state.records import from_json, to_json, wrong
from mock_alipay.text.wording import not_json, short
from mock_alipay.version import __version__

FORMAT: Final = "mock-alipay-state"
VERSION = 1
"""The version of the format; a change that older versions of this package would misread counts it up."""

_MAX_RECORD = 16 * 1024
"""The most bytes of an aggregate besides the request that created it and its captures and refunds."""

_MAX_TEXT = 256
"""The most characters of a client id or of a part of a key."""

_ORIGIN = "the scenario"


class Loaded(NamedTuple):
    """A scenario loaded at run time; ``client_id`` is None for all client ids, here and below."""

    client_id: str | None
    name: str
    scenario: Mapping[str, Any]


class Selection(NamedTuple):
    """A scenario that is set."""

    client_id: str | None
    scenario: str
    times: int | None = None


class Steps(NamedTuple):
    """How many steps were played; ``key`` has the scenario, the endpoint or notification, and the request id."""

    client_id: str
    key: tuple[str, ...]
    played: int


class MovedClock(NamedTuple):
    """A clock that was moved: by how many seconds, or where it is frozen."""

    client_id: str | None
    ahead: timedelta = timedelta()
    frozen: datetime | None = None


class _Written(NamedTuple):
    format: Literal["mock-alipay-state"]
    version: int
    clocks: tuple[MovedClock, ...] = ()
    scenarios: tuple[Loaded, ...] = ()
    selections: tuple[Selection, ...] = ()
    steps: tuple[Steps, ...] = ()
    aggregates: Mapping[str, Any] = {}
    written_by: str = ""


class State(NamedTuple):
    """A gateway's state, checked."""

    clocks: tuple[MovedClock, ...]
    scenarios: tuple[tuple[str | None, Scenario], ...]
    selections: tuple[Selection, ...]
    steps: tuple[Steps, ...]
    aggregates: tuple[Aggregate, ...]


def written(state: State) -> dict[str, Any]:
    """The document of a state."""
    families: dict[str, list[Any]] = {}
    for aggregate in state.aggregates:
        families.setdefault(aggregate.family, []).append(to_json(aggregate))
    loaded = [Loaded(owner, scenario.name, scenario.content) for owner, scenario in state.scenarios]
    return {
        "format": FORMAT,
        "version": VERSION,
        "writtenBy": f"mock-alipay {__version__}",
        "clocks": to_json(state.clocks),
        "scenarios": to_json(tuple(loaded)),
        "selections": to_json(state.selections),
        "steps": to_json(state.steps),
        "aggregates": families,
    }


def text(state: State) -> bytes:
    """The document of a state as JSON text."""
    return orjson.dumps(written(state))


def parsed(raw: bytes) -> Any:
    """The JSON value of a text; SetupError when it is none."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise SetupError(not_json(error)) from None


class Reader(NamedTuple):
    """Reads documents for one gateway."""

    families: Families
    contract: Contract
    vocabulary: Vocabulary
    filed: Library
    """The scenarios of the gateway's files."""

    def read(self, value: Any, client_id: str | None = None) -> State:
        """The state in a parsed document; SetupError says what is wrong with it.

        ``client_id``: everything in the document must belong to it; None for any.
        """
        content = _content(value)
        loaded = [
            (row.client_id, scenario)
            for at, row in enumerate(content.scenarios)
            for scenario in self._scenarios(row, f"scenarios[{at}]")
        ]
        aggregates = tuple(
            aggregate for name, records in content.aggregates.items() for aggregate in self._aggregates(name, records)
        )
        state = State(content.clocks, tuple(loaded), content.selections, content.steps, aggregates)
        for problem in (*_of_owners(state, client_id), *_of_clocks(state), *self._of_selections(state)):
            raise SetupError(problem)
        return state

    def _scenarios(self, row: Loaded, at: str) -> list[Scenario]:
        """The scenario of a row, or those of a template."""
        with under(f"{at} ({short(row.name)}): "):
            return loaded_from(ScenarioDocument(_ORIGIN, row.scenario), row.name, self.vocabulary)

    def _aggregates(self, name: str, records: Any) -> Iterator[Aggregate]:
        """The aggregates of a family."""
        at = f"aggregates.{name}"
        if name not in self.families:
            raise SetupError(f"{at[:80]}: expected one of {', '.join(self.families)}")
        if not isinstance(records, list):
            raise wrong(at, "an array", records)
        family = self.families[name]
        for number, record in enumerate(records):
            _check_size(record, f"{at}[{number}]")
            aggregate = from_json(family.aggregate, record, f"{at}[{number}]")
            for problem in family.problems(aggregate, self.contract):
                raise SetupError(f"{at}[{number}].{problem}")
            yield aggregate

    def _of_selections(self, state: State) -> Iterator[str]:
        """Problems of scenarios that are set."""
        for at, row in enumerate(state.selections):
            own = [scenario for owner, scenario in state.scenarios if owner in (None, row.client_id)]
            library = self.filed.joined_by(own) if own else self.filed
            if row.scenario not in library:
                yield f"selections[{at}].scenario: {library.unknown(row.scenario)}"
            if row.times == 0:
                yield f"selections[{at}].times: expected a whole number from 1, got 0"


def _content(value: Any) -> _Written:
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise SetupError(f'not the state of a mock-alipay gateway: expected an object with "format": "{FORMAT}"')
    version = value.get("version")
    if version != VERSION or isinstance(version, bool):
        by = f", written by {short(str(value['writtenBy']))}" if "writtenBy" in value else ""
        remedy = "; load it with that version, or a newer one" if by else ""
        raise SetupError(f"version: expected {VERSION}, got {short(str(version))}{by}{remedy}")
    if depth(value) > MAX_DEPTH + 8:
        raise SetupError(f"nested more than {MAX_DEPTH + 8} levels deep")
    return from_json(_Written, value, "")


def _check_size(record: Any, at: str) -> None:
    """SetupError for an aggregate with more data than a gateway would keep."""
    if not isinstance(record, dict):
        raise wrong(at, "an object", record)
    rest = {name: value for name, value in record.items() if name not in ("request", "transactions")}
    size = len(orjson.dumps(rest))
    if size > _MAX_RECORD:
        raise SetupError(f"{at}: expected at most {_MAX_RECORD} bytes besides the request, got {size}")


def _of_owners(state: State, client_id: str | None) -> Iterator[str]:
    """Problems of client ids and keys, and of what is there twice."""
    owners: dict[str, Iterable[str | None]] = {
        "clocks": [row.client_id for row in state.clocks],
        "scenarios": [owner for owner, _ in state.scenarios],
        "selections": [row.client_id for row in state.selections],
        "steps": [row.client_id for row in state.steps],
        "aggregates": [aggregate.client_id for aggregate in state.aggregates],
    }
    for name, ids in owners.items():
        for at, owner in enumerate(ids):
            if client_id is not None and owner != client_id:
                yield f"{name}[{at}].clientId: expected {client_id}, got {'null' if owner is None else short(owner)}"
            if owner is not None and not 0 < len(owner) <= _MAX_TEXT:
                yield f"{name}[{at}].clientId: expected 1 to {_MAX_TEXT} characters, got {len(owner)}"
    for at, step in enumerate(state.steps):
        if not step.key or max(map(len, step.key)) > _MAX_TEXT:
            yield f"steps[{at}].key: expected strings of at most {_MAX_TEXT} characters"
    yield from _twice("clocks", owners["clocks"])
    yield from _twice("selections", owners["selections"])
    yield from _twice("steps", [(step.client_id, *step.key) for step in state.steps])
    yield from _twice("aggregates", [aggregate.key for aggregate in state.aggregates])
    names = [((a.client_id, a.family, alias), alias) for a in state.aggregates for alias in a.aliases]
    yield from _twice("aggregates", [key for key, _ in names])
    yield from _twice("aggregates", [public for aggregate in state.aggregates for public in aggregate.public_ids])


def _twice(name: str, keys: Iterable[Any]) -> Iterator[str]:
    seen: set[Any] = set()
    for key in keys:
        if key in seen:
            said = " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
            yield f"{name}: {short(said, 120)} is there twice"
        seen.add(key)


def _of_clocks(state: State) -> Iterator[str]:
    real = datetime.now(UTC)
    for at, clock in enumerate(state.clocks):
        if not EARLIEST <= ClockOffset(clock.ahead, clock.frozen).read(real) <= LATEST:
            yield f"clocks[{at}]: expected a clock from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}"

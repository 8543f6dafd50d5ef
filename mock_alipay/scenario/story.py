"""A scenario as the gateway plays it: read from a checked document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from mock_alipay import duration
from mock_alipay.errors import SetupError
from mock_alipay.scenario.document import Document
from mock_alipay.scenario.matching import Condition, conditions, text
from mock_alipay.scenario.path import Path, parse
from mock_alipay.scenario.placeholder import Filler, compile_value
from mock_alipay.terms import MAX_MESSAGE, WireFault
from mock_alipay.words import short

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_NOT_STEPS = frozenset({"description", "match", "count"})


@dataclass(frozen=True, slots=True)
class Step:
    """One reply of a story."""

    result: str = "SUCCESS"
    message: str | None = None
    delay: tuple[float, float] | None = None
    """Seconds, from and to."""
    set: tuple[tuple[Path, Filler], ...] = ()
    fault: WireFault | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A named scenario: whom it claims, and what each endpoint answers in it."""

    name: str
    origin: str
    description: str
    match: tuple[Condition, ...]
    count_by_client: bool
    steps: Mapping[str, tuple[Step, ...]]

    @property
    def weight(self) -> tuple[int, int]:
        """How particular ``match`` is: the number of conditions first."""
        return len(self.match), sum(condition.weight for condition in self.match)

    @property
    def sets_result_code(self) -> bool:
        """Whether some step replies with a result code of its own making."""
        places = (("result",), ("result", "resultCode"))
        return any(path in places for steps in self.steps.values() for step in steps for path, _ in step.set)

    def ties_with(self, other: Story) -> bool:
        """Whether both claim some call with equal right, on the same grounds."""
        if self.weight != other.weight:
            return False
        mine = {(c.source, c.place): c for c in self.match}
        theirs = {(c.source, c.place): c for c in other.match}
        return mine.keys() == theirs.keys() and all(mine[k].overlaps(theirs[k]) for k in mine)


def build(name: str, document: Document) -> Story:
    """The story in a document that fits the scenario schema; SetupError lists every problem."""
    problems: list[str] = []
    if not _NAME.fullmatch(name) or "--" in name:
        problems.append(f"{document.origin}: a scenario's name is 1 to 60 letters, digits, . _ or single -, not {name}")
    content: Mapping[str, Any] = document.value
    written: Mapping[str, Any] = content.get("match", {})
    for place in written.get("body", {}):
        try:
            parse(place)
        except ValueError as error:
            problems.append(f"{document.at(f'match.body.{place}')}: match.body: {error}")
    steps = {
        endpoint: tuple(_steps(document, endpoint, listed, problems))
        for endpoint, listed in content.items()
        if endpoint not in _NOT_STEPS
    }
    if problems:
        raise SetupError(*problems)
    return Story(
        name=name,
        origin=document.origin,
        description=content["description"],
        match=conditions(written),
        count_by_client=content.get("count") == "client",
        steps=steps,
    )


def _steps(document: Document, endpoint: str, written: Any, problems: list[str]) -> list[Step]:
    listed = isinstance(written, list)
    steps = []
    for index, item in enumerate(written if listed else [written]):
        where = f"{endpoint}[{index}]" if listed else endpoint
        steps.append(_step(item, partial(_telling, document, problems, where)))
    return steps


def _step(written: Mapping[str, Any], at: Callable[[str], AbstractContextManager[None]]) -> Step:
    """A step; what is wrong with it is told by ``at``, key by key."""
    message, delay = written.get("message"), None
    replaced: list[tuple[Path, Filler]] = []
    if message is not None and "${" in message:
        with at("message"):
            replaced.append((("result", "resultMessage"), _message(message)))
        message = None
    with at("delay"):
        delay = _delay(written["delay"]) if "delay" in written else None
    for path, value in written.get("set", {}).items():
        with at(f"set.{path}"):
            replaced.append((_reply_path(path), compile_value(value)))
    return Step(
        result=written.get("result", "SUCCESS"),
        message=message,
        delay=delay,
        set=tuple(replaced),
        fault=_fault(written["fault"]) if "fault" in written else None,
    )


@contextmanager
def _telling(document: Document, problems: list[str], where: str, key: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        place = f"{where}.{key}"
        problems.append(f"{document.at(place)}: {place}: {error}")


def _message(template: str) -> Filler:
    fill = compile_value(template)
    return lambda scope: short(text(fill(scope)) or "", MAX_MESSAGE)


def _reply_path(written: str) -> Path:
    path = parse(written)
    if not all(isinstance(step, str) for step in path):
        raise ValueError(f"'{written}' names an element of an array; set the array as a whole")
    return path


def _delay(written: Any) -> tuple[float, float]:
    if isinstance(written, str):
        return _seconds(written), _seconds(written)
    low, high = _seconds(written["min"]), _seconds(written["max"])
    if low > high:
        raise ValueError(f"min {written['min']} is more than max {written['max']}")
    return low, high


def _seconds(written: str) -> float:
    return duration.parse(written).total_seconds()


def _fault(written: Any) -> WireFault:
    if isinstance(written, dict):
        return WireFault("status", written["status"])
    return WireFault(written)

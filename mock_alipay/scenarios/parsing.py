"""Shared parsers of steps, notices and acts: messages, set fields, durations, and problems with their lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from mock_alipay.contracts.names import MAX_MESSAGE
from mock_alipay.errors import ScenarioFailed
from mock_alipay.scenarios import delay
from mock_alipay.scenarios.budget import OverBudget
from mock_alipay.scenarios.delay import LONGEST, Delay
from mock_alipay.scenarios.document import Document
from mock_alipay.scenarios.json_path import Path, parse, put
from mock_alipay.scenarios.matching import text
from mock_alipay.scenarios.placeholders import MAX_EXPANDED, Filler, Scope, compile_value
from mock_alipay.text.wording import short

At = Callable[[str], AbstractContextManager[None]]
"""Opens a context for a key, in which a ValueError becomes a problem with file and line."""

Fillings = tuple[tuple[Path, Filler], ...]
"""Fields of a body and the functions that compute their values."""

MAX_SET_STEPS = 32
"""Maximum steps of a path in ``set``. JSON writers limit the nesting of objects."""

_LONGEST_DELAY = timedelta(hours=1)
"""Maximum delay of a reply, far longer than any client waits."""

_Read = TypeVar("_Read")


def each(
    document: Document, name: str, problems: list[str], read: Callable[[Mapping[str, Any], At], _Read]
) -> tuple[_Read, ...]:
    """Parse the object, or each object of the list, under a name with ``read``; problems are added to ``problems``."""
    written = document.value[name]
    if not isinstance(written, list):
        return (read(written, partial(_collecting, document, problems, name)),)
    return tuple(
        read(item, partial(_collecting, document, problems, f"{name}[{index}]")) for index, item in enumerate(written)
    )


def wording(written: Mapping[str, Any], at: At) -> tuple[str | None, Fillings]:
    """The message if it has no placeholders, and the fields to fill in: those of ``set``, and any other message."""
    message = written.get("message")
    filled: list[tuple[Path, Filler]] = []
    if message is not None and "${" in message:
        with at("message"):
            filled.append((("result", "resultMessage"), _message(message)))
        message = None
    for place, value in written.get("set", {}).items():
        with at(f"set.{place}"):
            filled.append((_field(place), compile_value(value)))
    return message, tuple(filled)


def fill_in(body: dict[str, Any], fillings: Fillings, scope: Scope, scenario: str) -> None:
    """Set a scenario's fields in a body; ScenarioFailed when the placeholders expand to too much."""
    for path, fill in fillings:
        try:
            put(body, path, fill(scope))
        except OverBudget:
            place = short(".".join(map(str, path)))
            problem = f"the placeholders up to {place} expand to more than {MAX_EXPANDED} characters"
            raise ScenarioFailed(f"scenario {scenario}: set: {problem}; set fewer, or send a smaller request") from None


def delay_of_notification(written: Mapping[str, Any], at: At) -> Delay | None:
    """The ``delay`` of a notification; None without one."""
    return _delay(written, at, LONGEST, "a notification is delayed")


def delay_of_reply(written: Mapping[str, Any], at: At) -> Delay | None:
    """The ``delay`` of a reply; None without one."""
    return _delay(written, at, _LONGEST_DELAY, "a reply is delayed")


def _delay(written: Mapping[str, Any], at: At, longest: timedelta, what: str) -> Delay | None:
    parsed = None
    if "delay" in written:
        with at("delay"):
            parsed = delay.read(written["delay"], longest, what)
    return parsed


@contextmanager
def _collecting(document: Document, problems: list[str], where: str, key: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        place = f"{where}.{key}"
        problems.append(f"{document.at(place)}: {place}: {error}")


def _message(template: str) -> Filler:
    fill = compile_value(template)
    return lambda scope: short(text(fill(scope)) or "", MAX_MESSAGE)


def _field(written: str) -> Path:
    path = parse(written)
    if not all(isinstance(step, str) for step in path):
        raise ValueError(f"'{written}' names an element of an array; set the array as a whole")
    if len(path) > MAX_SET_STEPS:
        raise ValueError(f"'{short(written)}' has {len(path)} steps, expected at most {MAX_SET_STEPS}")
    return path

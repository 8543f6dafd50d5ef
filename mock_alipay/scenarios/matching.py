"""Which calls a scenario claims: equality, globs, presence, or a list of these. No regular expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mock_alipay.scenarios.json_path import Path, find_all, parse


class Matchable(Protocol):
    """What a matcher can see of a call."""

    @property
    def client_id(self) -> str:
        """The caller's."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name."""

    @property
    def id_field(self) -> str:
        """The field in which its family has the client's own ids, such as ``paymentRequestId``."""

    @property
    def body(self) -> Mapping[str, Any]:
        """Parsed and checked."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of ``match``: a place and what may stand there."""

    source: str
    place: str
    path: Path
    """In the body; empty for headers and the client id."""
    words: frozenset[str]
    """Texts, any of which may fit."""
    globs: tuple[str, ...]
    """Globs, any of which may fit."""
    present: bool | None
    """Whether the place must be filled or empty, when presence is asked for."""

    def holds(self, call: Matchable) -> bool:
        """Whether the call fits."""
        # Every call is held against every match: no generators where one comparison does.
        values = find_all(call.body, self.path) if self.path else self._head(call)
        if self.present is not None and bool(values) == self.present:
            return True
        for value in values:
            found = value if isinstance(value, str) else text(value)
            if found in self.words:
                return True
            if self.globs and found is not None and any(fits(found, glob) for glob in self.globs):
                return True
        return False

    @property
    def weight(self) -> int:
        """How particular it is: equality before globs before presence."""
        if self.present or not (self.words or self.globs):
            return 0
        return 1 if self.globs else 2

    def _head(self, call: Matchable) -> Sequence[str]:
        found = call.client_id if self.source == "clientId" else call.headers.get(self.place)
        return () if found is None else (found,)


def conditions(match: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions of a ``match`` section; ValueError when a path is none."""
    found = [_condition("body", place, parse(place), wanted) for place, wanted in match.get("body", {}).items()]
    found += [_condition("headers", name.lower(), (), wanted) for name, wanted in match.get("headers", {}).items()]
    if "clientId" in match:
        found.append(_condition("clientId", "clientId", (), match["clientId"]))
    return tuple(found)


def fits(value: str, word: str) -> bool:
    """Whether a text is ``word``, in which ``*`` stands for any run and ``?`` for one character.

    Takes at most length times length steps: it goes back to the latest ``*`` only.
    """
    at = want = 0
    star = mark = -1
    while at < len(value):
        if want < len(word) and word[want] == "*":
            star, mark = want, at
            want += 1
        elif want < len(word) and (word[want] == "?" or word[want] == value[at]):
            at, want = at + 1, want + 1
        elif star >= 0:
            mark += 1
            at, want = mark, star + 1
        else:
            return False
    return all(letter == "*" for letter in word[want:])


def text(value: Any) -> str | None:
    """A scalar as matchers compare it; None for objects and arrays."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return str(value)
        case _:
            return None


def _condition(source: str, place: str, path: Path, wanted: Any) -> Condition:
    options = wanted if isinstance(wanted, list) else [wanted]
    words = [word for word in map(text, options) if word is not None]
    globs = tuple(word for word in words if "*" in word or "?" in word)
    present = next((option["present"] for option in options if isinstance(option, dict)), None)
    return Condition(source, place, path, frozenset(words).difference(globs), globs, present)

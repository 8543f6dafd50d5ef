"""Which calls a scenario claims: equality, globs, presence, or a list of these. No regular expressions."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mock_alipay.scenarios.json_path import Path, find_all, parse

_MOST_STEPS = 150_000
"""What telling whether two lists of words overlap may take, in letters compared: a tenth of a second."""


class Matchable(Protocol):
    """What a matcher can see of a call."""

    @property
    def client_id(self) -> str:
        """The caller's."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name."""

    @property
    def body(self) -> Mapping[str, Any]:
        """Parsed and checked."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of ``match``: a place and what may stand there."""

    source: str
    place: str
    path: Path
    words: tuple[str, ...]
    """Texts and globs, any of which may fit."""
    present: bool | None
    """Whether the place must be filled or empty, when presence is asked for."""

    def holds(self, call: Matchable) -> bool:
        """Whether the call fits."""
        values = list(self.values(call))
        if self.present is not None and bool(values) == self.present:
            return True
        return any(fits(text(value), word) for value in values for word in self.words)

    @property
    def exact(self) -> bool:
        """Whether only the very words fit."""
        return self.present is None and not any(is_glob(word) for word in self.words)

    def values(self, call: Matchable) -> Iterable[Any]:
        """What stands at the place."""
        if self.source == "body":
            return find_all(call.body, self.path)
        found = call.client_id if self.source == "clientId" else call.headers.get(self.place)
        return () if found is None else (found,)

    @property
    def weight(self) -> int:
        """How particular it is: equality before globs before presence."""
        if not self.words or self.present:
            return 0
        return 1 if any(is_glob(word) for word in self.words) else 2

    def overlaps(self, other: Condition) -> bool:
        """Whether some value fits both."""
        if self.present is False and other.present is False:
            return True
        if (self.present and (other.present or other.words)) or (other.present and self.words):
            return True
        return _meet_somewhere(self.words, other.words)


def conditions(match: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions of a ``match`` section; ValueError when a path is none."""
    found = [_condition("body", place, parse(place), wanted) for place, wanted in match.get("body", {}).items()]
    found += [_condition("headers", name.lower(), (), wanted) for name, wanted in match.get("headers", {}).items()]
    if "clientId" in match:
        found.append(_condition("clientId", "clientId", (), match["clientId"]))
    return tuple(found)


def fits(value: str | None, word: str) -> bool:
    """Whether a text is ``word``, in which ``*`` stands for any run and ``?`` for one character.

    Takes at most length times length steps: it goes back to the latest ``*`` only.
    """
    if value is None:
        return False
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


def _meet_somewhere(words: Iterable[str], others: Iterable[str]) -> bool:
    """Whether some text fits a word of both lists; taken for true when telling would take too long."""
    if not set(words).isdisjoint(others):
        return True
    globs, plain = _parted(words)
    other_globs, _ = _parted(others)
    room = _MOST_STEPS
    for one, other in itertools.chain(itertools.product(globs, others), itertools.product(plain, other_globs)):
        room -= len(one) * len(other)
        if room < 0 or meet(one, other):
            return True
    return False


def _parted(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """Globs, and words that stand for themselves only."""
    return [word for word in words if is_glob(word)], [word for word in words if not is_glob(word)]


def meet(one: str, other: str) -> bool:
    """Whether some text fits both words."""
    if not is_glob(one):
        return fits(one, other)
    if not is_glob(other):
        return fits(other, one)
    seen: set[tuple[int, int]] = set()
    waiting = [(0, 0)]
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        i, j = at
        a, b = one[i : i + 1], other[j : j + 1]
        if not a and not b:
            return True
        if a == "*":
            waiting += [(i + 1, j), (i, j + 1)] if b else [(i + 1, j)]
        elif b == "*":
            waiting += [(i, j + 1), (i + 1, j)] if a else [(i, j + 1)]
        elif a and b and (a == b or "?" in (a, b)):
            waiting.append((i + 1, j + 1))
    return False


def is_glob(word: str) -> bool:
    """Whether the word stands for more than itself."""
    return "*" in word or "?" in word


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
    words = tuple(word for word in map(text, options) if word is not None)
    present = next((option["present"] for option in options if isinstance(option, dict)), None)
    return Condition(source, place, path, words, present)

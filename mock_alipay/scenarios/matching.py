"""Which calls a scenario claims: equality, globs, presence, or a list of these. No regular expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mock_alipay.scenarios.budget import Budget
from mock_alipay.scenarios.glob import Glob, compile_glob
from mock_alipay.scenarios.json_path import Path, find_all, parse

MAX_CONDITIONS = 100
"""Conditions of a scenario; one with more is refused."""

MAX_STEPS = 200_000
"""Characters compared with globs, and elements looked at for ``[]``, that all matches together may take for a call.

A scenario whose match would take more is passed over, and the journal's explanation of the call says so.
"""


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
    globs: tuple[Glob, ...]
    """Globs, any of which may fit."""
    present: bool | None
    """Whether the place must be filled or empty, when presence is asked for."""

    where: str
    """Source and place: conditions of the same look at the same values."""

    def texts(self, call: Matchable, budget: Budget) -> Sequence[str | None]:
        """What stands at the place; None for objects and arrays. OverBudget when that would take more than there is."""
        if self.path:
            values = find_all(call.body, self.path, budget)
            return [value if isinstance(value, str) else text(value) for value in values] if values else ()
        found = call.client_id if self.source == "clientId" else call.headers.get(self.place)
        return () if found is None else (found,)

    def fits(self, texts: Sequence[str | None], budget: Budget) -> bool:
        """Whether what stands at the place may stand there; OverBudget when that would take more than there is."""
        if self.present is not None and bool(texts) == self.present:
            return True
        if not self.words.isdisjoint(texts):
            return True
        # Every call is held against every match: most have no globs.
        return bool(self.globs) and any(
            glob.fits(found, budget) for glob in self.globs for found in texts if found is not None
        )

    @property
    def weight(self) -> int:
        """How particular it is: equality before globs before presence."""
        if self.present or not (self.words or self.globs):
            return 0
        return 1 if self.globs else 2


def conditions(match: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions of a ``match`` section; ValueError when a path is none, or a glob too long."""
    found = [_condition("body", place, parse(place), wanted) for place, wanted in match.get("body", {}).items()]
    found += [_condition("headers", name.lower(), (), wanted) for name, wanted in match.get("headers", {}).items()]
    if "clientId" in match:
        found.append(_condition("clientId", "clientId", (), match["clientId"]))
    return tuple(found)


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
    globs = [word for word in words if "*" in word or "?" in word]
    present = next((option["present"] for option in options if isinstance(option, dict)), None)
    compiled = tuple(map(compile_glob, globs))
    return Condition(source, place, path, frozenset(words).difference(globs), compiled, present, f"{source}.{place}")

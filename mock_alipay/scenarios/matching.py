"""The ``match`` section: equality, globs, presence, or a list of these. No regular expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mock_alipay.scenarios.budget import Budget
from mock_alipay.scenarios.glob import Glob, compile_glob
from mock_alipay.scenarios.json_path import Path, find_all, parse

MAX_CONDITIONS = 100
"""Maximum number of conditions in a scenario."""

MAX_STEPS = 200_000
"""Maximum work of all ``match`` sections for one call: characters compared with globs, and elements read for ``[]``.

A scenario whose ``match`` would need more is skipped, and the hint in the journal says so.
"""


class Matchable(Protocol):
    """The parts of a call that conditions can look at."""

    @property
    def client_id(self) -> str:
        """The client id of the caller."""

    @property
    def now(self) -> datetime:
        """The time of the call by the client's clock."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The request headers, by lower-case name."""

    @property
    def id_field(self) -> str:
        """The field that holds the client's own id in this family, such as ``paymentRequestId``."""

    @property
    def body(self) -> Mapping[str, Any]:
        """The request body, parsed and checked against its schema."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of ``match``: a place in the call and the values that it may have."""

    source: str
    place: str
    path: Path
    """The path in the body; empty for headers and the client id."""
    words: frozenset[str]
    """Texts; one of them must be equal."""
    globs: tuple[Glob, ...]
    """Globs; one of them must match."""
    present: bool | None
    """Whether the value must be present or absent; None if the condition does not say."""

    where: str
    """Source and place. Conditions with the same ``where`` compare the same values."""

    def texts(self, call: Matchable, budget: Budget) -> Sequence[str | None]:
        """The values at the place, as text; None for objects and arrays. OverBudget when too little is left."""
        if self.path:
            values = find_all(call.body, self.path, budget)
            return [value if isinstance(value, str) else text(value) for value in values] if values else ()
        value = call.client_id if self.source == "clientId" else call.headers.get(self.place)
        return () if value is None else (value,)

    def fits(self, texts: Sequence[str | None], budget: Budget) -> bool:
        """Whether the values at the place meet the condition; OverBudget when too little is left."""
        if self.present is not None and bool(texts) == self.present:
            return True
        if not self.words.isdisjoint(texts):
            return True
        # Checked first for speed: every call is compared with every condition, and most have no globs.
        return bool(self.globs) and any(
            glob.fits(value, budget) for glob in self.globs for value in texts if value is not None
        )

    @property
    def weight(self) -> int:
        """How specific the condition is: 2 for equality, 1 for globs, 0 for presence."""
        if self.present or not (self.words or self.globs):
            return 0
        return 1 if self.globs else 2


def conditions(match: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions of a ``match`` section; ValueError when a path is invalid or a glob is too long."""
    parsed = [_condition("body", place, parse(place), wanted) for place, wanted in match.get("body", {}).items()]
    parsed += [_condition("headers", name.lower(), (), wanted) for name, wanted in match.get("headers", {}).items()]
    if "clientId" in match:
        parsed.append(_condition("clientId", "clientId", (), match["clientId"]))
    return tuple(parsed)


def text(value: Any) -> str | None:
    """The text of a scalar, for comparisons; None for objects and arrays."""
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

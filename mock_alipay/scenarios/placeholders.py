"""``${request.paymentAmount.value}`` and its kin: a closed set of names, no code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from mock_alipay.clock.clocks import wire_time
from mock_alipay.scenarios.budget import Budget
from mock_alipay.scenarios.json_path import MISSING, find, parse
from mock_alipay.scenarios.matching import text as plain
from mock_alipay.text.wording import short

KNOWN = "${request.PATH}, ${reply.PATH}, ${header.NAME}, ${clientId}, ${now}"

MAX_EXPANDED = 1024 * 1024
"""Characters that the placeholders of one reply or notification may stand for, objects and arrays counted as JSON.

The elements that ``[]`` looks at count too. Beyond this a call is answered with an error, a notification is not sent.
"""

_PLACEHOLDER = re.compile(r"\$\$\{|\$\{([^}]*)\}?")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the placeholders of one reply or notification can see, and what they may still stand for."""

    request: Mapping[str, Any]
    reply: Mapping[str, Any]
    headers: Mapping[str, str]
    client_id: str
    now: datetime
    budget: Budget = field(default_factory=lambda: Budget(MAX_EXPANDED))


Filler = Callable[[Scope], Any]


def compile_value(value: Any) -> Filler:
    """A function that fills in a value's placeholders, at any depth; ValueError for an unknown one.

    The function raises OverBudget beyond the scope's budget.

    A string that is one placeholder and no more takes the placeholder's value, whatever its type; None when
    the call has none. Inside a longer string it is text, empty when the call has none. ``$${`` is a plain ``${``.
    """
    if not _has_placeholders(value):
        return lambda _: value
    if isinstance(value, dict):
        fillers = {name: compile_value(inner) for name, inner in value.items()}
        return lambda scope: {name: fill(scope) for name, fill in fillers.items()}
    if isinstance(value, list):
        items = [compile_value(inner) for inner in value]
        return lambda scope: [fill(scope) for fill in items]
    return _compile_text(value)


def _has_placeholders(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_has_placeholders, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and "${" in value


def paths_in(value: Any) -> Iterator[tuple[str, str]]:
    """The paths that a value's placeholders name, at any depth, each with its source: request or reply."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from paths_in(inner)
    elif isinstance(value, str):
        for found in _PLACEHOLDER.finditer(value):
            source, _, path = (found[1] or "").partition(".")
            if source in ("request", "reply"):
                yield source, path


def _compile_text(template: str) -> Filler:
    whole = _PLACEHOLDER.fullmatch(template)
    if whole and whole[1] is not None:
        return _compile_name(whole[0], whole[1])
    parts: list[str | Filler] = []
    end = 0
    for found in _PLACEHOLDER.finditer(template):
        parts.append(template[end : found.start()])
        parts.append("${" if found[1] is None else _compile_name(found[0], found[1]))
        end = found.end()
    parts.append(template[end:])
    return lambda scope: "".join(part if isinstance(part, str) else plain(part(scope)) or "" for part in parts)


def _compile_name(whole: str, name: str) -> Filler:
    taken = _taker(name) if whole.endswith("}") else None
    if taken is None:
        raise ValueError(f"unknown placeholder {short(whole)}; known are {KNOWN}")
    return lambda scope: _counted(taken(scope), scope.budget)


def _taker(name: str) -> Filler | None:
    """What takes a placeholder's value from a scope, if there is a placeholder of this name."""
    source, _, rest = name.partition(".")
    if source in ("request", "reply") and rest:
        path = parse(rest)
        return lambda scope: find(scope.request if source == "request" else scope.reply, path, scope.budget)
    if source == "header" and rest:
        return lambda scope: scope.headers.get(rest.lower())
    if name == "clientId":
        return lambda scope: scope.client_id
    if name == "now":
        return lambda scope: wire_time(scope.now)
    return None


def _counted(value: Any, budget: Budget) -> Any:
    if value is MISSING:
        return None
    budget.spend(len(value) if isinstance(value, str) else len(orjson.dumps(value)))
    return value

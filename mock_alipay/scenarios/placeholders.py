"""Placeholders such as ``${request.paymentAmount.value}``: a fixed set of names, no code."""

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
"""Maximum characters that the placeholders of one reply or notification expand to; objects and arrays count as JSON.

Elements read for ``[]`` count too. Beyond the limit a call gets an error reply, and a notification is not sent.
"""

_PLACEHOLDER = re.compile(r"\$\$\{|\$\{([^}]*)\}?")


@dataclass(frozen=True, slots=True)
class Scope:
    """The values that the placeholders of one reply or notification can use, and their budget."""

    request: Mapping[str, Any]
    reply: Mapping[str, Any]
    headers: Mapping[str, str]
    client_id: str
    now: datetime
    budget: Budget = field(default_factory=lambda: Budget(MAX_EXPANDED))


Filler = Callable[[Scope], Any]


def compile_value(value: Any) -> Filler:
    """Compile a value, with placeholders at any depth, to a function that fills them in.

    ValueError for an unknown placeholder. The function raises OverBudget beyond the scope's budget.

    A string that is exactly one placeholder becomes the value itself, of any type, or None if the call has no such
    value. In a longer string the value becomes text, empty if the call has none. ``$${`` stands for a literal ``${``.
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
    """The paths in a value's placeholders, at any depth, as pairs of source (request or reply) and path."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from paths_in(inner)
    elif isinstance(value, str):
        for match in _PLACEHOLDER.finditer(value):
            source, _, path = (match[1] or "").partition(".")
            if source in ("request", "reply"):
                yield source, path


def _compile_text(template: str) -> Filler:
    whole = _PLACEHOLDER.fullmatch(template)
    if whole and whole[1] is not None:
        return _compile_name(whole[0], whole[1])
    parts: list[str | Filler] = []
    end = 0
    for match in _PLACEHOLDER.finditer(template):
        parts.append(template[end : match.start()])
        parts.append("${" if match[1] is None else _compile_name(match[0], match[1]))
        end = match.end()
    parts.append(template[end:])
    return lambda scope: "".join(part if isinstance(part, str) else plain(part(scope)) or "" for part in parts)


def _compile_name(whole: str, name: str) -> Filler:
    lookup = _lookup(name) if whole.endswith("}") else None
    if lookup is None:
        raise ValueError(f"unknown placeholder {short(whole)}; known are {KNOWN}")
    return lambda scope: _counted(lookup(scope), scope.budget)


def _lookup(name: str) -> Filler | None:
    """The function that reads a placeholder's value from a scope; None for an unknown name."""
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

"""Schema errors as faults in plain words: a table from keyword to phrase."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from mock_alipay.errors import Fault
from mock_alipay.text.masking import is_secret
from mock_alipay.text.wording import close, described

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

MAX_FAULTS = 100
"""Further faults are dropped: describing an array of many wrong elements would block other calls for seconds."""

_CONDITIONS = ("when ", "unless ", "beside ")
"""The first words of a rule's title that says when, or where, a field is required."""

_OBSERVED_HINT = "; --required observed accepts its absence"

_TYPES = {
    "object": "a JSON object",
    "array": "a JSON array",
    "string": "a JSON string",
    "number": "a JSON number",
    "integer": "a JSON integer",
    "boolean": "true or false",
    "null": "null",
}


def faults(errors: Iterable[ValidationError]) -> list[Fault]:
    """The first hundred errors of a validator as faults, without duplicates, in the order of the schema."""
    complaints = [_complaint(error) for error in islice(errors, MAX_FAULTS)]
    # A value of the wrong type also violates an enum or pattern: only its type is reported.
    mistyped = {complaint.path for complaint in complaints if complaint.keyword == "type"}
    relevant = (c for c in complaints if c.keyword == "type" or c.path not in mistyped)
    return list(dict.fromkeys(fault for complaint in relevant for fault in _faults(complaint)))


def dotted(path: Iterable[str | int]) -> str:
    """A path in the notation of messages: ``order.goods[0].goodsName``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


@cache
def validator_class() -> type[Validator]:
    """The explaining validator: draft 2020-12, with patterns matched as in the compiled validator.

    Python's ``$`` also matches before a final newline. All patterns are anchored at both ends, so ``fullmatch`` gives
    the result of the compiled validator.
    """
    from jsonschema import Draft202012Validator, ValidationError, validators

    def pattern(_: Any, expression: str, value: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(value, str) and not re.fullmatch(expression, value):
            yield ValidationError(f"{value!r} does not match {expression!r}")

    extend = cast("Callable[..., type[Validator]]", validators.extend)
    return extend(Draft202012Validator, {"pattern": pattern})


@dataclass(frozen=True, slots=True)
class _Complaint:
    """An error of the validator."""

    path: tuple[str | int, ...]
    keyword: str
    expected: Any
    """The keyword's value in the schema."""
    schema: Mapping[str, Any]
    value: Any

    @property
    def title(self) -> str | None:
        title: str | None = self.schema.get("title")
        return title


def _complaint(error: ValidationError) -> _Complaint:
    schema = cast("Mapping[str, Any]", error.schema)
    return _Complaint(
        tuple(error.absolute_path), str(error.validator), error.validator_value, schema, cast("Any", error.instance)
    )


def _faults(complaint: _Complaint) -> Iterator[Fault]:
    path = complaint.path
    if complaint.keyword == "required":
        # The title of a conditional rule states the condition; the title of an object only names the object.
        when = complaint.title or ""
        expected = f"a value {when}" if when.startswith(_CONDITIONS) else "a value"
        for name in complaint.expected:
            if name not in complaint.value:
                hint = _OBSERVED_HINT if name in complaint.schema.get("x-observedAbsent", ()) else ""
                yield Fault(dotted((*path, name)), expected + hint, "nothing")
        return
    if complaint.keyword == "additionalProperties":
        known = complaint.schema.get("properties", {})
        for name in complaint.value:
            if name not in known:
                yield Fault(dotted((*path, name)), f"one of {_with_suggestion(name, known)}", "an unknown name")
        return
    secret = bool(path) and is_secret(str(path[-1]))
    sized = complaint.keyword in ("minLength", "maxLength", "minItems", "maxItems")
    found = str(len(complaint.value)) if sized else described(complaint.value, secret=secret)
    phrase = _PHRASES.get(complaint.keyword, _titled)
    yield Fault(dotted(path) or "body", phrase(complaint), found)


def _titled(complaint: _Complaint) -> str:
    return complaint.title or f"{complaint.keyword} {complaint.expected}"


def _type(complaint: _Complaint) -> str:
    if isinstance(complaint.expected, str):
        return _TYPES[complaint.expected]
    return complaint.title or " or ".join(_TYPES[name] for name in complaint.expected)


def _enum(complaint: _Complaint) -> str:
    words = [str(word) if word != "" else "an empty string" for word in complaint.expected]
    meant = close(str(complaint.value), words)
    phrase = complaint.title or f"one of {', '.join(words)}"
    return f"{phrase} (did you mean {meant}?)" if meant else phrase


def _count(noun: str, bound: str) -> Callable[[_Complaint], str]:
    def phrase(complaint: _Complaint) -> str:
        return f"{bound} {complaint.expected} {noun}" + ("" if complaint.expected == 1 else "s")

    return phrase


_PHRASES: Mapping[str, Callable[[_Complaint], str]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda complaint: complaint.title or str(complaint.expected),
    "minimum": lambda complaint: complaint.title or f"{complaint.expected} or more",
    "maximum": lambda complaint: complaint.title or f"{complaint.expected} or less",
    "minLength": _count("character", "at least"),
    "maxLength": _count("character", "at most"),
    "minItems": _count("element", "at least"),
    "maxItems": _count("element", "at most"),
    "minProperties": _count("field", "at least"),
}


def _with_suggestion(name: str, known: Iterable[str]) -> str:
    meant = close(name, known)
    return ", ".join(known) + (f" (did you mean {meant}?)" if meant else "")

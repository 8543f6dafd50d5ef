"""What a schema says no to, in plain words: a table from keyword to phrase."""

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
"""More are not told: an array of many wrong elements would hold up every other call for many seconds."""

_CONDITIONS = ("when ", "unless ", "beside ")
"""How the title of a rule begins that says when, or where, a field is required."""

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
    """The errors of a validator as faults, without repetitions, in the order of the schema, the first hundred."""
    complaints = [_complaint(error) for error in islice(errors, MAX_FAULTS)]
    # A value of the wrong type is never one of an enum either: saying so would count one fault twice.
    mistyped = {complaint.path for complaint in complaints if complaint.keyword == "type"}
    worthy = (one for one in complaints if one.keyword == "type" or one.path not in mistyped)
    return list(dict.fromkeys(fault for complaint in worthy for fault in _told(complaint)))


def dotted(path: Iterable[str | int]) -> str:
    """A path as users write it: ``order.goods[0].goodsName``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


@cache
def validator_class() -> type[Validator]:
    """The validator that explains: draft 2020-12, its patterns matched as the compiled one does.

    Python's ``$`` also matches before a last line end; the patterns here are anchored at both ends,
    so a full match means the same to both.
    """
    from jsonschema import Draft202012Validator, ValidationError, validators

    def pattern(_: Any, expression: str, value: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(value, str) and not re.fullmatch(expression, value):
            yield ValidationError(f"{value!r} does not match {expression!r}")

    extend = cast("Callable[..., type[Validator]]", validators.extend)
    return extend(Draft202012Validator, {"pattern": pattern})


@dataclass(frozen=True, slots=True)
class _Complaint:
    path: tuple[str | int, ...]
    keyword: str
    wanted: Any
    """The keyword's value."""
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


def _told(complaint: _Complaint) -> Iterator[Fault]:
    path = complaint.path
    if complaint.keyword == "required":
        # A rule that binds only sometimes says when in its title; the title of a whole object names that object.
        when = complaint.title or ""
        expected = f"a value {when}" if when.startswith(_CONDITIONS) else "a value"
        for name in complaint.wanted:
            if name not in complaint.value:
                hint = _OBSERVED_HINT if name in complaint.schema.get("x-observedAbsent", ()) else ""
                yield Fault(dotted((*path, name)), expected + hint, "nothing")
        return
    if complaint.keyword == "additionalProperties":
        known = complaint.schema.get("properties", {})
        for name in complaint.value:
            if name not in known:
                yield Fault(dotted((*path, name)), f"one of {_listed(name, known)}", "an unknown name")
        return
    secret = bool(path) and is_secret(str(path[-1]))
    sized = complaint.keyword in ("minLength", "maxLength", "minItems", "maxItems")
    found = str(len(complaint.value)) if sized else described(complaint.value, secret=secret)
    phrase = _PHRASES.get(complaint.keyword, _titled)
    yield Fault(dotted(path) or "body", phrase(complaint), found)


def _titled(complaint: _Complaint) -> str:
    return complaint.title or f"{complaint.keyword} {complaint.wanted}"


def _type(complaint: _Complaint) -> str:
    if isinstance(complaint.wanted, str):
        return _TYPES[complaint.wanted]
    return complaint.title or " or ".join(_TYPES[name] for name in complaint.wanted)


def _enum(complaint: _Complaint) -> str:
    words = [str(word) if word != "" else "an empty string" for word in complaint.wanted]
    meant = close(str(complaint.value), words)
    phrase = complaint.title or f"one of {', '.join(words)}"
    return f"{phrase} (did you mean {meant}?)" if meant else phrase


def _count(noun: str, bound: str) -> Callable[[_Complaint], str]:
    def phrase(complaint: _Complaint) -> str:
        return f"{bound} {complaint.wanted} {noun}" + ("" if complaint.wanted == 1 else "s")

    return phrase


_PHRASES: Mapping[str, Callable[[_Complaint], str]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda complaint: complaint.title or str(complaint.wanted),
    "minimum": lambda complaint: complaint.title or f"{complaint.wanted} or more",
    "maximum": lambda complaint: complaint.title or f"{complaint.wanted} or less",
    "minLength": _count("character", "at least"),
    "maxLength": _count("character", "at most"),
    "minItems": _count("element", "at least"),
    "maxItems": _count("element", "at most"),
    "minProperties": _count("field", "at least"),
}


def _listed(name: str, known: Iterable[str]) -> str:
    meant = close(name, known)
    return ", ".join(known) + (f" (did you mean {meant}?)" if meant else "")

"""Records (named tuples) as JSON, and JSON as records, checked against their type hints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import orjson

from mock_alipay.errors import Fault, SetupError
from mock_alipay.text.wording import close, described, short

Record = TypeVar("Record")

_LONGEST = 366 * 100
"""The largest number of days in a duration."""

_YEARS = range(1990, 2111)
"""The years of times: those of the clocks, and some more, because an order may close days after it is created."""

_LARGEST = 2**63 - 1


def to_json(value: Any) -> Any:
    """A value of a record as JSON; fields that have their default value are left out.

    Times are ISO 8601 in UTC, durations are seconds, and bytes are JSON texts already.
    """
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes():
            return orjson.loads(value)
        case Mapping():
            return dict(value)
        case tuple() if hasattr(value, "_fields"):
            defaults = getattr(value, "_field_defaults", {})
            fields = zip(value._fields, value, strict=True)
            return {
                wire_name(name): to_json(field)
                for name, field in fields
                if name not in defaults or field != defaults[name]
            }
        case tuple():
            return [to_json(item) for item in value]
        case _:
            return value


def from_json(kind: type[Record], value: Any, path: str) -> Record:
    """A record from the JSON that ``to_json`` makes of it; SetupError says which field is wrong."""
    if not isinstance(value, dict):
        raise wrong(path, "an object", value)
    hints = _hints(cast("Any", kind))
    for name in value:
        if name not in hints:
            meant = close(name, hints)
            hint = f"; did you mean {meant}?" if meant else ""
            raise SetupError(f"{path}: there is no field '{short(name, 80)}'{hint}")
        if value[name] == "":
            raise wrong(_inside(path, name), "at least one character", "")
    defaults = getattr(kind, "_field_defaults", {})
    for wire, (name, _) in hints.items():
        if wire not in value and name not in defaults:
            raise SetupError(f"{_inside(path, wire)}: missing, it is required")
    return kind(**{hints[name][0]: _value(hints[name][1], inner, _inside(path, name)) for name, inner in value.items()})


def wire_name(name: str) -> str:
    """The name of a field in JSON: ``client_id`` is ``clientId``."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def wrong(path: str, expected: str, found: Any) -> SetupError:
    """The error for a wrong value; what it says about ``found`` is short, and card numbers in it are masked."""
    return SetupError(Fault(path or "the document", expected, described(found)).text)


@cache
def _hints(kind: type[Any]) -> Mapping[str, tuple[str, Any]]:
    """The name and the type of each field, by its name in JSON."""
    return {wire_name(name): (name, hint) for name, hint in get_type_hints(kind).items()}


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _value(hint: Any, value: Any, path: str) -> Any:
    """The value of a field whose type is ``hint``."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        inner = next(argument for argument in arguments if argument is not NoneType)
        return None if value is None else _value(inner, value, path)
    if origin is Literal:
        return _word(arguments, value, path)
    if origin is tuple:
        if not isinstance(value, list):
            raise wrong(path, "an array", value)
        return tuple(_value(arguments[0], item, f"{path}[{at}]") for at, item in enumerate(value))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise wrong(path, "an object", value)
        return value
    if hint in _SCALARS:
        return _SCALARS[hint](value, path)
    return from_json(hint, value, path)


def _word(words: tuple[str, ...], value: Any, path: str) -> str:
    if value not in words:
        raise wrong(path, ", ".join(words), value)
    return cast("str", value)


def _time(value: Any, path: str) -> datetime:
    try:
        time = datetime.fromisoformat(value)
        if time.tzinfo is not None and time.year in _YEARS:
            return time.astimezone(UTC)
    except (TypeError, ValueError):
        pass
    raise wrong(path, "a time such as 2026-11-22T12:00:00+08:00", value)


def _duration(value: Any, path: str) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LONGEST * 86_400:
        raise wrong(path, "a number of seconds", value)
    return timedelta(seconds=value)


def _whole(value: Any, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
        raise wrong(path, "a whole number from 0", value)
    return value


def _flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise wrong(path, "true or false", value)
    return value


def _string(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise wrong(path, "a string", value)
    return value


def _json_text(value: Any, path: str) -> bytes:
    if not isinstance(value, dict):
        raise wrong(path, "an object", value)
    return orjson.dumps(value)


_SCALARS: Mapping[Any, Any] = {
    datetime: _time,
    timedelta: _duration,
    int: _whole,
    bool: _flag,
    str: _string,
    bytes: _json_text,
}

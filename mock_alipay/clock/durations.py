"""Durations: short forms such as ``1h30m``, and ISO 8601."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PART = r"([0-9]{1,30}(?:\.[0-9]{1,3})?)(ms|s|m|h|d)"
_SHORT = re.compile(f"(?:{_PART}){{1,5}}")
_EACH = re.compile(_PART)
_NUMBER = r"[0-9]{1,30}(?:\.[0-9]{1,6})?"
_ISO = re.compile(
    rf"P(?=[0-9T])(?:({_NUMBER})W)?(?:({_NUMBER})D)?"
    rf"(?:T(?=[0-9])(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})S)?)?"
)
_ISO_UNITS = ("weeks", "days", "hours", "minutes", "seconds")

_LONGEST = 40
"""The length in characters up to which a message quotes a text; nothing is cut, as it might be a card number."""


def parse(text: str) -> timedelta:
    """``300ms``, ``1.5s``, ``59m``, ``1h30m``, ``2d``, or ISO 8601 such as ``PT59M``; ValueError for anything else.

    Years and months are not supported, because their length depends on the date. A duration beyond ``timedelta.max``
    becomes ``timedelta.max``, so that callers can apply their own limit.
    """
    if _SHORT.fullmatch(text):
        parts = [(_UNITS[unit], number) for number, unit in _EACH.findall(text)]
    elif match := _ISO.fullmatch(text):
        parts = [(unit, number) for unit, number in zip(_ISO_UNITS, match.groups(), strict=True) if number]
    else:
        shown = f"'{text}'" if len(text) <= _LONGEST else f"a text of {len(text)} characters"
        raise ValueError(f"{shown} is not a duration; write 300ms, 1.5s, 59m, 1h30m, 2d or PT59M")
    try:
        return sum((timedelta(**{unit: float(number)}) for unit, number in parts), timedelta())
    except OverflowError:
        return timedelta.max


def iso(length: timedelta) -> str:
    """A duration in ISO 8601; a negative one has a leading minus."""
    if length < timedelta():
        return f"-{iso(-length)}"
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    exact = f"{seconds}.{length.microseconds:06d}".rstrip("0") if length.microseconds else str(seconds)
    days = f"{length.days}D" if length.days else ""
    time = "".join(
        f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (exact, "S")) if str(number) != "0"
    )
    return f"P{days}" + (f"T{time}" if time else "") if days or time else "PT0S"

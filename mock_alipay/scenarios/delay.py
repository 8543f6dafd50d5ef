"""Delays of replies and notifications: fixed, evenly distributed in a range, or log-normal with two percentiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from mock_alipay.clock import durations
from mock_alipay.text.wording import short

LONGEST = timedelta(days=3650)
"""Maximum duration. A hundred acts of a buyer, each after this time, still end within Python's calendar."""

_Z99 = 2.3263478740408408
"""The 99th percentile of the standard normal distribution."""

_SMALLEST_SHARE = 2.0**-53


class Span(NamedTuple):
    """Evenly distributed from ``shortest`` to ``longest`` seconds."""

    shortest: float
    longest: float

    def at(self, share: float) -> float:
        """The seconds that this share, from 0 to 1, of all delays do not exceed."""
        return self.shortest + (self.longest - self.shortest) * share


class LogNormal(NamedTuple):
    """Log-normal, with the 50th and the 99th percentile in seconds, and an upper bound."""

    p50: float
    p99: float
    longest: float

    def at(self, share: float) -> float:
        """The seconds that this share, from 0 to 1, of all delays do not exceed."""
        from statistics import NormalDist

        within = min(max(share, _SMALLEST_SHARE), 1 - _SMALLEST_SHARE)
        spread = math.log(self.p99 / self.p50) / _Z99
        return min(self.p50 * math.exp(spread * NormalDist().inv_cdf(within)), self.longest)


Delay = Span | LogNormal


def length(written: str) -> timedelta:
    """Parse a duration; ValueError when it is invalid or too long."""
    duration = durations.parse(written)
    if duration > LONGEST:
        raise ValueError(f"{short(written)} is too long, at most {LONGEST.days}d")
    return duration


def read(written: Any, longest: timedelta = LONGEST, what: str = "a delay is") -> Delay:
    """Parse a delay that the schema has accepted; ValueError when it is too long or its two durations are reversed."""
    seconds = _seconds(longest, what)
    if isinstance(written, str):
        return Span(seconds(written), seconds(written))
    (first, low), (second, high) = _pair(written, seconds)
    if low > high:
        raise ValueError(f"{first} {written[first]} is more than {second} {written[second]}")
    if first == "min":
        return Span(low, high)
    if not low:
        raise ValueError(f"p50 is {written['p50']}, expected more than 0")
    return LogNormal(low, high, longest.total_seconds())


def _pair(written: Mapping[str, str], seconds: Callable[[str], float]) -> list[tuple[str, float]]:
    return [(name, seconds(written[name])) for name in (("min", "max") if "min" in written else ("p50", "p99"))]


def _seconds(longest: timedelta, what: str) -> Callable[[str], float]:
    def seconds(written: str) -> float:
        duration = length(written)
        if duration > longest:
            raise ValueError(f"{short(written)} is too long, {what} at most {longest.total_seconds() / 3600:g}h")
        return duration.total_seconds()

    return seconds

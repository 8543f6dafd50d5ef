"""How long things last in a payment's life, and how many there may be: ``figures.json``."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple, Self

from mock_alipay.clock import durations
from mock_alipay.clock.clocks import GATEWAY_ZONE

_NEXT_DAY = "T+1 00:15"
_CLOSE_OF_DAY = time(0, 15)
_NEVER = "none"


class Limits(NamedTuple):
    """The figures; the file tells their sources."""

    session_lifetime: timedelta
    longest_order_lifetime: timedelta
    authorization_lifetime: timedelta
    refund_window: timedelta
    settling: timedelta
    most_captures: int
    most_refunds: int
    resend_intervals: tuple[timedelta, ...]
    order_lifetimes: Mapping[str, str]
    cancel_windows: Mapping[str, str]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """The figures of a file."""

        def length(name: str) -> timedelta:
            return durations.parse(content[name]["is"])

        return cls(
            session_lifetime=length("sessionLifetime"),
            longest_order_lifetime=length("longestOrderLifetime"),
            authorization_lifetime=length("authorizationLifetime"),
            refund_window=length("refundWindow"),
            settling=length("settling"),
            most_captures=content["mostCaptures"]["is"],
            most_refunds=content["mostRefunds"]["is"],
            resend_intervals=tuple(map(durations.parse, content["resendIntervals"]["is"])),
            order_lifetimes=_table(content["orderLifetime"]),
            cancel_windows=_table(content["cancelWindow"]),
        )

    def order_lifetime(self, method: str) -> timedelta:
        """How long an order of a paymentMethodType waits to be paid."""
        return durations.parse(_of(self.order_lifetimes, method))

    def cancel_until(self, method: str, paid: datetime) -> datetime | None:
        """Until when a payment may be cancelled; None when this paymentMethodType knows no cancel once it is paid."""
        window = _of(self.cancel_windows, method)
        if window == _NEVER:
            return None
        if window != _NEXT_DAY:
            return paid + durations.parse(window)
        day = paid.astimezone(GATEWAY_ZONE).date() + timedelta(days=1)
        return datetime.combine(day, _CLOSE_OF_DAY, GATEWAY_ZONE)


def _table(written: Mapping[str, Any]) -> dict[str, str]:
    """Patterns of paymentMethodTypes and what holds for them; what holds for all others last."""
    return {**written["byMethod"], "*": written["is"]}


def _of(table: Mapping[str, str], method: str) -> str:
    return next(value for pattern, value in table.items() if fnmatch.fnmatchcase(method, pattern))

"""Durations and limits of payments, read from ``figures.json``."""

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
    """The values of ``figures.json``, which names their sources."""

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
        """The limits in the content of the file."""

        def duration(name: str) -> timedelta:
            return durations.parse(content[name]["is"])

        return cls(
            session_lifetime=duration("sessionLifetime"),
            longest_order_lifetime=duration("longestOrderLifetime"),
            authorization_lifetime=duration("authorizationLifetime"),
            refund_window=duration("refundWindow"),
            settling=duration("settling"),
            most_captures=content["mostCaptures"]["is"],
            most_refunds=content["mostRefunds"]["is"],
            resend_intervals=tuple(map(durations.parse, content["resendIntervals"]["is"])),
            order_lifetimes=_table(content["orderLifetime"]),
            cancel_windows=_table(content["cancelWindow"]),
        )

    def order_lifetime(self, method: str) -> timedelta:
        """How long a submitted order of a paymentMethodType can be paid."""
        return durations.parse(_of(self.order_lifetimes, method))

    def cancel_until(self, method: str, paid: datetime) -> datetime | None:
        """The end of the cancel window of a paid payment; None when the paymentMethodType does not support cancel."""
        window = _of(self.cancel_windows, method)
        if window == _NEVER:
            return None
        if window != _NEXT_DAY:
            return paid + durations.parse(window)
        day = paid.astimezone(GATEWAY_ZONE).date() + timedelta(days=1)
        return datetime.combine(day, _CLOSE_OF_DAY, GATEWAY_ZONE)


def _table(row: Mapping[str, Any]) -> dict[str, str]:
    """Values by paymentMethodType pattern; the default comes last."""
    return {**row["byMethod"], "*": row["is"]}


def _of(table: Mapping[str, str], method: str) -> str:
    return next(value for pattern, value in table.items() if fnmatch.fnmatchcase(method, pattern))

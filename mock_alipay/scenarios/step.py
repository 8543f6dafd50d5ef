"""How a scenario answers one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from mock_alipay.journal.faults import WireFault
from mock_alipay.scenarios.delay import Delay, length
from mock_alipay.scenarios.parsing import At, Fillings, delay_of_reply, wording


class Then(NamedTuple):
    """The final result of a capture or refund that is in process, and when it comes."""

    result: str = "SUCCESS"
    after: timedelta | None = None
    """None for the default time."""


class Rate(NamedTuple):
    """The number of calls of a client id in a time by its clock beyond which a call gets another result."""

    limit: int
    per: timedelta
    result: str = "REQUEST_TRAFFIC_EXCEED_LIMIT"


@dataclass(frozen=True, slots=True)
class Step:
    """Changes to the reply of an endpoint; the defaults change nothing."""

    result: str | None = None
    """The result code; None for the endpoint's own result."""
    message: str | None = None
    delay: Delay | None = None
    """In real time."""
    set: Fillings = ()
    fault: WireFault | None = None
    then: Then | None = None
    probability: float | None = None
    """The share of calls for which the step plays; the next step plays for the others. None for all calls."""
    rate: Rate | None = None


def read(written: Mapping[str, Any], at: At) -> Step:
    """Parse one step; ``at`` collects the problems of each key."""
    message, filled = wording(written, at)
    then = None
    if "then" in written:
        with at("then.after"):
            then = _then(written["then"])
    return Step(
        result=written.get("result"),
        message=message,
        delay=delay_of_reply(written, at),
        set=filled,
        fault=_fault(written["fault"]) if "fault" in written else None,
        then=then,
        probability=written.get("probability"),
        rate=_rate(written["rate"], at) if "rate" in written else None,
    )


def _rate(written: Mapping[str, Any], at: At) -> Rate:
    per = timedelta()
    with at("rate.per"):
        per = length(written["per"])
        if not per:
            raise ValueError(f"{written['per']}, expected more than 0")
    return Rate(written["limit"], per, written.get("result", Rate._field_defaults["result"]))


def _then(written: Mapping[str, Any]) -> Then:
    return Then(written.get("result", "SUCCESS"), length(written["after"]) if "after" in written else None)


def _fault(written: Any) -> WireFault:
    if isinstance(written, dict):
        return WireFault("status", written["status"])
    return WireFault(written)

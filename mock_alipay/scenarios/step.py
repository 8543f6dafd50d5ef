"""One reply of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from mock_alipay.journal.faults import WireFault
from mock_alipay.scenarios.parsing import At, Fillings, delay_of_reply, length, wording


class Then(NamedTuple):
    """What becomes of a capture or refund that is answered with being in process, and when."""

    result: str = "SUCCESS"
    after: timedelta | None = None
    """None for the usual time."""


@dataclass(frozen=True, slots=True)
class Step:
    """What an endpoint answers; its own answer where nothing is said."""

    result: str | None = None
    """None for SUCCESS, or whatever the endpoint usually answers."""
    message: str | None = None
    delay: tuple[float, float] | None = None
    """Seconds, from and to, of real time."""
    set: Fillings = ()
    fault: WireFault | None = None
    then: Then | None = None


def read(written: Mapping[str, Any], at: At) -> Step:
    """A step; what is wrong with it is told by ``at``, key by key."""
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
    )


def _then(written: Mapping[str, Any]) -> Then:
    return Then(written.get("result", "SUCCESS"), length(written["after"]) if "after" in written else None)


def _fault(written: Any) -> WireFault:
    if isinstance(written, dict):
        return WireFault("status", written["status"])
    return WireFault(written)

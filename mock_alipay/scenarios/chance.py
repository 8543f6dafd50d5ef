"""Steps that play for a share of the calls, and rates of calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from mock_alipay.clock.durations import iso
from mock_alipay.scenarios.notification_step import NotificationStep
from mock_alipay.scenarios.step import Rate, Step
from mock_alipay.storage import RateWindows

Share = Callable[..., float]
"""Draws a number from 0 to 1, always the same one for the same arguments."""

_PLAIN = Step()


def is_random(step: Step | NotificationStep) -> bool:
    """Whether the number of a call changes what is drawn for it."""
    return step.delay is not None or (isinstance(step, Step) and step.probability is not None)


class Chance:
    """Draws which step plays, and counts calls against a rate."""

    def __init__(self, share: Share, rates: RateWindows) -> None:
        self._share = share
        self._rates = rates

    def drawn(self, endpoint: str, steps: Sequence[Step], nth: int, request_id: str) -> tuple[Step, list[str]]:
        """The step at a position, or the first one after it that its probability lets play, and what was drawn.

        Without such a step, the endpoint's own outcome. The client id is not part of the draw: tests often have a new
        one in each run.
        """
        drawn: list[str] = []
        for index in range(min(nth, len(steps) - 1), len(steps)):
            step = steps[index]
            if step.probability is None:
                return step, drawn
            share = self._share("probability", endpoint, request_id, nth, index)
            plays = share < step.probability
            words = "plays" if plays else "does not play"
            drawn.append(f"step {index + 1} {words}: drew {share:.4f}, probability {step.probability:g}")
            if plays:
                return step, drawn
        return _PLAIN, drawn

    async def limited(self, step: Step, rate: Rate, key: tuple[str, ...], now: datetime) -> tuple[Step, list[str]]:
        """The step, or the result of calls beyond its rate, and a note on it; ``key``: what is counted together."""
        count = await self._rates.count(key, now, rate.per)
        if count <= rate.limit:
            return step, []
        return Step(result=rate.result), [f"over its rate: call {count} in {iso(rate.per)}, limit {rate.limit}"]

    async def forget(self, client_id: str | None = None) -> None:
        """Forget the counted calls of one client id or of all."""
        await self._rates.forget(client_id)

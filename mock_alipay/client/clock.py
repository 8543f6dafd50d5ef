"""``Mock.clock`` and ``AsyncMockAlipay.clock``: read and move a gateway's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mock_alipay.client.records import ClockState
from mock_alipay.client.transport import Requests, run
from mock_alipay.clock import durations

_SERVER_TIME = 20.0
"""Seconds that the gateway waits for the deliveries that a move makes due."""


class AsyncMockClock:
    """The clock of one client id, or the clock of all of them: ``MockClock`` for event loops."""

    def __init__(self, transport: Requests, client_id: str | None) -> None:
        self._transport = transport
        self._client_id = client_id

    @property
    async def state(self) -> ClockState:
        """The time, whether the clock is frozen, and its difference from the machine's time."""
        return ClockState.of(await self._transport.request("GET", "/clock", query={"clientId": self._client_id}))

    async def now(self) -> datetime:
        """The time that the clock shows."""
        return (await self.state).now

    async def advance(self, by: timedelta | str) -> ClockState:
        """Move the clock forward, as ``MockClock.advance`` does."""
        return await self._move(advance=durations.iso(by) if isinstance(by, timedelta) else by)

    async def freeze(self, at: datetime | str = "now") -> ClockState:
        """Stop the clock, as ``MockClock.freeze`` does."""
        return await self._move(freeze=at.isoformat() if isinstance(at, datetime) else at)

    async def run(self) -> ClockState:
        """Start a frozen clock again, from the time that it shows."""
        return await self._move(run=True)

    async def _move(self, **move: Any) -> ClockState:
        scope = {} if self._client_id is None else {"clientId": self._client_id}
        state = await self._transport.request("PUT", "/clock", body={**scope, **move}, server_time=_SERVER_TIME)
        return ClockState.of(state)


class MockClock:
    """The clock of one client id, or the clock of all of them.

    Sessions, payments and notifications follow it. A move returns after everything that it made due has happened;
    it waits up to 20 seconds for deliveries: ``ClockState.notifications_under_way`` counts those still in progress.
    """

    def __init__(self, transport: Requests, client_id: str | None) -> None:
        self._steps = AsyncMockClock(transport, client_id)

    @property
    def state(self) -> ClockState:
        """The time, whether the clock is frozen, and its difference from the machine's time."""
        return run(self._steps.state)

    def now(self) -> datetime:
        """The time that the clock shows."""
        return run(self._steps.now())

    def advance(self, by: timedelta | str) -> ClockState:
        """Move the clock forward by ``timedelta(minutes=59)``, ``"59m"`` or ``"PT59M"``.

        AdminError when ``by`` is negative, not a duration, or too long.
        """
        return run(self._steps.advance(by))

    def freeze(self, at: datetime | str = "now") -> ClockState:
        """Stop the clock, at its current time or at ``at``: a datetime or ISO 8601 text with a UTC offset.

        ``at`` may be earlier than now. AdminError when it has no offset.
        """
        return run(self._steps.freeze(at))

    def run(self) -> ClockState:
        """Start a frozen clock again, from the time that it shows."""
        return run(self._steps.run())

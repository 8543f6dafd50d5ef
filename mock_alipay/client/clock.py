"""Time travel: a gateway's clock in a test's hands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mock_alipay.client.records import ClockState
from mock_alipay.client.transport import Transport
from mock_alipay.clock import durations

_PATIENCE = 20.0
"""Seconds: the gateway answers when what has fallen due has been delivered, if the shop is quick enough."""


class MockClock:
    """The clock of one client id, or without one that of all."""

    def __init__(self, transport: Transport, client_id: str | None) -> None:
        self._transport = transport
        self._client_id = client_id

    @property
    def state(self) -> ClockState:
        """How the clock stands."""
        return ClockState.of(self._transport.ask("GET", "/clock", query={"clientId": self._client_id}))

    def now(self) -> datetime:
        """The time that it shows."""
        return self.state.now

    def advance(self, by: timedelta | str) -> ClockState:
        """Move forward, by ``timedelta(minutes=59)``, ``"59m"`` or ``"PT59M"``; what falls due has then happened."""
        return self._move(advance=durations.iso(by) if isinstance(by, timedelta) else by)

    def freeze(self, at: datetime | str = "now") -> ClockState:
        """Stop, at a moment or where it stands."""
        return self._move(freeze=at.isoformat() if isinstance(at, datetime) else at)

    def run(self) -> ClockState:
        """Go on from where it stands."""
        return self._move(run=True)

    def _move(self, **move: Any) -> ClockState:
        whom = {"clientId": self._client_id} if self._client_id is not None else {}
        return ClockState.of(self._transport.ask("PUT", "/clock", body={**whom, **move}, takes=_PATIENCE))

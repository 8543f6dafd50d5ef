"""What the gateway needs from an aggregate, such as a payment, and from its domain events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, Protocol, Self

from mock_alipay.apis.environment import Environment
from mock_alipay.storage import Aggregate as StoredAggregate


class DomainEvent(NamedTuple):
    """A change of which the merchant is notified."""

    name: str
    """The notification of the family that reports it."""
    time: datetime
    notify_type: str
    transaction_id: str | None = None
    """The part of the aggregate that it concerns, such as a refund."""
    scenario: str = ""
    """The scenario of the call that caused it; empty for the aggregate's own scenario."""


class Aggregate(StoredAggregate, Protocol):
    """Everything that the gateway keeps under one id of a client. Immutable: each commit stores a new version."""

    @property
    def client_id(self) -> str:
        """The client id that owns it."""

    @property
    def family(self) -> str:
        """The name of its family."""

    @property
    def request_id(self) -> str:
        """The id that the client chose, in the ``id_field`` of its family; the last part of its ``key``."""

    @property
    def scenario(self) -> str:
        """The scenario of the call that created it."""

    @property
    def state(self) -> str:
        """The name of its state."""

    @property
    def code(self) -> str:
        """Its result code; empty until there is a result."""

    @property
    def request(self) -> bytes:
        """The body of the call that created it; notification placeholders read it."""

    @property
    def domain_events(self) -> tuple[DomainEvent, ...]:
        """The events that this version adds; ``committed`` removes them."""

    @property
    def unexpected(self) -> Collection[str]:
        """The notifications that it can no longer cause."""

    def notify_url(self, event: DomainEvent) -> str | None:
        """The URL that its requests set for an event's notification; None when they set none."""

    def due(self) -> datetime | None:
        """When its next scheduled change is due; None when there is none."""

    def advance(self, now: datetime, environment: Environment) -> Self:
        """Its version at ``now``: every change due by then is applied, each at its own time."""

    def turned_back(self, now: datetime) -> Self:
        """Its version after the clock was set back to ``now``; the same object when nothing changes."""

    def committed(self) -> Self:
        """The next version, without domain events."""

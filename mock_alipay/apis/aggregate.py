"""What the gateway knows of the things that it keeps: payments, and whatever other families have."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, Protocol, Self

from mock_alipay.apis.environment import Environment
from mock_alipay.storage import Aggregate as StoredAggregate


class DomainEvent(NamedTuple):
    """What the merchant is to be told."""

    name: str
    """A notification of the family."""
    time: datetime
    notify_type: str
    transaction_id: str | None = None
    """What of the aggregate it is about, such as a refund."""
    scenario: str = ""
    """The scenario of the call that caused it; the aggregate's own when empty."""


class Aggregate(StoredAggregate, Protocol):
    """Everything that the gateway knows under one id of a client; immutable, each commit stores another version."""

    @property
    def client_id(self) -> str:
        """Whose it is."""

    @property
    def family(self) -> str:
        """The name of its family."""

    @property
    def request_id(self) -> str:
        """The id that the client gave it, in the ``id_field`` of its family; the last part of its ``key``."""

    @property
    def scenario(self) -> str:
        """The scenario in which it began."""

    @property
    def state(self) -> str:
        """Where it stands, in a word."""

    @property
    def code(self) -> str:
        """Its result code, once there is a result."""

    @property
    def request(self) -> bytes:
        """The body that created it: what notifications quote."""

    @property
    def domain_events(self) -> tuple[DomainEvent, ...]:
        """What this version has to tell; taken off when it is committed."""

    @property
    def unexpected(self) -> Collection[str]:
        """The notifications that it will not cause any more, if it has not by now."""

    def notify_url(self, event: DomainEvent) -> str | None:
        """Where its requests want an event to be told; None when they do not say."""

    def due(self) -> datetime | None:
        """When something happens next by itself; None when nothing does any more."""

    def advance(self, now: datetime, environment: Environment) -> Self:
        """As it stands at ``now``: everything has happened that was due by then, each thing at its moment."""

    def turned_back(self, now: datetime) -> Self:
        """As it stands when the clock has been set back to ``now``; itself when that changes nothing."""

    def committed(self) -> Self:
        """The next version, with nothing to tell."""

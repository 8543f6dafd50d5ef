"""A family of APIs, its endpoints, and the set of families of a gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Generic, NamedTuple

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.context import Context, Kind, Outcome
from mock_alipay.apis.environment import Environment
from mock_alipay.contracts.contract import Contract
from mock_alipay.contracts.names import Act, BuyerAction


class Endpoint(NamedTuple, Generic[Kind]):
    """An endpoint function and what the gateway must know to call it.

    The function takes the body, validated against the contract's ``<family>/<endpoint>.json``, and a Context; it
    returns an Outcome or raises a Refusal.
    """

    decide: Callable[[Mapping[str, Any], Context[Kind]], Outcome[Kind]]
    about: tuple[str, ...] = ()
    """The fields that identify the aggregate; the first one present in the body is used."""
    own_id: str | None = None
    """The field with the id of the capture or refund, which is unique among all aggregates of a client."""
    plays: frozenset[str] = frozenset({"SUCCESS"})
    """Result codes of a scenario that the function itself implements, with their effects."""
    begins: bool = False
    """Whether it can create an aggregate, and with it the scripted buyer of its scenario."""


class Buyer(NamedTuple, Generic[Kind]):
    """Buyer actions on an aggregate: which are possible, and their effect."""

    can: Callable[[Kind, BuyerAction], bool]
    act: Callable[[Kind, Act, datetime, Environment], Kind]


Composer = Callable[[Kind, DomainEvent], tuple[str, dict[str, Any]]]
"""Makes the result code of a notification, and the fields of its body beside ``result``."""


class Family(NamedTuple, Generic[Kind]):
    """The APIs below one part of the URL, which share a type of aggregate."""

    name: str
    """As in URLs: ``payments``."""
    noun: str
    """What messages call one aggregate, and the kind of its events: ``payment``."""
    aggregate: type[Kind]
    """The type of its aggregates: a named tuple."""
    id_field: str
    """The field with the id that the client chooses for an aggregate: ``paymentRequestId``."""
    endpoints: Mapping[str, Endpoint[Kind]]
    notifications: Mapping[str, Composer[Kind]]
    """The first one reports the result of a buyer's action."""
    buyer: Buyer[Kind] | None = None
    problems: Callable[[Kind, Contract], Iterable[str]] = lambda *_: ()
    """What does not fit together in an aggregate of a loaded state; each sentence begins with the field."""


class Families(Mapping[str, Family[Any]]):
    """Families by name. The first one is shown for calls whose path names no family."""

    def __init__(self, families: Iterable[Family[Any]]) -> None:
        self._families = {family.name: family for family in families}
        self.endpoints: Mapping[str, Endpoint[Any]] = {
            f"{family.name}/{name}": endpoint for family in self.values() for name, endpoint in family.endpoints.items()
        }
        """By id: ``payments/cancel``."""
        self._of = {id_: self._families[id_.partition("/")[0]] for id_ in self.endpoints}
        self.opening = tuple(name for name, endpoint in self.endpoints.items() if endpoint.begins)
        """The endpoints that can create an aggregate."""
        self.nouns = {family.name: family.noun for family in self.values()}
        self.first = next(iter(self.values()))

    def of(self, endpoint: str) -> Family[Any]:
        """The family of an endpoint id such as ``payments/cancel``."""
        return self._of[endpoint]

    def __getitem__(self, name: str) -> Family[Any]:
        return self._families[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._families)

    def __len__(self) -> int:
        return len(self._families)

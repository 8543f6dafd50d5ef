"""What a family of APIs consists of, and the families of a gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Generic, NamedTuple

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.context import Context, Kind, Outcome
from mock_alipay.apis.environment import Environment
from mock_alipay.contracts.names import Act, BuyerAction


class Endpoint(NamedTuple, Generic[Kind]):
    """A function that decides, and what must be known before it can.

    It takes the body, checked against the contract's ``<family>/<endpoint>.json``, and a Context; it returns an
    Outcome or raises a Refusal.
    """

    decide: Callable[[Mapping[str, Any], Context[Kind]], Outcome[Kind]]
    about: tuple[str, ...] = ()
    """The fields that name the aggregate which a call is about; the first that the body has counts."""
    own_id: str | None = None
    """The field with the call's own id: one aggregate only can have a capture or refund of that id."""
    plays: frozenset[str] = frozenset({"SUCCESS"})
    """Result codes that the function itself comes to when a scenario asks for them."""
    begins: bool = False
    """Whether an aggregate can begin with it, and with that its scenario's buyer."""


class Buyer(NamedTuple, Generic[Kind]):
    """What a buyer can do about an aggregate, and what becomes of it then."""

    can: Callable[[Kind, BuyerAction], bool]
    act: Callable[[Kind, Act, datetime, Environment], Kind]


Composer = Callable[[Kind, DomainEvent], tuple[str, dict[str, Any]]]
"""The result code of a notification, and the fields of its body beside ``result``."""


class Family(NamedTuple, Generic[Kind]):
    """The APIs under one part of the URL, which share a kind of aggregate."""

    name: str
    """As it stands in URLs: ``payments``."""
    noun: str
    """One aggregate in words, and the kind of its events: ``payment``."""
    id_field: str
    """The field in which clients give an aggregate its id: ``paymentRequestId``."""
    endpoints: Mapping[str, Endpoint[Kind]]
    notifications: Mapping[str, Composer[Kind]]
    """The first of them tells what the buyer did."""
    buyer: Buyer[Kind] | None = None


class Families(Mapping[str, Family[Any]]):
    """Families by name, the first of them the one that calls of no family are shown with."""

    def __init__(self, families: Iterable[Family[Any]]) -> None:
        self._families = {family.name: family for family in families}
        self.endpoints: Mapping[str, Endpoint[Any]] = {
            f"{family.name}/{name}": endpoint for family in self.values() for name, endpoint in family.endpoints.items()
        }
        """By family and name: ``payments/cancel``."""
        self._of = {id_: self._families[id_.partition("/")[0]] for id_ in self.endpoints}
        self.opening = tuple(name for name, endpoint in self.endpoints.items() if endpoint.begins)
        """The endpoints with which an aggregate begins."""
        self.nouns = {family.name: family.noun for family in self.values()}
        self.first = next(iter(self.values()))

    def of(self, endpoint: str) -> Family[Any]:
        """The family of an endpoint, such as ``payments/cancel``."""
        return self._of[endpoint]

    def __getitem__(self, name: str) -> Family[Any]:
        return self._families[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._families)

    def __len__(self) -> int:
        return len(self._families)

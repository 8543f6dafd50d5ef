"""The Literal types are the names of the contract, the admin API and the shipped scenarios."""

from __future__ import annotations

import json
from typing import Any, get_args, get_type_hints

import pytest

from mock_alipay.apis import FAMILIES
from mock_alipay.apis.payments import model, records
from mock_alipay.client import Event, filters, names
from mock_alipay.journal.notifications import NotificationStatus
from mock_alipay.scenarios import Library
from tests.markdown import PROJECT
from tests.scenarios.loading import VOCABULARY

ADMIN = json.loads((PROJECT / "mock_alipay/web/admin/admin.json").read_text("utf-8"))
PAYMENTS = FAMILIES["payments"]


def enums(document: Any) -> set[frozenset[str]]:
    """The enums in a JSON Schema, without null."""
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    own = document.get("enum") if isinstance(document, dict) else None
    found = {frozenset(filter(None, own))} if isinstance(own, list) else set()
    return found.union(*map(enums, inner))


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        (names.EndpointName, PAYMENTS.endpoints),
        (names.NotificationName, PAYMENTS.notifications),
        (names.NotificationStatus, get_args(NotificationStatus)),
        (names.PaymentState, get_args(model.State)),
        (names.TransactionType, get_args(records.TransactionType)),
        (names.TransactionStatus, get_args(records.TransactionStatus)),
        (names.ShippedScenario, Library.load([], VOCABULARY)),
        (names.EventKind, {*Event.KINDS, "reset"}),
    ],
    ids=["endpoints", "notifications", "statuses", "states", "transactions", "outcomes", "scenarios", "events"],
)
def test_names_of_the_gateway(literal: Any, expected: Any) -> None:
    """The client imports nothing of the gateway, so it repeats them."""
    assert sorted(expected) == sorted(get_args(literal))


@pytest.mark.parametrize(
    "literal",
    [
        names.BuyerAction,
        names.EventKind,
        names.NotificationName,
        names.NotificationStatus,
        names.PaymentState,
        names.SessionStatus,
        names.TransactionStatus,
        names.TransactionType,
    ],
)
def test_names_of_the_admin_api(literal: Any) -> None:
    """Each type is an enum of its schema."""
    assert frozenset(get_args(literal)) in enums(ADMIN)


@pytest.mark.parametrize("literal", [names.ResultStatus, names.PaymentStatus])
def test_names_of_the_contract(literal: Any) -> None:
    """Each type is an enum of the replies' schemas."""
    folder = PROJECT / "mock_alipay/contracts/2024-04-26"
    found = {enum for file in folder.rglob("*.json") for enum in enums(json.loads(file.read_text("utf-8")))}
    assert frozenset(get_args(literal)) in found


def test_filters_use_the_types() -> None:
    """Of calls and of notifications."""
    calls, notifications = map(get_type_hints, (filters.Filters, filters.NotificationFilters))
    assert (names.EndpointName, names.Scenario) == (calls["endpoint"], calls["scenario"])
    assert (names.NotificationName, names.NotificationStatus) == (
        notifications["notification"],
        notifications["status"],
    )

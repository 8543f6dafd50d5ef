"""Payments in memory: versions, conflicts, names, and room for so many."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Money, Order, Session, Transaction, TransactionType
from mock_alipay.storage import Aggregates
from tests.calls import NOW

ORDER = Order(Money("USD", 100), "CARD")
SESSION = Session("id", "data", NOW, NOW, "2026-11-22T09:07:10+08:00")


def payment(payment_request_id: str = "1", version: int = 1, client_id: str = "A") -> Payment:
    """A payment at a version."""
    return Payment(client_id, payment_request_id, version, b"{}", NOW, ORDER, NOW, SESSION)


def commit(store: Aggregates[Any], *payments: Payment) -> list[bool]:
    """Commit them in order."""

    async def all_of_them() -> list[bool]:
        return [await store.commit(payment) for payment in payments]

    return asyncio.run(all_of_them())


def ids(store: Aggregates[Any], client_id: str | None = None) -> list[str]:
    """The paymentRequestIds that the store holds, the latest change first."""
    return [payment.payment_request_id for payment in asyncio.run(store.browse(client_id))]


def load(store: Aggregates[Any], payment_request_id: str = "1", client_id: str = "A") -> Payment | None:
    """A payment, if it is there."""
    return asyncio.run(store.load((client_id, "payments", payment_request_id)))


def test_what_is_committed_is_loaded() -> None:
    """Under its client id and paymentRequestId, and no other."""
    store = Aggregates[Any]()
    assert [True] == commit(store, payment())
    assert payment() == load(store)
    assert load(store, "2") is None
    assert load(store, "1", "B") is None


def test_the_same_id_of_two_clients_is_two_payments() -> None:
    """Clients never meet."""
    store = Aggregates[Any]()
    assert [True, True] == commit(store, payment(client_id="A"), payment(client_id="B"))
    assert payment(client_id="B") == load(store, client_id="B")


@pytest.mark.parametrize(
    ("known", "offered", "expected"),
    [
        (0, 1, True),
        (0, 2, False),
        (0, 0, False),
        (1, 2, True),
        (1, 1, False),
        (1, 3, False),
        (2, 1, False),
        (2, 3, True),
    ],
)
def test_only_the_next_version_is_taken(known: int, offered: int, expected: bool) -> None:
    """Whoever decided on an older version has to decide again, and what was there stays."""
    store = Aggregates[Any]()
    commit(store, *(payment(version=version) for version in range(1, known + 1)))
    assert [expected] == commit(store, payment(version=offered))
    left = load(store)
    assert (offered if expected else known) == (left.version if left else 0)


def test_payments_are_browsed_by_their_latest_change() -> None:
    """Of one client or all; a refused commit is no change."""
    store = Aggregates[Any]()
    commit(store, payment("1"), payment("2"), payment("3", client_id="B"), payment("1", version=2))
    assert ["1", "3", "2"] == ids(store)
    assert ["1", "2"] == ids(store, "A")
    assert ids(store, "C") == []
    commit(store, payment("2", version=7))
    assert ["1", "3", "2"] == ids(store)


def test_payments_are_forgotten() -> None:
    """Of one client or all, with their number; a forgotten one begins anew at version 1."""
    store = Aggregates[Any]()
    commit(store, payment("1"), payment("2"), payment("3", client_id="B"))
    assert asyncio.run(store.forget("A")) == 2
    assert ["3"] == ids(store)
    assert [True] == commit(store, payment("1"))
    assert asyncio.run(store.forget()) == 2
    assert asyncio.run(store.forget()) == 0
    assert ids(store) == []


def test_the_oldest_make_room_and_that_is_told_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit; a payment that changed counts as new."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)
    store = Aggregates[Any](limit=3)
    commit(store, payment("1"), payment("2"), payment("3"), payment("1", version=2))
    assert caplog.messages == []
    commit(store, payment("4"))
    assert ["4", "1", "3"] == ids(store)
    commit(store, payment("5"), payment("6"))
    assert ["6", "5", "4"] == ids(store)
    (told,) = caplog.messages
    assert told.startswith("more than 3 aggregates")
    assert "the oldest are forgotten" in told


def test_payments_take_only_so_many_bytes(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their requests count; the latest is kept whatever its size, and room is given back."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)

    def large(payment_request_id: str, size: int, version: int = 1) -> Payment:
        return payment(payment_request_id, version)._replace(request=b"x" * size)

    store = Aggregates[Any](max_bytes=100)
    commit(store, large("1", 50), large("2", 50))
    assert ["2", "1"] == ids(store)
    commit(store, large("1", 40, version=2), large("3", 10))
    assert ["3", "1", "2"] == ids(store)
    assert caplog.messages == []
    commit(store, large("4", 1))
    assert ["4", "3", "1"] == ids(store)
    commit(store, large("5", 500))
    assert ["5"] == ids(store)
    asyncio.run(store.forget())
    commit(store, large("6", 50), large("7", 50))
    assert ["7", "6"] == ids(store)
    assert len(caplog.messages) == 1


def acted(payment_request_id: str = "1", version: int = 1, payment_id: str = "P1", *made: Transaction) -> Payment:
    """A payment that a buyer has paid, with its captures and refunds."""
    return payment(payment_request_id, version)._replace(payment_id=payment_id, transactions=made)


def made(kind: TransactionType, name: str) -> Transaction:
    """A capture or refund."""
    return Transaction(kind, f"{name}-request", f"{name}-id", Money("USD", 1), NOW)


def found(store: Aggregates[Any], *names: str, client_id: str = "A") -> list[str | None]:
    """The paymentRequestIds of payments with these names."""

    async def all_of_them() -> list[str | None]:
        keys = [await store.find(client_id, "payments", name) for name in names]
        return [key and key[-1] for key in keys]

    return asyncio.run(all_of_them())


NAMES = ("paymentId:P1", "captureRequestId:c-request", "captureId:c-id", "refundRequestId:r-request", "refundId:r-id")


def test_a_payment_is_found_by_each_of_its_names() -> None:
    """Of its own client, and each kind of name by itself."""
    store = Aggregates[Any]()
    commit(store, acted("1", 1, "P1", made("CAPTURE", "c"), made("REFUND", "r")))
    assert ["1"] * 5 == found(store, *NAMES)
    assert [None] * 5 == found(store, *NAMES, client_id="B")
    assert [None, None, None] == found(store, "paymentId:1", "refundId:c-id", "paymentId:r-id")


def test_a_payment_that_no_buyer_acted_on_has_no_names() -> None:
    """And one that is as it was before the buyer acted has them no more."""
    store = Aggregates[Any]()
    commit(store, payment(), acted(version=2))
    assert ["1"] == found(store, "paymentId:P1")
    commit(store, payment(version=3), acted("2"))
    assert ["2"] == found(store, "paymentId:P1")


@pytest.mark.parametrize(
    "other",
    [
        acted("2", 1, "P1"),
        acted("2", 1, "P2", made("REFUND", "r")),
        acted("2", 1, "P2", made("CAPTURE", "x"), made("CAPTURE", "c")),
    ],
)
def test_a_name_belongs_to_one_payment(other: Payment) -> None:
    """Whoever comes second is refused whole, and none of its names is kept; another client may use them."""
    store = Aggregates[Any]()
    commit(store, acted("1", 1, "P1", made("CAPTURE", "c"), made("REFUND", "r")))
    assert [False, True] == commit(store, other, other._replace(client_id="B"))
    assert load(store, "2") is None
    assert ["1", None, None] == found(store, "paymentId:P1", "paymentId:P2", "captureId:x-id")


def test_names_go_with_their_payment() -> None:
    """When it is forgotten, and when it makes room."""
    store = Aggregates[Any](limit=1)
    commit(store, acted("1", 1, "P1", made("REFUND", "r")), acted("2", 1, "P2"))
    assert [None, None, "2"] == found(store, "paymentId:P1", "refundId:r-id", "paymentId:P2")
    asyncio.run(store.forget("A"))
    assert [None] == found(store, "paymentId:P2")
    assert [True] == commit(store, acted("3", 1, "P2", made("REFUND", "r")))

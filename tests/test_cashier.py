"""A buyer at the till, when nobody scripts what they do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from mock_alipay.errors import Misuse
from mock_alipay.terms import Act, BuyerAction
from tests.test_ledger import Contested
from tests.till import Till


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("pay", ("SUCCESS", "SUCCESS")),
        ("decline", ("FAIL", "USER_BALANCE_NOT_ENOUGH")),
        ("pending", ("PENDING", "PAYMENT_IN_PROCESS")),
        ("challenge", ("PROCESSING", "PAYMENT_IN_PROCESS")),
        ("leave", ("OPEN", "")),
    ],
)
def test_a_buyer_acts(action: BuyerAction, expected: tuple[str, str]) -> None:
    """The payment comes back as it is kept."""
    till = Till()
    found = till.act(till.open("order-1"), action)
    assert expected == (found.state, found.code)
    assert till.payment("order-1") == found


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        ("pay", "pay", "the payment is SUCCESS, its result is SUCCESS: a buyer cannot pay any more"),
        ("decline", "pay", "the payment is FAIL, its result is USER_BALANCE_NOT_ENOUGH: a buyer cannot pay any more"),
        ("pay", "decline", "a buyer cannot decline any more"),
        ("pay", "leave", "a buyer cannot leave any more"),
        ("pending", "pending", "a buyer cannot leave it pending any more"),
        ("challenge", "challenge", "a buyer cannot be challenged any more"),
    ],
)
def test_a_buyer_who_comes_too_late_is_told_why(first: BuyerAction, then: BuyerAction, told: str) -> None:
    """And nothing changes."""
    till = Till()
    before = till.act(till.open("order-1"), first)
    with pytest.raises(Misuse) as refused:
        till.act("order-1", then)
    assert (409, "Too late", {"state": before.state}) == (
        refused.value.status,
        refused.value.title,
        refused.value.extra,
    )
    assert told in refused.value.detail
    assert before == till.payment("order-1")


def test_a_buyer_cannot_pay_in_a_session_that_has_just_expired() -> None:
    """Though nobody has noticed yet: it expires before the buyer's eyes."""
    till = Till()
    till.open("order-1")
    till.clock.moment += timedelta(hours=1)
    with pytest.raises(Misuse, match="EXPIRED"):
        till.act("order-1", "pay")
    assert "EXPIRED" == till.payment("order-1").state


def test_there_must_be_a_payment() -> None:
    """Of this client."""
    till = Till()
    till.open("order-1")
    with pytest.raises(Misuse) as refused:
        asyncio.run(till.cashier.act("SANDBOX_OTHER", "order-1", Act("pay")))
    assert 404 == refused.value.status


def test_who_is_outrun_tries_again() -> None:
    """Until what has become of the payment forbids it; here nobody else has changed anything that matters."""
    till = Till()
    till.open("order-1")
    store = Contested(3)
    ledger = replace(till.parts.ledger, store=store)
    cashier = replace(till.cashier, ledger=ledger)
    asyncio.run(store.commit(till.payment("order-1")))
    found = asyncio.run(cashier.act(till.client_id, "order-1", Act("pay")))
    assert ("SUCCESS", 5, 0) == (found.state, found.version, store.times)

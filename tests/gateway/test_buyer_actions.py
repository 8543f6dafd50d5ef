"""A buyer at the till, when nobody scripts what they do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from mock_alipay.contracts.names import Act, BuyerAction
from mock_alipay.errors import NoSuchAggregate, NotPossibleNow
from mock_alipay.gateway.repository import MOST_CONFLICTS
from tests.driver import Driver
from tests.gateway.test_repository import Contested


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
    driver = Driver()
    found = driver.act(driver.open("order-1"), action)
    assert expected == (found.state, found.code)
    assert driver.payment("order-1") == found


NOT_NOW = "not possible now"
NOTHING_LEFT = "there is nothing left that a buyer could do"


@pytest.mark.parametrize(
    ("first", "then", "allowed", "told"),
    [
        ("pay", "pay", [], f"the payment is SUCCESS, its result is SUCCESS: pay is {NOT_NOW}; {NOTHING_LEFT}"),
        (
            "decline",
            "pay",
            [],
            f"the payment is FAIL, its result is USER_BALANCE_NOT_ENOUGH: pay is {NOT_NOW}; {NOTHING_LEFT}",
        ),
        ("pay", "decline", [], f"decline is {NOT_NOW}; {NOTHING_LEFT}"),
        ("pay", "leave", [], f"leave is {NOT_NOW}; {NOTHING_LEFT}"),
        (
            "pending",
            "pending",
            ["pay", "decline", "leave"],
            f"pending is {NOT_NOW}; possible are pay, decline, leave",
        ),
        (
            "challenge",
            "challenge",
            ["pay", "decline", "leave", "pending"],
            f"challenge is {NOT_NOW}; possible are pay, decline, leave, pending",
        ),
    ],
)
def test_a_buyer_who_cannot_is_told_why_and_what_is_possible(
    first: BuyerAction, then: BuyerAction, allowed: list[str], told: str
) -> None:
    """And nothing changes."""
    driver = Driver()
    before = driver.act(driver.open("order-1"), first)
    with pytest.raises(NotPossibleNow) as refused:
        driver.act("order-1", then)
    assert {"state": before.state, "allowed": allowed} == refused.value.extra
    assert refused.value.detail.endswith(told)
    assert before == driver.payment("order-1")


def test_a_buyer_cannot_pay_in_a_session_that_has_just_expired() -> None:
    """Though nobody has noticed yet: it expires before the buyer's eyes."""
    driver = Driver()
    driver.open("order-1")
    driver.clock.moment += timedelta(hours=1)
    with pytest.raises(NotPossibleNow, match="EXPIRED"):
        driver.act("order-1", "pay")
    assert "EXPIRED" == driver.payment("order-1").state


def test_there_must_be_a_payment() -> None:
    """Of this client."""
    driver = Driver()
    driver.open("order-1")
    with pytest.raises(NoSuchAggregate):
        asyncio.run(driver.buyer_actions.act(("SANDBOX_OTHER", "payments", "order-1"), Act("pay")))


def test_who_is_outrun_tries_again() -> None:
    """Until what has become of the payment forbids it; here nobody else has changed anything that matters."""
    driver = Driver()
    driver.open("order-1")
    store = Contested(3)
    repository = replace(driver.components.repository, store=store)
    buyer_actions = replace(driver.buyer_actions, repository=repository)
    asyncio.run(store.commit(driver.payment("order-1")))
    found = asyncio.run(buyer_actions.act((driver.client_id, "payments", "order-1"), Act("pay")))
    assert ("SUCCESS", 5, 0) == (found.state, found.version, store.times)


def test_who_is_outrun_for_ever_gives_up() -> None:
    """That would be a bug, and must not keep the gateway busy."""
    driver = Driver()
    driver.open("order-1")
    store = Contested(1000)
    asyncio.run(store.commit(driver.payment("order-1")))
    buyer_actions = replace(driver.buyer_actions, repository=replace(driver.components.repository, store=store))
    with pytest.raises(RuntimeError, match="order-1 changed 10 times"):
        asyncio.run(buyer_actions.act((driver.client_id, "payments", "order-1"), Act("pay")))
    assert 1000 - MOST_CONFLICTS == store.times

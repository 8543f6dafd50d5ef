"""Buyer actions through the admin API."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from mock_alipay.contracts.names import Act, BuyerAction
from mock_alipay.errors import NoSuchAggregate, NotPossibleNow
from mock_alipay.gateway.repository import MOST_CONFLICTS
from tests.driver import Driver
from tests.gateway.test_repository import Contested


@pytest.mark.parametrize(
    ("first", "second", "allowed"),
    [
        ("pay", "decline", []),
        ("pending", "pending", ["pay", "decline", "leave"]),
    ],
)
def test_an_impossible_action_is_refused(first: BuyerAction, second: BuyerAction, allowed: list[str]) -> None:
    """The error names the state, the result and the possible actions; nothing changes."""
    driver = Driver()
    before = driver.act(driver.open("order-1"), first)
    with pytest.raises(NotPossibleNow) as refused:
        driver.act("order-1", second)
    assert {"state": before.state, "allowed": allowed} == refused.value.extra
    assert f"is {before.state}, its result is {before.code}" in refused.value.detail
    assert before == driver.payment("order-1")


def test_a_payment_of_another_client_id_is_not_found() -> None:
    """Client ids are isolated."""
    driver = Driver()
    driver.open("order-1")
    with pytest.raises(NoSuchAggregate):
        asyncio.run(driver.buyer_actions.act(("SANDBOX_OTHER", "payments", "order-1"), Act("pay")))


def test_an_action_is_retried_after_conflicts() -> None:
    """Up to ten times, then it fails."""
    driver = Driver()
    driver.open("order-1")
    key = (driver.client_id, "payments", "order-1")
    store = Contested(0)
    asyncio.run(store.commit(driver.payment("order-1")))
    buyer_actions = replace(driver.buyer_actions, repository=replace(driver.components.repository, store=store))
    store.times = 1000
    with pytest.raises(RuntimeError, match="order-1: 10 commits conflicted"):
        asyncio.run(buyer_actions.act(key, Act("pay")))
    assert 1000 - MOST_CONFLICTS == store.times
    store.times = 9
    payment = asyncio.run(buyer_actions.act(key, Act("pay")))
    assert ("SUCCESS", 0, payment) == (payment.state, store.times, asyncio.run(store.load(key)))

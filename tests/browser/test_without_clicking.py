"""A checkout that nobody clicks: scenarios, and acts of the admin API, before and while a page is open."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from mock_alipay.client.payment import MockPayment
from tests.browser.buyer import Buyer, Trace
from tests.browser.merchant import ORDER, Merchant
from tests.browser.outcomes import (
    BALANCE,
    CANCEL,
    CHALLENGE,
    MOUNTED,
    PAID,
    REDIRECT,
    SUCCESSFUL,
    UNVERIFIED,
    Webhooks,
    arrivals,
    ended,
)

FAILED = ended("SDK_PAYMENT_FAIL", UNVERIFIED)
PROCESSING = ended("SDK_PAYMENT_PROCESSING", "PAYMENT_IN_PROCESS")


class Row(NamedTuple):
    """A scenario, what advances the clock, the trace after mounting, the state at the end, the webhooks."""

    scenario: str
    advance: str | None
    trace: Trace
    state: str | None
    webhooks: Webhooks


ROWS = [
    Row("pays-at-once", None, [SUCCESSFUL, REDIRECT], None, PAID),
    Row(
        "declined-risk-reject",
        None,
        [ended("SDK_PAYMENT_FAIL", "RISK_REJECT")],
        "fail",
        ["RISK_REJECT"],
    ),
    Row("challenge-then-success", None, [CHALLENGE], "challenge", []),
    Row("challenge-then-success", "30s", [CHALLENGE, SUCCESSFUL, REDIRECT], None, PAID),
    Row("challenge-then-fail", "30s", [CHALLENGE, FAILED], "fail", [UNVERIFIED]),
    Row("pending-then-success", None, [PROCESSING], "processing", []),
    Row("pending-then-success", "10m", [PROCESSING], "success", PAID),
    Row("leaves", "1m", [["onClose", {}], CANCEL], None, []),
    Row("expires", None, [["onClose", {}], CANCEL], None, []),
    Row("pays-late", None, [], "open", []),
]


@pytest.mark.parametrize("mounted", ["before", "after"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.scenario} {row.advance}")
def test_a_scenario(buyer: Buyer, merchant: Merchant, row: Row, mounted: str) -> None:
    """The buyer of a scenario acts in the open page, and what happened before is played when one opens."""
    session, checkout = merchant.session(scenario=row.scenario), buyer.shop()
    if row.advance and mounted == "after":
        merchant.mock.clock.advance(row.advance)
    checkout.mount("AMSCashierPayment", session)
    if row.advance and mounted == "before":
        checkout.cashier.main.wait_for()
        merchant.mock.clock.advance(row.advance)
    checkout.traces([*MOUNTED, *arrivals(merchant, row.trace)])
    if row.state:
        checkout.cashier.state(row.state)
    assert row.webhooks == merchant.webhooks()


ACTS: dict[str, tuple[Trace, str | None, Webhooks]] = {
    "pay": ([SUCCESSFUL, REDIRECT], None, PAID),
    "decline": ([ended("SDK_PAYMENT_FAIL", BALANCE)], "fail", [BALANCE]),
    "pending": ([PROCESSING], "processing", []),
    "leave": ([["onClose", {}], CANCEL], None, []),
    "challenge": ([CHALLENGE], "challenge", []),
}


@pytest.mark.parametrize("mounted", ["before", "after", "never"])
@pytest.mark.parametrize("name", ACTS)
def test_an_act(buyer: Buyer, merchant: Merchant, name: str, mounted: str) -> None:
    """An act of the admin API fires the events of the open page, or of the first; without one there is a webhook."""
    trace, state, webhooks = ACTS[name]
    session = merchant.session()

    def act() -> None:
        getattr(MockPayment, name)(merchant.mock.payment(ORDER))

    if mounted == "never":
        act()
    else:
        checkout = buyer.shop()
        if mounted == "after":
            act()
        checkout.mount("AMSCashierPayment", session)
        if mounted == "before":
            checkout.traces(MOUNTED)
            act()
        checkout.traces([*MOUNTED, *arrivals(merchant, trace)])
        if state:
            checkout.cashier.state(state)
    assert webhooks == merchant.webhooks()


def test_an_outcome_is_played_once(buyer: Buyer, merchant: Merchant) -> None:
    """The second page that mounts shows the outcome, and fires no event of it."""
    session = merchant.session(scenario="declined-risk-reject")
    first, second = buyer.shop(), buyer.shop()
    first.mount("AMSCashierPayment", session)
    first.traces([*MOUNTED, ended("SDK_PAYMENT_FAIL", "RISK_REJECT")])
    second.mount("AMSCashierPayment", session)
    second.cashier.state("fail")
    second.traces(MOUNTED)


def test_a_card_in_the_request(buyer: Buyer, merchant: Merchant) -> None:
    """A session that brought a card number has no card form."""
    card = {"cardNo": "4000000000000002", "expiryMonth": "12", "expiryYear": "30", "cvv": "123"}
    method = {"paymentMethodType": "CARD", "paymentMethodMetaData": card}
    checkout = buyer.shop()
    checkout.mount("AMSCashierPayment", merchant.session(paymentMethod=method))
    checkout.cashier.state("open")
    assert 0 == checkout.cashier.root.get_by_label("Card number").count()
    checkout.act("pay")
    checkout.traces([*MOUNTED, ended("SDK_PAYMENT_FAIL", "DO_NOT_HONOR")])

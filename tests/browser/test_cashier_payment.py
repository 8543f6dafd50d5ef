"""AMSCashierPayment: every outcome, with its events in order, the page's state, the end address and the webhook."""

from __future__ import annotations

import pytest

from tests.browser.buyer import Buyer, Checkout
from tests.browser.merchant import ORDER, Merchant
from tests.browser.outcomes import (
    BAD_FORM,
    BALANCE,
    CANCEL,
    CHALLENGE,
    END,
    MOUNTED,
    PAID,
    REDIRECT,
    START,
    SUCCESSFUL,
    UNVERIFIED,
    Row,
    Webhooks,
    arrivals,
    ended,
    event,
    opened,
)

ROWS = {
    "success": Row("fill-pay pay", [SUCCESSFUL, REDIRECT], None, PAID),
    "success without a redirect": Row("fill-pay pay", [SUCCESSFUL], "success", PAID, stays=True),
    "a declined card": Row("fill-decline pay", [ended("SDK_PAYMENT_FAIL", "DO_NOT_HONOR")], "fail", ["DO_NOT_HONOR"]),
    "decline": Row("decline", [ended("SDK_PAYMENT_FAIL", BALANCE)], "fail", [BALANCE]),
    "decline for a reason": Row(
        "decline-reason=RISK_REJECT decline",
        [ended("SDK_PAYMENT_FAIL", "RISK_REJECT")],
        "fail",
        ["RISK_REJECT"],
    ),
    "cancel": Row("cancel", [["onClose", {}], CANCEL], None, []),
    "processing": Row("pending", [ended("SDK_PAYMENT_PROCESSING", "PAYMENT_IN_PROCESS")], "processing", []),
    "error": Row(
        "decline-reason=UNKNOWN_EXCEPTION decline", [ended("SDK_PAYMENT_ERROR", "UNKNOWN_EXCEPTION")], "fail", []
    ),
    "3-D Secure passed": Row(
        "fill-challenge pay code=123456 challenge-submit", [CHALLENGE, SUCCESSFUL, REDIRECT], None, PAID
    ),
    "3-D Secure failed": Row(
        "fill-challenge pay code=000000 challenge-submit",
        [CHALLENGE, ended("SDK_PAYMENT_FAIL", UNVERIFIED)],
        "fail",
        [UNVERIFIED],
    ),
    "3-D Secure left": Row("fill-challenge pay challenge-cancel", [CHALLENGE, CANCEL], "open", []),
    "3-D Secure left and met again": Row(
        "fill-challenge pay challenge-cancel fill-challenge pay code=123456 challenge-submit",
        [CHALLENGE, CANCEL, CHALLENGE, SUCCESSFUL, REDIRECT],
        None,
        PAID,
    ),
    "bad form": Row("pay", [BAD_FORM], "open", []),
    "bad form twice, then paid": Row("pay pay fill-pay pay", [BAD_FORM, BAD_FORM, SUCCESSFUL, REDIRECT], None, PAID),
}


def play(checkout: Checkout, merchant: Merchant, row: Row) -> None:
    """Mount the component, do the steps of a row, and compare everything."""
    checkout.mount("AMSCashierPayment", merchant.session(), **({"notRedirectAfterComplete": True} if row.stays else {}))
    trace = [*MOUNTED, *arrivals(merchant, row.trace)]
    checkout.traces(MOUNTED)
    checkout.act(row.steps)
    checkout.traces(trace)
    if row.state:
        checkout.cashier.state(row.state)
    elif REDIRECT not in row.trace:
        checkout.page.locator("iframe[title]").wait_for(state="detached")
    assert row.webhooks == merchant.webhooks()
    checkout.traces(trace)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_an_outcome(buyer: Buyer, merchant: Merchant, row: Row) -> None:
    """What the buyer does reaches the merchant's callbacks, its address bar and its webhook."""
    play(buyer.shop(), merchant, row)


def test_a_cancelled_session_can_be_mounted_again(buyer: Buyer, merchant: Merchant) -> None:
    """After a cancel the same component mounts the same session, which is still open."""
    session, checkout = merchant.session(), buyer.shop()
    checkout.mount("AMSCashierPayment", session)
    checkout.act("cancel")
    checkout.traces([*MOUNTED, ["onClose", {}], CANCEL])
    checkout.call("mountComponent", {"sessionData": session.data}, "#payment")
    checkout.act("fill-pay pay")
    checkout.traces([*MOUNTED, ["onClose", {}], CANCEL, *MOUNTED, *arrivals(merchant, [SUCCESSFUL, REDIRECT])])


def test_a_pending_payment_that_succeeds_changes_the_page_without_an_event(buyer: Buyer, merchant: Merchant) -> None:
    """What comes after SDK_PAYMENT_PROCESSING fires no event."""
    checkout = buyer.shop()
    checkout.mount("AMSCashierPayment", merchant.session())
    checkout.act("pending")
    checkout.cashier.state("processing")
    merchant.mock.payment(ORDER).pay(wait=True)
    checkout.cashier.state("success")
    assert PAID == merchant.webhooks()
    checkout.traces([*MOUNTED, ended("SDK_PAYMENT_PROCESSING", "PAYMENT_IN_PROCESS")])


def test_an_expired_session(buyer: Buyer, merchant: Merchant) -> None:
    """The SDK says so before mounting ends; the page shows it; the gateway notifies the merchant once."""
    session, checkout = merchant.session(), buyer.shop()
    merchant.mock.clock.advance("1h")
    checkout.mount("AMSCashierPayment", session)
    failed = {"code": "SDK_CREATECOMPONENT_ERROR", "message": "The payment session has expired."}
    trace = [START, ["onError", failed], ["onEventCallback", failed], *MOUNTED[1:]]
    checkout.traces(trace)
    checkout.cashier.state("expired")
    assert ["ORDER_IS_CLOSED"] == merchant.webhooks()
    checkout.traces(trace)


def test_a_session_that_expires_while_its_page_is_open(buyer: Buyer, merchant: Merchant) -> None:
    """The open page follows the gateway's clock."""
    checkout = buyer.shop()
    checkout.mount("AMSCashierPayment", merchant.session())
    checkout.traces(MOUNTED)
    merchant.mock.clock.advance("1h")
    checkout.cashier.state("expired")
    checkout.traces([*MOUNTED, ended("SDK_PAYMENT_ERROR", "INQUIRY_PAYMENT_SESSION_FAILED")])


def test_a_session_that_is_paid_twice(buyer: Buyer, merchant: Merchant) -> None:
    """A click on a session that ended elsewhere is answered REPEAT_REQ_REJECT."""
    # The page learns nothing for some seconds.
    buyer.context.add_init_script("window.EventSource = class { addEventListener() {} close() {} };")
    checkout = buyer.shop()
    checkout.mount("AMSCashierPayment", merchant.session())
    checkout.act("fill-pay")
    merchant.mock.payment(ORDER).pay(wait=True)
    checkout.act("pay")
    checkout.traces([*MOUNTED, ended("SDK_PAYMENT_ERROR", "REPEAT_REQ_REJECT")])
    checkout.cashier.state("expired")
    assert PAID == merchant.webhooks()
    assert "409" in buyer.complaints.pop()  # Chromium reports the reply


@pytest.mark.parametrize(
    ("step", "webhooks"),
    [("pay", PAID), ("decline", [BALANCE]), ("pending", []), ("cancel", [])],
)
def test_a_wallet(buyer: Buyer, merchant: Merchant, step: str, webhooks: Webhooks) -> None:
    """Pay leads to the wallet; all its buttons lead to paymentRedirectUrl, with nothing appended."""
    checkout = buyer.shop()
    checkout.mount("AMSCashierPayment", merchant.session(paymentMethod={"paymentMethodType": "ALIPAY_CN"}))
    checkout.act("pay")
    checkout.page.wait_for_url("**/wallet/*")
    wallet = checkout.page.url
    checkout.page.get_by_test_id(step).click()
    checkout.traces([*MOUNTED, opened(wallet), ["page", merchant.thanks]])
    assert webhooks == merchant.webhooks()


def test_the_merchant_submits(buyer: Buyer, merchant: Merchant) -> None:
    """With showSubmitButton false there is no Pay button, and submit() needs the filled form as Pay does."""
    checkout = buyer.shop()
    appearance = {"showSubmitButton": False}
    checkout.mount("AMSCashierPayment", merchant.session(), appearance=appearance, notRedirectAfterComplete=True)
    checkout.act("fill-pay")
    assert 0 == checkout.cashier.part("pay").count()
    checkout.call("submit", {})
    checkout.cashier.state("success")
    assert SUCCESSFUL in checkout.trace
    assert PAID == merchant.webhooks()


def test_the_pop_up(buyer: Buyer, merchant: Merchant) -> None:
    """createComponent opens a dialog; its close button is a cancel."""
    checkout = buyer.shop()
    checkout.create("AMSCashierPayment")
    checkout.call("createComponent", {"sessionData": merchant.session().data})
    checkout.cashier.state("open")
    checkout.page.get_by_role("dialog", name="Payment").get_by_role("button", name="Close payment").click()
    loaded = [START, ["createComponent resolves", "undefined"], END]
    checkout.traces([*loaded, ["onClose", {}], event("SDK_PAYMENT_CANCEL", result={"result": {}})])
    checkout.page.get_by_role("dialog").wait_for(state="detached")

"""AMSElement: every outcome of submitPayment, the page's state, the end address and the webhook."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.buyer import Buyer, Checkout, Trace
from tests.browser.merchant import ORDER, Merchant
from tests.browser.outcomes import (
    BALANCE,
    PAID,
    REDIRECT,
    RESULTS,
    STATUS,
    SUCCESSFUL,
    UNVERIFIED,
    Row,
    arrivals,
)

SCENE = "ELEMENT_PAYMENT"
STARTED = ["onStartLoading", "undefined"]
STOPPED = ["onEndLoading", "undefined"]
MOUNTED: Trace = [STARTED, STOPPED, ["mount resolves", {}]]


def submitted(status: str, **values: Any) -> Trace:
    """The trace of a call of submitPayment."""
    return [STARTED, STOPPED, ["submitPayment resolves", {"status": status, **values}]]


def refused(code: str, **values: Any) -> Trace:
    """The trace of a call that ends with a result code of the gateway; a failed payment needs another session."""
    status = STATUS[RESULTS[code]["resultStatus"]]
    error = {"code": code, "message": RESULTS[code]["resultMessage"], "needChangeSessionForRetry": status == "FAIL"}
    return submitted(status, error=error, **values)


def own(code: str, message: str, **values: Any) -> Trace:
    """The trace of a call that ends with an error of the page; the same session may be tried again."""
    error = {"code": code, "message": message, "needChangeSessionForRetry": False}
    return submitted("FAIL", error=error, **values)


SUCCESS = submitted("SUCCESS")
BAD_FORM = own("FORM_INVALID", "The card form is not filled in correctly.")
LEFT = own("USER_CANCELED", "The buyer has cancelled the 3-D Secure check.", userCanceled3D=True)


ROWS = {
    "success": Row("fill-pay submit", [*SUCCESS, REDIRECT], None, PAID),
    "success without a redirect": Row("fill-pay submit", SUCCESS, "success", PAID, stays=True),
    "a declined card": Row("fill-decline submit", refused("DO_NOT_HONOR"), "fail", ["DO_NOT_HONOR"]),
    "decline": Row("fill-pay outcome=decline submit", refused(BALANCE), "fail", [BALANCE]),
    "processing": Row("fill-pay outcome=pending submit", refused("PAYMENT_IN_PROCESS"), "processing", []),
    "3-D Secure passed": Row("fill-challenge submit code=123456 challenge-submit", [*SUCCESS, REDIRECT], None, PAID),
    "3-D Secure failed": Row(
        "fill-challenge submit code=000000 challenge-submit",
        refused(UNVERIFIED),
        "fail",
        [UNVERIFIED],
    ),
    "3-D Secure left": Row("fill-challenge submit challenge-cancel", LEFT, "open", []),
    "bad form": Row("submit", BAD_FORM, "open", []),
    "bad form, then paid": Row("submit fill-pay submit", [*BAD_FORM, *SUCCESS, REDIRECT], None, PAID),
}


def play(checkout: Checkout, merchant: Merchant, row: Row) -> None:
    """Mount the Element, do the steps of a row, and compare everything."""
    parameters = {"notRedirectAfterComplete": True} if row.stays else {}
    checkout.mount("AMSElement", merchant.session(SCENE), **parameters)
    trace = [*MOUNTED, *arrivals(merchant, row.trace)]
    checkout.traces(MOUNTED)
    checkout.act(row.steps)
    checkout.traces(trace)
    if row.state:
        checkout.cashier.state(row.state)
    assert row.webhooks == merchant.webhooks()
    checkout.traces(trace)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_an_outcome(buyer: Buyer, merchant: Merchant, row: Row) -> None:
    """What buyer and merchant do reaches the promise of submitPayment, the address bar and the webhook."""
    play(buyer.shop(), merchant, row)


def test_events_of_the_element(buyer: Buyer, merchant: Merchant) -> None:
    """With elementEvents the Element fires SDK_PAYMENT_* like AMSCashierPayment."""
    checkout = buyer.shop()
    checkout.create("AMSElement", sessionData=merchant.session(SCENE).data, elementEvents=True)
    checkout.call("mount", {"type": "payment", "notRedirectAfterComplete": True}, "#payment")
    checkout.act("fill-pay submit")
    successful = [SUCCESSFUL[0], {**SUCCESSFUL[1], "message": ""}]
    checkout.traces([*MOUNTED, SUCCESS[0], successful, *SUCCESS[1:]])


def test_an_expired_session(buyer: Buyer, merchant: Merchant) -> None:
    """The promise of mount says so, and the page shows it."""
    session, checkout = merchant.session(SCENE), buyer.shop()
    merchant.mock.clock.advance("1h")
    checkout.mount("AMSElement", session)
    message = "The order status is abnormal. Please check the payment status and contact the merchant."
    error = {"code": "INQUIRY_PAYMENT_SESSION_FAILED", "message": message, "traceId": "mock-alipay"}
    checkout.traces([STARTED, ["mount resolves", {"error": error}], STOPPED])
    checkout.cashier.state("expired")
    assert ["ORDER_IS_CLOSED"] == merchant.webhooks()


@pytest.mark.parametrize(
    ("scenario", "trace"),
    [
        ("pays-at-once", SUCCESS),
        ("declined-risk-reject", refused("RISK_REJECT")),
        ("pending-then-success", refused("PAYMENT_IN_PROCESS")),
    ],
)
def test_an_outcome_before_the_form(buyer: Buyer, merchant: Merchant, scenario: str, trace: Trace) -> None:
    """submitPayment answers an outcome that exists already, every time, with an empty form, and after a reload."""
    session = merchant.session(SCENE, scenario=scenario)
    for checkout in (buyer.shop(), buyer.shop()):
        checkout.mount("AMSElement", session, notRedirectAfterComplete=True)
        checkout.traces(MOUNTED)
        checkout.act("submit")
        checkout.traces([*MOUNTED, *trace])
        checkout.act("submit")
        checkout.traces([*MOUNTED, *trace, *trace])


@pytest.mark.parametrize("act", ["pay", "decline", "pending", "leave"])
def test_the_check_is_ended_by_the_admin_api(buyer: Buyer, merchant: Merchant, act: str) -> None:
    """submitPayment that waits for the 3-D Secure check answers an act that comes from elsewhere."""
    traces = {"pay": SUCCESS, "decline": refused(BALANCE), "pending": refused("PAYMENT_IN_PROCESS"), "leave": LEFT}
    checkout = buyer.shop()
    checkout.mount("AMSElement", merchant.session(SCENE), notRedirectAfterComplete=True)
    checkout.act("fill-challenge submit")
    checkout.cashier.state("challenge")
    merchant.gateway.admin("POST", f"/payments/{ORDER}/act?clientId={merchant.client_id}", {"action": act})
    checkout.traces([*MOUNTED, *traces[act]])


def test_actions_that_the_merchant_handles(buyer: Buyer, merchant: Merchant) -> None:
    """With handleActions false nothing redirects: the result has the address."""
    checkout = buyer.shop()
    checkout.mount("AMSElement", merchant.session(SCENE))
    checkout.act("fill-pay")
    checkout.call("submitPayment", {"handleActions": False})
    links = {"normalUrl": merchant.address(merchant.thanks), "schemeUrl": "", "appLinkUrl": ""}
    checkout.traces([*MOUNTED, *submitted("SUCCESS", session={"nextAction": links})])


def test_the_form_is_validated(buyer: Buyer, merchant: Merchant) -> None:
    """validateFields tells whether the form is filled in, and the page says what is wrong."""
    checkout = buyer.shop()
    checkout.mount("AMSElement", merchant.session(SCENE))
    checkout.traces(MOUNTED)
    checkout.call("validateFields")
    checkout.traces([*MOUNTED, ["validateFields resolves", {"isValid": False}]])
    checkout.act("fill-pay")
    checkout.call("validateFields")
    checkout.traces([*MOUNTED, *(["validateFields resolves", {"isValid": valid}] for valid in (False, True))])

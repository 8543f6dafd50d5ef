"""The dashboard's payments and notifications: lists, timeline, and acts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.buyer import Buyer, Cashier
from tests.browser.dashboard import Dashboard
from tests.browser.merchant import ORDER, Merchant
from tests.live import signed_headers
from tests.shop import ACKNOWLEDGED, FAULTY

MANUAL = {"isAuthorization": True, "captureMode": "MANUAL"}
ACTS = ["Pay", "Decline", "Leave pending", "3-D Secure", "Leave"]


def acts(board: Dashboard) -> list[str]:
    """The acts that are offered, in their order."""
    found = board.page.locator(".acts").get_by_role("button").all_text_contents()
    return [name.strip() for name in found if name.strip() in ACTS]


def timeline(board: Dashboard) -> Locator:
    """The steps of the payment that is open."""
    return board.page.get_by_role("region", name="Timeline").get_by_role("listitem")


def test_a_row_of_a_payment(buyer: Buyer, merchant: Merchant) -> None:
    """It tells paymentRequestId, state, amount, method, scenario and expiry, and follows what happens."""
    board = Dashboard(buyer).open("payments")
    expect(board.page.get_by_text("No payment fits")).to_be_visible()
    merchant.session(scenario="pays-late")
    row = board.row(ORDER, "payments")
    for words in (ORDER, "OPEN", "USD 10.00", "CARD", "pays-late", "expires"):
        expect(row).to_contain_text(words)
    merchant.mock.payment(ORDER).pay()
    expect(row).to_contain_text("SUCCESS")
    expect(board.rows("payments")).to_have_count(1)


@pytest.mark.parametrize(
    ("act", "state", "step"),
    [
        ("Pay", "SUCCESS", "Buyer pays"),
        ("Decline", "FAIL", "Buyer is declined"),
        ("Leave pending", "PENDING", "Buyer leaves the payment pending"),
        ("3-D Secure", "PROCESSING", "Buyer is sent to 3-D Secure"),
        ("Leave", "OPEN", "Buyer leaves"),
    ],
)
def test_an_act_of_the_buyer(buyer: Buyer, merchant: Merchant, act: str, state: str, step: str) -> None:
    """Each button acts, the timeline tells it, and the buttons are those of what is possible then."""
    merchant.session()
    board = Dashboard(buyer).open("payments", id=ORDER)
    expect(board.button("Pay")).to_be_visible()
    assert set(ACTS) == set(acts(board))
    if act == "Decline":
        board.page.get_by_role("combobox", name="Reason").select_option("RISK_REJECT")
    board.button(act).click()
    expect(timeline(board).filter(has_text=step).first).to_be_visible()
    entry = board.entry(f"Payment {ORDER}")
    expect(entry.get_by_role("heading", level=2)).to_contain_text(state)
    if act == "Decline":
        expect(timeline(board).filter(has_text="RISK_REJECT").first).to_be_visible()
    words = {
        "pay": "Pay",
        "decline": "Decline",
        "pending": "Leave pending",
        "challenge": "3-D Secure",
        "leave": "Leave",
    }
    possible = merchant.gateway.admin("GET", f"/payments/{ORDER}?clientId={merchant.client_id}").body["possible"]
    for each in words.values():
        expect(board.button(each)).to_have_count(int(each in {words[name] for name in possible}))


def test_a_timeline(buyer: Buyer, merchant: Merchant) -> None:
    """Session, buyer, capture, refund, cancel, and every attempt with the answer of the merchant."""
    notify = merchant.body()["paymentNotifyUrl"].removeprefix(merchant.shop.url(""))
    merchant.shop.says(notify, FAULTY)
    merchant.session(paymentFactor=MANUAL)
    merchant.mock.payment(ORDER).pay(wait=True)
    board = Dashboard(buyer).open("payments", id=ORDER)
    for words in ("Session created", "Buyer pays", "notifyPayment, attempt 1", "HTTP 500", "out of tea"):
        expect(timeline(board).filter(has_text=words).first).to_be_visible()
    payment = merchant.mock.payment(ORDER)
    path = "/ams/sandbox/api/v1/payments/"
    merchant.shop.says(notify, ACKNOWLEDGED)
    captured = b'{"captureRequestId":"c-1","paymentId":"%b","captureAmount":{"currency":"USD","value":"1000"}}'
    refunded = b'{"refundRequestId":"r-1","paymentId":"%b","refundAmount":{"currency":"USD","value":"300"}}'
    for name, body in (("capture", captured), ("refund", refunded)):
        raw = body % str(payment.payment_id).encode()
        headers = signed_headers(raw, path=path + name, client_id=merchant.client_id)
        assert "SUCCESS" == merchant.gateway.request("POST", path + name, raw, headers).code
    for words in ("Capture USD 10.00", "Refund USD 3.00", "c-1", "r-1", "notifyCapture, attempt 1"):
        expect(timeline(board).filter(has_text=words).first).to_be_visible()
    expect(board.button("Pay")).to_have_count(0)
    expect(board.link("Open cashier")).to_have_count(0)


def test_a_cancelled_payment(buyer: Buyer, merchant: Merchant) -> None:
    """The timeline ends with the cancel, and nothing is possible any more."""
    merchant.session()
    board = Dashboard(buyer).open("payments", id=ORDER)
    expect(board.button("Pay")).to_be_visible()
    path, raw = "/ams/sandbox/api/v1/payments/cancel", b'{"paymentRequestId":"%b"}' % ORDER.encode()
    merchant.gateway.request("POST", path, raw, signed_headers(raw, path=path, client_id=merchant.client_id))
    expect(timeline(board).last).to_contain_text("Payment cancelled")
    expect(board.button("Pay")).to_have_count(0)


def test_open_cashier(buyer: Buyer, merchant: Merchant) -> None:
    """The cashier page opens in a new tab that does not know where it comes from; what its buyer does is told."""
    merchant.session()
    board = Dashboard(buyer).open("payments", id=ORDER)
    expect(board.link("Open cashier")).to_have_attribute("rel", "noreferrer")
    with buyer.context.expect_page() as opened:
        board.link("Open cashier").click()
    cashier = Cashier(opened.value)
    cashier.state("open")
    merchant.mock.payment(ORDER).pay()
    expect(board.entry(f"Payment {ORDER}")).to_contain_text("SUCCESS")


def test_a_refused_act(buyer: Buyer, merchant: Merchant) -> None:
    """The gateway's own words stand beside the button."""
    merchant.session()
    board = Dashboard(buyer).open("payments", id=ORDER)
    board.page.route("**/act", lambda route: (merchant.mock.payment(ORDER).pay(), route.continue_()))
    board.button("Leave").click()
    refused = board.page.locator(".acts").get_by_role("alert")
    expect(refused).to_contain_text("leave is not possible now")
    buyer.complaints.clear()  # Chromium reports each 409


def test_one_id_of_two_clients(buyer: Buyer, merchant: Merchant) -> None:
    """The same paymentRequestId of two client ids: each row opens its own payment."""
    order = f"twice-{merchant.client_id}"[:64]
    others = f"{merchant.client_id}_2"
    board = Dashboard(buyer, everyone=True)
    for client_id, value in ((merchant.client_id, "1100"), (others, "2200")):
        body = merchant.body(paymentRequestId=order, paymentAmount={"currency": "USD", "value": value})
        body["order"]["orderAmount"]["value"] = value
        assert "SUCCESS" == merchant.gateway.create(body, client_id=client_id).code
    try:
        board.open("payments", q=order)
        for amount, client_id in (("USD 11.00", merchant.client_id), ("USD 22.00", others)):
            board.row(order, "payments").filter(has_text=amount).click()
            entry = board.entry(f"Payment {order}")
            expect(entry).to_contain_text(amount)
            expect(entry.get_by_text(client_id, exact=True).first).to_be_visible()
            board.page.reload()
            expect(entry).to_contain_text(amount)
            board.page.go_back()
    finally:
        merchant.mock.for_client(others).reset()


def test_a_notification(buyer: Buyer, merchant: Merchant) -> None:
    """Row and entry tell status, attempts and the next one, what was sent, the answer, and why it is not accepted."""
    notify = merchant.body()["paymentNotifyUrl"].removeprefix(merchant.shop.url(""))
    merchant.shop.says(notify, FAULTY)
    merchant.session(paymentFactor=MANUAL)
    board = Dashboard(buyer).open("notifications")
    merchant.mock.payment(ORDER).pay(wait=True)
    (sent,) = merchant.mock.notifications()
    row = board.row(sent.id, "notifications")
    for words in ("notifyPayment", ORDER, "PENDING", "1 attempt", "next "):
        expect(row).to_contain_text(words)
    row.click()
    entry = board.entry(f"Notification {sent.id}")
    why = merchant.gateway.admin("GET", f"/notifications/{sent.id}").body["attempts"][0]["why"]
    for words in ('"notifyType": "PAYMENT_RESULT"', "HTTP 500, not accepted", "out of tea", why, "Next attempt"):
        expect(entry).to_contain_text(words)
    expect(entry.get_by_role("region", name="Signature")).to_contain_text(f"POST {notify}")
    merchant.shop.says(notify, ACKNOWLEDGED)
    board.button("Send again").click()
    expect(entry.get_by_role("heading", level=2)).to_contain_text("ACCEPTED")
    expect(entry).to_contain_text("attempt 2, sent by hand")
    expect(row).to_contain_text("2 attempts")
    expect(row).to_contain_text("ACCEPTED")
    board.link("Show in payments").click()
    expect(board.entry(f"Payment {ORDER}")).to_be_visible()

import pytest

from shop import Declined, Shop


@pytest.fixture
def shop(mock_alipay):
    shop = Shop(mock_alipay.url, **mock_alipay.credentials)
    with mock_alipay.deliver_to(shop.webhook) as shop.notify_url:
        yield shop


def test_a_card_is_refused(shop, mock_alipay):
    mock_alipay.scenario("card-not-supported")
    with pytest.raises(Declined, match="CARD_NOT_SUPPORTED"):
        shop.checkout("1000")


def test_a_webhook_marks_the_order_as_paid(shop, mock_alipay):
    order = shop.checkout("1000")
    mock_alipay.payment(order).pay(wait=True)  # until the webhooks have been sent
    assert order in shop.paid


def test_a_session_expires_after_an_hour(shop, mock_alipay):
    order = shop.checkout("1000")
    mock_alipay.clock.advance("1h")
    assert mock_alipay.payment(order).session_status == "EXPIRED"


def test_a_forged_webhook_is_rejected(shop, mock_alipay):
    mock_alipay.scenario("notify-wrong-key")  # the buyer pays at once
    order = shop.checkout("1000")
    sent = mock_alipay.notifications.wait(notification="notifyPayment")
    assert sent.attempts[0].http_status == 401
    assert order not in shop.paid


def test_an_inquiry_replaces_a_lost_webhook(shop, mock_alipay):
    mock_alipay.scenario("notify-dropped")  # the buyer pays at once
    order = shop.checkout("1000")
    assert shop.is_paid(order)
    assert order not in shop.paid


def test_an_unknown_outcome_is_retried(shop, mock_alipay):
    mock_alipay.scenario("unknown-then-success")
    order = shop.checkout("1000")
    assert mock_alipay.count(result_code="UNKNOWN_EXCEPTION") == 2
    call = mock_alipay.wait(endpoint="createPaymentSession", result_code="SUCCESS")
    assert call.request["paymentRequestId"] == order
    assert call.signature["verdict"] == "valid"


def test_a_refused_webhook_is_sent_again(shop, mock_alipay):
    mock_alipay.webhooks.answer("refuse", "refuse")  # PAYMENT_RESULT and CAPTURE_RESULT; then the shop answers
    order = shop.checkout("1000")
    mock_alipay.payment(order).pay(wait=True)
    assert order not in shop.paid
    mock_alipay.clock.advance("2m")
    assert mock_alipay.webhooks.wait(notify_type="PAYMENT_RESULT", count=2).signature == "valid"
    assert order in shop.paid

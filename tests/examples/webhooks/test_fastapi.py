import pytest

pytest.importorskip("fastapi", reason="fastapi is missing: pip install -r tests/examples/webhooks/requirements.txt")

from fastapi_shop import app


@pytest.fixture
def notify_url(mock_alipay):
    app.state.alipay_public_key = mock_alipay.credentials["alipay_public_key"]
    with mock_alipay.deliver_to(app) as url:
        yield url.replace("/notify", "/antom/webhook")


def test_a_webhook_marks_the_order_as_paid(notify_url, checkout, mock_alipay):
    order = checkout(notify_url)
    mock_alipay.payment(order).pay(wait=True)
    assert order in app.state.paid


def test_a_forged_webhook_is_rejected(notify_url, checkout, mock_alipay):
    mock_alipay.scenario("notify-wrong-key")  # the buyer pays at once
    order = checkout(notify_url)
    sent = mock_alipay.notifications.wait(notification="notifyPayment")
    assert sent.attempts[0].http_status == 401
    assert order not in app.state.paid


def test_a_webhook_that_was_lost_comes_again(notify_url, checkout, mock_alipay):
    mock_alipay.webhooks.answer("reset")  # the first one does not reach the app
    order = checkout(notify_url)
    mock_alipay.payment(order).pay(wait=True)
    assert order not in app.state.paid
    mock_alipay.clock.advance("2m")
    mock_alipay.webhooks.wait(payment_request_id=order, count=2)
    assert order in app.state.paid

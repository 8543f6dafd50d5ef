import pytest

pytest.importorskip("flask", reason="flask is missing: pip install -r tests/examples/webhooks/requirements.txt")

from flask_shop import app, paid


@pytest.fixture
def notify_url(mock_alipay):
    app.config["ALIPAY_PUBLIC_KEY"] = mock_alipay.credentials["alipay_public_key"]
    with mock_alipay.deliver_to(app) as url:
        yield url.replace("/notify", "/antom/webhook")


def test_a_webhook_marks_the_order_as_paid(notify_url, checkout, mock_alipay):
    order = checkout(notify_url)
    mock_alipay.payment(order).pay(wait=True)
    assert order in paid


def test_a_forged_webhook_is_rejected(notify_url, checkout, mock_alipay):
    mock_alipay.scenario("notify-wrong-key")  # the buyer pays at once
    order = checkout(notify_url)
    sent = mock_alipay.notifications.wait(notification="notifyPayment")
    assert sent.attempts[0].http_status == 401
    assert order not in paid

import uuid

import pytest

for name in ("django", "pytest_django"):
    pytest.importorskip(name, reason=f"{name} is missing: pip install -r tests/examples/webhooks/requirements.txt")

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

from django_shop.models import Order

# The webhook runs in another thread, whose database connection does not see what a test has not committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[get_wsgi_application, get_asgi_application], ids=["WSGI", "ASGI"])
def notify_url(request, mock_alipay, settings):
    settings.ALIPAY_PUBLIC_KEY = mock_alipay.credentials["alipay_public_key"]
    with mock_alipay.deliver_to(request.param()) as url:
        yield url.replace("/notify", "/antom/webhook")


@pytest.fixture
def order():
    return Order.objects.create(payment_request_id=str(uuid.uuid4()))


def test_a_webhook_marks_the_order_as_paid(order, notify_url, checkout, mock_alipay):
    checkout(notify_url, order.payment_request_id)
    mock_alipay.payment(order.payment_request_id).pay(wait=True)
    order.refresh_from_db()
    assert order.is_paid


def test_a_forged_webhook_is_rejected(order, notify_url, checkout, mock_alipay):
    mock_alipay.scenario("notify-wrong-key")  # the buyer pays at once
    checkout(notify_url, order.payment_request_id)
    sent = mock_alipay.notifications.wait(notification="notifyPayment")
    assert sent.attempts[0].http_status == 401
    order.refresh_from_db()
    assert not order.is_paid

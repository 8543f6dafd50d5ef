import uuid

import pytest

from antom import open_payment


@pytest.fixture
def checkout(mock_alipay):
    """Opens a payment; returns its paymentRequestId."""

    def checkout(notify_url="https://shop.example/webhook", payment_request_id=None):
        payment_request_id = payment_request_id or str(uuid.uuid4())
        open_payment(payment_request_id, notify_url, mock_alipay.url, **mock_alipay.credentials)
        return payment_request_id

    return checkout

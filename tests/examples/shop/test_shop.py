import pytest

from shop import Declined, Shop


@pytest.fixture
def shop(mock_alipay):
    return Shop(mock_alipay.url, **mock_alipay.credentials)


def test_a_session_is_opened(shop, mock_alipay):
    assert shop.checkout("1000")
    call = mock_alipay.wait(endpoint="createPaymentSession")
    assert call.request["paymentAmount"] == {"currency": "USD", "value": "1000"}
    assert call.signature["verdict"] == "valid"


def test_a_card_is_refused(shop, mock_alipay):
    mock_alipay.scenario("card-not-supported")
    with pytest.raises(Declined, match="CARD_NOT_SUPPORTED"):
        shop.checkout("1000")


def test_an_unknown_outcome_is_tried_again(shop, mock_alipay):
    mock_alipay.scenario("unknown-then-success")
    assert shop.checkout("1000")
    assert mock_alipay.count(result_code="UNKNOWN_EXCEPTION") == 2


def test_an_order_is_paid(shop, mock_alipay):
    shop.checkout("1000")
    (payment,) = mock_alipay.payments()
    assert not shop.is_paid(payment.payment_request_id)
    payment.pay()
    assert shop.is_paid(payment.payment_request_id)


def test_a_session_expires_after_an_hour(shop, mock_alipay):
    shop.checkout("1000")
    mock_alipay.clock.advance("59m")
    assert [payment.session_status for payment in mock_alipay.payments()] == ["OPEN"]
    mock_alipay.clock.advance("1m")
    assert [payment.session_status for payment in mock_alipay.payments()] == ["EXPIRED"]

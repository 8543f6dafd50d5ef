import pytest

from shop import Declined, Shop


@pytest.fixture
def shop(mock_alipay):
    return Shop(mock_alipay.url, **mock_alipay.credentials)


def test_a_card_is_refused(shop, mock_alipay):
    mock_alipay.scenario("card-not-supported")
    with pytest.raises(Declined, match="CARD_NOT_SUPPORTED"):
        shop.checkout("1000")


def test_a_payment_succeeds(shop, mock_alipay):
    order = shop.checkout("1000")
    mock_alipay.payment(order).pay()
    assert shop.is_paid(order)

"""The payments family: sessions, buyer actions, captures and refunds, scheduled changes."""

from mock_alipay.apis.family import Buyer, Family
from mock_alipay.apis.payments import buyer, consistency
from mock_alipay.apis.payments.endpoints import ENDPOINTS
from mock_alipay.apis.payments.model import FAMILY, Payment
from mock_alipay.apis.payments.notifications import NOTIFICATIONS

PAYMENTS = Family[Payment](
    name=FAMILY,
    noun="payment",
    aggregate=Payment,
    id_field="paymentRequestId",
    endpoints=ENDPOINTS,
    notifications=NOTIFICATIONS,
    buyer=Buyer(buyer.can, buyer.act),
    problems=consistency.problems,
)

"""Pure rules, one folder for each AMS URL family; here the list of them."""

from mock_alipay.apis.family import Families
from mock_alipay.apis.payments import PAYMENTS

FAMILIES = Families([PAYMENTS])

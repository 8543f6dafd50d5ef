"""Pure rules of the AMS APIs: one folder per URL family. This module lists the families."""

from mock_alipay.apis.family import Families
from mock_alipay.apis.payments import PAYMENTS

FAMILIES = Families([PAYMENTS])

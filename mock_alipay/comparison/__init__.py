"""Compares how two gateways reply to the same requests: this one, and another such as the official sandbox."""

from mock_alipay.comparison.differences import Difference
from mock_alipay.comparison.requests import Request
from mock_alipay.comparison.run import Compared, compare
from mock_alipay.comparison.side import Side

__all__ = ["Compared", "Difference", "Request", "Side", "compare"]

"""The way to merchants: the one outgoing socket, and where it may lead."""

from mock_alipay.courier.address import Resolve
from mock_alipay.courier.answer import Answer
from mock_alipay.courier.courier import Courier
from mock_alipay.courier.url import target_of

__all__ = ["Answer", "Courier", "Resolve", "target_of"]

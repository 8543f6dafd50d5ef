"""A gateway's state as one JSON document, which another gateway can load."""

from mock_alipay.state.document import Reader, State, parsed, text
from mock_alipay.state.transfer import Transfer

__all__ = ["Reader", "State", "Transfer", "parsed", "text"]

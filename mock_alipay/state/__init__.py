"""A gateway's state as one JSON document, which another gateway can load."""

from mock_alipay.state.document import Reader, parsed, text
from mock_alipay.state.parts import State
from mock_alipay.state.transfer import Transfer

__all__ = ["Reader", "State", "Transfer", "parsed", "text"]

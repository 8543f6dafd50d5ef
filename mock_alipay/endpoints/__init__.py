"""What a merchant can ask: one pure function a file, and here the table of them.

A function takes the body, checked against ``schemas/<endpoint>.json``, and a Context; it returns an
Outcome or raises a Refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_alipay.context import Context
from mock_alipay.endpoints.create_payment_session import create_payment_session
from mock_alipay.terms import Outcome

Endpoint = Callable[[Mapping[str, Any], Context], Outcome]

ENDPOINTS: Mapping[str, Endpoint] = {
    "createPaymentSession": create_payment_session,
}

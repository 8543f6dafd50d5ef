"""inquiryRefund: the status of a refund."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.clocks import wire_time
from mock_alipay.errors import Refusal


def inquiry_refund(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """Return the refund. ``result`` is about the call, ``refundStatus`` about the refund. Refusal: ORDER_NOT_EXIST."""
    field = "refundId" if "refundId" in body else "refundRequestId"
    refunds = context.aggregate.refunds if context.aggregate else []
    refund = next((t for t in refunds if body[field] == (t.id if field == "refundId" else t.request_id)), None)
    if refund is None:
        raise Refusal("ORDER_NOT_EXIST", f"unknown {field} {body[field]}")
    fields = {
        "refundId": refund.id,
        "refundRequestId": refund.request_id,
        "refundAmount": refund.amount.wire,
        "refundStatus": refund.status,
    }
    if refund.done is not None:
        fields["refundTime"] = wire_time(refund.done)
    return Outcome("SUCCESS", fields=fields)

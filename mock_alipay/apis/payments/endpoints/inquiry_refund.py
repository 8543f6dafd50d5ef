"""inquiryRefund: how a refund stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.clocks import wire_time
from mock_alipay.errors import Refusal


def inquiry_refund(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """The refund; ``result`` tells of the call alone, ``refundStatus`` of the refund. Refusal: ORDER_NOT_EXIST."""
    field = "refundId" if "refundId" in body else "refundRequestId"
    refunds = context.aggregate.refunds if context.aggregate else []
    found = [t for t in refunds if body[field] == (t.id if field == "refundId" else t.request_id)]
    if not found:
        raise Refusal("ORDER_NOT_EXIST", f"there is no refund with {field} {body[field]}")
    made = found[0]
    fields = {
        "refundId": made.id,
        "refundRequestId": made.request_id,
        "refundAmount": made.amount.wire,
        "refundStatus": made.status,
    }
    if made.done is not None:
        fields["refundTime"] = wire_time(made.done)
    return Outcome("SUCCESS", fields=fields)

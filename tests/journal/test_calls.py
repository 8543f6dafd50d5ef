"""The journal's record of a call."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.journal.calls import wanted
from mock_alipay.journal.exchange import Reply
from mock_alipay.journal.faults import WireFault
from tests.calls import plain_call
from tests.journal.test_log_lines import ENTRY


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (None, 413),
        (WireFault("truncate"), 413),
        (WireFault("bad-signature"), 413),
        *((WireFault(kind), None) for kind in ("reset", "empty", "garbage", "hang")),
        (WireFault("status", 502), 502),
    ],
)
def test_the_http_status_is_what_the_client_received(fault: WireFault | None, expected: int | None) -> None:
    """It is the reply's, the injected fault's, or None if the fault suppresses the reply."""
    assert expected == ENTRY._replace(reply=Reply(413, b"", b"{}", fault=fault)).http_status


def test_the_size_includes_all_texts() -> None:
    """Target, headers and bodies count, so that the journal's memory limit holds."""
    sizes = [
        ENTRY._replace(call=call, reply=Reply(200, b"", reply)).size
        for call, reply in (
            (plain_call(b"", target=""), b""),
            (plain_call(b"x" * 1000, {"x-long": "y" * 2000}, target="/" + "z" * 4000), b"x" * 500),
        )
    ]
    assert 0 < sizes[0] < 10_000
    assert 1000 + 500 + 2000 + 4000 <= sizes[1] - sizes[0] <= 1000 + 500 + 2 * (2000 + 4000) + 100


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "12345"),
        ({"clientId": "SANDBOX_A"}, "1345"),
        ({"family": "payments", "endpoint": "createPaymentSession"}, "1234"),
        ({"paymentRequestId": "order-1"}, "1245"),
        ({"resultCode": "SUCCESS"}, "123"),
        ({"scenario": "success"}, "1234"),
        ({"clientId": "SANDBOX_A", "paymentRequestId": "order-1", "resultCode": "SUCCESS"}, "1"),
        ({"scenario": ""}, ""),
        ({"refundRequestId": "order-1"}, ""),
    ],
)
def test_calls_are_filtered(filters: dict[str, str], expected: str) -> None:
    """A call must match all filters; a missing value matches nothing."""
    changes: list[dict[str, Any]] = [{}, {"client_id": "B"}, {"request_id": "2"}, {"result_code": "NONE"}]
    changes.append({"family": None, "endpoint": None, "result_code": None, "scenario": None})
    records = [ENTRY._replace(**each) for each in changes]
    matches = wanted(filters)
    assert expected == "".join(str(number) for number, each in enumerate(records, 1) if matches(each))

"""The journal's record of a call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.journal.calls import CallRecord, wanted
from mock_alipay.journal.exchange import Reply
from mock_alipay.journal.faults import WireFault
from tests.calls import NOW, plain_call


def record(body: bytes = b"{}", **changes: Any) -> CallRecord:
    """The record of a successful call."""
    return CallRecord(
        id="1",
        time=NOW + timedelta(hours=1),
        call=plain_call(body),
        reply=Reply(200, b"", b"{}"),
        client_id="A",
        family="payments",
        endpoint="createPaymentSession",
        id_field="paymentRequestId",
        request_id="1",
        result_code="SUCCESS",
        result_status="S",
        message="",
        verdict="valid",
        explanation=None,
        faults=(),
        scenario="tale",
        reason=None,
        took=0.0,
    )._replace(**changes)


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
    assert expected == record(reply=Reply(413, b"", b"{}", fault=fault)).http_status


def test_the_size_includes_all_texts() -> None:
    """Target, headers and bodies count, so that the journal's memory limit holds."""
    least = record(body=b"", reply=Reply(200, b"", b"")).size
    assert 0 < least < 10_000
    call = plain_call(b"x" * 1000, {"x-long": "y" * 2000}, target="/" + "z" * 4000)
    size = record(call=call, reply=Reply(200, b"", b"x" * 500)).size
    assert 1000 + 500 + 2000 + 4000 <= size - least <= 1000 + 500 + 2 * (2000 + 4000) + 100


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "12345"),
        ({"clientId": "A"}, "1345"),
        ({"family": "payments", "endpoint": "createPaymentSession"}, "1234"),
        ({"paymentRequestId": "1"}, "1245"),
        ({"resultCode": "SUCCESS"}, "123"),
        ({"scenario": "tale"}, "1234"),
        ({"clientId": "A", "paymentRequestId": "1", "resultCode": "SUCCESS"}, "1"),
        ({"scenario": ""}, ""),
        ({"refundRequestId": "1"}, ""),
    ],
)
def test_calls_are_filtered(filters: dict[str, str], expected: str) -> None:
    """A call must match all filters; a missing value matches nothing."""
    changes: list[dict[str, Any]] = [{}, {"client_id": "B"}, {"request_id": "2"}, {"result_code": "NONE"}]
    records = [record(**each) for each in changes]
    records.append(record(family=None, endpoint=None, result_code=None, scenario=None))
    matches = wanted(filters)
    assert expected == "".join(str(number) for number, each in enumerate(records, 1) if matches(each))

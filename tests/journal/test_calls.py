"""What the journal notes of an exchange."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.journal.calls import CallRecord, wanted
from mock_alipay.journal.exchange import Reply
from mock_alipay.journal.faults import WireFault
from tests.calls import NOW, plain_call


def record(client_id: str = "A", body: bytes = b"{}", reply: Any = b"{}", **more: Any) -> CallRecord:
    """An exchange; ``more`` are other fields."""
    return CallRecord(
        id="1",
        time=NOW + timedelta(hours=1),
        call=plain_call(body),
        reply=reply if isinstance(reply, Reply) else Reply(200, b"", reply),
        client_id=client_id,
        family="payments",
        endpoint="createPaymentSession",
        id_field="paymentRequestId",
        request_id=None,
        result_code="SUCCESS",
        result_status="S",
        message="",
        verdict="valid",
        explanation=None,
        faults=(),
        scenario=None,
        reason=None,
        took=0.0,
    )._replace(**more)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (None, 413),
        (WireFault("truncate"), 413),
        (WireFault("bad-signature"), 413),
        (WireFault("stale-time"), 413),
        (WireFault("reset"), None),
        (WireFault("empty"), None),
        (WireFault("garbage"), None),
        (WireFault("hang"), None),
        (WireFault("status", 502), 502),
    ],
)
def test_the_status_is_what_the_client_saw(fault: WireFault | None, expected: int | None) -> None:
    """That of the reply, that of the fault, or none at all."""
    assert expected == record(reply=Reply(413, b"", b"{}", fault=fault)).http_status


def test_an_exchange_is_as_large_as_its_texts() -> None:
    """Target, headers, bodies and faults count, so that no merchant can fill the memory."""
    least = record(body=b"", reply=b"").size
    assert 0 < least < 10_000
    call = plain_call(b"x" * 1000, {"x-long": "y" * 2000}, target="/" + "z" * 4000)
    entry = record(call=call, reply=Reply(200, b"", b"x" * 500))
    assert 1000 + 500 + 2000 + 4000 <= entry.size - least <= 1000 + 500 + 2 * (2000 + 4000) + 100


LOOKED_UP: dict[str, Any] = {"client_id": "A", "request_id": "1", "result_code": "SUCCESS", "scenario": "tale"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "12345"),
        ({"clientId": "A"}, "1345"),
        ({"endpoint": "createPaymentSession"}, "1234"),
        ({"paymentRequestId": "1"}, "124"),
        ({"resultCode": "SUCCESS"}, "123"),
        ({"scenario": "tale"}, "1234"),
        ({"clientId": "A", "paymentRequestId": "1", "resultCode": "SUCCESS"}, "1"),
        ({"clientId": "B", "paymentRequestId": "2"}, ""),
        ({"clientId": ""}, ""),
        ({"scenario": ""}, ""),
    ],
)
def test_exchanges_are_looked_up_by_what_they_say(filters: dict[str, str], expected: str) -> None:
    """All filters must fit; what an exchange does not have fits nothing."""
    others: list[dict[str, Any]] = [{}, {"client_id": "B"}, {"request_id": "2"}, {"result_code": "NONE"}]
    records = [record(**{**LOOKED_UP, **other}) for other in others]
    records.append(record(endpoint=None, result_code=None, scenario=None))
    fits = wanted(filters)
    assert expected == "".join(str(number) for number, one in enumerate(records, 1) if fits(one))

"""The journal: every exchange in order, within bounds of count and bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.journal.calls import CallJournal, CallRecord, wanted
from mock_alipay.journal.exchange import Reply
from mock_alipay.journal.faults import WireFault
from tests.calls import NOW, plain_call


def note(
    journal: CallJournal, client_id: str = "A", body: bytes = b"{}", reply: Any = b"{}", **more: Any
) -> CallRecord:
    """Add an exchange to the journal; ``more`` are fields of the entry."""
    entry = CallRecord(
        id=journal.next_id(),
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
    )
    entry = entry._replace(**more)
    assert entry.size == journal.note(entry)
    return entry


def ids(journal: CallJournal) -> list[str]:
    """The ids that are kept, newest first."""
    return [entry.id for entry in journal.newest_first(lambda _: True)]


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
    entry = note(CallJournal())
    assert expected == entry._replace(reply=Reply(413, b"", b"{}", fault=fault)).http_status


def test_ids_count_up() -> None:
    """From 1; the number is the id."""
    journal = CallJournal()
    assert ["1", "2", "3"] == [journal.next_id() for _ in range(3)]
    assert note(journal).number == 4


def test_entries_come_newest_first_and_as_wanted() -> None:
    """In the order in which they were noted."""
    journal = CallJournal()
    for client_id in "ABA":
        note(journal, client_id)
    assert ["3", "2", "1"] == ids(journal)
    assert ["3", "1"] == [entry.id for entry in journal.newest_first(lambda entry: entry.client_id == "A")]
    assert len(journal) == 3


def test_an_exchange_is_as_large_as_its_texts() -> None:
    """Target, headers, bodies and faults count, so that no merchant can fill the memory."""
    journal = CallJournal()
    least = note(journal, body=b"", reply=b"").size
    assert 0 < least < 10_000
    call = plain_call(b"x" * 1000, {"x-long": "y" * 2000}, target="/" + "z" * 4000)
    entry = note(journal, call=call, reply=Reply(200, b"", b"x" * 500))
    assert 1000 + 500 + 2000 + 4000 <= entry.size - least <= 1000 + 500 + 2 * (2000 + 4000) + 100


LOOKED_UP: dict[str, Any] = {"client_id": "A", "request_id": "1", "result_code": "SUCCESS", "scenario": "tale"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["5", "4", "3", "2", "1"]),
        ({"clientId": "A"}, ["5", "4", "3", "1"]),
        ({"endpoint": "createPaymentSession"}, ["4", "3", "2", "1"]),
        ({"paymentRequestId": "1"}, ["4", "2", "1"]),
        ({"resultCode": "SUCCESS"}, ["3", "2", "1"]),
        ({"scenario": "tale"}, ["4", "3", "2", "1"]),
        ({"clientId": "A", "paymentRequestId": "1", "resultCode": "SUCCESS"}, ["1"]),
        ({"clientId": "B", "paymentRequestId": "2"}, []),
        ({"clientId": ""}, []),
        ({"scenario": ""}, []),
    ],
)
@pytest.mark.parametrize("after", [0, 2, 5])
def test_exchanges_are_looked_up_by_what_they_say(filters: dict[str, str], expected: list[str], after: int) -> None:
    """All filters must fit, and it be noted later; what an exchange does not have fits nothing."""
    journal = CallJournal()
    note(journal, **LOOKED_UP)
    note(journal, **{**LOOKED_UP, "client_id": "B"})
    note(journal, **{**LOOKED_UP, "request_id": "2"})
    note(journal, **{**LOOKED_UP, "result_code": "PROCESS_FAIL"})
    note(journal, endpoint=None, result_code=None, scenario=None)
    found = [entry.id for entry in journal.newest_first(wanted(filters), after=after)]
    assert [call_id for call_id in expected if int(call_id) > after] == found


def noted(*calls: str) -> CallJournal:
    """A journal of calls that ended in this order, whatever the order in which they came."""
    journal = CallJournal(max_entries=5)
    for call_id in calls:
        note(journal, call_id[-1], id=call_id[:-1])
    return journal


@pytest.mark.parametrize(
    ("after", "expected"),
    [(0, [*"34152"]), (2, [*"3415"]), (5, [*"341"]), (1, [*"34"]), (4, ["3"]), (3, []), (6, []), (99, [])],
)
def test_what_is_later_is_what_was_noted_later(after: int, expected: list[str]) -> None:
    """A slow call gets its id before others that are noted before it; an id beyond all has nothing after it."""
    journal = noted("2A", "5A", "1A", "4A", "3A")
    assert expected == [entry.id for entry in journal.newest_first(lambda _: True, after=after)]
    assert [call_id for call_id in expected if call_id in "135"] == [
        entry.id for entry in journal.newest_first(lambda entry: entry.number % 2 == 1, after=after)
    ]


@pytest.mark.parametrize("forgotten", [True, False])
def test_what_is_later_than_a_call_that_is_gone_is_told_by_its_id(forgotten: bool) -> None:
    """Forgotten or made room for: greater ids are later, which errs for calls that were slow only."""
    journal = noted("1A", "4B", "3A", "6A", "5A") if forgotten else noted("4A", "1A", "3A", "6A", "5A", "2A")
    if forgotten:
        journal.forget("B")
    assert ["5", "6"] == [entry.id for entry in journal.newest_first(lambda _: True, after=4)]

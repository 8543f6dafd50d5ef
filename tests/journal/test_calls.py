"""The journal: every exchange in order, within bounds of count and bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.journal.calls import FILTERS, CallJournal, CallRecord, wanted
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
    assert entry.size() == journal.note(entry)
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


def test_an_entry_is_found_by_its_id() -> None:
    """As long as it is kept."""
    journal = CallJournal(max_entries=2)
    entries = [note(journal) for _ in range(3)]
    assert [None, entries[1], entries[2], None] == [journal.get(call_id) for call_id in ("1", "2", "3", "4")]


@pytest.mark.parametrize(("noted", "kept"), [(1, ["1"]), (3, ["3", "2", "1"]), (4, ["4", "3", "2"])])
def test_only_so_many_are_kept(noted: int, kept: list[str]) -> None:
    """The oldest make room."""
    journal = CallJournal(max_entries=3)
    for _ in range(noted):
        note(journal)
    assert kept == ids(journal)


def test_only_so_many_bytes_are_kept() -> None:
    """Requests and replies count; large ones push out several small ones, and no more than they must."""
    journal = CallJournal(max_bytes=300_000)
    for _ in range(10):
        note(journal)
    assert len(journal) == 10
    note(journal, body=b"x" * 140_000)
    note(journal, reply=b"x" * 140_000)
    assert 2 < len(journal) < 10
    note(journal, body=b"x" * 70_000, reply=b"x" * 70_000)
    assert ["13", "12"] == ids(journal)


def test_the_latest_is_kept_whatever_its_size() -> None:
    """Someone wants to see what was in it."""
    journal = CallJournal(max_bytes=1000)
    note(journal)
    note(journal, body=b"x" * 5000)
    assert ["2"] == ids(journal)


def test_one_client_is_forgotten() -> None:
    """Its entries go, the others stay, and ids are never used again."""
    journal = CallJournal()
    for client_id in "ABA":
        note(journal, client_id)
    assert journal.forget("A") == 2
    assert ["2"] == ids(journal)
    assert journal.forget("A") == 0
    assert note(journal).id == "4"


def test_everything_is_forgotten() -> None:
    """With the room that it took."""
    journal = CallJournal(max_bytes=100_000)
    for _ in range(2):
        note(journal, body=b"x" * 40_000)
    assert journal.forget() == 2
    assert ids(journal) == []
    for _ in range(2):
        note(journal, body=b"x" * 40_000)
    assert ["4", "3"] == ids(journal)


def test_forgetting_one_client_gives_back_its_room() -> None:
    """The bytes of those that stay still count."""
    journal = CallJournal(max_bytes=130_000)
    note(journal, "A", body=b"x" * 50_000)
    note(journal, "B", body=b"x" * 50_000)
    journal.forget("A")
    note(journal, "A", body=b"x" * 50_000)
    assert ["3", "2"] == ids(journal)
    note(journal, "A", body=b"x" * 50_000)
    assert ["4", "3"] == ids(journal)


def test_an_exchange_is_as_large_as_its_texts() -> None:
    """Target, headers, bodies and faults count, so that no merchant can fill the memory."""
    journal = CallJournal()
    least = note(journal, body=b"", reply=b"").size()
    assert 0 < least < 10_000
    call = plain_call(b"x" * 1000, {"x-long": "y" * 2000}, target="/" + "z" * 4000)
    entry = note(journal, call=call, reply=Reply(200, b"", b"x" * 500))
    assert 1000 + 500 + 2000 + 4000 <= entry.size() - least <= 1000 + 500 + 2 * (2000 + 4000) + 100


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
    assert set(filters) <= set(FILTERS)


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


def test_the_whole_journal_is_read_from_the_oldest_on() -> None:
    """While ``newest_first`` begins at the other end."""
    journal = CallJournal()
    for _ in range(3):
        note(journal)
    assert ["1", "2", "3"] == [entry.id for entry in journal]

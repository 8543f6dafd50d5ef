"""Lists that are sent piece by piece."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, NamedTuple, cast

import pytest

from mock_alipay.config.config import Config
from mock_alipay.errors import DomainError
from mock_alipay.server import connection
from mock_alipay.web.admin import context as admin_context
from mock_alipay.web.admin import streamed
from mock_alipay.web.admin.context import BackgroundWorker, ConcurrencyLimit
from mock_alipay.web.admin.streamed import StreamedList
from mock_alipay.web.asgi.problems import json_response
from tests.live import Live, live, sample
from tests.raw import Wire, connect, request


class Record(NamedTuple):
    """A record of a list."""

    name: str
    size: int = 100


class Context:
    """What a list needs of the gateway."""

    def __init__(self, most: int = 1) -> None:
        self.lists = ConcurrencyLimit(most, "lists")
        self.worker = BackgroundWorker()


def sent(records: dict[str, Record | None], context: Context, **members: Any) -> list[bytes]:
    """The pieces of a list."""

    async def load(key: str) -> Record | None:
        return records[key]

    async def pieces() -> list[bytes]:
        answer = StreamedList(cast("Any", context), "records", records, load, view, members)
        return [bytes(cast("Any", piece)) async for piece in answer.body_iterator]

    try:
        return asyncio.run(pieces())
    finally:
        context.worker.close()


def view(record: Record) -> dict[str, Any]:
    return {"name": record.name, "more": [1, {"a": "line\nend"}]}


@pytest.mark.parametrize("size", [1, 100, streamed._BATCH, 10 * streamed._BATCH])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
@pytest.mark.parametrize("members", [{}, {"count": 3, "also": [1, 2]}])
def test_the_text_is_that_of_any_answer(size: int, count: int, members: dict[str, Any]) -> None:
    """Byte by byte, whatever the batches, and without what has been forgotten meanwhile."""
    records = {str(number): Record(str(number), size) for number in range(count)}
    whole = json_response({**members, "records": [view(record) for record in records.values()]}).body
    assert whole == b"".join(sent({**records, "gone": None}, Context(), **members))


def test_no_piece_is_large() -> None:
    """However large a record is."""
    pieces = sent({"a": Record("x" * 1_000_000, 1_000_000)}, Context())
    assert len(pieces) > 10
    assert max(map(len, pieces)) <= 64 * 1024


def test_records_are_loaded_as_they_are_sent() -> None:
    """A client that takes the first piece has caused no more than one batch to be loaded."""
    loaded: list[str] = []

    async def load(key: str) -> Record:
        loaded.append(key)
        return Record(key, streamed._BATCH)

    async def begun() -> None:
        answer = StreamedList(cast("Any", Context()), "records", map(str, range(100)), load, view)
        pieces = answer.body_iterator.__aiter__()
        await pieces.__anext__()
        await pieces.__anext__()

    asyncio.run(begun())
    assert ["0"] == loaded


def test_too_many_lists() -> None:
    """When so many are being read, one more is refused."""
    context = Context(most=0)
    with pytest.raises(DomainError, match="0 are open already"):
        sent({}, context)


# Clients that do not read


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A gateway whose list of calls is far larger than what the system buffers."""
    monkeypatch.setattr(admin_context, "MOST_LISTS", 3)
    with live(Config(seed=1, signatures="off")) as running:
        for number in range(150):
            body = json.dumps(sample(f"large-{number}", filler="x" * 100_000)).encode()
            running.create(body)
        yield running


def ask(wire: Wire) -> Wire:
    return wire.send(request("GET", "/__admin/calls?limit=1000", []))


def test_a_client_that_does_not_read_is_cut_off(full: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets no more than what the system has buffered, and its place is free again; others are served meanwhile."""
    with connect(full.config.port) as first, connect(full.config.port) as second, connect(full.config.port) as third:
        for each in (first, second, third):
            ask(each)
            assert each.socket.recv(1)
        assert 503 == full.admin("GET", "/calls").status
        monkeypatch.setattr(connection, "WRITE_TIMEOUT", 0.1)
        deadline = time.monotonic() + 60
        while full.admin("GET", "/calls?limit=1").status == 503:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with pytest.raises((ConnectionResetError, AssertionError)):
            assert first.rest().endswith(b"0\r\n\r\n")

"""Lists that are streamed in pieces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import pytest

from mock_alipay.config.config import Config
from mock_alipay.errors import DomainError
from mock_alipay.server import connection
from mock_alipay.web.admin import context as admin_context
from mock_alipay.web.admin.context import BackgroundWorker
from mock_alipay.web.admin.streamed import StreamedList
from mock_alipay.web.asgi.concurrency_limit import ConcurrencyLimit
from mock_alipay.web.asgi.problems import json_response
from tests.live import live, sample
from tests.raw import connect, request
from tests.web.asking import until

BATCH = 256 * 1024


class Record(NamedTuple):
    """A record of a list."""

    name: str
    size: int = 100


def view(record: Record) -> dict[str, Any]:
    return {"name": record.name, "more": [1, {"a": "line\nend"}]}


def pieces(records: dict[str, Record | None], loaded: list[str], most: int = 1, **members: Any) -> Iterator[bytes]:
    """The pieces of a list, one at a time; ``loaded`` collects the keys of the records that have been loaded."""
    context = SimpleNamespace(lists=ConcurrencyLimit(most, "lists"), worker=BackgroundWorker())

    async def load(key: str) -> Record | None:
        loaded.append(key)
        return records[key]

    with asyncio.Runner() as runner:
        iterator = StreamedList(cast("Any", context), "records", records, load, view, members).body_iterator.__aiter__()
        while True:
            try:
                yield bytes(cast("Any", runner.run(cast("Any", iterator.__anext__()))))
            except StopAsyncIteration:
                context.worker.close()
                return


@pytest.mark.parametrize(
    ("size", "count", "members"),
    [(1, 0, {}), (1, 0, {"count": 0}), (1, 1, {}), (BATCH, 2, {"count": 3, "also": [1, 2]}), (BATCH // 3, 7, {})],
)
def test_the_text_is_that_of_json_response(size: int, count: int, members: dict[str, Any]) -> None:
    """Byte for byte, for any number of batches, without records that are deleted meanwhile."""
    records: dict[str, Record | None] = {str(number): Record(str(number), size) for number in range(count)}
    whole = json_response({**members, "records": [view(record) for record in records.values() if record]}).body
    assert whole == b"".join(pieces({**records, "gone": None}, [], **members))


def test_pieces_are_small() -> None:
    """A piece has at most 64 KiB, however large a record is."""
    sizes = [len(piece) for piece in pieces({"a": Record("x" * 200_000, 200_000)}, [])]
    assert (True, 64 * 1024) == (len(sizes) > 3, max(sizes))


def test_records_are_loaded_while_the_list_is_sent() -> None:
    """A client that has taken the first pieces has caused one batch to be loaded."""
    loaded: list[str] = []
    sent = pieces({str(number): Record("x", BATCH // 2) for number in range(100)}, loaded)
    next(sent)
    next(sent)
    assert ["0", "1"] == loaded


def test_lists_are_limited() -> None:
    """Without a free slot a list is refused."""
    with pytest.raises(DomainError, match="0 are open"):
        list(pieces({}, [], most=0))


def test_a_client_that_does_not_read_is_disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its slot is free again after the write timeout; meanwhile other calls are answered."""
    monkeypatch.setattr(admin_context, "MOST_LISTS", 1)
    monkeypatch.setattr(connection, "WRITE_TIMEOUT", 0.1)
    with live(Config(seed=1, signatures="off")) as running:
        for number in range(12):
            running.create(json.dumps(sample(f"large-{number}", filler="x" * 900_000)).encode())
        with connect(running.config.port) as idle:
            idle.send(request("GET", "/__admin/calls?limit=1000", []))
            assert idle.socket.recv(1)
            assert (503, 200) == (running.admin("GET", "/calls").status, running.admin("GET", "/health").status)
            until(lambda: running.admin("GET", "/calls?limit=1").status == 200)
            with pytest.raises((ConnectionResetError, AssertionError)):
                assert idle.rest().endswith(b"0\r\n\r\n")

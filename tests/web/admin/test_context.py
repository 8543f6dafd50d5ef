"""What admin calls work with: whom they are about, who does the long work, and how many may stay."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from starlette.requests import Request

from mock_alipay.storage import Journal
from mock_alipay.web.admin import call_views, context
from mock_alipay.web.admin.context import AdminRequest, BackgroundWorker, ConcurrencyLimit
from mock_alipay.web.asgi.problems import HttpProblem
from tests.live import Live, live, sample
from tests.web.asking import Listener, problem, until

# --- whom a call is about ---------------------------------------------------------------------------------------------


def ask(in_query: str | None, in_body: str | None) -> AdminRequest:
    """A call that names client ids in these places."""
    query, body = ({} if name is None else {"clientId": name} for name in (in_query, in_body))
    return AdminRequest(Request({"type": "http"}), query, body, "", b"")


@pytest.mark.parametrize(
    ("in_query", "in_body", "expected"), [(None, None, None), ("A", None, "A"), (None, "A", "A"), ("A", "A", "A")]
)
def test_client_id(in_query: str | None, in_body: str | None, expected: str | None) -> None:
    """The client id may stand in the query, in the body or in both; in neither it is all of them."""
    assert expected == ask(in_query, in_body).client_id


def test_two_client_ids() -> None:
    """Two different ones are a mistake: neither is taken."""
    with pytest.raises(HttpProblem) as caught:
        _ = ask("A", "B").client_id
    assert (400, "clientId is A in the query and B in the body") == (caught.value.status, caught.value.detail)


# --- the clerk --------------------------------------------------------------------------------------------------------


def test_the_clerk_does_one_thing_after_another() -> None:
    """Work is done in one thread that is not the caller's, in the order given, also after work that failed."""
    worker, done = BackgroundWorker(), []

    def work(number: int) -> int:
        done.append((number, threading.current_thread().name))
        return 1 // number

    async def run() -> list[int | BaseException]:
        return await asyncio.gather(*(worker.do(partial(work, number)) for number in (2, 0, 1)), return_exceptions=True)

    first, failed, last = asyncio.run(run())
    worker.close()
    assert ([0, 1], ZeroDivisionError) == ([first, last], type(failed))
    assert ([2, 0, 1], 1, False) == (
        [number for number, _ in done],
        len({name for _, name in done}),
        threading.current_thread().name in {name for _, name in done},
    )


def test_the_clerk_goes_and_comes_back() -> None:
    """Closed, it leaves no thread behind; it may be closed before it did anything, and work after it."""
    worker = BackgroundWorker()
    worker.close()
    for _ in range(2):
        thread = asyncio.run(worker.do(threading.current_thread))
        worker.close()
        thread.join(60)
        assert not thread.is_alive()


def test_merchants_do_not_queue_behind_the_clerk(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the admin API is busy with lists, more of them than there are threads, large calls are answered."""
    own.create()
    busy, free = threading.Event(), threading.Event()
    show, find, looked = call_views.call_view, Journal.newest_first, threading.Semaphore(0)

    def slow(*of: object) -> object:
        busy.set()
        assert free.wait(60)
        return show(*of)  # type: ignore[arg-type]

    async def counted(*of: Any, **how: Any) -> object:
        looked.release()
        return await find(*of, **how)

    monkeypatch.setattr(call_views, "call_view", slow)
    monkeypatch.setattr(Journal, "newest_first", counted)
    with contextlib.ExitStack() as crowd:
        crowd.callback(free.set)
        connections = [
            crowd.enter_context(
                contextlib.closing(http.client.HTTPConnection("127.0.0.1", own.config.port, timeout=60))
            )
            for _ in range(40)
        ]
        for connection in connections:
            connection.request("GET", "/__admin/calls")
        assert [True] * 41 == [busy.wait(60), *(looked.acquire(timeout=60) for _ in connections)]
        bodies = [sample(padding="x" * 20_000), sample(padding="x" * 20_000, productCode=None), sample()]
        assert ["SUCCESS", "PARAM_ILLEGAL", "SUCCESS"] == [own.create(body).code for body in bodies]
        assert (200, {"count": 4}) == ((count := own.admin("GET", "/calls/count")).status, count.body)
        free.set()
        assert {200} == {connection.getresponse().status for connection in connections}


# --- rooms ------------------------------------------------------------------------------------------------------------


def test_a_full_room() -> None:
    """When it is full nobody else gets in until someone leaves, however that one leaves."""
    room = ConcurrencyLimit(2, "guests")
    with room.held():
        with contextlib.suppress(ZeroDivisionError), room.held():
            with pytest.raises(HttpProblem) as caught:
                room.held().__enter__()
            raise ZeroDivisionError
        with room.held(), pytest.raises(HttpProblem):
            room.held().__enter__()
    assert (503, "Too many guests", "2 are open already; close some of them") == (
        caught.value.status,
        caught.value.title,
        caught.value.detail,
    )


def test_rooms_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who listen and those who wait do not keep one another out, nor merchants; who leaves makes room."""
    monkeypatch.setattr(context, "MOST_STREAMS", 1)
    monkeypatch.setattr(context, "MOST_WAITS", 2)
    with live() as running, ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(running.admin, "GET", "/calls/wait?timeout=60") for _ in range(2)]
        until(lambda: running.components.events.listeners == 2)
        with Listener(running) as listener:
            found = [problem(running.admin("GET", path)) for path in ("/events", "/calls/wait")]
            assert [(503, "Too many listeners"), (503, "Too many waits")] == [(p["status"], p["title"]) for p in found]
            assert "SUCCESS" == running.create().code
            assert ["payment", "call"] == [kind for kind, _ in listener.take(2)]
        assert [200, 200] == [answer.result(60).status for answer in waiting]
        until(lambda: running.components.events.listeners == 0)
        assert 200 == running.admin("GET", "/calls/wait").status
        with Listener(running) as listener:
            assert 200 == listener.status

"""What the handlers of admin calls get: the client id, the background worker, and the concurrency limits."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from starlette.requests import Request

from mock_alipay.web.admin import call_views, context
from mock_alipay.web.admin.context import AdminRequest, BackgroundWorker
from mock_alipay.web.asgi.problems import HttpProblem
from tests.live import Live, live, sample
from tests.web.asking import Listener, problem, until


def test_the_client_id_is_in_query_or_body() -> None:
    """In neither it means all client ids; different ones are refused."""

    def request(in_query: str | None, in_body: str | None) -> AdminRequest:
        query, body = ({} if name is None else {"clientId": name} for name in (in_query, in_body))
        return AdminRequest(Request({"type": "http"}), query, body, "", b"")

    names = [(None, None), ("A", None), (None, "A"), ("A", "A")]
    assert [None, "A", "A", "A"] == [request(*each).client_id for each in names]
    with pytest.raises(HttpProblem) as caught:
        _ = request("A", "B").client_id
    assert (400, "Two client ids") == (caught.value.status, caught.value.title)


async def test_the_worker_does_one_thing_after_another() -> None:
    """In one thread of its own, in order, also after a failure; closed, it leaves no thread behind and starts again."""
    worker, done = BackgroundWorker(), []
    worker.close()

    def work(number: int) -> int:
        done.append((number, threading.current_thread()))
        return 1 // number

    results = await asyncio.gather(*(worker.do(partial(work, number)) for number in (2, 0, 1)), return_exceptions=True)
    worker.close()
    (thread,) = {thread for _, thread in done}
    thread.join(60)
    assert ([0, 1], ZeroDivisionError) == (results[::2], type(results[1]))
    assert ([2, 0, 1], False) == ([number for number, _ in done], thread.is_alive())
    assert await worker.do(threading.current_thread) not in (thread, threading.current_thread())
    worker.close()


def test_calls_do_not_wait_for_the_worker(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the admin API renders a list, large merchants' calls and short admin calls are answered."""
    own.create()
    busy, free = threading.Event(), threading.Event()
    view = call_views.call_view

    def slow(*of: Any) -> object:
        busy.set()
        assert free.wait(60)
        return view(*of)

    monkeypatch.setattr(call_views, "call_view", slow)
    with ThreadPoolExecutor(2) as threads:
        lists = [threads.submit(own.admin, "GET", "/calls") for _ in range(2)]
        try:
            assert busy.wait(60)
            bodies = [sample(padding="x" * 20_000), sample(padding="x" * 20_000, productCode=None), sample()]
            assert ["SUCCESS", "PARAM_ILLEGAL", "SUCCESS"] == [own.create(body).code for body in bodies]
            assert {"count": 4} == own.admin("GET", "/calls/count").body
        finally:
            free.set()
        assert {200} == {each.result(60).status for each in lists}


def test_streams_and_waits_have_separate_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither blocks the other, nor merchants."""
    monkeypatch.setattr(context, "MOST_STREAMS", 1)
    monkeypatch.setattr(context, "MOST_WAITS", 2)
    with live() as running, ThreadPoolExecutor(2) as threads:
        waits = [threads.submit(running.admin, "GET", "/calls/wait?timeout=60") for _ in range(2)]
        until(lambda: running.components.events.listeners == 2)
        with Listener(running):
            for path, noun in (("/events", "listeners"), ("/calls/wait", "waits"), ("/notifications/wait", "waits")):
                refused = problem(running.admin("GET", path))
                assert (503, f"Too many {noun}") == (refused["status"], refused["title"])
            assert "SUCCESS" == running.create().code
        assert [200, 200] == [answer.result(60).status for answer in waits]
        until(lambda: running.components.events.listeners == 0)
        with Listener(running) as listener:
            assert (200, 200) == (listener.status, running.admin("GET", "/calls/wait").status)

"""Server-sent events over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from starlette.requests import Request
from starlette.types import Message

from mock_alipay.journal.events import MAX_EVENTS
from mock_alipay.web.admin import events
from mock_alipay.web.admin.context import AdminContext, AdminRequest, BackgroundWorker, Result
from tests import timelapse
from tests.calls import parts_of
from tests.live import Live, sample
from tests.shop import ACKNOWLEDGED, FAULTY, Shop
from tests.web.asking import Driver, Listener, connection_to, until

SCOPE = {"type": "http", "query_string": b"", "headers": [], "asgi": {"spec_version": "2.3"}}


@pytest.fixture
def own(idle: Live) -> Live:
    """One gateway for all tests of this module."""
    return idle


def test_the_stream_has_the_form_of_server_sent_events(own: Live) -> None:
    """It is not cached, and tells the client to reconnect after a second from the latest id; HEAD is refused."""
    with Listener(own) as listener:
        assert (200, "text/event-stream; charset=utf-8", "no-store") == (
            listener.status,
            listener.headers["content-type"],
            listener.headers["cache-control"],
        )
        assert ["retry: 1000", f"id: {own.components.events.latest}"] == listener.opening
        head = own.request("HEAD", "/__admin/events")
        assert (405, "GET", 1) == (head.status, head.headers["allow"], own.components.events.listeners)


def test_every_kind_is_sent_as_the_admin_api_shows_it(own: Live) -> None:
    """A call, its payment, a clock change and a reset come in order, under ids that count up, without bodies."""
    with Listener(own) as listener:
        made = own.create(sample("p"), client_id="A")
        (payment, payment_data), first = listener.next(), listener.last
        call, call_data = listener.next()
        clock = own.admin("PUT", "/clock", {"clientId": "A", "advance": "1m"}).body
        assert ("clock", clock) == listener.next()
        entry = own.admin("GET", "/calls").body["calls"][0]
        shown = own.admin("GET", "/payments?view=summary").body["payments"][0]
        own.admin("POST", "/reset", {"clientId": "A"})
        assert ("reset", {"clientId": "A"}) == listener.next()
    assert ("payment", "call", made.headers["mock-call-id"]) == (payment, call, call_data["id"])
    assert {**call_data, "request": entry["request"], "reply": entry["reply"]} == entry
    assert payment_data == shown
    run, _, number = (first or "").partition(".")
    assert f"{run}.{int(number) + 3}" == listener.last


def test_a_clock_change_comes_before_what_it_causes(own: Live, shop: Shop, path: str) -> None:
    """Each attempt of a notification is an event, after the payment that causes it; one never sent is one at once."""
    shop.says(path, FAULTY, ACKNOWLEDGED)
    driver = Driver(own, shop, path, "A")
    driver.open("p")
    driver.open("q", paymentNotifyUrl=None)
    with Listener(own, "?clientId=A") as listener:
        driver.act("p")
        driver.notified("p")
        driver.advance("2m")
        driver.advance("1h")
        sent = listener.take(7)
    kinds = ["payment", "notification", "clock", "notification", "clock", "payment", "notification"]
    assert kinds == [kind for kind, _ in sent]
    first, second, refused = (data for kind, data in sent if kind == "notification")
    assert [("PENDING", 1), ("ACCEPTED", 2), ("REFUSED", 0)] == [
        (data["status"], len(data["attempts"])) for data in (first, second, refused)
    ]
    shown = {each["id"]: each for each in driver.listed()}
    for data in (second, refused):
        assert {**data, "request": shown[data["id"]]["request"]} == shown[data["id"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["payment A", "call A", "payment B", "call B", "clock A", "clock None", "reset B", "reset None"]),
        ("?clientId=A", ["payment A", "call A", "clock A", "clock None", "reset None"]),
        ("?kind=payment&clientId=B", ["payment B"]),
        ("?kind=clock&clientId=B", ["clock None"]),
    ],
)
def test_filters_by_kind_and_client_id(own: Live, query: str, expected: list[str]) -> None:
    """Events that concern all client ids are sent to each of them."""
    with Listener(own, query) as listener:
        for name in ("A", "B"):
            own.create(client_id=name)
        own.admin("PUT", "/clock", {"clientId": "A", "advance": "1s"})
        own.admin("PUT", "/clock", {"advance": "1s"})
        own.admin("POST", "/reset", {"clientId": "B"})
        own.admin("POST", "/reset")
        own.request("GET", "/nowhere")
        last = [] if "?" in query else ["call "]
        assert expected + last == [f"{kind} {data['clientId']}" for kind, data in listener.take(len(expected + last))]


def test_a_listener_resumes_after_its_last_event(own: Live) -> None:
    """From any event on, nothing is lost and nothing is sent twice; from the opening on, everything is sent."""
    query = "?clientId=A"
    with Listener(own, query) as whole:
        opened = whole.opening[1].removeprefix("id: ")
        for client_id in ("A", "B"):
            own.create(client_id=client_id)
            own.admin("PUT", "/clock", {"clientId": "A", "advance": "1s"})
        sent = [(whole.next(), whole.last) for _ in range(4)]
    for seen, last in enumerate([opened, *(last for _, last in sent[:-1])]):
        with Listener(own, query, last) as again:
            assert [f"id: {last}"] == again.opening[1:]
            assert sent[seen:] == [(again.next(), again.last) for _ in sent[seen:]]
    with Listener(own, query) as fresh:
        own.admin("POST", "/reset")
        assert ("reset", {"clientId": None}) == fresh.next()


def test_a_listener_that_reconnects_while_calls_come_misses_none(own: Live) -> None:
    """Subscription and backlog overlap without a gap."""
    ids: list[str] = []
    last = own.components.events.latest
    with ThreadPoolExecutor(1) as threads:
        made = threads.submit(lambda: [own.create().headers["mock-call-id"] for _ in range(15)])
        while len(ids) < 15:
            with Listener(own, "?kind=call", last) as listener:
                ids += [data["id"] for _, data in listener.take(min(3, 15 - len(ids)))]
                last = listener.last or ""
    assert made.result(60) == ids


def test_an_id_of_another_process_resumes_from_the_beginning(own: Live) -> None:
    """The opening has an id of this one, so that the listener notices the restart."""
    own.create(sample("p"))
    with Listener(own, last="other.5") as listener:
        run = own.components.events.latest.partition(".")[0]
        assert f"id: {run}.0" == listener.opening[1]


async def test_an_event_before_the_response_starts_follows_the_opening() -> None:
    """The id of the opening is older than every event that is sent after it."""
    components = parts_of()
    sent: list[bytes] = []
    enough = asyncio.Event()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            components.events.publish("reset", None, {"clientId": None})
        sent.append(message.get("body", b""))
        if len(sent) == 3:
            enough.set()

    async def receive() -> Message:
        await enough.wait()
        return {"type": "http.disconnect"}

    opened = components.events.latest
    stream = await events.events(AdminContext(**vars(components)), AdminRequest(Request(SCOPE), {}, {}, "", b""))
    await asyncio.wait_for(stream(SCOPE, receive, send), 60)
    ids = [line for line in b"".join(sent).decode().splitlines() if line.startswith("id: ")]
    assert [f"id: {opened}", f"id: {components.events.latest}"] == ids


def test_evicted_events_are_counted(own: Live) -> None:
    """The number of evicted events comes first, even when a filter would have excluded them."""
    run, _, before = own.components.events.latest.partition(".")
    last = f"{run}.{int(before) + 150}"
    for number in range(MAX_EVENTS + 200):
        own.components.events.publish("reset", "A", {"clientId": "A", "n": number})
    for query in ("", "?clientId=B"):
        with Listener(own, query, last) as listener:
            assert (("missed", {"missed": 50}), last) == (listener.next(), listener.last)
            if not query:
                assert 200 == listener.next()[1]["n"]


class Inline(BackgroundWorker):
    """Works in the event loop, because a time lapse does not wait for threads."""

    async def do(self, work: Callable[[], Result]) -> Result:
        return work()


def test_a_stream_without_events_sends_its_position() -> None:
    """After 15 seconds without an event the latest id is sent; a burst of events is sent together."""
    components = parts_of()
    arrived: list[tuple[float, bytes]] = []

    async def send(message: Message) -> None:
        arrived.append((timelapse.passed(), message.get("body", b"")))

    async def receive() -> Message:
        await asyncio.sleep(40)
        return {"type": "http.disconnect"}

    async def listen() -> None:
        context = AdminContext(**vars(components), worker=Inline())
        stream = await events.events(context, AdminRequest(Request(SCOPE), {}, {}, "", b""))
        task = asyncio.create_task(stream(SCOPE, receive, send))
        await asyncio.sleep(20)
        for _ in range(MAX_EVENTS + 7):
            components.events.publish("reset", None, {"clientId": None})
        await task

    timelapse.run(listen())
    silent = f"id: {components.events.latest.partition('.')[0]}.0\n\n".encode()
    assert [(15.0, silent)] == arrived[2:3]
    at, batch = arrived[3]
    assert (20.0, MAX_EVENTS) == (round(at), batch.count(b"event: reset"))
    assert batch.startswith(b'event: missed\ndata: {"missed":7}\n\n')


def test_a_listener_that_never_reads_does_not_block_others(own: Live) -> None:
    """Its slot is free as soon as it disconnects."""
    for _ in range(100):
        own.components.events.publish("clock", "A", {"clientId": "A", "padding": "x" * 80_000})
    idle = Listener(own, last="")
    with Listener(own) as listener:
        own.admin("POST", "/reset")
        assert ("reset", {"clientId": None}) == listener.next()
    idle.leave()
    until(lambda: own.components.events.listeners == 0)


def test_concurrent_listeners_do_not_exceed_the_limit(own: Live) -> None:
    """Of 130 that connect at the same moment 100 are accepted; all slots are free when they have disconnected."""
    with ExitStack() as crowd:
        connections = [connection_to(own) for _ in range(130)]
        for connection in connections:
            crowd.callback(connection.close)
            connection.request("GET", "/__admin/events")
        statuses = [connection.getresponse().status for connection in connections]
        assert (100, 30) == (statuses.count(200), statuses.count(503))
        assert 100 == own.components.events.listeners
    until(lambda: own.components.events.listeners == 0)

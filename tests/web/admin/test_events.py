"""Events as they happen, over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
from starlette.requests import Request
from starlette.types import Message

from mock_alipay.journal.events import MAX_BYTES, MAX_EVENTS, Event
from mock_alipay.web.admin import context, events
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.admin.events import _Queue
from tests import timelapse
from tests.calls import parts_of
from tests.live import Live, live, sample
from tests.shop import ACKNOWLEDGED, FAULTY, Shop
from tests.web.asking import Driver, Listener, problem, until

# --- what is told -----------------------------------------------------------------------------------------------------


def test_form(gateway: Live) -> None:
    """It is a stream of server-sent events that nobody keeps; a client that loses it comes back after a second."""
    with Listener(gateway) as listener:
        assert (200, "text/event-stream; charset=utf-8", "no-store") == (
            listener.status,
            listener.headers["content-type"],
            listener.headers["cache-control"],
        )
        assert ["retry: 1000", f"id: {gateway.components.events.latest}"] == listener.opening


def test_all_kinds(own: Live) -> None:
    """A call, its payment, a moved clock and a reset are told as they happen, under ids that count up."""
    with Listener(own) as listener:
        made = own.create(sample("p"), client_id="A")
        (payment, payment_data), first = listener.next(), listener.last
        (call, call_data), second = listener.next(), listener.last
        clock = own.admin("PUT", "/clock", {"clientId": "A", "advance": "1m"}).body
        assert ("clock", clock) == listener.next()
        entry = own.admin("GET", "/calls").body["calls"][0]
        shown = own.admin("GET", "/payments/p").body
        own.admin("POST", "/reset", {"clientId": "A"})
        assert ("reset", {"clientId": "A"}) == listener.next()
        own.admin("POST", "/reset")
        assert ("reset", {"clientId": None}) == listener.next()
    assert ("payment", "call", made.headers["mock-call-id"]) == (payment, call, call_data["id"])
    assert {**call_data, "request": entry["request"], "reply": entry["reply"]} == entry
    assert {**payment_data, "request": shown["request"]} == shown
    run, _, number = (first or "").partition(".")
    assert [f"{run}.{int(number) + 1}", f"{run}.{int(number) + 4}"] == [second, listener.last]


def test_refused_calls(own: Live) -> None:
    """Calls that were refused, or are none, are told too; they change no payment."""
    with Listener(own) as listener:
        own.create(sample(productCode=None))
        own.request("GET", "/nowhere")
        codes = [(kind, data["resultCode"], data["httpStatus"]) for kind, data in listener.take(2)]
    assert [("call", "PARAM_ILLEGAL", 200), ("call", None, 404)] == codes


def test_a_session_expires(own: Live) -> None:
    """A session that a moved clock takes past its expiry is told of right after the clock."""
    with Listener(own, "?clientId=A") as listener:
        own.create(sample("p", paymentNotifyUrl=None), client_id="A")
        own.admin("PUT", "/clock", {"clientId": "A", "advance": "1h"})
        told = listener.take(5)
    assert ["payment", "call", "clock", "payment", "notification"] == [kind for kind, _ in told]
    assert ["OPEN", "EXPIRED"] == [data["sessionStatus"] for kind, data in told if kind == "payment"]


def test_notifications(own: Live, shop: Shop, path: str) -> None:
    """Each attempt is told, and with the payment that causes it comes before it; what is not sent is told at once."""
    shop.says(path, FAULTY, ACKNOWLEDGED)
    driver = Driver(own, shop, path, "A")
    driver.open("p")
    driver.open("q", paymentNotifyUrl=None)
    with Listener(own, "?clientId=A") as listener:
        driver.act("p")
        driver.notified("p")
        driver.advance("2m")
        driver.act("q", "decline")
        told = listener.take(6)
    payment, first, clock, second, declined, refused = told
    assert ["payment", "notification", "clock", "notification", "payment", "notification"] == [kind for kind, _ in told]
    assert [("PENDING", 1), ("ACCEPTED", 2), ("REFUSED", 0)] == [
        (data["status"], len(data["attempts"])) for _, data in (first, second, refused)
    ]
    assert ["SUCCESS", "FAIL"] == [data["state"] for _, data in (payment, declined)]
    shown = {one["id"]: one for one in driver.listed()}
    for _, data in (second, refused):
        assert {**data, "request": shown[data["id"]]["request"]} == shown[data["id"]]
    assert "request" not in first[1]
    assert "A" == clock[1]["clientId"]


def test_notifications_alone(own: Live, shop: Shop, path: str) -> None:
    """They are a kind of their own, and each client id's are its own; a listener that comes back is told of them."""
    with Listener(own, "?kind=notification&clientId=A") as listener:
        for name in ("B", "A", "B", "A"):
            Driver(own, shop, path, name).paid(f"p-{name}-{own.components.events.latest}")
        told = [(listener.next(), listener.last) for _ in range(2)]
    assert [("notification", "A")] * 2 == [(kind, data["clientId"]) for (kind, data), _ in told]
    with Listener(own, "?kind=notification&clientId=A", told[0][1]) as again:
        assert told[1] == (again.next(), again.last)


def test_no_bodies_and_no_secrets(own: Live) -> None:
    """Whoever listens learns what happened, not what was in it."""
    card = {"paymentMethodType": "CARD", "paymentMethodMetaData": {"cardNo": "4111111111111111"}}
    amount = {"currency": "SGD", "value": "100", "cardNo": "4111111111111111"}
    with Listener(own) as listener:
        own.create(sample(paymentMethod=card, paymentAmount=amount))
        told = listener.take(2)
    assert "4111111111111111" not in str(told)
    assert {"currency": "SGD", "value": "100"} == told[0][1]["paymentAmount"]
    assert not {"request", "reply"} & {name for _, data in told for name in data}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["payment A", "call A", "payment B", "call B", "clock A", "clock None", "reset B", "reset None"]),
        ("?clientId=A", ["payment A", "call A", "clock A", "clock None", "reset None"]),
        ("?clientId=B", ["payment B", "call B", "clock None", "reset B", "reset None"]),
        ("?clientId=C", ["clock None", "reset None"]),
        ("?kind=call", ["call A", "call B"]),
        ("?kind=payment&clientId=B", ["payment B"]),
        ("?kind=clock&clientId=B", ["clock None"]),
        ("?kind=reset", ["reset B", "reset None"]),
    ],
)
def test_filters(own: Live, query: str, expected: list[str]) -> None:
    """One kind or one client id only; what concerns everyone concerns each client id too."""
    with Listener(own, query) as listener:
        # Twice, so that what should not be told after the last that is expected would show, too.
        for _ in range(2):
            for name in ("A", "B"):
                own.create(client_id=name)
            own.admin("PUT", "/clock", {"clientId": "A", "advance": "1s"})
            own.admin("PUT", "/clock", {"advance": "1s"})
            own.admin("POST", "/reset", {"clientId": "B"})
            own.admin("POST", "/reset")
        assert expected * 2 == [f"{kind} {data['clientId']}" for kind, data in listener.take(2 * len(expected))]


# --- coming back ------------------------------------------------------------------------------------------------------


def happen(live: Live) -> None:
    """A few things of two client ids."""
    for number in range(3):
        live.create(client_id="AB"[number % 2])
        live.admin("PUT", "/clock", {"clientId": "A", "advance": "1s"})


@pytest.mark.parametrize(("query", "count"), [("", 9), ("?clientId=A", 7), ("?kind=call", 3)])
def test_nothing_is_lost_or_told_twice(own: Live, query: str, count: int) -> None:
    """Wherever a listener was cut off, it goes on with the event after."""
    with Listener(own, query) as whole:
        happen(own)
        told = [(whole.next(), whole.last) for _ in range(count)]
    for seen, (_, last) in enumerate(told, 1):
        with Listener(own, query, last) as again:
            assert told[seen:] == [(again.next(), again.last) for _ in range(count - seen)]
            if seen == count:
                made = own.create(client_id="A").headers["mock-call-id"]
                found = again.take(1 if "kind" in query else 2)
                assert made == found[-1][1]["id"]


def test_while_things_go_on(own: Live) -> None:
    """A listener that is cut off again and again while calls come in misses none."""
    told: list[str] = []
    last = None
    with ThreadPoolExecutor(2) as threads:
        with Listener(own, "?kind=call") as listener:
            made = threads.submit(lambda: [own.create().headers["mock-call-id"] for _ in range(40)])
            told.append(listener.next()[1]["id"])
            last = listener.last
        while len(told) < 40:
            with Listener(own, "?kind=call", last) as listener:
                told += [data["id"] for _, data in listener.take(min(3, 40 - len(told)))]
                last = listener.last
    assert made.result(60) == told


@pytest.mark.parametrize("before", [0, 2])
def test_who_heard_nothing_can_come_back(own: Live, before: int) -> None:
    """The opening names the moment from which a listener goes on that is cut off before anything happened."""
    for _ in range(before):
        own.admin("POST", "/reset")
    with Listener(own) as first:
        opened = dict(line.split(": ", 1) for line in first.opening)["id"]
    happen(own)
    with Listener(own, last=opened) as again:
        assert [f"id: {opened}"] == again.opening[1:]
        assert ["payment", "call", "clock"] * 3 == [kind for kind, _ in again.take(9)]


def test_what_happens_before_the_answer_begins() -> None:
    """The opening's id comes before all that is told after it, even of what happened while the answer began."""
    components = parts_of()
    sent: list[bytes] = []
    told = asyncio.Event()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            components.events.publish("reset", None, {"clientId": None})
        sent.append(message.get("body", b""))
        if len(sent) == 3:
            told.set()

    async def receive() -> Message:
        await told.wait()
        return {"type": "http.disconnect"}

    async def listen() -> None:
        scope = {"type": "http", "query_string": b"", "headers": [], "asgi": {"spec_version": "2.3"}}
        answer = await events.events(AdminContext(**vars(components)), AdminRequest(Request(scope), {}, {}, "", b""))
        await asyncio.wait_for(answer(scope, receive, send), 60)

    opened = components.events.latest
    asyncio.run(listen())
    ids = [line for line in b"".join(sent).decode().splitlines() if line.startswith("id: ")]
    assert [f"id: {opened}", f"id: {components.events.latest}"] == ids


def test_a_reset_of_others_is_no_loss(own: Live) -> None:
    """What another client id had forgotten meanwhile was not missed; what is one's own is told."""
    happen(own)
    with Listener(own, "?clientId=A") as listener:
        opened = dict(line.split(": ", 1) for line in listener.opening)["id"]
    happen(own)
    own.admin("POST", "/reset", {"clientId": "B"})
    with Listener(own, "?clientId=A", last=opened) as again:
        own.admin("POST", "/reset", {"clientId": "A"})
        kinds = ["payment", "call", "clock", "clock", "payment", "call", "clock", "reset"]
        assert kinds == [kind for kind, _ in again.take(8)]


@pytest.mark.parametrize("last", ["", "x", "deadbeef.3", "deadbeef.99999", "5", "{run}.", "{run}.-1", "{run}.1e1", "."])
def test_ids_of_another_run(own: Live, last: str) -> None:
    """After an id that this gateway never gave, everything that is kept is new; nothing is said to be missed."""
    happen(own)
    kept = [(event.kind, own.components.events.id_of(event)) for event in own.components.events.since("")[1]]
    run = kept[0][1].partition(".")[0]
    with Listener(own, last=last.format(run=run)) as listener:
        assert kept == [(listener.next()[0], listener.last) for _ in kept]


def test_what_is_no_longer_kept(own: Live) -> None:
    """How many events are beyond recovery is told first, even to a listener that none of the others concerns."""
    for number in range(MAX_EVENTS + 200):
        own.components.events.publish("reset", "A", {"clientId": "A", "n": number})
    run = own.components.events.id_of(own.components.events.since("")[1][0]).partition(".")[0]
    with Listener(own, last=f"{run}.150") as listener:
        assert ("missed", {"missed": 50}) == listener.next()
        assert [f"{run}.150", 200] == [listener.last, listener.next()[1]["n"]]
    with Listener(own, "?clientId=B", last=f"{run}.150") as listener:
        assert ("missed", {"missed": 50}) == listener.next()


def test_without_an_id_nothing_old_is_told(own: Live) -> None:
    """A new listener is told what happens from here on."""
    happen(own)
    with Listener(own) as listener:
        own.admin("POST", "/reset")
        assert ("reset", {"clientId": None}) == listener.next()


# --- a listener that does not read ------------------------------------------------------------------------------------


def event(number: int, client_id: str = "A", size: int = 0) -> Event:
    """A call of some client id."""
    return Event(number, "call", client_id, None, size)


def queue() -> _Queue:
    """What a listener to client id A has not been told yet."""
    return _Queue(lambda event: event.client_id == "A")


def test_queue() -> None:
    """What concerns the listener is kept in order until it is taken, once."""
    waiting = queue()
    for number, client_id in enumerate("ABA"):
        waiting.put(event(number, client_id))
    missed, batch = asyncio.run(waiting.take())
    assert (0, [0, 2]) == (missed, [one.number for one in batch])


def test_a_burst() -> None:
    """What happens in a short while after the first event is told with it."""
    waiting = queue()

    async def run() -> list[int]:
        taken = asyncio.ensure_future(waiting.take())
        for number in range(3):
            waiting.put(event(number))
            await asyncio.sleep(0)
        return [one.number for one in (await taken)[1]]

    assert [0, 1, 2] == timelapse.run(run())


def test_a_full_queue() -> None:
    """The newest so many events are kept; how many had to go is told, once."""
    waiting = queue()

    async def run() -> list[tuple[int, list[int]]]:
        found = []
        for first, count in ((0, MAX_EVENTS + 7), (5000, 1)):
            for number in range(first, first + count):
                waiting.put(event(number))
            missed, batch = await waiting.take()
            found.append((missed, [one.number for one in batch]))
        return found

    assert [(7, list(range(7, MAX_EVENTS + 7))), (0, [5000])] == asyncio.run(run())


def test_a_queue_of_large_events() -> None:
    """What events hold is bounded as well."""
    waiting = queue()
    for number in range(10):
        waiting.put(event(number, size=MAX_BYTES // 4))
    missed, batch = asyncio.run(waiting.take())
    assert (6, [6, 7, 8, 9]) == (missed, [one.number for one in batch])


def test_what_was_missed_before() -> None:
    """Events that are lost on the way are told of although nothing else has come."""
    waiting = queue()
    waiting.missed(3)
    waiting.missed(0)
    waiting.missed(2)
    assert (5, []) == asyncio.run(waiting.take())


def test_silence(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing happens, the latest event's id shows now and then that the connection stands."""
    monkeypatch.setattr(events, "_HEARTBEAT", 0.01)
    own.create()
    with Listener(own) as listener:
        alive = [f"id: {own.components.events.latest}"]
        assert [alive, alive] == [listener.block(), listener.block()]


def test_a_listener_that_never_reads(own: Live) -> None:
    """It costs the others nothing, and is let go as any other when it leaves."""
    for _ in range(500):
        own.components.events.publish("clock", "A", {"clientId": "A", "padding": "x" * 20_000})
    idle = Listener(own, last="")
    for _ in range(30):
        own.create()
    with Listener(own) as listener:
        own.admin("POST", "/reset")
        assert ("reset", {"clientId": None}) == listener.next()
    idle.leave()
    until(lambda: own.components.events.listeners == 0)


# --- coming and going -------------------------------------------------------------------------------------------------


def test_leaving(own: Live) -> None:
    """A listener that leaves is forgotten at once."""
    listeners = [Listener(own, query) for query in ("", "?kind=call", "?clientId=A")]
    for left in (3, 2, 1):
        assert left == own.components.events.listeners
        listeners.pop().leave()
        until(lambda: own.components.events.listeners == len(listeners))


def test_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """When there are too many nobody else is let in; when one leaves there is room again."""
    monkeypatch.setattr(context, "MOST_STREAMS", 3)
    with live() as running, Listener(running), Listener(running):
        third = Listener(running)
        found = problem(running.admin("GET", "/events"))
        assert (503, "3 are open already; close some of them") == (found["status"], found["detail"])
        third.leave()
        until(lambda: running.components.events.listeners == 2)
        with Listener(running) as again:
            assert 200 == again.status


def test_a_crowd(own: Live) -> None:
    """When very many come in the same moment, a hundred are let in all the same."""
    with contextlib.ExitStack() as crowd:
        connections = [
            crowd.enter_context(contextlib.closing(HTTPConnection("127.0.0.1", own.config.port, timeout=60)))
            for _ in range(130)
        ]
        for connection in connections:
            connection.connect()
        for connection in connections:
            connection.request("GET", "/__admin/events")
        statuses = [connection.getresponse().status for connection in connections]
    assert (100, 30) == (statuses.count(200), statuses.count(503))
    until(lambda: own.components.events.listeners == 0)


def test_head(own: Live) -> None:
    """A HEAD of what never ends is refused, and nobody listens after it."""
    answer = own.request("HEAD", "/__admin/events")
    assert (405, "GET", 0) == (answer.status, answer.headers["allow"], own.components.events.listeners)


def test_the_gateway_stops_with_listeners_there() -> None:
    """A gateway that ends does not wait for its listeners, who would never leave."""
    with live() as running:
        listener = Listener(running)
    assert 0 == running.components.events.listeners
    listener.leave()

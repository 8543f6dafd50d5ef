"""Waiting for calls, and what is told when they do not come."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.live import Answer, Live, sample
from tests.web.asking import Overtaken, problem, until


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    """Threads for those who wait."""
    with ThreadPoolExecutor(8) as threads:
        yield threads


Wait = Callable[[str], "Future[Answer]"]


@pytest.fixture
def waiting(own: Live, aside: ThreadPoolExecutor) -> Wait:
    """Begins to wait with a query; returns once the gateway knows of it."""

    def begin(query: str) -> Future[Answer]:
        before = own.components.events.listeners
        answer = aside.submit(own.admin, "GET", f"/calls/wait?{query}")
        until(lambda: own.components.events.listeners > before)
        return answer

    return begin


def await_listeners(live: Live, count: int) -> None:
    """Return once so many wait."""
    until(lambda: live.components.events.listeners == count)


def call_id(answer: Answer) -> str:
    """The journal's id of the call that got this answer."""
    return answer.headers["mock-call-id"]


# --- calls that come --------------------------------------------------------------------------------------------------


def test_enough_are_there(gateway: Live, client_id: str) -> None:
    """When enough calls fit already the answer comes at once: all of them are counted, and listed newest first."""
    made = [call_id(gateway.create(client_id=client_id)) for _ in range(3)]
    found = gateway.admin("GET", f"/calls/wait?clientId={client_id}&count=2&timeout=300")
    assert (200, 3, made[::-1]) == (found.status, found.body["count"], [call["id"] for call in found.body["calls"]])
    listed = gateway.admin("GET", f"/calls?clientId={client_id}")
    assert listed.body["calls"] == found.body["calls"]


def test_one_unless_asked(gateway: Live, client_id: str) -> None:
    """Without a count one call is enough."""
    gateway.create(client_id=client_id)
    assert 1 == gateway.admin("GET", f"/calls/wait?clientId={client_id}").body["count"]


def test_each_waits_for_its_own_number(own: Live, waiting: Wait) -> None:
    """Several wait at once, and each is answered as soon as the last call that it waits for has come, not before."""
    answers = [waiting(f"clientId=A&count={count}&timeout=60") for count in (1, 2, 3)]
    for count in (1, 2, 3):
        own.create(client_id="B")
        assert 4 - count == own.components.events.listeners
        own.create(client_id="A")
        found = answers[count - 1].result(60)
        assert (200, count) == (found.status, found.body["count"])
        await_listeners(own, 3 - count)


@pytest.mark.parametrize(
    ("query", "comes"),
    [
        ("endpoint=createPaymentSession", {}),
        ("paymentRequestId=wanted", {}),
        ("resultCode=PARAM_ILLEGAL", {"bad": True}),
        ("scenario=risk-reject&resultCode=RISK_REJECT", {"scenario": "risk-reject"}),
    ],
)
def test_filters(own: Live, waiting: Wait, query: str, comes: dict[str, Any]) -> None:
    """Only what fits all filters is waited for."""
    answer = waiting(f"{query}&clientId=A&timeout=60")
    own.create(sample("wanted"), client_id="B")
    own.request("GET", "/nowhere", headers={"client-id": "A"})
    assert not answer.done()
    body = sample("wanted", productCode=None) if comes.get("bad") else sample("wanted")
    extra = {"mock-scenario": comes["scenario"]} if "scenario" in comes else {}
    made = call_id(own.create(body, client_id="A", extra=extra))
    assert [made] == [call["id"] for call in answer.result(60).body["calls"]]


def test_after(own: Live, waiting: Wait) -> None:
    """With ``after`` only what came later counts."""
    first = call_id(own.create())
    answer = waiting(f"after={first}&timeout=60")
    second = call_id(own.create())
    assert [second] == [call["id"] for call in answer.result(60).body["calls"]]


def test_after_a_call_that_overtook_another(own: Live, waiting: Wait, slow_call: Overtaken) -> None:
    """A call that came before the one that is named, but ends after it, is waited for as any other."""
    with slow_call() as slow:
        quick = call_id(own.create())
        answers = [waiting(f"after={quick}&timeout=60"), waiting(f"after={quick}&timeout=60&count=2")]
    late = call_id(slow.result(60))
    assert int(late) < int(quick)
    assert [late] == [call["id"] for call in answers[0].result(60).body["calls"]]
    last = call_id(own.create())
    assert [last, late] == [call["id"] for call in answers[1].result(60).body["calls"]]
    assert 408 == own.admin("GET", f"/calls/wait?after={last}&timeout=0").status


def test_many(own: Live, waiting: Wait) -> None:
    """Of very many all are counted and the newest hundred are listed."""
    for _ in range(60):
        own.request("GET", "/nowhere")
    answer = waiting("count=101&timeout=60")
    for _ in range(41):
        own.request("GET", "/nowhere")
    found = answer.result(60).body
    assert (101, [str(number) for number in range(101, 1, -1)]) == (found["count"], [c["id"] for c in found["calls"]])


def test_a_reset_while_waiting(own: Live, waiting: Wait) -> None:
    """What was forgotten meanwhile counts no more; what another client id had forgotten still does."""
    own.create(client_id="A")
    answer = waiting("clientId=A&count=2&timeout=60")
    own.admin("POST", "/reset", {"clientId": "A"})
    made = [call_id(own.create(client_id="A"))]
    own.admin("POST", "/reset", {"clientId": "B"})
    assert not answer.done()
    made.append(call_id(own.create(client_id="A")))
    assert made[::-1] == [call["id"] for call in answer.result(60).body["calls"]]


def test_a_client_that_leaves(own: Live) -> None:
    """Whoever stops waiting is forgotten at once."""
    connection = http.client.HTTPConnection("127.0.0.1", own.config.port, timeout=60)
    connection.request("GET", "/__admin/calls/wait?timeout=300")
    await_listeners(own, 1)
    connection.close()
    await_listeners(own, 0)


def test_the_gateway_goes_on_meanwhile(own: Live, waiting: Wait) -> None:
    """Those who wait take nothing from others, and are let go when what they wait for has come."""
    answers = [waiting("timeout=300&resultCode=SUCCESS") for _ in range(5)]
    assert 200 == own.admin("GET", "/health").status
    assert "SUCCESS" == own.create().code
    assert {200} == {answer.result(60).status for answer in answers}
    await_listeners(own, 0)


# --- calls that do not come -------------------------------------------------------------------------------------------


def missed(live: Live, query: str) -> dict[str, Any]:
    """The problem when nothing was waited for at all."""
    found = problem(live.admin("GET", f"/calls/wait?timeout=0&{query}"))
    assert (408, "Not enough calls") == (found["status"], found["title"])
    return found


def test_no_time_at_all(own: Live) -> None:
    """With a timeout of 0 it is a question: are enough there?"""
    own.create()
    assert 200 == own.admin("GET", "/calls/wait?timeout=0").status
    assert 408 == own.admin("GET", "/calls/wait?timeout=0&count=2").status


def test_it_takes_the_time_that_was_given(own: Live) -> None:
    """The answer comes once the time is over, in real time, however the clock stands, and nobody waits any more."""
    own.admin("PUT", "/clock", {"freeze": "now"})
    before = time.monotonic()
    assert 408 == own.admin("GET", "/calls/wait?timeout=0.15").status
    assert 0.15 <= time.monotonic() - before
    await_listeners(own, 0)


def test_no_call_at_all(own: Live) -> None:
    """When nothing came the question is where the shop calls."""
    found = missed(own, "endpoint=createPaymentSession")
    assert (
        "waited 0 s for 1 call with endpoint=createPaymentSession; none came. "
        f"No other call came either: does the shop call {own.config.url}?"
    ) == found["detail"]
    assert ({"endpoint": "createPaymentSession"}, 1, 0, 0, []) == tuple(
        found[name] for name in ("filters", "expected", "count", "others", "nearest")
    )


def test_too_few(own: Live) -> None:
    """How many came is told; without filters there is nothing that others could differ in."""
    own.create()
    found = missed(own, "count=3")
    assert "waited 0 s for 3 calls; 1 came." == (found["detail"])
    assert (3, 1, {}) == (found["expected"], found["count"], found["filters"])


def test_the_only_other_call(own: Live) -> None:
    """One that came instead is told in words: what was expected and what was found."""
    made = own.create(sample("p1"), client_id="A", extra={"mock-scenario": "risk-reject"})
    found = missed(own, "clientId=A&paymentRequestId=p1&resultCode=SUCCESS&scenario=success")
    assert (
        "waited 0 s for 1 call with clientId=A and paymentRequestId=p1 and resultCode=SUCCESS and scenario=success; "
        "none came. 1 other call came; it differs in resultCode (RISK_REJECT), scenario (risk-reject)"
    ) == found["detail"]
    entry = own.entry(made)
    assert [
        {
            "id": call_id(made),
            "time": entry["time"],
            "differs": [
                {"filter": "resultCode", "expected": "SUCCESS", "found": "RISK_REJECT"},
                {"filter": "scenario", "expected": "success", "found": "risk-reject"},
            ],
        }
    ] == found["nearest"]


def test_the_nearest(own: Live) -> None:
    """The three nearest are told: fewer differences first, then what is written more alike, then the newer."""
    made = [
        call_id(own.create(sample(request_id), client_id=client_id))
        for client_id, request_id in [
            ("A", "something-else"),
            ("A", "order-1243"),
            ("B", "order-1234x"),
            ("A", "order-1243"),
        ]
    ]
    found = missed(own, "clientId=A&paymentRequestId=order-1234")
    assert [made[3], made[1], made[0]] == [miss["id"] for miss in found["nearest"]]
    assert found["detail"].endswith(
        f"4 other calls came; the closest, #{made[3]}, differs in paymentRequestId (order-1243)"
    )
    assert 4 == found["others"]


def test_another_outcome_is_nearer_than_another_call(own: Live) -> None:
    """What became of the very call that was meant comes first, however alike the ids of others are written."""
    meant = call_id(own.create(sample("order-1234"), client_id="A", extra={"mock-scenario": "risk-reject"}))
    others = [call_id(own.create(sample("order-1235"), client_id="A")) for _ in range(30)]
    found = missed(own, "paymentRequestId=order-1234&resultCode=SUCCESS")
    assert [meant, *others[:-3:-1]] == [miss["id"] for miss in found["nearest"]]
    assert found["detail"].endswith(f"the closest, #{meant}, differs in resultCode (RISK_REJECT)")


@pytest.mark.parametrize(
    ("query", "how"),
    [
        ("clientId=A", {"client_id": "ZZZ"}),
        ("resultCode=SUCCESS", {"extra": {"mock-scenario": "risk-reject"}}),
        ("scenario=success", {"extra": {"mock-scenario": "risk-reject"}}),
    ],
)
def test_the_same_id_is_nearest(own: Live, query: str, how: dict[str, Any]) -> None:
    """Of calls that differ in one filter each, that with the id that was asked for is the nearest."""
    made = [
        call_id(own.create(sample(f"order-{number}"), **{"client_id": "A", **(how if number == 1234 else {})}))
        for number in (1235, 1234, 1235)
    ]
    assert [made[1], made[2], made[0]] == [
        miss["id"] for miss in missed(own, f"paymentRequestId=order-1234&{query}")["nearest"]
    ]


@pytest.mark.parametrize("timeout", [str(0.1 + 0.2), "1e-07", "0.000"])
def test_times_as_programs_write_them(own: Live, timeout: str) -> None:
    """Numbers of more digits than anyone would type, or with an exponent, are numbers."""
    assert 408 == own.admin("GET", f"/calls/wait?timeout={timeout}").status


def test_what_fits_is_no_miss(own: Live) -> None:
    """Calls that count are not told again among the others, nor are those before ``after``."""
    first, second, _ = (call_id(own.create(client_id=name)) for name in ("B", "B", "A"))
    found = missed(own, f"clientId=A&count=2&after={first}")
    assert (1, 1, [second]) == (found["count"], found["others"], [miss["id"] for miss in found["nearest"]])


def test_what_was_not_found_at_all(own: Live) -> None:
    """A call without an endpoint or id differs in that it has none."""
    own.request("GET", "/nowhere")
    found = missed(own, "endpoint=createPaymentSession&paymentRequestId=p&resultCode=SUCCESS")
    assert [None, None, None] == [differs["found"] for differs in found["nearest"][0]["differs"]]
    assert "it differs in endpoint (none), paymentRequestId (none), resultCode (none)" in found["detail"]


def test_misses_are_short_and_masked(own: Live) -> None:
    """What was found instead is cut short, and shows no card number."""
    own.create(sample("4111111111111111"), client_id="y" * 128)
    found = missed(own, "paymentRequestId=p&clientId=A")
    assert "4111111111111111" not in str(found)
    told = [differs["found"] for differs in found["nearest"][0]["differs"]]
    assert ["y" * 79 + "…", "411111******1111"] == told
    assert f"it differs in clientId ({told[0]}), paymentRequestId ({told[1]})" in found["detail"]


def test_calls_from_many_threads(own: Live, waiting: Wait) -> None:
    """No call escapes, however many come at once."""
    answer = waiting("count=40&timeout=60")
    threads = [threading.Thread(target=lambda: [own.request("GET", "/nowhere") for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert 40 == answer.result(60).body["count"]

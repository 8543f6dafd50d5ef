"""Waiting for calls, and the near misses that are reported after a timeout."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.live import Answer, Live, sample
from tests.web.asking import Overtaken, connection_to, problem, until

Wait = Callable[[str], "Future[Answer]"]


@pytest.fixture
def own(idle: Live) -> Live:
    """One gateway for all tests of this module."""
    return idle


@pytest.fixture
def waiting(own: Live) -> Iterator[Wait]:
    """Begins to wait with a query; returns once the gateway has subscribed the wait."""

    def begin(query: str) -> Future[Answer]:
        before = own.components.events.listeners
        answer = threads.submit(own.admin, "GET", f"/calls/wait?{query}")
        until(lambda: own.components.events.listeners > before)
        return answer

    with ThreadPoolExecutor(8) as threads:
        yield begin


def await_listeners(live: Live, count: int) -> None:
    """Return once this many clients wait."""
    until(lambda: live.components.events.listeners == count)


def call_id(answer: Answer) -> str:
    return answer.headers["mock-call-id"]


def ids(answer: Answer) -> list[str]:
    return [call["id"] for call in answer.body["calls"]]


def test_journaled_calls_count(gateway: Live, client_id: str) -> None:
    """When enough calls fit already, the reply comes at once with all of them, newest first; the default is one."""
    made = [call_id(gateway.create(client_id=client_id)) for _ in range(3)]
    answer = gateway.admin("GET", f"/calls/wait?clientId={client_id}&count=2&timeout=300")
    assert (200, 3, made[::-1]) == (answer.status, answer.body["count"], ids(answer))
    assert gateway.admin("GET", f"/calls?clientId={client_id}").body["calls"] == answer.body["calls"]
    assert 3 == gateway.admin("GET", f"/calls/wait?clientId={client_id}").body["count"]


def test_each_wait_ends_when_enough_calls_fit_its_filters(own: Live, waiting: Wait) -> None:
    """Calls that differ in one filter do not end the wait; each client gets its reply with its last call."""
    query = "scenario=risk-reject&resultCode=RISK_REJECT&paymentRequestId=p&clientId=A&timeout=60"
    answers = [waiting(f"{query}&count={count}") for count in (1, 2)]
    extra = {"mock-scenario": "risk-reject"}
    for count, answer in enumerate(answers, start=1):
        for body, client_id, more in (("p", "B", extra), ("q", "A", extra), ("p", "A", {})):
            own.create(sample(body), client_id=client_id, extra=more)
        assert 3 - count == own.components.events.listeners
        made = call_id(own.create(sample("p"), client_id="A", extra=extra))
        assert (count, made) == (answer.result(60).body["count"], ids(answer.result())[0])
        await_listeners(own, 2 - count)


def test_after_excludes_earlier_calls_but_not_overtaken_ones(own: Live, waiting: Wait, slow_call: Overtaken) -> None:
    """A call that arrived before the call ``after``, but ended later, counts."""
    with slow_call() as slow:
        quick = call_id(own.create())
        answers = [
            waiting(f"after={after}&timeout=60&count={count}")
            for after, count in ((quick, 1), (quick, 2), (int(quick) - 1, 2))
        ]
    late = call_id(slow.result(60))
    assert int(late) < int(quick)
    assert [late] == ids(answers[0].result(60))
    last = call_id(own.create())
    assert [[last, late], [last, quick]] == [ids(answer.result(60)) for answer in answers[1:]]
    assert 408 == own.admin("GET", f"/calls/wait?after={last}&timeout=0").status


def test_the_newest_hundred_are_listed(own: Live) -> None:
    """All calls are counted, and a hundred are listed."""
    for _ in range(101):
        own.request("GET", "/nowhere")
    found = own.admin("GET", "/calls/wait?count=101&timeout=0")
    assert (101, 100) == (found.body["count"], len(ids(found)))


def test_a_reset_restarts_the_count_of_its_client_id(own: Live, waiting: Wait) -> None:
    """Deleted calls no longer count; a reset of another client id changes nothing."""
    own.create(client_id="A")
    answer = waiting("clientId=A&count=2&timeout=60")
    own.admin("POST", "/reset", {"clientId": "A"})
    made = [call_id(own.create(client_id="A"))]
    own.admin("POST", "/reset", {"clientId": "B"})
    assert not answer.done()
    made.append(call_id(own.create(client_id="A")))
    assert made[::-1] == ids(answer.result(60))


def test_a_wait_ends_when_its_client_disconnects(own: Live) -> None:
    """Its slot is free at once."""
    connection = connection_to(own)
    connection.request("GET", "/__admin/calls/wait?timeout=300")
    await_listeners(own, 1)
    connection.close()
    await_listeners(own, 0)


def missed(live: Live, query: str) -> dict[str, Any]:
    """The problem of a wait with timeout 0."""
    found = problem(live.admin("GET", f"/calls/wait?timeout=0&{query}"))
    assert (408, "Not enough calls") == (found["status"], found["title"])
    return found


def test_the_timeout_is_real_time(own: Live) -> None:
    """It does not depend on the gateway's clock."""
    own.admin("PUT", "/clock", {"freeze": "now"})
    before = time.monotonic()
    assert 408 == own.admin("GET", "/calls/wait?timeout=0.05").status
    assert 0.05 <= time.monotonic() - before
    await_listeners(own, 0)


def test_the_counts_are_reported(own: Live) -> None:
    """Without any call the likeliest reason is a client that calls another URL; without filters no call is near."""
    found = missed(own, "endpoint=createPaymentSession&count=2")
    names = ("filters", "expected", "count", "others", "nearest")
    assert ({"endpoint": "createPaymentSession"}, 2, 0, 0, []) == tuple(found[name] for name in names)
    assert f"does the shop call {own.config.url}?" in found["detail"]
    own.create()
    found = missed(own, "count=3")
    assert ({}, 3, 1, 0, []) == tuple(found[name] for name in names)
    assert "waited 0 s for 3 calls; 1 came." == found["detail"]


def test_a_near_miss_names_each_difference(own: Live) -> None:
    """With the filter, the expected value and the actual value, as data and in words."""
    made = own.create(sample("p1"), client_id="A", extra={"mock-scenario": "risk-reject"})
    found = missed(own, "clientId=A&paymentRequestId=p1&resultCode=SUCCESS&scenario=success")
    assert found["detail"].endswith("1 other call came; it differs in resultCode (RISK_REJECT), scenario (risk-reject)")
    differs = [
        {"filter": "resultCode", "expected": "SUCCESS", "found": "RISK_REJECT"},
        {"filter": "scenario", "expected": "success", "found": "risk-reject"},
    ]
    assert [{"id": call_id(made), "time": own.entry(made)["time"], "differs": differs}] == found["nearest"]


def test_the_nearest_misses_come_first(own: Live) -> None:
    """Fewer differences come first, then more similar values, then newer calls; three are reported."""
    calls = [("A", "something-else"), ("A", "order-1243"), ("B", "order-1234x"), ("A", "order-1243")]
    made = [call_id(own.create(sample(request_id), client_id=client_id)) for client_id, request_id in calls]
    found = missed(own, "clientId=A&paymentRequestId=order-1234")
    assert (4, [made[3], made[1], made[0]]) == (found["others"], [miss["id"] for miss in found["nearest"]])
    assert f"the closest, #{made[3]}, differs in paymentRequestId (order-1243)" in found["detail"]


@pytest.mark.parametrize(
    ("query", "how"),
    [
        ("clientId=A", {"client_id": "ZZZ"}),
        ("resultCode=SUCCESS", {"extra": {"mock-scenario": "risk-reject"}}),
        ("scenario=success", {"extra": {"mock-scenario": "risk-reject"}}),
    ],
)
def test_the_call_with_the_expected_id_is_nearest(own: Live, query: str, how: dict[str, Any]) -> None:
    """Of calls that differ in one filter each, another outcome is nearer than another id, however similar."""
    made = [
        call_id(own.create(sample(f"order-{number}"), **{"client_id": "A", **(how if number == 1234 else {})}))
        for number in (1235, 1234, *[1235] * 22)
    ]
    found = missed(own, f"paymentRequestId=order-1234&{query}")
    assert [made[1], made[-1], made[-2]] == [miss["id"] for miss in found["nearest"]]


def test_one_difference_is_nearer_than_two(own: Live) -> None:
    """Even if the one is the id and the two are the outcome."""
    one = call_id(own.create(sample("order-9")))
    two = call_id(own.create(sample("order-1"), extra={"mock-scenario": "risk-reject"}))
    found = missed(own, "paymentRequestId=order-1&resultCode=SUCCESS&scenario=success")
    assert [one, two] == [miss["id"] for miss in found["nearest"]]


def test_calls_that_fit_are_no_misses(own: Live) -> None:
    """Nor are calls before ``after``."""
    first, second, _ = (call_id(own.create(client_id=name)) for name in ("B", "B", "A"))
    found = missed(own, f"clientId=A&count=2&after={first}")
    assert (1, 1, [second]) == (found["count"], found["others"], [miss["id"] for miss in found["nearest"]])


def test_near_misses_are_short_and_masked(own: Live) -> None:
    """Actual values are cut to 80 characters and show no card number; a missing one is null."""
    own.create(sample("4111111111111111"), client_id="y" * 128)
    found = missed(own, "paymentRequestId=p&clientId=A")
    assert "4111111111111111" not in str(found)
    assert ["y" * 79 + "…", "411111******1111"] == [differs["found"] for differs in found["nearest"][0]["differs"]]
    own.admin("POST", "/reset")
    own.request("GET", "/nowhere")
    found = missed(own, "endpoint=createPaymentSession&paymentRequestId=p&resultCode=SUCCESS")
    assert [None] * 3 == [differs["found"] for differs in found["nearest"][0]["differs"]]
    assert "differs in endpoint (none), paymentRequestId (none), resultCode (none)" in found["detail"]

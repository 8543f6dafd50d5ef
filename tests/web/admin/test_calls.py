"""The journal: which calls are listed, counted and shown."""

from __future__ import annotations

import pytest

from tests.calls import plain_call
from tests.live import Answer, Live, sample
from tests.memory import done
from tests.web.asking import Overtaken, load, problem


def ids(answer: Answer) -> list[str]:
    """The ids of the calls in a list."""
    return [call["id"] for call in answer.body["calls"]]


def test_filters_limit_and_after(gateway: Live, client_id: str) -> None:
    """The list is newest first; all filters must fit; the count is that of the same calls."""
    made = [
        gateway.create(sample(f"id-{client_id}"), client_id=client_id),
        gateway.create(client_id=client_id, extra={"mock-scenario": "risk-reject"}),
        gateway.create(client_id=client_id, path="/ams/api/v1/payments/void"),
    ]
    first, second, third = (answer.headers["mock-call-id"] for answer in made)
    gateway.create()
    for query, expected in {
        "": [third, second, first],
        "&endpoint=createPaymentSession&resultCode=SUCCESS": [first],
        f"&paymentRequestId=id-{client_id}": [first],
        "&scenario=risk-reject": [second],
        "&scenario=slow": [],
        f"&after={first}": [third, second],
    }.items():
        assert expected == ids(gateway.admin("GET", f"/calls?clientId={client_id}{query}")), query
        assert {"count": len(expected)} == gateway.admin("GET", f"/calls/count?clientId={client_id}{query}").body, query
    for query in ("&limit=1", f"&after={first}&limit=1"):
        assert [third] == ids(gateway.admin("GET", f"/calls?clientId={client_id}{query}")), query


@pytest.mark.parametrize(
    ("query", "noun", "word"),
    [
        ("/calls?endpoint=createPaymentSesion", "endpoint", "did you mean createPaymentSession?"),
        ("/calls/count?resultCode=success", "resultCode", "did you mean SUCCESS?"),
        ("/calls/wait?timeout=0&scenario=risk-rejected", "scenario", "did you mean risk-reject?"),
    ],
)
def test_an_unknown_filter_value_is_refused(gateway: Live, query: str, noun: str, word: str) -> None:
    """With the closest and all known values."""
    found = problem(gateway.admin("GET", query))
    assert (400, f"Unknown {noun}", True) == (found["status"], found["title"], word in found["detail"])
    assert ", ".join(found["allowed"]) in found["detail"]


def test_known_values_are_those_that_the_client_id_sees(own: Live) -> None:
    """Of loaded scenarios, and of calls that are in the journal after these are deleted."""

    def statuses() -> set[tuple[int, ...]]:
        return {
            tuple(own.admin("GET", f"/calls?{query}{owner}").status for owner in ("", "&clientId=A", "&clientId=B"))
            for query in ("scenario=mine", "resultCode=MY_OWN")
        }

    assert {(400, 400, 400)} == statuses()
    load(own, "mine", "createPaymentSession: {set: {result.resultCode: MY_OWN}}", "A")
    assert {(200, 200, 400)} == statuses()
    own.create(client_id="A", extra={"mock-scenario": "mine"})
    done(own.components.selector.registry.forget())
    assert {(200, 200, 200)} == statuses()
    own.admin("POST", "/reset", {"clientId": "A"})
    assert {(400, 400, 400)} == statuses()


def test_after_is_the_order_in_which_calls_end(own: Live, slow_call: Overtaken) -> None:
    """A call that arrived earlier but took longer is later."""
    first = own.create().headers["mock-call-id"]
    with slow_call() as slow:
        quick = own.create().headers["mock-call-id"]
        assert [quick] == ids(own.admin("GET", f"/calls?after={first}"))
    late = slow.result(60).headers["mock-call-id"]
    assert [1, 2, 3] == [int(first), int(late), int(quick)]
    for after, expected in ((first, [late, quick]), (quick, [late]), (late, [])):
        assert expected == ids(own.admin("GET", f"/calls?after={after}"))
        assert {"count": len(expected)} == own.admin("GET", f"/calls/count?after={after}").body


def test_the_default_limit_is_a_hundred(gateway: Live, client_id: str) -> None:
    """The newest hundred calls."""
    for _ in range(101):
        done(gateway.components.gateway.answer(plain_call(headers={"client-id": client_id}, target="/nowhere")))
    listed = [ids(gateway.admin("GET", f"/calls?clientId={client_id}{limit}")) for limit in ("", "&limit=101")]
    assert (100, listed[0]) == (len(listed[0]), listed[1][:100])


def test_one_call_is_shown_with_headers_and_signed_text(gateway: Live, client_id: str) -> None:
    """As the client sent and received them."""
    body = sample()
    answer = gateway.create(body, client_id=client_id, extra={"mock-scenario": "success"})
    entry = gateway.entry(answer)
    assert (body, answer.body, client_id) == (entry["request"], entry["reply"], entry["requestHeaders"]["client-id"])
    assert answer.headers["signature"] == entry["replyHeaders"]["signature"]
    assert ("success", True) == (entry["scenario"], "mock-scenario" in entry["reason"])
    signed = f"POST {entry['target']}\n{client_id}.{answer.headers['response-time']}.{answer.raw.decode()}"
    assert signed == entry["signed"]["reply"]
    for call_id in ("999999999", "%ff", "-1"):
        assert 404 == problem(gateway.admin("GET", f"/calls/{call_id}"))["status"]

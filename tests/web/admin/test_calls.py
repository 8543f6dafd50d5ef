"""Admin calls about the journal: which calls it lists, counts and shows."""

from __future__ import annotations

import pytest

from tests.live import Answer, Live, sample
from tests.memory import done
from tests.web.asking import Overtaken, load, problem


def ids(answer: Answer) -> list[str]:
    """The ids of the calls in a list."""
    return [call["id"] for call in answer.body["calls"]]


def test_calls_newest_first(gateway: Live, client_id: str) -> None:
    """The journal lists the newest call first; refused ones are in it."""
    answers = [
        gateway.create(client_id=client_id),
        gateway.create({}, client_id=client_id),
        gateway.create(client_id=client_id),
    ]
    listed = gateway.admin("GET", f"/calls?clientId={client_id}")
    assert [answer.headers["mock-call-id"] for answer in reversed(answers)] == ids(listed)
    assert ["SUCCESS", "PARAM_ILLEGAL", "SUCCESS"] == [call["resultCode"] for call in listed.body["calls"]]


def test_filters(gateway: Live, client_id: str) -> None:
    """Each filter picks by its field, several together what fits all; the count says how many that are."""
    wanted = f"id-{client_id}"
    first = gateway.create(sample(wanted), client_id=client_id).headers["mock-call-id"]
    second = gateway.create(sample(), client_id=client_id, extra={"mock-scenario": "risk-reject"}).headers[
        "mock-call-id"
    ]
    third = gateway.create(sample(), client_id=client_id, path="/ams/api/v1/payments/void").headers["mock-call-id"]
    for query, expected in {
        "": [third, second, first],
        "&endpoint=createPaymentSession": [second, first],
        f"&paymentRequestId={wanted}": [first],
        "&resultCode=SUCCESS": [first],
        "&resultCode=RISK_REJECT": [second],
        "&resultCode=NO_INTERFACE_DEF": [third],
        "&scenario=risk-reject": [second],
        "&scenario=risk-reject&resultCode=SUCCESS": [],
        "&scenario=success&resultCode=SUCCESS": [first],
        "&scenario=slow": [],
        "&resultCode=PROCESS_FAIL": [],
    }.items():
        assert expected == ids(gateway.admin("GET", f"/calls?clientId={client_id}{query}")), query
        assert {"count": len(expected)} == gateway.admin("GET", f"/calls/count?clientId={client_id}{query}").body, query


def test_filters_see_other_clients_not(gateway: Live, client_id: str) -> None:
    """A client id that never called has no calls."""
    gateway.create()
    assert [] == ids(gateway.admin("GET", f"/calls?clientId={client_id}"))


def test_limit_and_after(gateway: Live, client_id: str) -> None:
    """``limit`` takes the newest, ``after`` only what came later than a call, that one excluded."""
    made = [gateway.create(client_id=client_id).headers["mock-call-id"] for _ in range(4)]
    for query, expected in {
        "limit=1": made[:2:-1],
        "limit=3": made[:0:-1],
        "limit=1000": made[::-1],
        f"after={made[1]}": made[:1:-1],
        f"after={made[3]}": [],
        "after=0": made[::-1],
        f"after={made[0]}&limit=2": made[:1:-1],
    }.items():
        assert expected == ids(gateway.admin("GET", f"/calls?clientId={client_id}&{query}")), query


@pytest.mark.parametrize("call", ["/calls?", "/calls/count?", "/calls/wait?timeout=0&"])
@pytest.mark.parametrize(
    ("query", "what", "meant"),
    [
        ("endpoint=createPaymentSesion", "endpoint", "createPaymentSession"),
        ("endpoint=zzz", "endpoint", None),
        ("resultCode=SUCCES", "resultCode", "SUCCESS"),
        ("resultCode=success", "resultCode", "SUCCESS"),
        ("resultCode=zzz", "resultCode", None),
        ("scenario=risk-rejected", "scenario", "risk-reject"),
        ("scenario=Success", "scenario", "success"),
        ("scenario=zzz", "scenario", None),
    ],
)
def test_unknown_filter_values(gateway: Live, call: str, query: str, what: str, meant: str | None) -> None:
    """An endpoint, result code or scenario that does not exist is no filter that nothing fits, but a mistake."""
    found = problem(gateway.admin("GET", f"{call}{query}"))
    assert (400, f"Unknown {what}") == (found["status"], found["title"])
    assert (meant is not None) == ("did you mean" in found["detail"])
    if meant is not None:
        assert f"did you mean {meant}?" in found["detail"]
        assert meant in found["allowed"]
    assert ", ".join(found["allowed"]) in found["detail"]


def test_codes_of_a_scenarios_own(own: Live) -> None:
    """While a scenario sets a result code of its own, any code may be looked for."""
    assert 400 == own.admin("GET", "/calls?resultCode=MY_OWN").status
    load(own, "odd", "createPaymentSession: {set: {result.resultCode: MY_OWN}}", "A")
    made = own.create(client_id="A", extra={"mock-scenario": "odd"}).headers["mock-call-id"]
    assert [made] == ids(own.admin("GET", "/calls?resultCode=MY_OWN"))
    own.admin("POST", "/reset", {"clientId": "A"})
    assert 400 == own.admin("GET", "/calls?resultCode=MY_OWN").status


def test_loaded_scenarios_are_known_to_filters(own: Live) -> None:
    """A scenario that was loaded may be looked for; it may as long as the journal has calls that it played in."""
    load(own, "mine", "createPaymentSession: {result: RISK_REJECT}", "A")
    assert [] == ids(own.admin("GET", "/calls?scenario=mine"))
    made = own.create(client_id="A", extra={"mock-scenario": "mine"}).headers["mock-call-id"]
    own.admin("POST", "/scenarios", {"name": "other", "description": "x", "createPaymentSession": {}})
    assert [made] == ids(own.admin("GET", "/calls?scenario=mine&clientId=A"))
    done(own.components.selector.registry.forget())
    assert [made] == ids(own.admin("GET", "/calls?scenario=mine"))
    own.admin("POST", "/reset")
    assert 400 == own.admin("GET", "/calls?scenario=mine").status


def test_filters_are_judged_by_what_the_client_sees(own: Live) -> None:
    """A scenario of another client id, and a code that only such a scenario sets, are mistakes for those without it."""
    load(own, "mine", "createPaymentSession: {set: {result.resultCode: MY_OWN}}", "A")
    for query in ("scenario=mine", "resultCode=MY_OWN"):
        statuses = [own.admin("GET", f"/calls?{query}{whose}").status for whose in ("", "&clientId=A", "&clientId=B")]
        assert [200, 200, 400] == statuses, query


@pytest.mark.parametrize("query", ["scenario=mine", "resultCode=MY_OWN"])
def test_what_the_journal_has_may_be_looked_for(own: Live, query: str) -> None:
    """A word that stands in the journal is no mistake, even when what it came from is gone, and whoever asks."""
    load(own, "mine", "createPaymentSession: {set: {result.resultCode: MY_OWN}}", "A")
    made = own.create(client_id="A", extra={"mock-scenario": "mine"}).headers["mock-call-id"]
    done(own.components.selector.registry.forget())
    for whose, expected in (("", [made]), ("&clientId=A", [made]), ("&clientId=B", [])):
        answer = own.admin("GET", f"/calls?{query}{whose}")
        assert (200, expected) == (answer.status, ids(answer))
    own.admin("POST", "/reset", {"clientId": "A"})
    assert 400 == own.admin("GET", f"/calls?{query}").status


def test_after_a_call_that_overtook_another(own: Live, slow_call: Overtaken) -> None:
    """``after`` is about when calls ended: one that came before, but took longer, is later."""
    first = own.create().headers["mock-call-id"]
    with slow_call() as slow:
        quick = own.create().headers["mock-call-id"]
        assert [quick] == ids(own.admin("GET", f"/calls?after={first}"))
    late = slow.result(60).headers["mock-call-id"]
    assert [1, 2, 3] == [int(first), int(late), int(quick)]
    for after, expected in ((first, [late, quick]), (quick, [late]), (late, [])):
        assert expected == ids(own.admin("GET", f"/calls?after={after}"))
        assert {"count": len(expected)} == own.admin("GET", f"/calls/count?after={after}").body


def test_a_hundred_unless_asked(own: Live) -> None:
    """Without a limit a hundred calls are listed."""
    for _ in range(101):
        own.request("GET", "/nowhere")
    assert (100, 101) == (len(ids(own.admin("GET", "/calls"))), len(ids(own.admin("GET", "/calls?limit=1000"))))


def test_one_call_whole(gateway: Live, client_id: str) -> None:
    """One call shows both heads and bodies, the scenario and why, the verdict, and what was signed."""
    body = sample()
    answer = gateway.create(body, client_id=client_id, extra={"mock-scenario": "success"})
    entry = gateway.entry(answer)
    assert (body, answer.body) == (entry["request"], entry["reply"])
    assert ("POST", "success", "unverified") == (entry["method"], entry["scenario"], entry["signature"]["verdict"])
    assert "mock-scenario" in entry["reason"]
    assert client_id == entry["requestHeaders"]["client-id"]
    assert answer.headers["signature"] == entry["replyHeaders"]["signature"]
    assert (
        f"POST {entry['target']}\n{client_id}.{answer.headers['response-time']}.{answer.raw.decode()}"
        == entry["signed"]["reply"]
    )


def test_no_such_call(gateway: Live) -> None:
    """A call that never was, or is no longer kept, is told so; odd ids are no trouble."""
    for call_id in ("999999999", "x", "%ff", "1.0", "-1"):
        assert 404 == problem(gateway.admin("GET", f"/calls/{call_id}"))["status"]

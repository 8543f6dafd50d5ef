"""Scenarios: listed, set and loaded."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from mock_alipay.scenarios.upload import read_upload
from mock_alipay.web.admin import scenarios
from tests.live import Live
from tests.web.asking import REFUSED, YAML, load, post, problem

JSON = "application/json"


def loaded(live: Live, query: str = "") -> list[dict[str, Any]]:
    """The scenarios that were loaded at run time."""
    return [each for each in live.admin("GET", f"/scenarios{query}").body["scenarios"] if each["file"] is None]


def test_scenarios_are_listed_with_their_contents(gateway: Live, client_id: str) -> None:
    """In alphabetical order, with the default; those of a file name the file."""
    text = 'match: {body: {a.b: "1"}}\ncreatePaymentSession: {}\nbuyer: {action: pay}\nnotifyPayment: {drop: true}'
    load(gateway, "tale", text, client_id)
    found = gateway.admin("GET", f"/scenarios?clientId={client_id}").body
    by_name = {scenario["name"]: scenario for scenario in found["scenarios"]}
    assert ("success", sorted(by_name)) == (found["default"], list(by_name))
    assert by_name["risk-reject"]["file"].endswith("risk-reject.yaml")
    names, acts, other = ("name", "description", "clientId", "file"), ("buyer", "calls"), ("endpoints", "notifications")
    tale = by_name["tale"]
    assert ["tale", "x", client_id, None] == [tale[name] for name in names]
    assert [["pay"], ["createPaymentSession", "pay"]] == [tale[name] for name in acts]
    assert (["createPaymentSession"], ["notifyPayment"], ["a.b"]) == (*(tale[name] for name in other), tale["match"])


def test_a_client_id_sees_its_own_scenarios_in_place_of_others(own: Live) -> None:
    """Without a client id all scenarios and all that are set are listed, and a DELETE clears all."""
    for name, client_id in (("mine", "A"), ("slow", "A"), ("ours", None)):
        load(own, name, "createPaymentSession: {}", client_id)
    own.admin("PUT", "/scenario", {"scenario": "ours"})
    own.admin("PUT", "/scenario", {"scenario": "mine", "clientId": "A", "times": 2})
    for query, names, chosen in (
        ("", [("ours", None), ("mine", "A"), ("slow", "A")], [("ours", None, None), ("mine", "A", 2)]),
        ("?clientId=A", [("mine", "A"), ("ours", None), ("slow", "A")], [("ours", None, None), ("mine", "A", 2)]),
        ("?clientId=B", [("ours", None)], [("ours", None, None)]),
    ):
        assert names == [(each["name"], each["clientId"]) for each in loaded(own, query)]
        found = own.admin("GET", f"/scenarios{query}").body
        assert chosen == [(each["scenario"], each["clientId"], each["times"]) for each in found["chosen"]]
    own.admin("DELETE", "/scenario")
    assert [] == own.admin("GET", "/scenarios").body["chosen"]


def test_a_scenario_is_set_for_the_next_calls_or_until_it_is_cleared(gateway: Live, client_id: str) -> None:
    """``times`` counts the calls, and 2.0 is 2 in JSON; the client id of a DELETE is in its body or in its query."""

    def codes(count: int) -> str:
        return " ".join(gateway.create(client_id=client_id).code for _ in range(count))

    chosen = {"clientId": client_id, "scenario": "risk-reject"}
    assert b'"times": 2\n' in gateway.admin("PUT", "/scenario", {**chosen, "times": 2.0}).raw
    assert "RISK_REJECT RISK_REJECT SUCCESS" == codes(3)
    for query, body in ((f"?clientId={client_id}", None), ("", {"clientId": client_id})):
        assert chosen == gateway.admin("PUT", "/scenario", chosen).body
        assert {**chosen, "times": None} in gateway.admin("GET", "/scenarios").body["chosen"]
        assert "RISK_REJECT" == codes(1)
        gateway.admin("DELETE", f"/scenario{query}", body)
        assert "SUCCESS" == codes(1)


def test_an_unknown_scenario_is_not_set(gateway: Live, client_id: str) -> None:
    """The problem has the closest name and all known names."""
    found = problem(gateway.admin("PUT", "/scenario", {"clientId": client_id, "scenario": "risk-rejected"}))
    assert (400, True, True) == (found["status"], "mean risk-reject?" in found["detail"], "success" in found["known"])


@pytest.mark.parametrize(
    ("media", "text", "query"),
    [
        (YAML, REFUSED, "?name=tale&clientId=ID"),
        ("Text/X-YAML; charset=utf-8", f"name: tale\nclientId: ID\n{REFUSED}", ""),
        (
            JSON,
            '{"name": "tale", "description": "x", "createPaymentSession": {"result": "RISK_REJECT"}}',
            "?clientId=ID",
        ),
    ],
    ids=["YAML", "name in YAML", "JSON"],
)
def test_a_scenario_is_loaded_as_yaml_or_json(gateway: Live, client_id: str, media: str, text: str, query: str) -> None:
    """Its name and client id are in the query or in the body; it plays for that client id only, until a reset."""
    answer = post(gateway, text.replace("ID", client_id), query.replace("ID", client_id), media)
    assert (200, "tale", client_id) == (answer.status, answer.body["name"], answer.body["clientId"])
    tale = {"mock-scenario": "tale"}
    assert "RISK_REJECT" == gateway.create(client_id=client_id, extra=tale).code
    assert 400 == gateway.create(client_id="OTHER", extra=tale).status
    gateway.admin("POST", "/reset", {"clientId": client_id})
    assert 400 == gateway.create(client_id=client_id, extra=tale).status


def test_a_scenario_is_read_in_the_worker(gateway: Live, client_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a large one does not block calls; it may replace the default scenario."""
    threads = []

    def read(*of: Any, **how: Any) -> Any:
        threads.append(threading.current_thread().name)
        return read_upload(*of, **how)

    monkeypatch.setattr(scenarios, "read_upload", read)
    assert 200 == post(gateway, REFUSED, f"?name=success&clientId={client_id}").status
    assert [True] == [name.startswith("mock-alipay-admin") for name in threads]
    assert "RISK_REJECT" == gateway.create(client_id=client_id).code


def test_an_invalid_scenario_is_not_loaded(gateway: Live, client_id: str) -> None:
    """The problem lists every fault with its line."""
    invalid = "description: x\ncreatePaymentSession:\n- result: NOPE\n- delay: -1s\n"
    for media, text, lines in (
        (YAML, invalid, ["body:3", "body:4"]),
        (YAML, "description: x\n\tcreatePaymentSession: {}\n", ["body:2"]),
        (JSON, '{"description": "x",\n"createPaymentSession": {', ["body:2"]),
    ):
        found = problem(post(gateway, text, f"?name=tale&clientId={client_id}", media))
        assert (400, "Bad scenario", "; ".join(found["faults"])) == (found["status"], found["title"], found["detail"])
        assert lines == [fault.partition(": ")[0] for fault in found["faults"]]
    assert [] == loaded(gateway, f"?clientId={client_id}")


@pytest.mark.parametrize(
    ("query", "text", "status", "word"),
    [
        ("", REFUSED, 400, "name: missing"),
        ("?name=a", f"name: b\n{REFUSED}", 400, "name: expected the same in query and body"),
        ("?name=a&clientId=A", f"clientId: B\n{REFUSED}", 400, "clientId: expected the same in query and body"),
        ("?name=x%0d%0aevil:1", REFUSED, 400, "a scenario's name is 1 to 60 letters"),
        ("?name=tale", b"description: \xff", 400, "UTF-8"),
        ("?name=tale", REFUSED + "#" * 262_144, 413, "at most 262144 bytes"),
    ],
    ids=["no-name", "two-names", "two-client-ids", "line-break", "not-UTF-8", "too-long"],
)
def test_a_scenario_needs_one_valid_name(gateway: Live, query: str, text: str | bytes, status: int, word: str) -> None:
    """And at most one client id; its body is UTF-8 and limited."""
    found = problem(post(gateway, text, query))
    assert (status, True) == (found["status"], word in found["detail"]), found


@pytest.mark.parametrize("media", ["", "text/plain"])
def test_other_media_types_are_refused(gateway: Live, media: str) -> None:
    """So that no page of another origin can send a scenario."""
    assert 415 == problem(post(gateway, REFUSED, "?name=never", media))["status"]


def test_a_template_loads_all_its_scenarios(gateway: Live, client_id: str) -> None:
    """For the client id of the upload."""
    text = "each: {code: [RISK_REJECT, DO_NOT_HONOR]}\ndescription: x.\npay: {result: '${each.code}'}\n"
    created = post(gateway, text, f"?name=mine&clientId={client_id}").body["scenarios"]
    shown = [(each["name"], each["clientId"], each["file"]) for each in created]
    assert [(name, client_id, None) for name in ("mine-risk-reject", "mine-do-not-honor")] == shown
    listed = [each["name"] for each in loaded(gateway, f"?clientId={client_id}")]
    assert sorted(each["name"] for each in created) == listed

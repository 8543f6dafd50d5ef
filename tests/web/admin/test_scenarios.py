"""Scenarios: listed, set and loaded."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mock_alipay.scenarios.upload import read_upload
from mock_alipay.web.admin import scenarios
from tests.live import Live, sample
from tests.web.asking import REFUSED, YAML, load, post, problem


def loaded(live: Live, query: str = "") -> list[dict[str, Any]]:
    """The scenarios that were loaded at run time."""
    return [each for each in live.admin("GET", f"/scenarios{query}").body["scenarios"] if each["file"] is None]


# --- listed -----------------------------------------------------------------------------------------------------------


def test_scenarios_are_listed_with_their_contents(own: Live) -> None:
    """In alphabetical order, with the default; those of a file name the file."""
    found = own.admin("GET", "/scenarios").body
    by_name = {scenario["name"]: scenario for scenario in found["scenarios"]}
    assert ("success", sorted(by_name)) == (found["default"], list(by_name))
    assert by_name["risk-reject"]["file"].endswith("risk-reject.yaml")
    text = 'match: {body: {a.b: "1"}}\ncreatePaymentSession: {}\nbuyer: {action: pay}\nnotifyPayment: {drop: true}'
    load(own, "tale", text, "A")
    assert {
        "name": "tale",
        "description": "x",
        "endpoints": ["createPaymentSession"],
        "calls": ["createPaymentSession", "pay"],
        "buyer": ["pay"],
        "notifications": ["notifyPayment"],
        "match": ["a.b"],
        "file": None,
        "clientId": "A",
    } == loaded(own)[0]


def test_a_client_id_sees_its_own_scenarios_in_place_of_others(own: Live) -> None:
    """Without a client id all scenarios and all that are set are listed."""
    load(own, "mine", "createPaymentSession: {}", "A")
    load(own, "slow", "createPaymentSession: {}", "A")
    load(own, "ours", "createPaymentSession: {}")
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
        filed = [each["name"] for each in found["scenarios"] if each["file"]]
        assert (query != "?clientId=A") == ("slow" in filed)


# --- set --------------------------------------------------------------------------------------------------------------


def test_a_scenario_is_set_for_a_client_id_until_it_is_cleared(gateway: Live, client_id: str) -> None:
    """The client id of a DELETE is in its body or in its query."""
    chosen = {"clientId": client_id, "scenario": "risk-reject"}
    for query, body in ((f"?clientId={client_id}", None), ("", {"clientId": client_id})):
        assert chosen == gateway.admin("PUT", "/scenario", chosen).body
        assert {**chosen, "times": None} in gateway.admin("GET", "/scenarios").body["chosen"]
        assert ["RISK_REJECT"] * 2 == [gateway.create(client_id=client_id).code for _ in range(2)]
        assert "SUCCESS" == gateway.create(client_id=f"{client_id}-other").code
        assert 200 == gateway.admin("DELETE", f"/scenario{query}", body).status
        assert "SUCCESS" == gateway.create(client_id=client_id).code


def test_a_scenario_is_set_for_the_next_calls(gateway: Live, client_id: str) -> None:
    """``times`` counts them; 2.0 is 2 in JSON."""
    body = {"clientId": client_id, "scenario": "risk-reject", "times": 2.0}
    assert b'"times": 2\n' in gateway.admin("PUT", "/scenario", body).raw
    first = gateway.create(client_id=client_id)
    assert gateway.entry(first)["reason"].endswith(", 1 more calls")
    codes = [first.code, *(gateway.create(client_id=client_id).code for _ in range(2))]
    assert ["RISK_REJECT", "RISK_REJECT", "SUCCESS"] == codes
    assert client_id not in [each["clientId"] for each in gateway.admin("GET", "/scenarios").body["chosen"]]


def test_a_scenario_that_is_set_for_all_comes_after_a_client_ids_own(own: Live) -> None:
    """A DELETE without a client id clears both."""
    own.admin("PUT", "/scenario", {"scenario": "risk-reject"})
    own.admin("PUT", "/scenario", {"clientId": "B", "scenario": "process-fail"})
    assert ["RISK_REJECT", "PROCESS_FAIL"] == [own.create(client_id=name).code for name in ("A", "B")]
    own.admin("DELETE", "/scenario")
    assert ["SUCCESS", "SUCCESS"] == [own.create(client_id=name).code for name in ("A", "B")]


def test_an_unknown_scenario_is_not_set(gateway: Live, client_id: str) -> None:
    """The problem has the closest name and all known names."""
    found = problem(gateway.admin("PUT", "/scenario", {"clientId": client_id, "scenario": "risk-rejected"}))
    assert (400, True, True) == (found["status"], "mean risk-reject?" in found["detail"], "success" in found["known"])
    assert "SUCCESS" == gateway.create(client_id=client_id).code


# --- loaded -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media", "text", "query"),
    [
        (YAML, REFUSED, "?name=tale&clientId=A"),
        ("Text/X-YAML; charset=utf-8", f"name: tale\nclientId: A\n{REFUSED}", ""),
        (
            "application/json",
            '{"name": "tale", "description": "x", "createPaymentSession": {"result": "RISK_REJECT"}}',
            "?clientId=A",
        ),
    ],
)
def test_a_scenario_is_loaded_as_yaml_or_json(own: Live, media: str, text: str, query: str) -> None:
    """Its name and client id are in the query or in the body; it plays for that client id only."""
    answer = post(own, text, query, media)
    assert (200, "tale", "A") == (answer.status, answer.body["name"], answer.body["clientId"])
    assert "RISK_REJECT" == own.create(client_id="A", extra={"mock-scenario": "tale"}).code
    assert 400 == own.create(client_id="B", extra={"mock-scenario": "tale"}).status
    assert [200, 400] == [
        own.admin("PUT", "/scenario", {"scenario": "tale", **owner}).status for owner in ({"clientId": "A"}, {})
    ]


@pytest.mark.parametrize(("body", "left"), [(None, []), ({"clientId": "A"}, [None, "B"])])
def test_loaded_scenarios_replace_others_until_a_reset(
    own: Live, body: dict[str, str] | None, left: list[str | None]
) -> None:
    """For a client id or for all, the default scenario too; a client id's own goes first."""
    post(own, REFUSED, "?name=success")
    for name in ("A", "B"):
        post(own, REFUSED.replace("RISK_REJECT", "PROCESS_FAIL"), f"?name=success&clientId={name}")
    assert ["PROCESS_FAIL", "RISK_REJECT"] == [own.create(client_id=name).code for name in ("A", "C")]
    own.admin("POST", "/reset", body)
    assert left == [each["clientId"] for each in loaded(own)]


def test_reading_a_scenario_does_not_block_calls(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read in the background worker."""
    come, go_on = threading.Event(), threading.Event()

    def slow(*of: Any, **how: Any) -> Any:
        come.set()
        assert go_on.wait(60)
        return read_upload(*of, **how)

    monkeypatch.setattr(scenarios, "read_upload", slow)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(post, own, REFUSED, "?name=success")
        assert come.wait(60)
        before = own.create().code
        go_on.set()
        assert (200, "SUCCESS", "RISK_REJECT") == (answer.result(60).status, before, own.create().code)


JSON = "application/json"


@pytest.mark.parametrize(
    ("media", "text", "faults"),
    [
        (YAML, "description: x\n\ncreatePaymentSession:\n  dely: 3s\n", ["body:4: createPaymentSession.dely"]),
        (YAML, "description: x\ncreatePaymentSession:\n- result: NOPE\n- delay: -1s\n", ["body:3: ", "body:4: "]),
        (YAML, "description: x\n\tcreatePaymentSession: {}\n", ["body:2: not YAML"]),
        (YAML, "description: x\nname: 5\n", ["body:2: name: expected a JSON string"]),
        (JSON, '{"description": "x",\n"createPaymentSession": {\n"result": 5}}', ["body:3: "]),
        (JSON, '{"description": "x",\n"createPaymentSession": {}', ["body:2: not JSON"]),
        (JSON, "[" * 100_000, ["body: nested more than 16 levels"]),
    ],
)
def test_an_invalid_scenario_is_not_loaded(
    gateway: Live, client_id: str, media: str, text: str, faults: list[str]
) -> None:
    """The problem lists every fault with its line."""
    found = problem(post(gateway, text, f"?name=tale&clientId={client_id}", media))
    assert (400, "Bad scenario", "; ".join(found["faults"])) == (found["status"], found["title"], found["detail"])
    assert (len(faults), []) == (len(found["faults"]), loaded(gateway, f"?clientId={client_id}"))
    for fault, start in zip(found["faults"], faults, strict=True):
        assert fault.startswith(start), fault


@pytest.mark.parametrize(
    ("query", "text", "status", "word"),
    [
        ("", REFUSED, 400, "name: missing"),
        ("?name=a", f"name: b\n{REFUSED}", 400, "name: expected the same in query and body"),
        ("?name=a&clientId=A", f"clientId: B\n{REFUSED}", 400, "clientId: expected the same in query and body"),
        ("?name=a", f"clientId: A B\n{REFUSED}", 400, "clientId: expected a client id"),
        ("?name=a&clientId=A%20B", REFUSED, 400, "clientId: expected a client id"),
        ("?name=", REFUSED, 400, "name: expected a scenario's name, got nothing"),
        ("?name=x%0d%0aevil:1", REFUSED, 400, "a scenario's name is 1 to 60 letters"),
        ("?name=a--b", REFUSED, 400, "a scenario's name is 1 to 60 letters"),
        ("?name=tale", b"description: \xff", 400, "UTF-8"),
        ("?name=tale", REFUSED + "#" * 262_144, 413, "at most 262144 bytes"),
    ],
)
def test_a_scenario_needs_one_valid_name(gateway: Live, query: str, text: str | bytes, status: int, word: str) -> None:
    """And at most one client id; its body is UTF-8 and limited."""
    found = problem(post(gateway, text, query))
    assert (status, True) == (found["status"], word in found["detail"]), found


@pytest.mark.parametrize("media", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_other_media_types_are_refused(gateway: Live, media: str) -> None:
    """A scenario must be declared as JSON or YAML."""
    found = problem(post(gateway, REFUSED, "?name=never", media))
    assert (415, True) == (found["status"], "expected application/json, application/yaml" in found["detail"])


def test_a_template_loads_all_its_scenarios(own: Live) -> None:
    """For the client id of the upload."""
    text = "each: {code: [RISK_REJECT, DO_NOT_HONOR]}\ndescription: x.\npay: {result: '${each.code}'}\n"
    names = ["mine-risk-reject", "mine-do-not-honor"]
    created = post(own, text, "?name=mine&clientId=A").body["scenarios"]
    assert [(name, "A", None) for name in names] == [(each["name"], each["clientId"], each["file"]) for each in created]
    assert sorted(names) == [each["name"] for each in loaded(own, "?clientId=A")]
    faulty = problem(post(own, text.replace("pay", "\npya"), "?name=mine"))
    assert ["body:4: pya"] == [fault.rpartition(": ")[0] for fault in faulty["faults"]]


def test_a_scenario_that_is_loaded_again_starts_with_its_first_step(own: Live) -> None:
    """For the client id that it is loaded for."""
    scenario = {"description": "x", "createPaymentSession": [{"result": "RISK_REJECT"}, {}]}

    def next_step(client_id: str) -> str:
        return own.create(sample("tale--1"), client_id=client_id).code

    for name in ("A", "B"):
        own.admin("POST", f"/scenarios?name=tale&clientId={name}", scenario)
    assert ["RISK_REJECT", "SUCCESS"] * 2 == [next_step(name) for name in ("A", "B") for _ in range(2)]
    own.admin("POST", "/scenarios?name=tale&clientId=A", scenario)
    assert ["RISK_REJECT", "SUCCESS"] == [next_step(name) for name in ("A", "B")]

"""Admin calls about scenarios: which there are, which are loaded, which is chosen."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.scenarios.upload import read_upload
from mock_alipay.web.admin import scenarios
from mock_alipay.web.admin.scenarios import scenario_view
from tests.calls import with_scenario
from tests.live import Live, sample
from tests.scenarios.loading import VOCABULARY
from tests.web.asking import REFUSED, YAML, load, post, problem

# --- which there are --------------------------------------------------------------------------------------------------


def test_scenarios(gateway: Live, client_id: str) -> None:
    """Every scenario is listed with what it is about and what it claims; the default is named."""
    found = gateway.admin("GET", f"/scenarios?clientId={client_id}").body
    by_name = {scenario["name"]: scenario for scenario in found["scenarios"]}
    assert ("success", sorted(by_name)) == (found["default"], list(by_name))
    scenario = by_name["risk-reject"]
    assert (["createPaymentSession", "pay"], ["paymentAmount.value"]) == (scenario["endpoints"], scenario["match"])
    assert "Risk control" in scenario["description"]
    assert scenario["file"].endswith("risk-reject.yaml")


def test_scenarios_as_a_client_sees_them(own: Live) -> None:
    """One client id's scenarios are those of all, with its own in place of theirs; without it, all there are."""
    load(own, "mine", "createPaymentSession: {}", "A")
    load(own, "slow", "createPaymentSession: {}", "A")
    load(own, "ours", "createPaymentSession: {}")
    own.admin("PUT", "/scenario", {"scenario": "ours"})
    own.admin("PUT", "/scenario", {"scenario": "mine", "clientId": "A", "times": 2})
    shipped = {scenario["name"] for scenario in own.admin("GET", "/scenarios").body["scenarios"] if scenario["file"]}
    for query, loaded, chosen in (
        ("", [("ours", None), ("mine", "A"), ("slow", "A")], [("ours", None, None), ("mine", "A", 2)]),
        ("?clientId=A", [("mine", "A"), ("ours", None), ("slow", "A")], [("ours", None, None), ("mine", "A", 2)]),
        ("?clientId=B", [("ours", None)], [("ours", None, None)]),
    ):
        found = own.admin("GET", f"/scenarios{query}").body
        at_run_time = [scenario for scenario in found["scenarios"] if scenario["file"] is None]
        assert loaded == [(scenario["name"], scenario["clientId"]) for scenario in at_run_time]
        assert chosen == [(one["scenario"], one["clientId"], one["times"]) for one in found["chosen"]]
        filed = {scenario["name"] for scenario in found["scenarios"] if scenario["file"]}
        assert (shipped - {"slow"} if query == "?clientId=A" else shipped) == filed


def test_scenario_view(tmp_path: Path) -> None:
    """A scenario of a file names the file, one that was loaded whom it is for."""
    text = 'match: {body: {a.b: "1"}}\ncreatePaymentSession: {}\nbuyer: {action: pay}\nnotifyPayment: {drop: true}'
    scenario = with_scenario(tmp_path, text).selector.registry.filed["tale"]
    common = {
        "name": "tale",
        "description": "A test.",
        "endpoints": ["createPaymentSession"],
        "calls": ["createPaymentSession", "pay"],
        "buyer": ["pay"],
        "notifications": ["notifyPayment"],
        "match": ["a.b"],
    }
    filed = {**common, "file": str(tmp_path / "tale.yaml"), "clientId": None}
    assert filed == scenario_view(scenario, VOCABULARY.spoken, loaded=False, client_id=None)
    assert {**common, "file": None, "clientId": "A"} == scenario_view(
        scenario, VOCABULARY.spoken, loaded=True, client_id="A"
    )


# --- choices ----------------------------------------------------------------------------------------------------------


def test_choose_a_scenario(gateway: Live, client_id: str) -> None:
    """A chosen scenario plays for that client id until it is taken back, and is listed meanwhile."""
    chosen = {"clientId": client_id, "scenario": "risk-reject"}
    assert chosen == gateway.admin("PUT", "/scenario", chosen).body
    assert {**chosen, "times": None} in gateway.admin("GET", "/scenarios").body["chosen"]
    assert ["RISK_REJECT"] * 3 == [gateway.create(client_id=client_id).code for _ in range(3)]
    assert "SUCCESS" == gateway.create(client_id=f"{client_id}-other").code
    assert 200 == gateway.admin("DELETE", "/scenario", {"clientId": client_id}).status
    assert "SUCCESS" == gateway.create(client_id=client_id).code


@pytest.mark.parametrize("times", [1, 2])
def test_choose_for_some_calls(gateway: Live, client_id: str, times: int) -> None:
    """With ``times`` it plays for so many calls, no more."""
    chosen = {"clientId": client_id, "scenario": "risk-reject", "times": times}
    gateway.admin("PUT", "/scenario", chosen)
    assert chosen in gateway.admin("GET", "/scenarios").body["chosen"]
    codes = [gateway.create(client_id=client_id).code for _ in range(times + 2)]
    assert ["RISK_REJECT"] * times + ["SUCCESS", "SUCCESS"] == codes
    assert client_id not in [entry["clientId"] for entry in gateway.admin("GET", "/scenarios").body["chosen"]]


def test_choose_for_all(own: Live) -> None:
    """Without a client id it plays for everyone; a client's own choice goes before; ``DELETE`` clears all."""
    own.admin("PUT", "/scenario", {"scenario": "risk-reject"})
    own.admin("PUT", "/scenario", {"clientId": "B", "scenario": "process-fail"})
    assert ["RISK_REJECT", "PROCESS_FAIL"] == [own.create(client_id=name).code for name in ("A", "B")]
    own.admin("DELETE", "/scenario")
    assert ["SUCCESS", "SUCCESS"] == [own.create(client_id=name).code for name in ("A", "B")]


def test_clear_by_query(gateway: Live, client_id: str) -> None:
    """As many clients send no body with a ``DELETE``, the client id may stand in the query."""
    gateway.admin("PUT", "/scenario", {"clientId": client_id, "scenario": "risk-reject"})
    gateway.admin("DELETE", f"/scenario?clientId={client_id}")
    assert "SUCCESS" == gateway.create(client_id=client_id).code


def test_choose_an_unknown_scenario(gateway: Live, client_id: str) -> None:
    """A name that does not exist is refused with the nearest and all known names; nothing changes."""
    found = problem(gateway.admin("PUT", "/scenario", {"clientId": client_id, "scenario": "risk-rejected"}))
    assert (400, True) == (found["status"], "did you mean risk-reject?" in found["detail"])
    assert "success" in found["known"]
    assert "SUCCESS" == gateway.create(client_id=client_id).code


def test_a_whole_number_may_be_written_with_a_point(gateway: Live, client_id: str) -> None:
    """2.0 is 2 to JSON."""
    chosen = gateway.admin("PUT", "/scenario", {"clientId": client_id, "scenario": "risk-reject", "times": 2.0})
    assert b'"times": 2\n' in chosen.raw
    assert "set for client id" in (reason := gateway.entry(gateway.create(client_id=client_id))["reason"])
    assert reason.endswith(", 1 more calls")


# --- scenarios that are loaded ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", [YAML, "application/x-yaml", "text/yaml", "Text/X-YAML; charset=utf-8"])
def test_load_yaml(gateway: Live, client_id: str, media: str) -> None:
    """A scenario may be YAML as in a file; its name and client id are parameters."""
    found = post(gateway, REFUSED, f"?name=tale&clientId={client_id}", media)
    assert {
        "name": "tale",
        "description": "No.",
        "endpoints": ["createPaymentSession"],
        "calls": ["createPaymentSession"],
        "buyer": [],
        "notifications": [],
        "match": [],
        "file": None,
        "clientId": client_id,
    } == found.body
    answer = gateway.create(client_id=client_id, extra={"mock-scenario": "tale"})
    assert ("RISK_REJECT", "tale") == (answer.code, answer.headers["mock-scenario"])


def test_load_json(gateway: Live, client_id: str) -> None:
    """It may be JSON; name and client id may stand in it, tabs and escapes too."""
    own = f'"name": "t\\u0061le", "clientId": "{client_id}"'
    text = f'\t{{{own},\n"description": "x",\r\n"createPaymentSession":\t[{{}}]}}'
    found = post(gateway, text, media="application/json; charset=utf-8")
    assert (200, "tale", client_id) == (found.status, found.body.get("name"), found.body.get("clientId"))
    assert "tale" == gateway.create(sample("tale--1"), client_id=client_id).headers["mock-scenario"]


def test_loaded_for_one_client(own: Live) -> None:
    """What one client id loaded nobody else sees, not even when it has the name of a scenario of all."""
    post(own, REFUSED, "?name=tale&clientId=A")
    post(own, REFUSED.replace("RISK_REJECT", "PROCESS_FAIL"), "?name=risk-reject&clientId=A")
    codes = {
        name: [own.create(client_id=name, extra={"mock-scenario": scenario}) for scenario in ("tale", "risk-reject")]
        for name in ("A", "B")
    }
    assert ["RISK_REJECT", "PROCESS_FAIL"] == [answer.code for answer in codes["A"]]
    assert (400, "RISK_REJECT") == (codes["B"][0].status, codes["B"][1].code)
    assert 400 == own.admin("PUT", "/scenario", {"scenario": "tale", "clientId": "B"}).status
    assert 400 == own.admin("PUT", "/scenario", {"scenario": "tale"}).status
    assert 200 == own.admin("PUT", "/scenario", {"scenario": "tale", "clientId": "A"}).status


def test_loaded_for_all(own: Live) -> None:
    """Without a client id it is everyone's, the default too; a client's own goes before it."""
    post(own, REFUSED, "?name=success")
    post(own, REFUSED.replace("RISK_REJECT", "PROCESS_FAIL"), "?name=success&clientId=A")
    assert ["PROCESS_FAIL", "RISK_REJECT"] == [own.create(client_id=name).code for name in ("A", "B")]


@pytest.mark.parametrize("body", [None, {"clientId": "A"}])
def test_loaded_until_reset(own: Live, body: dict[str, str] | None) -> None:
    """A reset takes them away, of the one client id or all of them."""
    for query in ("", "&clientId=A", "&clientId=B"):
        post(own, REFUSED, f"?name=tale{query}")
    own.admin("POST", "/reset", body)
    left = [
        scenario["clientId"] for scenario in own.admin("GET", "/scenarios").body["scenarios"] if not scenario["file"]
    ]
    assert ([] if body is None else [None, "B"]) == left


def test_a_scenario_is_read_aside(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes to read one, merchants are answered meanwhile."""
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


@pytest.mark.parametrize("media", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_load_of_another_type(gateway: Live, media: str) -> None:
    """What is neither JSON nor YAML by its type is not looked at."""
    found = problem(post(gateway, REFUSED, "?name=never", media))
    assert (415, True) == (found["status"], "expected application/json, application/yaml" in found["detail"])


SCENARIO_FAULTS = [
    (YAML, "description: x\n\ncreatePaymentSession:\n  dely: 3s\n", ["body:4: createPaymentSession.dely", "delay?"]),
    (YAML, "description: x\ncreatePaymentSession:\n- result: NOPE\n- delay: -1s\n", ["body:3: ", "body:4: "]),
    (YAML, "description: x\n\tcreatePaymentSession: {}\n", ["body:2: not YAML"]),
    (YAML, "description: x\nname: 5\n", ["body:2: name: expected a JSON string"]),
    (
        "application/json",
        '{"description": "x",\n"createPaymentSession": {\n"result": 5}}',
        ["body:3: ", "the number 5"],
    ),
    ("application/json", '{"description": "x",\n"createPaymentSession": {}', ["body:2: not JSON"]),
    ("application/json", "[" * 100_000, ["nested more than 16 levels deep"]),
]


@pytest.mark.parametrize(("media", "text", "words"), SCENARIO_FAULTS)
def test_faulty_scenarios(own_quiet: Live, media: str, text: str, words: list[str]) -> None:
    """Everything wrong with a scenario is told with the line where it stands, and nothing is loaded."""
    found = problem(post(own_quiet, text, "?name=tale", media))
    assert (400, "Bad scenario", "; ".join(found["faults"])) == (found["status"], found["title"], found["detail"])
    for word in words:
        assert word in found["detail"]
    assert all(scenario["file"] for scenario in own_quiet.admin("GET", "/scenarios").body["scenarios"])


def test_scenarios_that_are_no_text(own_quiet: Live) -> None:
    """A body that is not UTF-8 is told so."""
    assert "UTF-8" in problem(post(own_quiet, b"description: \xff", "?name=tale"))["detail"]


@pytest.mark.parametrize("name", ["x%0d%0aevil:1", "a--b"])
def test_names_that_no_file_could_have(own_quiet: Live, name: str) -> None:
    """A name ends up in a header and in paymentRequestIds: it is made of plain characters."""
    found = problem(post(own_quiet, REFUSED, f"?name={name}"))
    assert (400, True) == (found["status"], "a scenario's name is 1 to 60 letters" in found["detail"])


@pytest.mark.parametrize(
    ("query", "keys_", "words"),
    [
        ("", "", "a scenario needs a name"),
        ("?name=a", "name: b\n", "name is a in the query and b in the body"),
        ("?name=a&clientId=A", "clientId: B\n", "clientId is A in the query and B in the body"),
        ("?name=a", "clientId: A B\n", "clientId: expected a client id"),
        ("?name=a&clientId=A%20B", "", "clientId: expected a client id"),
        ("?name=", "", "name: expected a scenario's name, got nothing"),
    ],
)
def test_whose_scenario(own_quiet: Live, query: str, keys_: str, words: str) -> None:
    """A scenario needs a name; name and client id are not told twice in different words, nor in impossible ones."""
    found = problem(post(own_quiet, keys_ + REFUSED, query))
    assert (400, True) == (found["status"], words in found["detail"])


def test_ties(own: Live) -> None:
    """Of scenarios that fit equally well a client's own goes first, then the one loaded last; the journal names all."""
    match = 'match: {body: {paymentAmount.value: "11"}}\n'
    for query in ("?name=one&clientId=A", "?name=two&clientId=A", "?name=three", "?name=four"):
        assert 200 == post(own, REFUSED + match, query).status
    names = [scenario["name"] for scenario in own.admin("GET", "/scenarios").body["scenarios"] if not scenario["file"]]
    assert ["four", "three", "one", "two"] == names
    body = sample(paymentAmount={"currency": "SGD", "value": "11"})
    played = [own.create(body, client_id=name).headers["mock-scenario"] for name in ("B", "A")]
    assert ["four", "two"] == played
    reason = own.admin("GET", "/calls?limit=1").body["calls"][0]["reason"]
    assert reason.endswith("loaded earlier: one, four, three, risk-reject")


def test_templates(own: Live) -> None:
    """All its scenarios are loaded, told and listed, for whom they were loaded; a misspelt name is told of them."""
    text = "each: {code: [RISK_REJECT, DO_NOT_HONOR]}\ndescription: x.\npay: {result: '${each.code}'}\n"
    found = post(own, text, "?name=mine&clientId=A").body["scenarios"]
    names = ["mine-risk-reject", "mine-do-not-honor"]
    assert [(name, "A", None) for name in names] == [(one["name"], one["clientId"], one["file"]) for one in found]
    listed = own.admin("GET", "/scenarios?clientId=A").body["scenarios"]
    assert sorted(names) == [one["name"] for one in listed if one["file"] is None]
    told = problem(own.admin("PUT", "/scenario", {"scenario": "mine-risk-rejct", "clientId": "A"}))
    assert "did you mean mine-risk-reject?" in told["detail"]
    faulty = problem(post(own, text.replace("pay", "\npya"), "?name=mine"))
    assert (400, ["body:4: pya"]) == (faulty["status"], [fault.rpartition(": ")[0] for fault in faulty["faults"]])


def test_loaded_anew_a_scenario_begins_anew(own: Live) -> None:
    """Its steps count from the first again, for those alone who see it."""
    scenario = {"description": "x", "createPaymentSession": [{"result": "RISK_REJECT"}, {}]}

    def next_step(client_id: str) -> str:
        return own.create(sample("tale--1"), client_id=client_id).code

    for name in ("A", "B"):
        own.admin("POST", f"/scenarios?name=tale&clientId={name}", scenario)
    assert ["RISK_REJECT", "SUCCESS"] * 2 == [next_step(name) for name in ("A", "B") for _ in range(2)]
    own.admin("POST", "/scenarios?name=tale&clientId=A", scenario)
    assert ["RISK_REJECT", "SUCCESS"] == [next_step(name) for name in ("A", "B")]


def test_large_scenarios(own_quiet: Live) -> None:
    """A body beyond the limit is refused, whatever it is."""
    assert 413 == problem(post(own_quiet, REFUSED + "#" * 262_144, "?name=tale"))["status"]

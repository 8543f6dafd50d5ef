"""Admin calls that move: choices, scenarios, the clock, merchants, reset."""

from __future__ import annotations

import base64
import itertools
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.scenarios.upload import read_posted
from mock_alipay.signing import keys
from mock_alipay.web.admin import scenarios
from tests.live import SANDBOX_PATH, Answer, Live, live, sample, signed_headers
from tests.shop import ACKNOWLEDGED, FAULTY, HANGS, Shop, open_shop
from tests.web.asking import CARD, HELD, WALLET, Listener, Till, problem

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


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


def test_choose_again(gateway: Live, client_id: str) -> None:
    """The latest choice replaces the one before, its count too."""
    gateway.admin("PUT", "/scenario", {"clientId": client_id, "scenario": "risk-reject", "times": 1})
    gateway.admin("PUT", "/scenario", {"clientId": client_id, "scenario": "process-fail"})
    assert ["PROCESS_FAIL"] * 2 == [gateway.create(client_id=client_id).code for _ in range(2)]


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

YAML = "application/yaml"
REFUSED = "description: No.\ncreatePaymentSession:\n  result: RISK_REJECT\n"


def post(live: Live, text: str | bytes, query: str = "", media: str = YAML) -> Answer:
    """POST a scenario."""
    raw = text if isinstance(text, bytes) else text.encode()
    return live.request("POST", f"/__admin/scenarios{query}", raw, {"content-type": media} if media else {})


@pytest.mark.parametrize("media", [YAML, "application/x-yaml", "text/yaml", "Text/X-YAML; charset=utf-8"])
def test_load_yaml(gateway: Live, client_id: str, media: str) -> None:
    """A story may be YAML as in a file; its name and client id are parameters."""
    found = post(gateway, REFUSED, f"?name=tale&clientId={client_id}", media)
    assert {
        "name": "tale",
        "description": "No.",
        "endpoints": ["createPaymentSession"],
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
    """What one client id loaded nobody else sees, not even when it has the name of a story of all."""
    post(own, REFUSED, "?name=tale&clientId=A")
    post(own, REFUSED.replace("RISK_REJECT", "PROCESS_FAIL"), "?name=risk-reject&clientId=A")
    codes = {
        name: [own.create(client_id=name, extra={"mock-scenario": story}) for story in ("tale", "risk-reject")]
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


def test_loaded_again(gateway: Live, client_id: str) -> None:
    """The latest story of a name plays."""
    for code in ("RISK_REJECT", "PROCESS_FAIL"):
        post(gateway, REFUSED.replace("RISK_REJECT", code), f"?name=tale&clientId={client_id}")
        assert code == gateway.create(client_id=client_id, extra={"mock-scenario": "tale"}).code


def test_loaded_stories_claim_calls(gateway: Live, client_id: str) -> None:
    """Its match claims calls as that of a file's does."""
    match = 'match: {body: {paymentAmount.value: "4711"}}\n'
    assert ["paymentAmount.value"] == post(gateway, REFUSED + match, f"?name=tale&clientId={client_id}").body["match"]
    bodies = [sample(paymentAmount={"currency": "SGD", "value": value}) for value in ("4711", "4712")]
    assert ["RISK_REJECT", "SUCCESS"] == [gateway.create(body, client_id=client_id).code for body in bodies]


@pytest.mark.parametrize("body", [None, {"clientId": "A"}])
def test_loaded_until_reset(own: Live, body: dict[str, str] | None) -> None:
    """A reset takes them away, of the one client id or all of them."""
    for query in ("", "&clientId=A", "&clientId=B"):
        post(own, REFUSED, f"?name=tale{query}")
    own.admin("POST", "/reset", body)
    left = [story["clientId"] for story in own.admin("GET", "/scenarios").body["scenarios"] if not story["file"]]
    assert ([] if body is None else [None, "B"]) == left


def test_a_story_is_read_aside(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes to read one, merchants are answered meanwhile."""
    come, go_on = threading.Event(), threading.Event()

    def slow(*of: Any, **how: Any) -> Any:
        come.set()
        assert go_on.wait(10)
        return read_posted(*of, **how)

    monkeypatch.setattr(scenarios, "read_posted", slow)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(post, own, REFUSED, "?name=success")
        assert come.wait(10)
        before = own.create().code
        go_on.set()
        assert (200, "SUCCESS", "RISK_REJECT") == (answer.result(10).status, before, own.create().code)


@pytest.mark.parametrize("media", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_load_of_another_type(gateway: Live, media: str) -> None:
    """What is neither JSON nor YAML by its type is not looked at."""
    found = problem(post(gateway, REFUSED, "?name=never", media))
    assert (415, True) == (found["status"], "expected application/json, application/yaml" in found["detail"])


STORY_FAULTS = [
    (YAML, "description: x\n\ncreatePaymentSession:\n  dely: 3s\n", ["body:4: createPaymentSession.dely", "delay?"]),
    (YAML, "description: x\ncreatePaymentSesion: {}\n", ["body:2: createPaymentSesion", "createPaymentSession"]),
    (YAML, "description: x\ncreatePaymentSession:\n- result: NOPE\n- delay: -1s\n", ["body:3: ", "body:4: "]),
    (YAML, "description: x\n\tcreatePaymentSession: {}\n", ["body:2: not YAML"]),
    (YAML, "description: x\ndescription: y\n", ["body:2: description is given twice"]),
    (YAML, "- description: x\n", ["body:1: expected the keys of a scenario"]),
    (YAML, "", ["body:1: "]),
    (YAML, "description: x\nname: 5\n", ["body:2: name: expected a JSON string"]),
    (YAML, "description: x\nclientId: ''\n", ["body:2: clientId: expected a client id"]),
    (YAML, "description: x\ncreatePaymentSession: {set: {a: '${nothing}'}}", ["body:2: ", "nothing"]),
    (
        "application/json",
        '{"description": "x",\n"createPaymentSession": {\n"result": 5}}',
        ["body:3: ", "the number 5"],
    ),
    ("application/json", '{"description": "x",\n"createPaymentSession": {}', ["body:2: not JSON"]),
    ("application/json", "description: x", ["body:1: not JSON"]),
    ("application/json", '{"description": "x", "description": "y"}', ["description is given twice"]),
    ("application/json", '{"description": NaN}', ["not JSON"]),
    ("application/json", "[" * 100_000, ["nested more than 16 levels deep"]),
    ("application/json", "[]", ["expected the keys of a scenario"]),
    (YAML, "[" * 1000, ["nested"]),
]


@pytest.mark.parametrize(("media", "text", "words"), STORY_FAULTS)
def test_faulty_stories(own_quiet: Live, media: str, text: str, words: list[str]) -> None:
    """Everything wrong with a story is told with the line where it stands, and nothing is loaded."""
    found = problem(post(own_quiet, text, "?name=tale", media))
    assert (400, "Bad scenario", "; ".join(found["faults"])) == (found["status"], found["title"], found["detail"])
    for word in words:
        assert word in found["detail"]
    assert all(story["file"] for story in own_quiet.admin("GET", "/scenarios").body["scenarios"])


def test_stories_that_are_no_text(own_quiet: Live) -> None:
    """A body that is not UTF-8 is told so."""
    assert "UTF-8" in problem(post(own_quiet, b"description: \xff", "?name=tale"))["detail"]


@pytest.mark.parametrize("name", ["a%20b", "x%0d%0aevil:1", "a--b", "..", "%C3%BC", "x" * 61, "a%2Fb"])
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
def test_whose_story(own_quiet: Live, query: str, keys_: str, words: str) -> None:
    """A story needs a name; name and client id are not told twice in different words, nor in impossible ones."""
    found = problem(post(own_quiet, keys_ + REFUSED, query))
    assert (400, True) == (found["status"], words in found["detail"])


def test_ties(own: Live) -> None:
    """Of stories for the same client id, or for all, one that claims the very calls of another is refused.

    Between them there is no tie: a client's own goes first, and what is loaded before files.
    """
    match = 'match: {body: {paymentAmount.value: "4711"}}\n'
    assert 200 == post(own, REFUSED + match, "?name=one&clientId=A").status
    assert 200 == post(own, REFUSED + match, "?name=two&clientId=B").status
    assert 200 == post(own, REFUSED + match, "?name=three").status
    for query in ("?name=four&clientId=A", "?name=five"):
        found = problem(post(own, REFUSED + match, query))
        assert (400, True) == (found["status"], "its match ties with that of" in found["detail"])
    names = [story["name"] for story in own.admin("GET", "/scenarios").body["scenarios"] if not story["file"]]
    assert ["three", "one", "two"] == names
    body = sample(paymentAmount={"currency": "SGD", "value": "4711"})
    played = [own.create(body, client_id=name).headers["mock-scenario"] for name in ("A", "B", "C")]
    assert ["one", "two", "three"] == played


def test_loaded_stories_go_before_files(own: Live) -> None:
    """Where a loaded story and a file's claim a call alike, the loaded one plays; more conditions still win."""
    amount = "paymentAmount.value: '11'"
    assert 200 == post(own, f"{REFUSED}match: {{body: {{{amount}}}}}\n", "?name=own&clientId=A").status
    more = f"match: {{body: {{{amount}, paymentAmount.currency: SGD}}}}\n"
    assert 200 == post(own, f"{REFUSED}{more}", "?name=nearer").status
    played = [
        own.create(sample(paymentAmount={"currency": currency, "value": "11"}), client_id=name).headers["mock-scenario"]
        for currency in ("USD", "SGD")
        for name in ("A", "B")
    ]
    assert ["own", "risk-reject", "nearer", "nearer"] == played


def test_loaded_anew_a_story_begins_anew(own: Live) -> None:
    """Its steps count from the first again, for those alone who see it."""
    story = {"description": "x", "createPaymentSession": [{"result": "RISK_REJECT"}, {}]}

    def next_step(client_id: str) -> str:
        return own.create(sample("tale--1"), client_id=client_id).code

    for name in ("A", "B"):
        own.admin("POST", f"/scenarios?name=tale&clientId={name}", story)
    assert ["RISK_REJECT", "SUCCESS"] * 2 == [next_step(name) for name in ("A", "B") for _ in range(2)]
    own.admin("POST", "/scenarios?name=tale&clientId=A", story)
    assert ["RISK_REJECT", "SUCCESS"] == [next_step(name) for name in ("A", "B")]


def test_large_stories(own_quiet: Live) -> None:
    """A body beyond the limit is refused, whatever it is."""
    assert 413 == problem(post(own_quiet, REFUSED + "#" * 262_144, "?name=tale"))["status"]


@pytest.fixture(scope="module")
def own_quiet() -> Iterator[Live]:
    """A gateway on which nothing is ever loaded."""
    with live() as running:
        yield running


# --- the clock --------------------------------------------------------------------------------------------------------


@pytest.fixture
def stopped() -> Iterator[tuple[Live, StoppedClock]]:
    """A gateway on a machine whose time stands at ``NOON`` until it is moved."""
    clock = StoppedClock(NOON)
    with live(clock=clock) as running:
        yield running, clock


def clock_of(live: Live, client_id: str | None = None) -> tuple[str, bool, str, bool]:
    """What a clock shows, whether it is frozen, how far ahead it is, whether it is the client's own."""
    found = live.admin("GET", "/clock" + (f"?clientId={client_id}" if client_id else "")).body
    assert client_id == found["clientId"]
    return found["now"], found["frozen"], found["ahead"], found["own"]


def test_the_clock_before_it_is_moved(stopped: tuple[Live, StoppedClock]) -> None:
    """It is the machine's."""
    expected = ("2026-11-22T12:00:00.000+00:00", False, "PT0S", False)
    assert expected == clock_of(stopped[0]) == clock_of(stopped[0], "A")


def test_advance(stopped: tuple[Live, StoppedClock]) -> None:
    """It goes on from where it was moved to; moves add up."""
    running, clock = stopped
    moved = running.admin("PUT", "/clock", {"advance": "PT59M"})
    assert {
        "clientId": None,
        "now": "2026-11-22T12:59:00.000+00:00",
        "frozen": False,
        "ahead": "PT59M",
        "own": False,
        "notificationsUnderWay": 0,
    } == moved.body
    running.admin("PUT", "/clock", {"advance": "1m30s"})
    clock.moment += timedelta(seconds=0.5)
    assert ("2026-11-22T13:00:30.500+00:00", False, "PT1H30S", False) == clock_of(running)


def test_freeze_and_run(stopped: tuple[Live, StoppedClock]) -> None:
    """Frozen it stands at a moment, in whatever offset that was told; then it runs on from there."""
    running, clock = stopped
    running.admin("PUT", "/clock", {"freeze": "2026-11-23T20:00:00+08:00"})
    clock.moment += timedelta(hours=1)
    assert ("2026-11-23T12:00:00.000+00:00", True, "PT23H", False) == clock_of(running)
    running.admin("PUT", "/clock", {"advance": "1h"})
    assert ("2026-11-23T13:00:00.000+00:00", True, "P1D", False) == clock_of(running)
    running.admin("PUT", "/clock", {"run": True})
    clock.moment += timedelta(hours=1)
    assert ("2026-11-23T14:00:00.000+00:00", False, "P1D", False) == clock_of(running)
    running.admin("PUT", "/clock", {"freeze": "2026-11-22T12:00:00Z"})
    assert ("2026-11-22T12:00:00.000+00:00", True, "-PT2H", False) == clock_of(running)


def test_freeze_now(stopped: tuple[Live, StoppedClock]) -> None:
    """It can be frozen where it stands, which need not be where the machine's does."""
    running, clock = stopped
    running.admin("PUT", "/clock", {"advance": "1h"})
    running.admin("PUT", "/clock", {"freeze": "now"})
    clock.moment += timedelta(minutes=1)
    assert ("2026-11-22T13:00:00.000+00:00", True, "PT59M", False) == clock_of(running)


def test_a_clients_own_clock(stopped: tuple[Live, StoppedClock]) -> None:
    """One client id's clock starts from that of all and then goes its own way, until it is reset."""
    running, _ = stopped
    running.admin("PUT", "/clock", {"advance": "1h"})
    assert "PT1H1M" == running.admin("PUT", "/clock", {"advance": "1m", "clientId": "A"}).body["ahead"]
    running.admin("PUT", "/clock", {"advance": "1h"})
    assert [("PT1H1M", True), ("PT2H", False), ("PT2H", False)] == [
        clock_of(running, name)[2:] for name in ("A", "B", None)
    ]
    running.admin("POST", "/reset", {"clientId": "A"})
    assert ("PT2H", False) == clock_of(running, "A")[2:]
    running.admin("PUT", "/clock", {"freeze": "now", "clientId": "A"})
    running.admin("POST", "/reset")
    expected = (False, "PT0S", False)
    assert [expected, expected] == [clock_of(running, name)[1:] for name in ("A", None)]


@pytest.mark.parametrize(
    ("body", "title", "words"),
    [
        ({}, "Bad body", "expected one of advance, freeze, run, got none of them"),
        (None, "Bad body", "got none of them"),
        ({"clientId": "A"}, "Bad body", "got none of them"),
        ({"advance": "1s", "run": True}, "Bad body", "got advance and run"),
        ({"advance": "1s", "freeze": "now", "run": True}, "Bad body", "got advance and freeze and run"),
        ({"run": False}, "Bad field", "run: expected true, got false"),
        ({"run": 1}, "Bad field", "run: expected true, got the number 1"),
        ({"advance": 5}, "Bad field", "advance: expected a JSON string"),
        ({"advance": "-1s"}, "Bad field", "advance: a clock is advanced forward only, not by -1s; freeze sets it back"),
        ({"advance": "-PT5M"}, "Bad field", "forward only, not by -PT5M"),
        ({"advance": "P1Y"}, "Bad field", "advance: 'P1Y' is no duration"),
        ({"advance": ""}, "Bad field", "advance: "),
        ({"freeze": "2026-11-22T12:00:00"}, "Bad field", "freeze: '2026-11-22T12:00:00' is no moment"),
        ({"freeze": "2026-11-22"}, "Bad field", "is no moment"),
        ({"freeze": "2026-02-30T00:00:00Z"}, "Bad field", "is no moment"),
        ({"freeze": "tomorrow"}, "Bad field", "write one with an offset"),
        ({"freeze": "0001-01-01T00:00:00+14:00"}, "Clock not moved", "from 2000-01-01 to 2100-01-01"),
        ({"freeze": "9999-12-31T23:59:59-14:00"}, "Clock not moved", "from 2000-01-01 to 2100-01-01"),
        (
            {"freeze": "1999-12-31T23:59:59Z"},
            "Clock not moved",
            "freeze: 1999-12-31T23:59:59Z: the clock can be set from 2000-01-01 to 2100-01-01",
        ),
        ({"freeze": "2100-01-01T00:00:01Z"}, "Clock not moved", "from 2000-01-01 to 2100-01-01"),
        ({"advance": "P30000D"}, "Clock not moved", "advance: P30000D: too long, at most "),
        ({"advance": "P999999W"}, "Clock not moved", "from 2000-01-01 to 2100-01-01"),
        ({"forward": "1s"}, "Unknown field", "allowed: clientId, advance, freeze, run"),
    ],
)
def test_moves_that_cannot_be(own_quiet: Live, body: dict[str, Any] | None, title: str, words: str) -> None:
    """One move at a time, of a known form and to a time within bounds; nothing else moves the clock."""
    for more in ({}, {"clientId": "A"}) if body else ({},):
        found = problem(own_quiet.admin("PUT", "/clock", body and {**body, **more}))
        assert (400, title, True) == (found["status"], found["title"], words in found["detail"]), found
    assert [("PT0S", False), ("PT0S", False)] == [clock_of(own_quiet, name)[2:] for name in (None, "A")]


def test_a_moved_clock_is_believed_at_once(stopped: tuple[Live, StoppedClock]) -> None:
    """Past its expiry a session is expired at once, and a repeat of its request opens another."""
    running, _ = stopped
    body = sample("p", paymentNotifyUrl=None)
    first = running.create(body, client_id="A").body
    running.admin("PUT", "/clock", {"clientId": "A", "advance": "59m59s"})
    assert "OPEN" == running.admin("GET", "/payments/p").body["sessionStatus"]
    assert first == running.create(body, client_id="A").body
    running.admin("PUT", "/clock", {"clientId": "A", "advance": "1s"})
    assert "EXPIRED" == running.admin("GET", "/payments/p").body["sessionStatus"]
    second = running.create(body, client_id="A").body
    assert first["paymentSessionId"] != second["paymentSessionId"]
    assert "2026-11-22T22:00:00+08:00" == second["paymentSessionExpiryTime"]
    assert "OPEN" == running.admin("GET", "/payments?clientId=A").body["payments"][0]["sessionStatus"]


def test_another_body_after_expiry(stopped: tuple[Live, StoppedClock]) -> None:
    """An id is free again once its session has expired by the clock of its client, and by no other's."""
    running, _ = stopped
    for name in ("A", "B"):
        running.create(sample("p", paymentNotifyUrl=None), client_id=name)
    running.admin("PUT", "/clock", {"clientId": "A", "advance": "61m"})
    other = sample("p", paymentRedirectUrl="https://another.example")
    codes = [running.create(other, client_id=name).code for name in ("A", "B")]
    assert ["SUCCESS", "REPEAT_REQ_INCONSISTENT"] == codes


def test_replies_carry_the_clients_time(stopped: tuple[Live, StoppedClock]) -> None:
    """The response-time header, the session's expiry and the journal's time follow the clock; ``received`` does not."""
    running, _ = stopped
    running.admin("PUT", "/clock", {"clientId": "A", "freeze": "2030-01-01T00:00:00Z"})
    answers = [running.create(client_id=name) for name in ("A", "B")]
    assert ["2030-01-01T08:00:00+08:00", "2026-11-22T20:00:00+08:00"] == [
        answer.headers["response-time"] for answer in answers
    ]
    assert ["2030-01-01T09:00:00+08:00", "2026-11-22T21:00:00+08:00"] == [
        answer.body["paymentSessionExpiryTime"] for answer in answers
    ]
    entries = [running.entry(answer) for answer in answers]
    assert ["2030-01-01T00:00:00.000+00:00", NOON.isoformat(timespec="milliseconds")] == [e["time"] for e in entries]
    assert {NOON.isoformat(timespec="milliseconds")} == {entry["timing"]["received"] for entry in entries}


def test_delays_are_real_time(gateway: Live, client_id: str) -> None:
    """A scripted delay takes as long as it says although the clock stands still."""
    gateway.admin("PUT", "/clock", {"clientId": client_id, "freeze": "now"})
    post(gateway, "description: x\ncreatePaymentSession: {delay: 120ms}\n", f"?name=tale&clientId={client_id}")
    before = time.monotonic()
    answer = gateway.create(client_id=client_id, extra={"mock-scenario": "tale"})
    assert 0.12 <= time.monotonic() - before
    assert 120 == gateway.entry(answer)["timing"]["delayMs"]


def test_what_falls_due_has_happened_when_the_answer_comes(own: Live) -> None:
    """Sessions that a moved clock takes past their expiry are told of, those of that clock alone."""
    for name in ("A", "B"):
        own.create(sample(f"p-{name}", paymentNotifyUrl=None), client_id=name)
    for body, expired in (({"clientId": "A", "advance": "1h"}, ["p-A"]), ({"advance": "2h"}, ["p-B"])):
        before = own.parts.events.since("")[1][-1].number
        own.admin("PUT", "/clock", body)
        events = [event for event in own.parts.events.since("")[1] if event.number > before]
        assert ["clock", "payment", "notification"] == [event.kind for event in events]
        assert expired * 2 == [event.subject.payment_request_id for event in events if event.kind != "clock"]


@pytest.mark.parametrize("whose", [{"clientId": "A"}, {}])
def test_a_clock_set_back(stopped: tuple[Live, StoppedClock], whose: dict[str, str]) -> None:
    """Sessions that had expired by it are open again and told of as such; once more it is past, they expire again."""
    running, _ = stopped
    running.admin("PUT", "/clock", {"clientId": "B", "advance": "1s"})
    for name in ("A", "B"):
        running.create(sample(f"p-{name}", paymentNotifyUrl=None), client_id=name)
    told = []
    with Listener(running, "?kind=payment") as listener:
        for move in ({"advance": "2h"}, {"freeze": "2026-11-22T12:30:00Z"}, {"run": True}, {"advance": "2h"}):
            running.admin("PUT", "/clock", {**whose, **move})
            told.append(running.admin("GET", "/payments/p-A").body["sessionStatus"])
        running.create(sample("last"), client_id="B")
        events = listener.take(4)
    assert ["EXPIRED", "OPEN", "OPEN", "EXPIRED"] == told
    # B's own clock was not moved, and so nothing of B's is told before its next payment.
    assert [("p-A", "EXPIRED"), ("p-A", "OPEN"), ("p-A", "EXPIRED"), ("last", "OPEN")] == [
        (data["paymentRequestId"], data["sessionStatus"]) for _, data in events
    ]


def test_what_a_clock_undoes_is_not_told_any_more(till: Till) -> None:
    """The expiry that a shop has not acknowledged is taken back with it; the next one is told of anew."""
    till.shop.says(till.path, FAULTY)
    till.open("p")
    begun = till.live.admin("GET", f"/payments/p?clientId={till.client_id}").body["created"]
    till.advance("61m")
    assert 200 == till.live.admin("PUT", "/clock", {"clientId": till.client_id, "freeze": begun}).status
    (undone,) = till.listed()
    why = "the clock was set back to before it happened"
    assert ("DROPPED", why, None) == (undone["status"], undone["problem"], undone["nextAttempt"])
    till.advance("61m")
    again, before = till.listed()
    assert (1, 1, before) == (len(before["attempts"]), len(again["attempts"]), undone)
    assert 2 == len(till.shop.got(till.path))


# --- buyers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "method", "expected"),
    [
        ("pay", WALLET, ("SUCCESS", "CLOSED", "SUCCESS", "SUCCESS")),
        ("pay", CARD, ("SUCCESS", "CLOSED", "SUCCESS", "SUCCESS")),
        ("decline", WALLET, ("FAIL", "CLOSED", "FAIL", "USER_BALANCE_NOT_ENOUGH")),
        ("pending", WALLET, ("PENDING", "CLOSED", "PENDING", "PAYMENT_IN_PROCESS")),
        ("challenge", CARD, ("PROCESSING", "CLOSED", "PROCESSING", "PAYMENT_IN_PROCESS")),
        ("leave", WALLET, ("OPEN", "OPEN", None, None)),
    ],
)
def test_the_buyer_acts(till: Till, action: str, method: dict[str, str], expected: tuple[str, ...]) -> None:
    """The answer is the payment as it stands then, which is what the merchant is told, too."""
    till.open("p", paymentMethod=method)
    found = till.act("p", action).body
    names = ("state", "sessionStatus", "paymentStatus", "paymentResultCode")
    assert expected == tuple(found[name] for name in names)
    assert found == till.live.admin("GET", f"/payments/p?clientId={till.client_id}").body
    inquired = till.call("inquiryPayment", paymentRequestId="p").body
    if action == "leave":
        assert None is found["paymentId"]
    else:
        assert (found["paymentId"], found["paymentStatus"]) == (inquired["paymentId"], inquired["paymentStatus"])


def test_the_buyer_of_a_held_payment(till: Till) -> None:
    """Paying by a card that the merchant captures by hand holds the money."""
    found = till.paid("p", paymentMethod=CARD, paymentFactor=HELD)
    assert ("AUTHORIZED", "SUCCESS", []) == (found["state"], found["paymentStatus"], found["transactions"])


def test_why_a_payment_is_declined(till: Till) -> None:
    """Any result code with status F can be the reason, and is what the merchant is told."""
    till.open("p")
    assert "DO_NOT_HONOR" == till.act("p", "decline", code="DO_NOT_HONOR").body["paymentResultCode"]
    assert "DO_NOT_HONOR" == till.told("p")[0]["request"]["result"]["resultCode"]


def test_step_by_step(till: Till) -> None:
    """After a challenge, or while the outcome is to come, the buyer can still pay; after that, nothing more.

    What is not possible is refused with what is.
    """
    till.open("p", paymentMethod=CARD)
    states = [till.act("p", action).body.get("state") for action in ("challenge", "leave", "pending")]
    assert ["PROCESSING", "PROCESSING", "PENDING"] == states
    found = problem(till.act("p", "challenge"))
    left = "challenge is not possible now; possible are pay, decline"
    assert (409, True) == (found["status"], left in found["detail"]), found["detail"]
    assert {"pay", "decline"} <= set(found["allowed"])
    assert "SUCCESS" == till.act("p").body["state"]
    for action in ("pay", "decline", "pending", "challenge", "leave"):
        found = problem(till.act("p", action))
        assert (409, "Not possible now", "SUCCESS", []) == (
            found["status"],
            found["title"],
            found["state"],
            found["allowed"],
        )
    assert (
        "the payment is SUCCESS, its result is SUCCESS: leave is not possible now; "
        "there is nothing left that a buyer could do" == found["detail"]
    )
    assert ["notifyCapture", "notifyPayment", "notifyPayment"] == [one["notification"] for one in till.told("p", 3)]


def test_too_late_by_the_clock(till: Till) -> None:
    """Nobody can pay in a session that has expired by its client's clock."""
    till.open("p", paymentNotifyUrl=None)
    till.advance("1h")
    found = problem(till.act("p"))
    assert (409, "EXPIRED") == (found["status"], found["state"])


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 400, "action: missing, it is required"),
        ({"action": "fly"}, 400, "action: expected one of pay, decline, leave, pending, challenge, got"),
        ({"action": "pay", "code": "DO_NOT_HONOR"}, 400, "code: only a decline has a reason, pay has none"),
        ({"action": "decline", "code": "DO_NOT_HONOUR"}, 400, "did you mean DO_NOT_HONOR?"),
        ({"action": "decline", "code": "SUCCESS"}, 400, "SUCCESS"),
        ({"action": "decline", "code": "UNKNOWN_EXCEPTION"}, 400, "UNKNOWN_EXCEPTION"),
        ({"action": "pay", "clientId": "NOBODY"}, 404, "no session or payment was created"),
        ({"action": "pay", "amount": 1}, 400, "there is no field 'amount'"),
    ],
)
def test_what_no_buyer_does(till: Till, body: dict[str, str], status: int, words: str) -> None:
    """Is refused, and the payment stays as it was."""
    name = f"p-{till.client_id}"
    till.open(name)
    found = problem(till.live.admin("POST", f"/payments/{name}/act", body))
    assert (status, True) == (found["status"], words in found["detail"]), found["detail"]
    assert "OPEN" == till.live.admin("GET", f"/payments/{name}").body["state"]


def test_whose_buyer(own: Live, shop: Shop, path: str) -> None:
    """Where two client ids used the same paymentRequestId the call says whose it is, in its query or in its body."""
    tills = [Till(own, shop, path, name) for name in ("A", "B", "C")]
    for till in tills:
        till.open("p")
    found = problem(own.admin("POST", "/payments/p/act", {"action": "pay"}))
    assert (409, "Several payments") == (found["status"], found["title"])
    assert "SUCCESS" == own.admin("POST", "/payments/p/act?clientId=A", {"action": "pay"}).body["state"]
    assert "FAIL" == tills[1].act("p", "decline").body["state"]
    twice = own.admin("POST", "/payments/p/act?clientId=A", {"action": "pay", "clientId": "B"})
    assert (400, "Two client ids") == (twice.status, problem(twice)["title"])
    assert ["OPEN", "FAIL", "SUCCESS"] == [
        own.admin("GET", f"/payments/p?clientId={name}").body["state"] for name in ("C", "B", "A")
    ]


@pytest.mark.parametrize("name", ["a/b", "a/act", "act", "a b?c#d&e", "ü%2F", "../p", "wait"])
def test_a_buyer_under_any_id(till: Till, name: str) -> None:
    """Whatever a merchant makes up as a paymentRequestId names its payment."""
    till.open(name)
    assert (name, "SUCCESS") == tuple(till.act(name).body[field] for field in ("paymentRequestId", "state"))


def test_everyone_at_once(till: Till) -> None:
    """Of many who act at the same moment just one does."""
    till.open("p")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: till.act("p", "pay" if n % 2 else "decline"), range(8)))
    assert [200] + [409] * 7 == sorted(answer.status for answer in answers)
    till.told("p")
    assert 1 == len(till.listed())


# --- notifications and the clock --------------------------------------------------------------------------------------


def test_what_is_due_has_been_sent_when_the_answer_comes(till: Till) -> None:
    """Every attempt that falls due has been made, each at its moment, before a moved clock is answered."""
    till.shop.says(till.path, FAULTY)
    till.open("p")
    till.advance("1h")
    assert ("PENDING", 1) == ((told := till.listed()[0])["status"], len(told["attempts"]))
    till.advance("25h")
    (told,) = till.listed()
    moments = [datetime.fromisoformat(attempt["time"]) for attempt in told["attempts"]]
    minutes = [(later - earlier) / timedelta(minutes=1) for earlier, later in itertools.pairwise(moments)]
    assert ("GIVEN_UP", [2, 10, 10, 60, 120, 360, 900]) == (told["status"], [round(length) for length in minutes])
    assert 8 == len(till.shop.got(till.path))


def test_the_official_sandbox_does_not_try_again(shop: Shop, path: str) -> None:
    """With that setting there is one attempt, whatever the shop answers."""
    shop.says(path, FAULTY)
    with live(Config(seed=1, sandbox_retries=True)) as running:
        till = Till(running, shop, path, "A")
        till.paid("p")
        till.advance("25h")
        assert ("GIVEN_UP", 1) == ((told := till.listed()[0])["status"], len(told["attempts"]))
    assert 1 == len(shop.got(path))


def test_nobody_waits_for_ever(own: Live, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop that does not answer keeps the answer to a moved clock back for a while, and nobody else's."""
    monkeypatch.setattr(scenarios, "_PATIENCE", 0.1)
    with open_shop() as slow:
        slow.says(path, HANGS)
        till, other = Till(own, slow, path, "A"), Till(own, slow, "/other", "B")
        till.open("p")
        moved = [own.admin("PUT", "/clock", {"clientId": name, "advance": "1h"}).body for name in ("A", "B")]
        assert [1, 0] == [one["notificationsUnderWay"] for one in moved]
        slow.wait(1, path)
        other.paid("p")
        assert ("PENDING", []) == ((told := till.listed()[0])["status"], told["attempts"])
        slow.let_go()
        assert "ACCEPTED" == till.told("p")[0]["status"]


@pytest.mark.parametrize("whose", [{"clientId": "A"}, {}])
def test_a_reset_forgets_what_is_to_be_sent(own: Live, shop: Shop, path: str, whose: dict[str, str]) -> None:
    """Of one client id or of all; what others still have to get they get."""
    tills = [Till(own, shop, f"{path}&{name}", name) for name in ("A", "B")]
    for till in tills:
        shop.says(till.path, FAULTY, ACKNOWLEDGED)
        till.paid("p")
    assert (1 if whose else 2) == own.admin("POST", "/reset", whose).body["notifications"]
    for till in tills:
        till.advance("25h")
    assert [1, 2 if whose else 1] == [len(shop.got(till.path)) for till in tills]
    assert [0, 1 if whose else 0] == [len(till.listed()) for till in tills]


# --- merchants --------------------------------------------------------------------------------------------------------


def add(live: Live, client_id: str, key: str) -> Answer:
    """Add a merchant's public key."""
    return live.admin("POST", "/merchants", {"clientId": client_id, "publicKey": key})


def bare(key: RSAPrivateKey) -> str:
    """Its public half as bare base64."""
    return keys.bare_public_key(key.public_key())


def test_a_key_is_believed_at_once(gateway: Live, client_id: str) -> None:
    """Without one a client id is unverified; from then on only what was signed with it is let in."""
    right, wrong = KEYS[:2]
    verdicts = [gateway.entry(gateway.create(client_id=client_id))["signature"]["verdict"]]
    assert {"clientId": client_id, "keyVersion": 1} == add(gateway, client_id, bare(right)).body
    answers = [gateway.create(client_id=client_id, key=key) for key in (right, wrong)]
    assert ["SUCCESS", "INVALID_SIGNATURE"] == [answer.code for answer in answers]
    verdicts += [gateway.entry(answer)["signature"]["verdict"] for answer in answers]
    assert ["unverified", "valid", "invalid"] == verdicts


def test_key_versions(gateway: Live, client_id: str) -> None:
    """Each new key is the next version, in whatever form; one that is there already keeps its own; all are good."""
    pem = KEYS[1].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    given = [bare(KEYS[0]), pem, bare(KEYS[1]), bare(KEYS[0])]
    assert [1, 2, 2, 1] == [add(gateway, client_id, key).body["keyVersion"] for key in given]
    for version, key in enumerate(KEYS[:2], 1):
        body = json.dumps(sample()).encode()
        headers = signed_headers(body, client_id=client_id, key=key)
        headers["signature"] = headers["signature"].replace("keyVersion=1", f"keyVersion={version}")
        assert "SUCCESS" == gateway.request("POST", SANDBOX_PATH, body, headers).code


def test_keys_outlive_a_reset(own: Live) -> None:
    """A merchant is set up once: a reset forgets what happened, not who may come."""
    add(own, "A", bare(KEYS[0]))
    own.admin("POST", "/reset", {"clientId": "A"})
    own.admin("POST", "/reset")
    assert "INVALID_SIGNATURE" == own.create(client_id="A", key=KEYS[1]).code


def remove(live: Live, client_id: str) -> Answer:
    """Take the keys that were added for a client id away."""
    return live.admin("DELETE", "/merchants", {"clientId": client_id})


def test_keys_are_taken_away(gateway: Live, client_id: str) -> None:
    """From then on the client id is unverified again, and its next key is its first; nobody else's is touched."""
    other = f"{client_id}-other"
    for name, key in ((client_id, KEYS[0]), (client_id, KEYS[1]), (other, KEYS[0])):
        add(gateway, name, bare(key))
    assert {"clientId": client_id, "keysRemoved": 2} == remove(gateway, client_id).body
    verdicts = [
        gateway.entry(gateway.create(client_id=name, key=KEYS[1]))["signature"]["verdict"]
        for name in (client_id, other)
    ]
    assert ["unverified", "invalid"] == verdicts
    assert {"clientId": client_id, "keysRemoved": 0} == remove(gateway, client_id).body
    assert 1 == add(gateway, client_id, bare(KEYS[1])).body["keyVersion"]


def test_keys_that_were_there_from_the_start_stay(own: Live) -> None:
    """Only what was added at run time is taken away."""
    assert 2 == add(own, TEST_CLIENT_ID, bare(KEYS[0])).body["keyVersion"]
    assert 1 == remove(own, TEST_CLIENT_ID).body["keysRemoved"]
    assert ["SUCCESS", "INVALID_SIGNATURE"] == [own.create().code, own.create(key=KEYS[0]).code]
    assert 0 == remove(own, TEST_CLIENT_ID).body["keysRemoved"]


def test_too_many_merchants(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is an end to it: one key more is a conflict until some are taken away; one that is there stays good."""
    monkeypatch.setattr(keys, "MOST_ADDED", 2)
    assert [200, 200, 409] == [add(own, name, bare(KEYS[0])).status for name in ("A", "B", "C")]
    found = problem(add(own, "C", bare(KEYS[0])))
    assert ("Too many keys", True) == (found["title"], "take some away" in found["detail"])
    assert "unverified" == own.entry(own.create(client_id="C"))["signature"]["verdict"]
    assert [200, 409] == [add(own, "A", bare(key)).status for key in KEYS]
    remove(own, "B")
    assert 200 == add(own, "C", bare(KEYS[0])).status


KEYS = [keys.new_private_key() for _ in range(2)]
ELLIPTIC = base64.b64encode(
    ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()
PRIVATE_PEM = KEYS[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


NO_KEY = "publicKey: expected an RSA public key"
PRIVATE = "publicKey: this is a private key; the gateway wants the merchant's public key"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        *((key, NO_KEY) for key in ("garbage!", "AAAA", "ü", ELLIPTIC, bare(KEYS[0])[:-8], "-----BEGIN")),
        *((key, PRIVATE) for key in (PRIVATE_PEM, keys.bare_private_key(KEYS[0]))),
    ],
)
def test_what_is_no_public_key(gateway: Live, client_id: str, key: str, words: str) -> None:
    """A private key, another kind of key or no key at all is refused, and not repeated; the client stays unverified."""
    found = problem(add(gateway, client_id, key))
    assert (400, True) == (found["status"], found["detail"].startswith(words))
    assert key[40:120] not in str(found) or len(key) < 40
    assert "unverified" == gateway.entry(gateway.create(client_id=client_id))["signature"]["verdict"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"clientId": "A"}, "publicKey: missing, it is required"),
        ({"publicKey": "x"}, "clientId: missing, it is required"),
        ({"clientId": "A B", "publicKey": "x"}, "clientId: expected a client id"),
        ({"clientId": "A", "publicKey": ""}, "publicKey: "),
        ({"clientId": "A", "publicKey": "x" * 10_001}, "publicKey: "),
        ({"clientId": "A", "key": "x"}, "there is no field 'key'"),
    ],
)
def test_merchants_that_are_none(gateway: Live, body: dict[str, str], words: str) -> None:
    """Both fields are needed."""
    found = problem(gateway.admin("POST", "/merchants", body))
    assert (400, True) == (found["status"], words in found["detail"])


# --- reset ------------------------------------------------------------------------------------------------------------


def test_reset_of_one_client(own: Live) -> None:
    """A reset of one client forgets its payments, calls, choice and counters, and nobody else's."""
    for name in ("A", "B"):
        own.create(sample("p"), client_id=name)
        own.create(sample("unknown-then-success--1"), client_id=name)
        own.admin("PUT", "/scenario", {"clientId": name, "scenario": "risk-reject"})
    assert {"payments": 1, "calls": 2, "notifications": 0} == own.admin("POST", "/reset", {"clientId": "A"}).body
    assert ([], 2) == tuple(
        found if name == "A" else len(found)
        for name in ("A", "B")
        for found in [own.admin("GET", f"/calls?clientId={name}").body["calls"]]
    )
    assert ["B"] == [payment["clientId"] for payment in own.admin("GET", "/payments").body["payments"]]
    assert ["SUCCESS", "RISK_REJECT"] == [own.create(client_id=name).code for name in ("A", "B")]
    nth = [own.create(sample("unknown-then-success--1"), client_id=name).code for name in ("A", "B") for _ in range(2)]
    assert ["UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "SUCCESS"] == nth


def traces(live: Live, client_id: str) -> dict[str, Any]:
    """What a gateway remembers of a client id."""
    whose = f"?clientId={client_id}"
    scenarios = live.admin("GET", f"/scenarios{whose}").body
    return {
        "payments": len(live.admin("GET", f"/payments{whose}").body["payments"]),
        "calls": live.admin("GET", f"/calls/count{whose}").body["count"],
        "chosen": len(scenarios["chosen"]),
        "loaded": sum(story["file"] is None for story in scenarios["scenarios"]),
        "clock": live.admin("GET", f"/clock{whose}").body["own"],
        "told": sum(event.client_id == client_id for event in live.parts.events.since("")[1]),
    }


@pytest.mark.parametrize("body", [{"clientId": "A"}, {}])
def test_everything_is_forgotten(own: Live, body: dict[str, str]) -> None:
    """Payments, calls, choices, loaded stories, clock and what could be told again: of one client id or of all."""
    for name in ("A", "B"):
        own.create(sample("p"), client_id=name)
        own.admin("PUT", "/scenario", {"clientId": name, "scenario": "risk-reject"})
        own.admin("PUT", "/clock", {"clientId": name, "freeze": "now"})
        post(own, REFUSED, f"?name=tale&clientId={name}")
    before = {"payments": 1, "calls": 1, "chosen": 1, "loaded": 1, "clock": True, "told": 3}
    assert [before, before] == [traces(own, name) for name in ("A", "B")]
    own.admin("POST", "/reset", body)
    nothing = {"payments": 0, "calls": 0, "chosen": 0, "loaded": 0, "clock": False, "told": 0}
    # The reset itself is told, to the one it concerns.
    assert [{**nothing, "told": len(body)}, before if body else nothing] == [traces(own, name) for name in ("A", "B")]


@pytest.mark.parametrize("body", [None, {}, {"clientId": None}])
def test_reset_of_all(own: Live, body: dict[str, None] | None) -> None:
    """A reset without a client id forgets everything of everyone."""
    for name in ("A", "B"):
        own.create(sample("p"), client_id=name)
    own.admin("PUT", "/scenario", {"scenario": "risk-reject"})
    assert {"payments": 2, "calls": 2, "notifications": 0} == own.admin("POST", "/reset", body).body
    assert ([], [], []) == (
        own.admin("GET", "/calls").body["calls"],
        own.admin("GET", "/payments").body["payments"],
        own.admin("GET", "/scenarios").body["chosen"],
    )
    assert "SUCCESS" == own.create(sample("p", paymentRedirectUrl="https://another.example"), client_id="A").code


def test_call_ids_go_on_after_a_reset(own: Live) -> None:
    """Ids are never used twice, so that ``after`` keeps its meaning."""
    before = int(own.create().headers["mock-call-id"])
    own.admin("POST", "/reset")
    assert before < int(own.create().headers["mock-call-id"])


def test_nothing_is_reset_by_mistake(own: Live) -> None:
    """A reset that was refused has forgotten nothing."""
    own.create()
    for path, body in (("/reset?clientId=A", None), ("/reset", {"client": "A"})):
        assert 400 == own.admin("POST", path, body).status
    assert 1 == len(own.admin("GET", "/payments").body["payments"])

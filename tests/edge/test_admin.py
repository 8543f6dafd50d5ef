"""The admin API over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from mock_alipay import __version__
from mock_alipay.clock import StoppedClock
from mock_alipay.config import TEST_CLIENT_ID, Config
from mock_alipay.edge.admin import CALLS
from tests.live import Answer, Live, live, sample

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def client_id() -> str:
    """A client id that no other test uses."""
    return f"C-{uuid.uuid4()}"


@pytest.fixture
def own() -> Iterator[Live]:
    """A gateway of the test's own, for what concerns all client ids."""
    with live() as running:
        yield running


def ids(answer: Answer) -> list[str]:
    """The ids of the calls in a list."""
    return [call["id"] for call in answer.body["calls"]]


def problem(answer: Answer) -> dict[str, Any]:
    """The problem in an answer, whose form is checked on the way."""
    found = answer.body
    assert (answer.headers["content-type"], answer.status) == ("application/problem+json", found["status"])
    assert {"type", "title", "status", "detail"} <= found.keys()
    return found


# --- health and env ---------------------------------------------------------------------------------------------------


def test_health(gateway: Live) -> None:
    """Health says ok and the version, as JSON."""
    answer = gateway.admin("GET", "/health")
    assert (200, {"status": "ok", "version": __version__}) == (answer.status, answer.body)
    assert answer.headers["content-type"] == "application/json"


def test_a_bug_is_told_as_a_problem(
    own: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller reads that the fault is ours, the log has the traceback, and the gateway goes on."""

    async def broken(_: str | None) -> list[Any]:
        raise KeyError("boom")

    monkeypatch.setattr(own.parts.store, "browse", broken)
    found = problem(own.admin("GET", "/payments"))
    assert (500, False) == (found["status"], "boom" in str(found))
    assert "KeyError: 'boom'" in caplog.text
    assert own.admin("GET", "/health").status == 200


def test_head(gateway: Live) -> None:
    """A HEAD, as health checks send it, gets the same head at once."""
    answer = gateway.request("HEAD", "/__admin/health")
    assert (200, b"") == (answer.status, answer.raw)
    assert str(len(gateway.admin("GET", "/health").raw)) == answer.headers["content-length"]


def test_env(gateway: Live) -> None:
    """The settings of a client: ids, keys and addresses; without TLS nothing to trust."""
    env = gateway.admin("GET", "/env").body
    assert {"clientId", "merchantPrivateKey", "gatewayPublicKey", "url", "tlsUrl", "caCertificate"} == env.keys()
    assert (TEST_CLIENT_ID, gateway.config.url, None, None) == (
        env["clientId"],
        env["url"],
        env["tlsUrl"],
        env["caCertificate"],
    )


def test_env_is_what_the_command_prints(gateway: Live, tmp_path: Path) -> None:
    """The command of the same name prints the same keys and address."""
    result = subprocess.run(
        [sys.executable, "-m", "mock_alipay", "env", "--port", str(gateway.config.port), "--tls-port", "none"],
        env={"MOCK_ALIPAY_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    env = gateway.admin("GET", "/env").body
    printed = [line.partition("=")[2].strip("'") for line in result.stdout.splitlines()]
    assert [env["clientId"], env["merchantPrivateKey"], env["gatewayPublicKey"], env["url"]] == printed


# --- calls ------------------------------------------------------------------------------------------------------------


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
    """Each filter picks by its field; several together pick what fits all."""
    wanted = f"id-{client_id}"
    first = gateway.create(sample(wanted), client_id=client_id).headers["mock-call-id"]
    second = gateway.create(sample(), client_id=client_id, extra={"mock-scenario": "risk-reject"}).headers[
        "mock-call-id"
    ]
    third = gateway.create(sample(), client_id=client_id, path="/ams/api/v1/payments/pay").headers["mock-call-id"]
    for query, expected in {
        "": [third, second, first],
        "&endpoint=createPaymentSession": [second, first],
        "&endpoint=pay": [],
        f"&paymentRequestId={wanted}": [first],
        "&resultCode=SUCCESS": [first],
        "&resultCode=RISK_REJECT": [second],
        "&resultCode=NO_INTERFACE_DEF": [third],
        "&resultCode=": [],
        "&scenario=risk-reject": [second],
        "&scenario=risk-reject&resultCode=SUCCESS": [],
        "&scenario=success&resultCode=SUCCESS": [first],
        "&scenario=Success": [],
    }.items():
        assert expected == ids(gateway.admin("GET", f"/calls?clientId={client_id}{query}")), query


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


def test_a_hundred_unless_asked(own: Live) -> None:
    """Without a limit a hundred calls are listed."""
    for _ in range(101):
        own.request("GET", "/nowhere")
    assert (100, 101) == (len(ids(own.admin("GET", "/calls"))), len(ids(own.admin("GET", "/calls?limit=1000"))))


def test_admin_calls_are_not_in_the_journal(own: Live) -> None:
    """The journal holds what merchants sent, not who looked at it."""
    own.admin("GET", "/health")
    assert [] == ids(own.admin("GET", "/calls"))


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


# --- scenarios --------------------------------------------------------------------------------------------------------


def test_scenarios(gateway: Live) -> None:
    """Every story is listed with what it is about and what it claims; the default is named."""
    found = gateway.admin("GET", "/scenarios").body
    by_name = {story["name"]: story for story in found["scenarios"]}
    assert ("success", sorted(by_name)) == (found["default"], list(by_name))
    story = by_name["risk-reject"]
    assert (["createPaymentSession"], ["paymentAmount.value"]) == (story["endpoints"], story["match"])
    assert "Risk control" in story["description"]
    assert story["file"].endswith("risk-reject.yaml")


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


@pytest.mark.parametrize("times", [0, -1])
def test_choose_for_no_calls(gateway: Live, times: int) -> None:
    """Less than one call is refused."""
    found = problem(gateway.admin("PUT", "/scenario", {"scenario": "slow", "times": times}))
    assert f"times: expected a whole number from 1, got {times}" in found["detail"]


# --- payments ---------------------------------------------------------------------------------------------------------


def test_payment(gateway: Live, client_id: str) -> None:
    """A payment is shown with its session, its amount and the request that made it."""
    body = sample()
    reply = gateway.create(body, client_id=client_id).body
    found = gateway.admin("GET", f"/payments/{body['paymentRequestId']}").body
    assert (body["paymentRequestId"], client_id, "OPEN", reply["paymentSessionId"]) == (
        found["paymentRequestId"],
        found["clientId"],
        found["sessionStatus"],
        found["paymentSessionId"],
    )
    assert (reply["paymentSessionExpiryTime"], body["paymentAmount"], body) == (
        found["paymentSessionExpiryTime"],
        found["paymentAmount"],
        found["request"],
    )


def test_payments(gateway: Live, client_id: str) -> None:
    """Payments of a client are listed, the latest first, up to a limit; refused calls made none."""
    made = [f"{client_id}-{number}" for number in range(3)]
    for name in made:
        gateway.create(sample(name), client_id=client_id)
    gateway.create(sample(f"{client_id}-bad", productCode="X"), client_id=client_id)
    for query, expected in (("", made[::-1]), ("&limit=1", made[:1:-1])):
        found = gateway.admin("GET", f"/payments?clientId={client_id}{query}").body["payments"]
        assert expected == [payment["paymentRequestId"] for payment in found]


@pytest.mark.parametrize(
    "name", ["a/b", "/a//b/", "a b", "a%41b", "a%2Fb", "50%", "a+b", "ü€支付", "a?b#c", "..", "a&b=c", '"', "x" * 64]
)
def test_payment_with_an_odd_id(gateway: Live, client_id: str, name: str) -> None:
    """An id of any characters is found under its percent-encoded form, and only under that."""
    gateway.create(sample(name), client_id=client_id)
    found = gateway.admin("GET", f"/payments/{quote(name, safe='')}?clientId={client_id}")
    assert (200, name) == (found.status, found.body.get("paymentRequestId"))


def test_no_such_payment(gateway: Live, client_id: str) -> None:
    """An id that made no session is told so, also for another client than asked for."""
    gateway.create(sample(f"p-{client_id}"), client_id=client_id)
    for path in ("/payments/nobody-made-this", f"/payments/p-{client_id}?clientId=OTHER", "/payments/"):
        assert "paymentRequestId" in problem(gateway.admin("GET", path))["detail"]


def test_same_id_of_two_clients(gateway: Live, client_id: str) -> None:
    """One id used by two clients is two payments: which is wanted must be said, and both are named."""
    clients = [f"{client_id}-a", f"{client_id}-b"]
    for name in clients:
        gateway.create(sample(client_id), client_id=name)
    found = problem(gateway.admin("GET", f"/payments/{client_id}"))
    assert 409 == found["status"]
    for name in clients:
        assert name in found["detail"]
        assert name == gateway.admin("GET", f"/payments/{client_id}?clientId={name}").body["clientId"]


def test_session_expires() -> None:
    """A session is open until its expiry and expired from that moment on."""
    clock = StoppedClock(NOON)
    with live(clock=clock) as running:
        running.create(sample("p"), time=NOON.isoformat())
        seen = []
        for passed in (timedelta(0), timedelta(minutes=59, seconds=59), timedelta(hours=1)):
            clock.moment = NOON + passed
            seen.append(running.admin("GET", "/payments/p").body["sessionStatus"])
            seen.append(running.admin("GET", "/payments").body["payments"][0]["sessionStatus"])
    assert ["OPEN", "OPEN", "OPEN", "OPEN", "EXPIRED", "EXPIRED"] == seen


# --- reset ------------------------------------------------------------------------------------------------------------


def test_reset_of_one_client(own: Live) -> None:
    """A reset of one client forgets its payments, calls, choice and counters, and nobody else's."""
    for name in ("A", "B"):
        own.create(sample("p"), client_id=name)
        own.create(sample("unknown-then-success--1"), client_id=name)
        own.admin("PUT", "/scenario", {"clientId": name, "scenario": "risk-reject"})
    assert {"payments": 1, "calls": 2} == own.admin("POST", "/reset", {"clientId": "A"}).body
    assert ([], 2) == tuple(
        found if name == "A" else len(found)
        for name in ("A", "B")
        for found in [own.admin("GET", f"/calls?clientId={name}").body["calls"]]
    )
    assert ["B"] == [payment["clientId"] for payment in own.admin("GET", "/payments").body["payments"]]
    assert ["SUCCESS", "RISK_REJECT"] == [own.create(client_id=name).code for name in ("A", "B")]
    nth = [own.create(sample("unknown-then-success--1"), client_id=name).code for name in ("A", "B") for _ in range(2)]
    assert ["UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "SUCCESS"] == nth


@pytest.mark.parametrize("body", [None, {}, {"clientId": None}])
def test_reset_of_all(own: Live, body: dict[str, None] | None) -> None:
    """A reset without a client id forgets everything of everyone."""
    for name in ("A", "B"):
        own.create(sample("p"), client_id=name)
    own.admin("PUT", "/scenario", {"scenario": "risk-reject"})
    assert {"payments": 2, "calls": 2} == own.admin("POST", "/reset", body).body
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


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/health?x=1", None, 400, ["query parameter 'x'"]),
        ("GET", "/calls?clientid=x", None, 400, ["did you mean clientId?", "resultCode"]),
        ("GET", "/calls?limit=0", None, 400, ["limit: expected a whole number from 1 to 1000"]),
        ("GET", "/calls?limit=1001", None, 400, ["limit: expected a whole number from 1 to 1000"]),
        ("GET", "/calls?after=x", None, 400, ["after: expected a whole number"]),
        ("GET", "/calls?limit=1&limit=2", None, 400, ["limit is given twice"]),
        ("GET", "/calls/1?full=1", None, 400, ["query parameter 'full'"]),
        ("GET", "/scenarios?name=x", None, 400, ["query parameter 'name'"]),
        ("GET", "/payments?status=OPEN", None, 400, ["query parameter 'status'", "clientId, limit"]),
        ("GET", "/payments/x?limit=1", None, 400, ["query parameter 'limit'"]),
        ("GET", "/env?x", None, 400, ["query parameter 'x'"]),
        ("PUT", "/scenario?clientId=A", {"scenario": "slow"}, 400, ["query parameter 'clientId'"]),
        ("POST", "/reset?clientId=A", None, 400, ["query parameter 'clientId'"]),
        ("PUT", "/scenario", {}, 400, ["scenario: it is required"]),
        ("PUT", "/scenario", None, 400, ["scenario: it is required"]),
        ("PUT", "/scenario", {"scenario": "slow", "time": 1}, 400, ["field 'time'", "did you mean times?"]),
        ("PUT", "/scenario", {"scenario": 5}, 400, ["scenario: expected a string"]),
        ("PUT", "/scenario", {"scenario": "slow", "times": "1"}, 400, ["times: expected a whole number"]),
        ("PUT", "/scenario", [], 400, ["expected a JSON object"]),
        ("DELETE", "/scenario?client=A", None, 400, ["did you mean clientId?"]),
        ("DELETE", "/scenario", {"scenario": "slow"}, 400, ["field 'scenario'", "allowed: clientId"]),
        ("POST", "/reset", {"client": "A"}, 400, ["did you mean clientId?"]),
        ("POST", "/reset", {"clientId": 5}, 400, ["clientId: expected a string"]),
        ("GET", "/call", None, 404, ["/__admin/call"]),
        ("GET", "/", None, 404, ["/__admin/"]),
        ("GET", "/calls/", None, 404, []),
        ("GET", "/health/", None, 404, ["/__admin/health/"]),
        ("PUT", "/nowhere", {"scenario": "slow"}, 404, ["/__admin/nowhere"]),
        ("DELETE", "/calls", None, 405, ["allowed: GET"]),
        ("POST", "/health", None, 405, ["allowed: GET"]),
        ("GET", "/scenario", None, 405, ["allowed: PUT, DELETE"]),
        ("PATCH", "/scenario", {"scenario": "slow"}, 405, ["allowed: PUT, DELETE"]),
        ("GET", "/reset", None, 405, ["allowed: POST"]),
        ("OPTIONS", "/env", None, 405, ["allowed: GET"]),
    ],
)
def test_refused(own_shared: Live, method: str, path: str, body: Any, status: int, words: list[str]) -> None:
    """A wrong admin call is refused as problem JSON that says what was wrong and what is allowed."""
    found = problem(own_shared.admin(method, path, body))
    assert status == found["status"]
    for word in words:
        assert word in found["detail"]
    assert [] == own_shared.admin("GET", "/scenarios").body["chosen"]


@pytest.fixture(scope="module")
def own_shared() -> Iterator[Live]:
    """A gateway on which nothing is ever chosen."""
    with live() as running:
        yield running


def test_nothing_is_reset_by_mistake(own: Live) -> None:
    """A reset that was refused has forgotten nothing."""
    own.create()
    for path, body in (("/reset?clientId=A", None), ("/reset", {"client": "A"})):
        assert 400 == own.admin("POST", path, body).status
    assert 1 == len(own.admin("GET", "/payments").body["payments"])


def test_wrong_method_names_the_right_ones(gateway: Live) -> None:
    """The header for it names the allowed methods too."""
    assert "PUT, DELETE" == gateway.admin("GET", "/scenario").headers["allow"]


def test_unknown_path_names_the_known_ones(gateway: Live) -> None:
    """A path that does not exist is answered with those that do."""
    expected = {f"/__admin{path}".replace(":path", "") for path in CALLS}
    assert expected == set(problem(gateway.admin("GET", "/nowhere"))["known"])


@pytest.mark.parametrize(
    ("raw", "media", "status"),
    [
        (b'{"scenario": "slow"', "application/json", 400),
        (b"scenario: slow", "application/json", 400),
        (b'{"scenario": "slow"}', "text/plain", 415),
        (b"scenario=slow", "application/x-www-form-urlencoded", 415),
        (b'{"scenario": "slow"}' + b" " * 262_144, "application/json", 413),
    ],
)
def test_refused_bodies(own_shared: Live, raw: bytes, media: str, status: int) -> None:
    """A body that is broken, of another type or too large is refused, and the gateway goes on."""
    answer = own_shared.request("PUT", "/__admin/scenario", raw, {"content-type": media})
    assert status == problem(answer)["status"]
    assert [] == own_shared.admin("GET", "/scenarios").body["chosen"]


def test_admin_body_limit_is_its_own() -> None:
    """The limit of merchants' bodies does not shrink that of admin calls."""
    with live(Config(seed=1, max_body=10)) as running:
        body = {"clientId": "A" * 50, "scenario": "slow"}
        assert (200, body) == ((answer := running.admin("PUT", "/scenario", body)).status, json.loads(answer.raw))


def test_beside_the_admin_api(gateway: Live) -> None:
    """A path that only begins alike is the merchants', and is answered in plain words."""
    answer = gateway.request("GET", "/__administrator")
    assert (404, True) == (answer.status, "mock-call-id" in answer.headers)

"""Admin calls that look: at the journal, scenarios, payments, the clock."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.requests import Request

from mock_alipay import __version__
from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.storage import MemoryStore
from mock_alipay.web.admin import calls
from mock_alipay.web.admin.context import Ask
from mock_alipay.web.app import _desk
from tests.calls import ask, parts_of, signed_call
from tests.live import Answer, Live, live, sample
from tests.web.asking import Overtaken, problem

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def ids(answer: Answer) -> list[str]:
    """The ids of the calls in a list."""
    return [call["id"] for call in answer.body["calls"]]


# --- health and env ---------------------------------------------------------------------------------------------------


def test_health(gateway: Live) -> None:
    """Health says ok and the version, as JSON."""
    answer = gateway.admin("GET", "/health")
    assert (200, {"status": "ok", "version": __version__}) == (answer.status, answer.body)
    assert answer.headers["content-type"] == "application/json"


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


def test_env_under_the_name_that_was_called(tls_folder: Path) -> None:
    """In a container the URLs are those by which the client came, not those that the container knows itself by."""
    with live(Config(host="0.0.0.0", admin_open=True, admin_hosts=("gw",)), tls_folder=tls_folder) as own:
        port, tls_port = own.config.port, own.config.tls_port
        for host, url, tls_url in (
            ("gw:8080", "http://gw:8080", f"https://gw:{tls_port}"),
            ("gw", "http://gw", f"https://gw:{tls_port}"),
            ("[::1]:5", "http://[::1]:5", f"https://[::1]:{tls_port}"),
        ):
            env = own.request("GET", "/__admin/env", headers={"Host": host}).body
            assert (url, tls_url) == (env["url"], env["tlsUrl"])
        trust = ssl.create_default_context(cafile=str(tls_folder / "ca.pem"))
        connection = http.client.HTTPSConnection("127.0.0.1", tls_port, context=trust, timeout=10)
        connection.request("GET", "/__admin/env", headers={"Host": "gw"})
        env = json.loads(connection.getresponse().read())
        connection.close()
        assert (f"http://gw:{port}", "https://gw") == (env["url"], env["tlsUrl"])


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


# --- certificate ------------------------------------------------------------------------------------------------------


def test_certificate(tls_folder: Path) -> None:
    """Whoever sees no files of the gateway's machine can fetch what to trust, and reaches HTTPS with it by any name."""
    with live(Config(admin_hosts=("mock-alipay", "no_name")), tls_folder=tls_folder) as own:
        answer = own.admin("GET", "/certificate")
        assert (200, "application/x-pem-file") == (answer.status, answer.headers["content-type"])
        trust = ssl.create_default_context(cadata=answer.raw.decode())
        for name in ("mock-alipay", "localhost", "127.0.0.1"):
            with (
                socket.create_connection(("127.0.0.1", own.config.tls_port or 0), 10) as plain,
                trust.wrap_socket(plain, server_hostname=name) as secure,
            ):
                assert secure.getpeercert()


def test_no_certificate(gateway: Live, tmp_path: Path) -> None:
    """Without HTTPS there is none, and one whose file has gone is told of, not a traceback."""
    assert "HTTPS is off" in problem(gateway.admin("GET", "/certificate"))["detail"]
    with live(tls_folder=tmp_path) as own:
        (tmp_path / "ca.pem").unlink()
        assert "ca.pem cannot be read any more" in problem(own.admin("GET", "/certificate"))["detail"]


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


def load(live: Live, name: str, story: str, client_id: str | None = None) -> None:
    """Load a story until reset."""
    query = f"?name={name}" + (f"&clientId={client_id}" if client_id else "")
    headers = {"content-type": "application/yaml"}
    answer = live.request("POST", f"/__admin/scenarios{query}", f"description: x\n{story}".encode(), headers)
    assert 200 == answer.status, answer.raw


def test_codes_of_a_scenarios_own(own: Live) -> None:
    """While a story sets a result code of its own, any code may be looked for."""
    assert 400 == own.admin("GET", "/calls?resultCode=MY_OWN").status
    load(own, "odd", "createPaymentSession: {set: {result.resultCode: MY_OWN}}", "A")
    made = own.create(client_id="A", extra={"mock-scenario": "odd"}).headers["mock-call-id"]
    assert [made] == ids(own.admin("GET", "/calls?resultCode=MY_OWN"))
    own.admin("POST", "/reset", {"clientId": "A"})
    assert 400 == own.admin("GET", "/calls?resultCode=MY_OWN").status


def test_loaded_scenarios_are_known_to_filters(own: Live) -> None:
    """A story that was loaded may be looked for; it may as long as the journal has calls that it played in."""
    load(own, "mine", "createPaymentSession: {result: RISK_REJECT}", "A")
    assert [] == ids(own.admin("GET", "/calls?scenario=mine"))
    made = own.create(client_id="A", extra={"mock-scenario": "mine"}).headers["mock-call-id"]
    own.admin("POST", "/scenarios", {"name": "other", "description": "x", "createPaymentSession": {}})
    assert [made] == ids(own.admin("GET", "/calls?scenario=mine&clientId=A"))
    own.parts.chooser.shelf.forget()
    assert [made] == ids(own.admin("GET", "/calls?scenario=mine"))
    own.admin("POST", "/reset")
    assert 400 == own.admin("GET", "/calls?scenario=mine").status


def test_filters_are_judged_by_what_the_client_sees(own: Live) -> None:
    """A story of another client id, and a code that only such a story sets, are mistakes for those without it."""
    load(own, "mine", "createPaymentSession: {set: {result.resultCode: MY_OWN}}", "A")
    for query in ("scenario=mine", "resultCode=MY_OWN"):
        statuses = [own.admin("GET", f"/calls?{query}{whose}").status for whose in ("", "&clientId=A", "&clientId=B")]
        assert [200, 200, 400] == statuses, query


@pytest.mark.parametrize("query", ["scenario=mine", "resultCode=MY_OWN"])
def test_what_the_journal_has_may_be_looked_for(own: Live, query: str) -> None:
    """A word that stands in the journal is no mistake, even when what it came from is gone, and whoever asks."""
    load(own, "mine", "createPaymentSession: {set: {result.resultCode: MY_OWN}}", "A")
    made = own.create(client_id="A", extra={"mock-scenario": "mine"}).headers["mock-call-id"]
    own.parts.chooser.shelf.forget()
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
    late = slow.result(10).headers["mock-call-id"]
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


# --- scenarios --------------------------------------------------------------------------------------------------------


def test_scenarios(gateway: Live, client_id: str) -> None:
    """Every story is listed with what it is about and what it claims; the default is named."""
    found = gateway.admin("GET", f"/scenarios?clientId={client_id}").body
    by_name = {story["name"]: story for story in found["scenarios"]}
    assert ("success", sorted(by_name)) == (found["default"], list(by_name))
    story = by_name["risk-reject"]
    assert (["createPaymentSession", "pay"], ["paymentAmount.value"]) == (story["endpoints"], story["match"])
    assert "Risk control" in story["description"]
    assert story["file"].endswith("risk-reject.yaml")


def test_scenarios_as_a_client_sees_them(own: Live) -> None:
    """One client id's stories are those of all, with its own in place of theirs; without it, all there are."""
    load(own, "mine", "createPaymentSession: {}", "A")
    load(own, "slow", "createPaymentSession: {}", "A")
    load(own, "ours", "createPaymentSession: {}")
    own.admin("PUT", "/scenario", {"scenario": "ours"})
    own.admin("PUT", "/scenario", {"scenario": "mine", "clientId": "A", "times": 2})
    shipped = {story["name"] for story in own.admin("GET", "/scenarios").body["scenarios"] if story["file"]}
    for query, loaded, chosen in (
        ("", [("ours", None), ("mine", "A"), ("slow", "A")], [("ours", None, None), ("mine", "A", 2)]),
        ("?clientId=A", [("mine", "A"), ("ours", None), ("slow", "A")], [("ours", None, None), ("mine", "A", 2)]),
        ("?clientId=B", [("ours", None)], [("ours", None, None)]),
    ):
        found = own.admin("GET", f"/scenarios{query}").body
        at_run_time = [story for story in found["scenarios"] if story["file"] is None]
        assert loaded == [(story["name"], story["clientId"]) for story in at_run_time]
        assert chosen == [(one["scenario"], one["clientId"], one["times"]) for one in found["chosen"]]
        filed = {story["name"] for story in found["scenarios"] if story["file"]}
        assert (shipped - {"slow"} if query == "?clientId=A" else shipped) == filed


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


def test_payments_show_no_secrets(gateway: Live, client_id: str) -> None:
    """Wherever in the request a card number stands, it is masked, in the list and alone; an amount shows none."""
    amount = {"currency": "SGD", "value": "100", "cardNo": "4111111111111111"}
    reply = gateway.create(sample(client_id, paymentAmount=amount, note="4111111111111111"), client_id=client_id)
    assert "SUCCESS" == reply.code
    for path in (f"/payments/{client_id}", f"/payments?clientId={client_id}"):
        found = gateway.admin("GET", path).raw
        assert (2, False) == (found.count(b"411111******1111"), b"4111111111111111" in found)


def test_no_such_payment(gateway: Live, client_id: str) -> None:
    """An id that made no session is told so, also for another client than asked for."""
    gateway.create(sample(f"p-{client_id}"), client_id=client_id)
    for path in ("/payments/nobody-made-this", f"/payments/p-{client_id}?clientId=OTHER", "/payments/"):
        assert "paymentRequestId" in problem(gateway.admin("GET", path))["detail"]


def test_one_payment_is_found_without_a_look_at_all(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever says whose it is need not wait until all payments have been looked through."""
    own.create(sample("p", paymentNotifyUrl=None), client_id="A")

    async def never(*_: object) -> list[Payment]:
        raise AssertionError("all payments are looked through")

    monkeypatch.setattr(MemoryStore, "browse", never)
    assert "OPEN" == own.admin("GET", "/payments/p?clientId=A").body["state"]
    assert "SUCCESS" == own.admin("POST", "/payments/p/act?clientId=A", {"action": "pay"}).body["state"]
    assert 404 == own.admin("GET", "/payments/p?clientId=B").status


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
        running.create(sample("p", paymentNotifyUrl=None), time=NOON.isoformat())
        seen = []
        for passed in (timedelta(0), timedelta(minutes=59, seconds=59), timedelta(hours=1)):
            clock.moment = NOON + passed
            seen.append(running.admin("GET", "/payments/p").body["sessionStatus"])
            seen.append(running.admin("GET", "/payments").body["payments"][0]["sessionStatus"])
    assert ["OPEN", "OPEN", "OPEN", "OPEN", "EXPIRED", "EXPIRED"] == seen


@pytest.mark.parametrize(
    ("later", "expected"), [(0, "OPEN"), (3599.999999, "OPEN"), (3600, "EXPIRED"), (9e6, "EXPIRED")]
)
def test_as_it_stands(later: float, expected: str) -> None:
    """A payment is shown as it stands by now, even where nobody sees to what is due: an app without its lifespan."""
    clock = StoppedClock(NOON)
    parts = parts_of(clock=clock)
    ask(parts, signed_call(sample("p"), received=NOON))
    clock.moment = NOON + timedelta(seconds=later)
    asked = Ask(Request({"type": "http", "path_params": {"paymentRequestId": "p"}}), {"limit": 1}, {}, "", b"")
    listed = asyncio.run(calls.payments(_desk(parts), asked))["payments"]
    assert [expected] == [one["sessionStatus"] for one in listed]
    assert listed == [asyncio.run(calls.payment(_desk(parts), asked))]

"""Calls that are forwarded to another gateway, and scenario files that replay its replies."""

from __future__ import annotations

import contextlib
import http.client as http_client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mock_alipay.config.config import Config
from mock_alipay.contracts import FOLDER
from mock_alipay.errors import SetupError, UsageError
from mock_alipay.gateway import upstream as upstream_module
from mock_alipay.signing import content, fits, keys, parse, raw_signature
from tests.client.servers import answering, closed_port, http, read_request
from tests.driver import pay_body
from tests.live import SANDBOX_PATH, Answer, Live, letters, live, sample, signed_headers

PAGES = ("paymentSessionId", "paymentSessionData", "normalUrl", "redirectActionForm")
"""Fields that a replay does not have from the recording."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[Live]:
    """The gateway that calls are forwarded to."""
    with live(Config(seed=11)) as running:
        yield running


def send(gateway: Live, endpoint: str, body: dict[str, Any], **how: Any) -> Answer:
    """Send a signed call."""
    raw, path = json.dumps(body).encode(), SANDBOX_PATH.replace("createPaymentSession", endpoint)
    return gateway.request("POST", path, raw, signed_headers(raw, path=path, **how))


def shown(answer: Answer) -> dict[str, Any]:
    """The body without the fields that lead to pages."""
    return {name: value for name, value in answer.body.items() if name not in PAGES}


def forwarding(upstream: Live, **settings: Any) -> Config:
    """The config of a gateway that forwards."""
    return Config(seed=12, upstream=upstream.config.url, **settings)


def test_calls_are_forwarded(upstream: Live) -> None:
    """The reply is that of the other gateway, signed by this one; the journals of both have the call."""
    name = f"forwarded-{letters()}"
    with live(forwarding(upstream)) as gateway:
        answer = gateway.create(sample(name))
        entry = gateway.entry(answer)
        assert 0 == len(gateway.admin("GET", "/payments").body["payments"])
        head = answer.headers
        signed = content("POST", SANDBOX_PATH, head["client-id"], head["response-time"], answer.raw)
        key = keys.shipped_gateway_key().public_key()
        assert fits(key, raw_signature(parse(head["signature"]).value), signed)
    theirs = upstream.admin("GET", f"/calls?paymentRequestId={name}").body["calls"][0]
    assert (answer.body, "valid") == (theirs["reply"], theirs["signature"]["verdict"])
    assert (f"forwarded to {upstream.config.url}", name) == (entry["explanation"], entry["paymentRequestId"])


def test_headers_are_forwarded_byte_for_byte(upstream: Live) -> None:
    """Also those that are not ASCII."""
    with live(forwarding(upstream)) as gateway:
        assert "SUCCESS" == gateway.create(sample(letters()), extra={"agent-token": "\xe9"}).code


def test_bodies_that_this_contract_refuses_are_forwarded(upstream: Live) -> None:
    """The other gateway decides; the journal has what this one would have said."""
    with live(forwarding(upstream)) as gateway:
        answer = gateway.create(sample(order=None))
        entry = gateway.entry(answer)
    assert ("PARAM_ILLEGAL", "order") == (answer.code, entry["faults"][0]["path"])
    assert entry["explanation"].startswith("forwarded to")


def test_invalid_signatures_are_not_forwarded(upstream: Live) -> None:
    """They are refused here."""
    name = f"forged-{letters()}"
    with live(forwarding(upstream)) as gateway:
        assert "INVALID_SIGNATURE" == gateway.create(sample(name), key=keys.shipped_forger_key()).code
    assert 0 == upstream.admin("GET", f"/calls/count?paymentRequestId={name}").body["count"]


def test_calls_are_signed_again(tmp_path: Path) -> None:
    """As the client id of --upstream-key, on its path; the caller gets a reply for its own client id."""
    key, public, private = keys.shipped_forger_key(), tmp_path / "public.pem", tmp_path / "private.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    merchants = (("SHOP", public),)
    with live(Config(seed=13, signatures="required", merchants=merchants)) as strict:
        with live(forwarding(strict, upstream_key=("SHOP", private))) as gateway:
            answer = gateway.create(sample())
        whole = strict.admin("GET", f"/calls/{strict.admin('GET', '/calls').body['calls'][0]['id']}").body
    assert ("SUCCESS", "SANDBOX_MOCK_MERCHANT") == (answer.code, answer.headers["client-id"])
    assert ("SHOP", "/ams/api/v1/payments/createPaymentSession") == (whole["clientId"], whole["target"])


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (None, "nothing listens there"),
        (http("302 Found\r\nlocation: /x", "text/html", ""), "it replied HTTP 302"),
        (http("999 No", "text/html", ""), "it replied HTTP 999"),
        (http("200 OK", "application/json", "[]"), "its reply is no JSON object with a result"),
        (http("200 OK", "application/json", '{"result": 1}'), "its reply is no JSON object with a result"),
        (b"", "it closed the connection without a reply"),
    ],
)
def test_an_upstream_without_a_reply(tmp_path: Path, reply: bytes | None, why: str) -> None:
    """The call gets a signed UNKNOWN_EXCEPTION that says why, as does the journal; nothing is recorded."""
    with answering(reply or b"") as served:
        url = served if reply is not None else f"http://127.0.0.1:{closed_port()}"
        with live(Config(seed=14, upstream=url, record=tmp_path / "recorded")) as gateway:
            answer = gateway.create(sample())
            entry = gateway.entry(answer)
    assert (200, "UNKNOWN_EXCEPTION", "U") == (answer.status, answer.code, answer.body["result"]["resultStatus"])
    assert f"upstream {url}: {why}" in answer.message
    assert f"upstream {url}: {why}" in entry["explanation"]
    assert "signature" in answer.headers
    assert [] == list((tmp_path / "recorded").iterdir())


@pytest.mark.parametrize("status", [404, 503])
def test_http_errors_are_passed_on(tmp_path: Path, status: int) -> None:
    """As a problem with the same status; a replay has it too."""
    folder, body = tmp_path / "recorded", sample()
    with (
        answering(http(f"{status} No", "text/html", "no")) as url,
        live(Config(seed=14, upstream=url, record=folder)) as gateway,
    ):
        answer = gateway.create(body)
        entry = gateway.entry(answer)
    assert (status, f"upstream {url}: it replied HTTP {status}") == (answer.status, answer.body["detail"])
    assert (status, None) == (entry["httpStatus"], entry["resultCode"])
    with live(Config(seed=16, scenarios=(folder,))) as gateway:
        assert status == gateway.create(body).status


def test_only_calls_are_forwarded() -> None:
    """Neither other paths nor unknown endpoints, which would fail here."""
    with live(Config(seed=17, upstream=f"http://127.0.0.1:{closed_port()}")) as gateway:
        path = SANDBOX_PATH.replace("createPaymentSession", "unknown")
        assert "NO_INTERFACE_DEF" == gateway.create(path=path).code
        assert [404, 200] == [gateway.request("GET", path).status for path in ("/other", "/__admin/health")]


def test_all_ways_to_the_gateway_forward(upstream: Live) -> None:
    """Requests that the server answers directly, and those through ASGI, such as chunked ones."""
    body = sample(f"chunked-{letters()}")
    raw = json.dumps(body).encode()
    with live(forwarding(upstream)) as gateway:
        connection = http_client.HTTPConnection("127.0.0.1", gateway.config.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("POST", SANDBOX_PATH, iter([raw]), signed_headers(raw))
            reply = json.loads(connection.getresponse().read())
        assert reply["paymentSessionId"] == gateway.create(raw).body["paymentSessionId"]


def test_no_scenario_plays(upstream: Live) -> None:
    """Also none that the call names; the journal says so."""
    with live(forwarding(upstream, scenario="risk-reject")) as gateway:
        answer = gateway.create(extra={"mock-scenario": "connection-reset"})
        entry = gateway.entry(answer)
    assert ("SUCCESS", None) == (answer.code, entry["scenario"])
    assert "scenario connection-reset would have played (named by the mock-scenario header)" in entry["explanation"]


def test_a_slow_upstream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other clients do not wait for it. Calls beyond a limit are refused, and nothing is sent."""
    monkeypatch.setattr(upstream_module, "MAX_CALLS", 2)
    with socket.create_server(("127.0.0.1", 0)) as slow, ThreadPoolExecutor(2) as threads:
        url = f"http://127.0.0.1:{slow.getsockname()[1]}"
        with live(Config(seed=18, upstream=url)) as gateway:
            waiting = [threads.submit(gateway.create) for _ in range(2)]
            accepted = [slow.accept()[0] for _ in waiting]
            assert 200 == gateway.admin("GET", "/health").status
            assert gateway.create().message.endswith(
                f"upstream {url}: 2 calls wait for it already, so nothing was sent"
            )
            for connection in accepted:
                read_request(connection)
                connection.sendall(http("200 OK", "application/json", '{"result": {"resultCode": "LATE"}}'))
                connection.close()
            assert ["LATE", "LATE"] == [call.result().code for call in waiting]


def test_real_payments_are_not_forwarded() -> None:
    """A client id without SANDBOX_ is not forwarded to hosts of the real gateway; no connection is opened."""
    with live(Config(seed=15, upstream="https://open-sea-global.alipay.com")) as gateway:
        answer = gateway.create(sample(), client_id="SHOP")
    assert "UNKNOWN_EXCEPTION" == answer.code
    expected = "https://open-sea-global.alipay.com: SHOP is no client id of the sandbox, so nothing was sent"
    assert f"unknown exception: upstream {expected}" == answer.message


def test_recorded_replies_are_replayed(upstream: Live, tmp_path: Path) -> None:
    """A gateway with the recorded scenarios replies the same, step by step, without the other gateway."""
    session, paid = sample(f"recorded-{letters()}"), pay_body(f"recorded-{letters()}")
    about = {"paymentRequestId": paid["paymentRequestId"]}
    consult = json.loads((FOLDER / "samples" / "payments" / "consult.json").read_text())
    refund = {"refundRequestId": "r", "paymentId": "unknown", "refundAmount": {"currency": "USD", "value": "1"}}
    calls = [
        ("createPaymentSession", session),
        ("pay", paid),
        ("inquiryPayment", about),
        ("cancel", about),
        ("inquiryPayment", about),
        ("consult", consult),
        ("refund", refund),
    ]
    folder = tmp_path / "recorded"
    with live(forwarding(upstream, record=folder)) as gateway:
        recorded = [send(gateway, endpoint, body) for endpoint, body in calls]
        explanation = gateway.entry(recorded[0])["explanation"]
    files = sorted(file.name for file in folder.iterdir())
    assert 4 == len(files)
    assert [] == [name for name in files if not name.startswith("recorded-") or not name.endswith(".yaml")]
    assert explanation.rpartition(" in ")[2] in files
    with live(Config(seed=16, scenarios=(folder,))) as gateway:
        replayed = [send(gateway, endpoint, body) for endpoint, body in calls]
    assert [shown(answer) for answer in recorded] == [shown(answer) for answer in replayed]
    assert ["SUCCESS", "PAYMENT_IN_PROCESS"] == [answer.code for answer in replayed[:2]]


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"record": Path("x")}, UsageError, "record needs the gateway to forward to: setting upstream URL"),
        ({"upstream_key": ("A", Path("x"))}, UsageError, "upstream_key needs the gateway to forward to"),
        (
            {"upstream": "http://127.0.0.1:9", "upstream_key": ("A", Path("no.pem"))},
            SetupError,
            "upstream_key A: no.pem: cannot be read",
        ),
        (
            {"upstream": "http://127.0.0.1:9", "upstream_key": ("A", Path("-----BEGIN PRIVATE KEY-----secret"))},
            SetupError,
            "upstream_key A: expected the name of a file, found what looks like the key itself",
        ),
        (
            {"upstream": "https://open-sea-global.alipay.com", "upstream_key": ("SHOP", Path("x"))},
            UsageError,
            "upstream_key SHOP: expected a client id that begins with SANDBOX_ at open-sea-global.alipay.com, got SHOP",
        ),
        (
            {"upstream": "http://127.0.0.1:9", "upstream_key": ("Schön", Path("x"))},
            UsageError,
            "upstream_key Schön: expected a client id of 1 to 128 visible ASCII characters",
        ),
        (
            {"upstream": "http://127.0.0.1:9", "record": Path("no/recorded")},
            SetupError,
            "record no/recorded: expected a folder in one that exists; create no first",
        ),
        (
            {"upstream": "http://127.0.0.1:9", "upstream_key": ("A", Path("x")), "host": "0.0.0.0", "admin_open": True},
            SetupError,
            "upstream_key: other machines could have calls signed; verify theirs first (",
        ),
    ],
)
def test_wrong_settings(settings: dict[str, Any], error: type[SetupError], message: str) -> None:
    """The error names the setting, and never what may be a key."""
    with pytest.raises(error) as caught, live(Config(**settings)):
        pass
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)

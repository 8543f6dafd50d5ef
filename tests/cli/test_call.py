"""``call``: one signed call and its reply."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.signing import keys
from tests.cli.conftest import Command
from tests.live import PATH, SAMPLE_FILE, SANDBOX_PATH, Live, live, sample

NAME = "createPaymentSession"
BAD = "reply signature: INVALID, it does not match"
CASES: list[tuple[str, int, str | tuple[str, ...], str | tuple[str, ...]]] = [
    # arguments, exit code, texts of the output, texts of standard error
    (f"{NAME} -", 0, '"resultCode": "PARAM_ILLEGAL"', ()),
    (f"--scenario card-not-supported {NAME} BODY", 0, ('"CARD_NOT_SUPPORTED"', "mock-scenario: card-not-sup"), ()),
    (f"--scenario unsigned-reply {NAME}", 1, "reply signature: none, the reply is not signed (does the gateway", ()),
    (f"--scenario bad-gateway {NAME}", 1, "reply signature: none, the reply is not signed\n", ()),
    (f"--scenario tampered-reply {NAME}", 1, BAD, ()),
    (f"--gateway-key KEY {NAME}", 1, BAD, ()),
    (f"--scenario connection-reset {NAME}", 1, NAME, ("no reply at http", "(a scenario's fault? see the journal)\n")),
    (f"--scenario empty-reply {NAME}", 1, NAME, "it closed the connection without a reply"),
    (f"--scenario garbage-reply {NAME}", 1, NAME, "the reply is not HTTP, or incomplete"),
    (f"--client-id SHOP --private-key KEY {NAME} BODY", 0, (f"{PATH}\n", "client-id: SHOP\n", "signature: valid"), ()),
    (f"--private-key KEY {NAME} BODY", 0, '"INVALID_SIGNATURE"', ()),
    (f"--private-key BODY {NAME}", 1, (), ("--private-key ", "body.json: expected an RSA private key, PEM or bare")),
    (f"--gateway-key BODY {NAME}", 1, NAME, ("--gateway-key ", "body.json: expected an RSA private key")),
    ("createPaymentSesion BODY", 0, ("payments/createPaymentSesion\n", '"NO_INTERFACE_DEF"'), ()),
    ("toys/make BODY", 0, ("/api/v1/toys/make\n", '"NO_INTERFACE_DEF"'), ()),
    ("createVaultingSession BODY", 0, ("/api/v1/vaults/createVaultingSession\n", '"NO_INTERFACE_DEF"'), ()),
    ("createPaymentSesion", 1, (), "no sample for createPaymentSesion; did you mean createPaymentSession? samples "),
    ("subscriptions/create", 2, (), "ENDPOINT: mock-alipay does not implement subscriptions/create; it implements "),
]


@pytest.fixture
def call(command: Command, gateway: Live, tmp_path: Path) -> Command:
    """Runs ``call`` at the shared gateway; BODY and KEY are files with a body and with another merchant's key."""
    files = {"BODY": tmp_path / "body.json", "KEY": tmp_path / "key.pem"}
    files["BODY"].write_text(json.dumps(sample()))
    key = keys.shipped_forger_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files["KEY"].write_bytes(key)
    flags = ("--port", str(gateway.config.port))
    return lambda line: command(
        "call", "-v", *flags, *(str(files.get(word, word)) for word in line.split()), given=b"{}"
    )


def test_request_and_reply_are_shown(call: Command, gateway: Live) -> None:
    """The output has the signed request, the documented sample without a file, the reply and its verification."""
    ended = call(f"payments/{NAME}")
    ended.expect(0, "HTTP 200 OK in ")
    request, _, reply = ended.out.partition("HTTP 200 OK in ")
    first = f"POST http://127.0.0.1:{gateway.config.port}{SANDBOX_PATH}"
    head = (first, f"client-id: {TEST_CLIENT_ID}", "request-time: ", "signature: ")
    assert [] == [text for text in (*head, SAMPLE_FILE.read_text().strip()) if text not in request]
    texts = ("response-time: ", "mock-call-id: ", "mock-scenario: success", '"resultCode": "SUCCESS"')
    assert [] == [text for text in texts if text not in reply]
    assert reply.endswith("\nreply signature: valid\n")


@pytest.mark.parametrize(("line", "code", "out", "err"), CASES, ids=[case[0].replace(" ", "_") for case in CASES])
def test_calls(call: Command, line: str, code: int, out: str, err: str) -> None:
    """Flags and files take effect; bad signatures, missing replies and unknown endpoints are reported."""
    call(line).expect(code, out, err)


def test_timeout(command: Command) -> None:
    """The call fails when nothing arrives for ``--timeout`` seconds."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        command("call", "-v", "--port", port, "--timeout", "0.1", NAME).expect(1, NAME, "it did not answer in time")


def test_into_a_pipe_only_the_body_is_printed(command: Command, gateway: Live) -> None:
    """``-i`` adds the headers of the reply, ``--json`` prints everything as data."""
    flags = ("call", "--port", str(gateway.config.port), NAME)
    assert "SUCCESS" == json.loads(command(*flags).out)["result"]["resultCode"]
    head, _, body = command(*flags, "-i").out.partition("\n\n")
    assert head.startswith("HTTP 200 OK in ")
    assert "mock-call-id: " in head
    assert "SUCCESS" == json.loads(body)["result"]["resultCode"]
    shown = json.loads(command(*flags, "--json").out)
    assert (200, "valid") == (shown["reply"]["status"], shown["signature"])
    assert json.loads(SAMPLE_FILE.read_text()) == shown["request"]["body"]


def test_an_invalid_signature_is_reported_beside_the_body(command: Command, gateway: Live) -> None:
    """On standard error."""
    ended = command("call", "--port", str(gateway.config.port), "--scenario", "tampered-reply", NAME)
    ended.expect(1, '"resultCode"', BAD)


@pytest.mark.parametrize(
    ("scenario", "code"), [("success", 0), ("unknown-exception", 3), ("risk-reject", 4), ("tampered-reply", 1)]
)
def test_fail_tells_results_apart(command: Command, gateway: Live, scenario: str, code: int) -> None:
    """By the exit code; without it every valid reply exits with 0."""
    flags = ("call", "--port", str(gateway.config.port), "--scenario", scenario, NAME)
    assert code == command(*flags, "--fail").code
    assert (1 if code == 1 else 0) == command(*flags).code


def test_set_edits_the_body(command: Command, gateway: Live) -> None:
    """Text, or JSON after ``:=``; null removes a field."""
    changes = ("--set", "paymentRequestId=edited-1", "--set", "paymentAmount.value:=7", "--set", "order:=null")
    sent = json.loads(command("call", "--port", str(gateway.config.port), "--json", *changes, NAME).out)["request"][
        "body"
    ]
    assert ("edited-1", 7, False) == (sent["paymentRequestId"], sent["paymentAmount"]["value"], "order" in sent)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("a", "--set: expected PATH=TEXT"),
        ("a:=x", "--set a:=: expected JSON after :="),
        ("a[0]=x", "--set: a[0] names an element of an array; set the array as a whole"),
        ("a..b=x", "is not a path"),
    ],
)
def test_an_unusable_change_is_refused(command: Command, gateway: Live, change: str, message: str) -> None:
    """With what was expected."""
    command("call", "--port", str(gateway.config.port), NAME, "--set", change).expect(2, (), message)


def test_samples_refer_to_the_latest_payment(command: Command) -> None:
    """With its ids and amount; without a payment the sample is sent as it is, and a note says so."""
    with live() as own:
        flags = ("call", "--port", str(own.config.port), "--json")
        missing = command(*flags, "inquiryPayment")
        assert "has no payment yet" in missing.err
        own.create(sample("pays-at-once--1", paymentMethod={"paymentMethodType": "ALIPAY_CN"}))
        for endpoint in ("inquiryPayment", "refund"):
            reply = json.loads(command(*flags, endpoint).out)["reply"]["body"]
            assert "S" == reply["result"]["resultStatus"], reply


def test_a_gateway_that_does_not_answer_gets_no_request(command: Command) -> None:
    """Nothing is printed but the error."""
    command("call", "-v", "--port", "1", NAME).expect(1, (), "no gateway answers")

"""``call``: one signed call and its reply."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.signing import keys
from tests.cli.conftest import Command
from tests.live import PATH, SAMPLE_FILE, SANDBOX_PATH, Live, letters, live, sample

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
        ("a:=x", "--set: a: expected JSON after :=, got text that is not JSON at line 1, column 1"),
        ("a:=", "--set: a: expected JSON after :=, got nothing"),
        ("a:=NaN", "--set: a: expected JSON after :=, got NaN, which JSON does not have"),
        ("a:=1e999", "--set: a: expected JSON after :=, got a number that is too large"),
        ("paymentRequestId.x=1", "expected an object at paymentRequestId, the body has the string"),
        ("paymentAmount.valeu=1", "--set: paymentAmount.valeu: unknown field, did you mean value?"),
        ("paymentNotifyURL:=null", "unknown field, did you mean paymentNotifyUrl?"),
        ("a[0]=x", "--set: a[0] names an element of an array; set the array as a whole"),
        ("a..b=x", "is not a path"),
    ],
)
def test_an_unusable_change_is_refused(command: Command, gateway: Live, change: str, message: str) -> None:
    """With what was expected."""
    command("call", "--port", str(gateway.config.port), NAME, "--set", change).expect(2, (), message)


def test_a_field_that_the_contract_lacks_is_sent(command: Command, gateway: Live) -> None:
    """With a note, unless its name looks misspelled; nothing is known about other endpoints."""
    flags = ("call", "--port", str(gateway.config.port))
    own = ("--set", f"paymentRequestId=field-{letters()}")
    command(*flags, NAME, *own, "--set", "xyz=1").expect(0, '"SUCCESS"', "--set: xyz: unknown field (it is sent)\n")
    command(*flags, "toys/make", str(SAMPLE_FILE), "--set", "xyz=1").expect(0, '"NO_INTERFACE_DEF"')


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"x", "not JSON at line 1, column 1"),
        (b"[]", "expected a JSON object, got an array"),
        (b"\xff", "not UTF-8 text"),
    ],
)
def test_a_body_that_cannot_be_edited_is_named(
    command: Command, gateway: Live, tmp_path: Path, body: bytes, message: str
) -> None:
    """With its file."""
    file = tmp_path / "body.json"
    file.write_bytes(body)
    ended = command("call", "--port", str(gateway.config.port), NAME, str(file), "--set", "a=1")
    ended.expect(1, (), (f"--set: {file} cannot be edited: ", message))


def test_samples_refer_to_the_latest_payment(command: Command) -> None:
    """With ids and amount; refunds of two payments have ids of their own. An admin token is used."""
    with live(Config(seed=1, admin_token="secret-token")) as own:
        flags = ("call", "--port", str(own.config.port), "--admin-token", "secret-token", "--fail")
        for number in "12":
            own.create(sample(f"pays-at-once--{number}", paymentMethod={"paymentMethodType": "ALIPAY_CN"}))
            for endpoint in ("inquiryPayment", "refund", "inquiryRefund"):
                command(*flags, endpoint).expect(0, '"SUCCESS"')


def test_a_sample_without_its_payment_is_sent_as_it_is(command: Command) -> None:
    """A note says what is missing, and how to get it."""
    with live(Config(seed=1, admin_token="secret-token")) as own:
        place = ("call", "--port", str(own.config.port))
        command(*place, "inquiryPayment").expect(0, "ORDER_NOT_EXIST", "the latest payment is unknown: ")
        flags = (*place, "--admin-token", "secret-token")
        command(*flags, "cancel").expect(0, "ORDER_NOT_EXIST", "has no payment yet; create one, such as with mock-")
        own.create(sample("order 1"))
        for endpoint, note in (
            (
                "capture",
                "the latest payment, order 1, has no paymentId yet; its buyer must act first: mock-alipay act 'o",
            ),
            (
                "inquiryRefund",
                "the latest payment, order 1, has no refundId yet; refund it first: mock-alipay call refund",
            ),
        ):
            command(*flags, endpoint).expect(0, '"resultStatus": "F"', note)


def test_a_gateway_that_does_not_answer_gets_no_request(command: Command) -> None:
    """Nothing is printed but the error, also when the latest payment cannot be asked for."""
    for endpoint in (NAME, "refund"):
        ended = command("call", "-v", "--port", "1", endpoint)
        ended.expect(1, (), "no gateway answers")
        assert 1 == ended.err.count("\n")

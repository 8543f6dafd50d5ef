"""``serve --upstream --record`` between two gateways, and a gateway that replays the files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mock_alipay.config.config import Config
from mock_alipay.signing import keys
from tests.cli.process import FREE, Running, serving
from tests.driver import amount, pay_body
from tests.live import SANDBOX_PATH, Live, live, sample, signed_headers

DIFFERENT = """
description: Another gateway.
createPaymentSession: {result: KEY_NOT_FOUND, message: "not $${here}", set: {traceId: t-1}}
consult: [{fault: {status: 503}}, {result: SUCCESS, set: {paymentOptions: []}}]
cancel: [{result: UNKNOWN_EXCEPTION}, {set: {result.resultCode: INVENTED, result.resultStatus: F}}]
"""
PAGES = {"normalUrl", "redirectActionForm", "schemeUrl", "applinkUrl"}
"""Fields that a replay does not have from the recording."""

Reply = tuple[int, Any]


def run(gateway: Running, name: str, act: Callable[[], object]) -> list[Reply]:
    """A payment's life, and refused calls: HTTP status and body of each reply. ``act``: lets the buyer pay."""
    replies: list[Reply] = []

    def call(endpoint: str, body: dict[str, Any]) -> Any:
        raw, path = json.dumps(body).encode(), SANDBOX_PATH.replace("createPaymentSession", endpoint)
        answer = gateway.request("POST", path, raw, signed_headers(raw, path=path))
        body = answer.body if answer.status == 200 else {}
        body.get("paymentResultInfo", {}).pop("cardToken", None)  # It is masked in files.
        replies.append((answer.status, {name: value for name, value in body.items() if name not in PAGES}))
        return body

    about = {"paymentRequestId": name}
    payment_id = call("pay", pay_body(name, manual=True))["paymentId"]
    for _ in range(2):
        call("inquiryPayment", about)
    act()
    for _ in range(2):
        call("inquiryPayment", about)
        call("inquiryPayment", {"paymentId": payment_id})
    capture = {"captureRequestId": f"c-{name}", "paymentId": payment_id, "captureAmount": amount(1000)}
    refund = {"refundRequestId": f"r-{name}", "paymentId": payment_id, "refundAmount": amount(400)}
    for _ in range(2):
        call("capture", capture)
        call("refund", refund)
    call("refund", {**refund, "refundRequestId": f"r2-{name}", "refundAmount": amount(700)})
    call("inquiryRefund", {"refundRequestId": f"r-{name}"})
    for _ in range(3):
        call("cancel", about)
    call("createPaymentSession", sample(f"session-{name}"))
    for _ in range(2):
        call("consult", {"productCode": "CASHIER_PAYMENT", "paymentAmount": amount(7), "env": {"terminalType": "WEB"}})
    return replies


def different(folder: Path, public: Path) -> Config:
    """The config of a gateway whose default scenario is another one, and that knows only the client id SHOP."""
    folder.mkdir()
    (folder / "different.yaml").write_text(DIFFERENT)
    return Config(
        seed=31, scenarios=(folder,), scenario="different", signatures="required", merchants=(("SHOP", public),)
    )


def pay(upstream: Live, name: str) -> None:
    """Let the buyer of a payment pay."""
    body = {"clientId": "SHOP", "action": "pay"}
    assert 200 == upstream.admin("POST", f"/payments/{name}/act", body).status


def test_a_recording_replays(tmp_path: Path) -> None:
    """S, U and F, HTTP errors, repeats, a payment that changes, captures and refunds. The key is shown nowhere."""
    key, public, private = keys.shipped_forger_key(), tmp_path / "public.pem", tmp_path / "private.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    private.write_text(pem)
    home, folder = tmp_path / "home", tmp_path / "recorded"
    name = "order"
    with live(different(tmp_path / "different", public)) as upstream:
        flags = ("--upstream", upstream.config.url, "--upstream-key", f"SHOP={private}", "--record", str(folder))
        with serving(home, *FREE, *flags) as gateway:
            recorded = run(gateway, name, lambda: pay(upstream, name))
            admin = [gateway.request("GET", f"/__admin{path}").raw.decode() for path in ("/calls", "/calls/1", "/env")]
            state = [file.read_text() for file in home.rglob("*.json")]
        shown = [gateway.banner, gateway.log, *admin, *state, *(file.read_text() for file in folder.iterdir())]
    assert [] == [text for text in shown if any(line in text for line in pem.splitlines()[1:-1])]
    assert "recorded in recorded-" in gateway.log
    with serving(home, *FREE, "--scenarios", str(folder)) as gateway:
        replayed = run(gateway, name, lambda: None)
    assert recorded == replayed
    codes = [body["result"]["resultCode"] if body else status for status, body in replayed]
    assert ["UNKNOWN_EXCEPTION", "INVENTED", "INVENTED", "KEY_NOT_FOUND", 503, "SUCCESS"] == codes[-6:]
    statuses = [body.get("paymentStatus") for _, body in replayed[:7]]
    assert [None, "PROCESSING", "PROCESSING", *["SUCCESS"] * 4] == statuses
    assert {"S", "U", "F"} == {body["result"]["resultStatus"] for _, body in replayed if body}

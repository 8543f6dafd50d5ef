"""The official Python SDK, unmodified, before a gateway that records another one, and before the replay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from com.alipay.ams.api.model.amount import Amount

from mock_alipay.config.config import Config
from tests.conformance.conftest import rerouting
from tests.conformance.sdk import client, filled, outcome, sdk_class, session_request
from tests.live import Live, letters, live


def outcomes(gateway: Live, name: str, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the SDK reads of each reply, whose signature it verifies; ``act`` lets the buyer pay."""
    assert gateway.certificate is not None
    monkeypatch.setenv("SSL_CERT_FILE", str(gateway.certificate.authority))
    sdk, read = client(gateway), []

    def call(request: Any, kind: str) -> Any:
        response = sdk_class("response.pay", f"Alipay{kind}Response")(sdk.execute(request))
        read.append((*outcome(response), getattr(response, "payment_status", None)))
        return response

    def ask(kind: str, **values: Any) -> Any:
        return call(filled("request.pay", f"Alipay{kind}Request", **values), kind)

    with rerouting(gateway, monkeypatch):
        call(session_request(name), "Pay")
        ask("PayQuery", payment_request_id=name)
        act()
        payment_id = ask("PayQuery", payment_request_id=name).payment_id
        for value in ("60", "60"):
            refund = {"payment_id": payment_id, "refund_request_id": f"r-{len(read)}-{name}"}
            ask("Refund", refund_amount=Amount("BRL", value), **refund)
    return read


def test_the_sdk_reads_the_same_from_a_replay(
    tls_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions, a payment before and after its buyer pays, a refund and one that is too large."""
    folder, name, act = tmp_path / "recorded", letters(), {"action": "pay"}
    with (
        live(Config(seed=41)) as upstream,
        live(Config(seed=42, upstream=upstream.config.url, record=folder), tls_folder=tls_folder) as gateway,
    ):
        recorded = outcomes(gateway, name, lambda: upstream.admin("POST", f"/payments/{name}/act", act), monkeypatch)
    with live(Config(seed=43, scenarios=(folder,)), tls_folder=tls_folder) as gateway:
        replayed = outcomes(gateway, name, lambda: None, monkeypatch)
    assert recorded == replayed
    codes = [code for _, code, _ in replayed]
    assert ["SUCCESS", "ORDER_NOT_EXIST", "SUCCESS", "SUCCESS", "REFUND_AMOUNT_EXCEED"] == codes

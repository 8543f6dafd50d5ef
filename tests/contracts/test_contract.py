"""Versions of the contract, and what a version's folder contains."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from mock_alipay.contracts import CURRENT, FOLDER, load
from mock_alipay.contracts.contract import Contract
from mock_alipay.errors import SetupError
from tests.contracts.checks import texts

TOY = {
    "$id": "https://mock-alipay.example/schemas/toys/make.json",
    "required": ["price"],
    "properties": {"price": {"$ref": "../common.json#/$defs/Amount"}},
}


@pytest.fixture
def other(tmp_path: Path) -> Contract:
    """Another version, with shorter sessions and one more family."""
    folder = tmp_path / "2031-01-01"
    shutil.copytree(FOLDER / CURRENT, folder)
    figures = json.loads((folder / "figures.json").read_bytes())
    (folder / "figures.json").write_text(json.dumps({**figures, "sessionLifetime": {"is": "PT2M"}}), "utf-8")
    (folder / "toys").mkdir()
    for name in ("make", "make.reply", "notifyMade"):
        (folder / "toys" / f"{name}.json").write_text(json.dumps(TOY), "utf-8")
    return load("2031-01-01", within=tmp_path)


def test_two_versions_are_independent(other: Contract) -> None:
    """Each has its own limits, endpoints and notifications."""
    current = load()
    lifetimes = [contract.limits.session_lifetime for contract in (current, other)]
    assert [timedelta(hours=1), timedelta(minutes=2)] == lifetimes
    assert {"toys/make"} == set(other.endpoints) ^ set(current.endpoints)
    assert {"toys/notifyMade"} == set(other.notifications) ^ set(current.notifications)
    assert ("payments/notifyCapture", "payments/notifyPayment", "payments/notifyRefund") == current.notifications
    assert ("S", "CARD") == (current.results["SUCCESS"].status, current.payment_options[0]["type"])


def test_another_family_uses_the_shared_schemas(other: Contract) -> None:
    """Bodies are checked, and unknown fields are reported."""
    body = {"price": {"currency": "EUR", "value": "1"}}
    assert body == other.check("toys/make", json.dumps(body).encode())
    assert ["price.value: missing, it is required"] == texts(
        {"price": {"currency": "EUR"}}, "toys/make", contract=other
    )
    assert ["prise: unknown field, did you mean price?"] == other.unknown("toys/make", {"prise": 1})


def test_an_unknown_version_is_refused() -> None:
    """The message has the version and the folder."""
    with pytest.raises(SetupError, match=r"unknown contract 1999-12-31: .* in /"):
        load("1999-12-31")

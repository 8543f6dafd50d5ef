"""A contract as an object: versions side by side, and what a version's folder holds."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.contracts import CURRENT, FOLDER, load
from mock_alipay.errors import Fault, Refusal, SetupError

VERSION = "2031-01-01"
TOY = {
    "$id": "https://mock-alipay.example/schemas/toys/make.json",
    "required": ["price"],
    "properties": {"price": {"$ref": "../common.json#/$defs/Amount"}},
}


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """A folder with another version: a session lives for two minutes there, and toys are a family."""
    folder = tmp_path / VERSION
    shutil.copytree(FOLDER / CURRENT, folder)
    figures = json.loads((folder / "figures.json").read_bytes())
    write(folder / "figures.json", {**figures, "sessionLifetime": {"is": "PT2M"}})
    for name in ("make", "make.reply", "notifyMade"):
        write(folder / "toys" / f"{name}.json", TOY)
    return tmp_path


def write(file: Path, content: Any) -> None:
    """Write JSON."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content), "utf-8")


def test_two_versions_differ_in_one_process(versions: Path) -> None:
    """Each keeps its own figures and endpoints, whichever was read first."""
    first, other, again = load(), load(VERSION, within=versions), load()
    lifetimes = [contract.limits.session_lifetime for contract in (first, other, again)]
    assert [timedelta(hours=1), timedelta(minutes=2), timedelta(hours=1)] == lifetimes
    assert {"toys/make"} == set(other.endpoints) ^ set(first.endpoints)
    assert {"toys/notifyMade"} == set(other.notifications) ^ set(first.notifications)


def test_another_family_refers_to_what_is_shared(versions: Path) -> None:
    """Its bodies are checked, what they lack is told, and so is what is not known."""
    contract = load(VERSION, within=versions)
    good, wrong = {"price": {"currency": "EUR", "value": "1"}}, {"price": {"currency": "EUR"}}
    assert good == contract.check("toys/make", json.dumps(good).encode())
    with pytest.raises(Refusal) as caught:
        contract.check("toys/make", json.dumps(wrong).encode())
    assert [Fault("price.value", "a value", "nothing")] == list(caught.value.faults)
    assert ["prise: unknown field, did you mean price?"] == contract.unknown("toys/make", {"prise": 1})


def test_what_a_version_holds() -> None:
    """Endpoints have a schema of their replies, notifications have none; results and methods are read."""
    contract = load()
    assert ("payments/cancel", "payments/refund") == (contract.endpoints[0], contract.endpoints[-1])
    assert ("payments/notifyCapture", "payments/notifyPayment", "payments/notifyRefund") == contract.notifications
    assert ("S", "CARD") == (contract.results["SUCCESS"].status, contract.payment_options[0]["type"])


def test_a_version_that_is_not_there() -> None:
    """It is named, with the folder that was looked into."""
    with pytest.raises(SetupError, match=r"unknown contract 1999-12-31: expected a folder of that name in /"):
        load("1999-12-31")

"""Versions of the contract, and what a version's folder contains."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from mock_alipay.contracts import CURRENT, FOLDER, load
from mock_alipay.contracts.result_codes import Result
from mock_alipay.errors import SetupError
from tests.contracts.checks import texts
from tests.fields import read

HOUR = timedelta(hours=1)
TOY = {
    "$id": "https://mock-alipay.example/schemas/toys/make.json",
    "required": ["price"],
    "properties": {"price": {"$ref": "../common.json#/$defs/Amount"}},
}


def test_two_versions_are_independent(tmp_path: Path) -> None:
    """Each has its own limits, endpoints and notifications."""
    folder = tmp_path / "2031-01-01"
    shutil.copytree(FOLDER / CURRENT, folder)
    figures = json.loads((folder / "figures.json").read_bytes())
    (folder / "figures.json").write_text(json.dumps({**figures, "sessionLifetime": {"is": "PT2M"}}), "utf-8")
    (folder / "toys").mkdir()
    for name in ("make", "make.reply", "notifyMade"):
        (folder / "toys" / f"{name}.json").write_text(json.dumps(TOY), "utf-8")
    current, other = load(), load("2031-01-01", within=tmp_path)
    assert [HOUR, HOUR / 30] == [contract.limits.session_lifetime for contract in (current, other)]
    assert {"toys/make"} == set(other.endpoints) ^ set(current.endpoints)
    assert {"toys/notifyMade"} == set(other.notifications) ^ set(current.notifications)
    assert ("payments/notifyCapture", "payments/notifyPayment", "payments/notifyRefund") == current.notifications
    missing = ["price.value: missing, it is required"]
    assert missing == texts({"price": {"currency": "EUR"}}, "toys/make", contract=other)


def test_an_unknown_version_is_refused() -> None:
    """The message has the version and the folder."""
    with pytest.raises(SetupError, match=r"unknown contract 1999-12-31: .* in /"):
        load("1999-12-31")


def test_the_result_codes_are_those_of_the_documentation() -> None:
    """Only SUCCESS has status S; rows fit the wire; scenario.json lists the same codes for editors."""
    table, listed = load().results, read("scenario.json")["$defs"]
    assert ["SUCCESS"] == [code for code, result in table.items() if result.status == "S"]
    assert (list(table), [code for code, result in table.items() if result.status == "U"]) == (
        listed["ResultCode"]["enum"],
        listed["UnknownCode"]["enum"],
    )
    assert [] == [code for code in table if len(code) > 64 or not 1 <= len(table[code].message) <= 256]
    assert ("success.", "unknown exception") == (table["SUCCESS"].message, table["UNKNOWN_EXCEPTION"].message)


@pytest.mark.parametrize(
    ("message", "expected"),
    [(None, "x"), ("", ""), ("😀" * 256, "😀" * 256), ("😀" * 257, "😀" * 255 + "…")],
)
def test_a_result_message_has_at_most_256_characters(message: str | None, expected: str) -> None:
    """A default one unless another is given; an ellipsis shows that it was cut."""
    result = {"resultCode": "X", "resultMessage": expected, "resultStatus": "F"}
    assert result == Result("X", "F", "x").composed(message)

"""The table of result codes."""

from __future__ import annotations

from collections import Counter

import pytest

from mock_alipay.contracts import load
from mock_alipay.contracts.result_codes import Result
from tests.fields import read

TABLE = load().results
UNKNOWN = {
    *("UNKNOWN_EXCEPTION", "REQUEST_TRAFFIC_EXCEED_LIMIT"),
    *("PAYMENT_IN_PROCESS", "REFUND_IN_PROCESS", "CAPTURE_IN_PROCESS"),
}


def test_codes_have_the_documented_status() -> None:
    """S only for SUCCESS; U for what a client has to repeat or to inquire."""
    assert ["SUCCESS"] == [code for code, result in TABLE.items() if result.status == "S"]
    assert set() == UNKNOWN - {code for code, result in TABLE.items() if result.status == "U"}
    assert {"F"} == {TABLE[code].status for code in ("PARAM_ILLEGAL", "RISK_REJECT", "CARD_EXPIRED", "INVALID_CVV")}


def test_scenarios_list_the_same_codes() -> None:
    """scenario.json repeats them for editors."""
    listed = read("scenario.json")["$defs"]
    assert list(TABLE) == listed["ResultCode"]["enum"]
    assert [code for code, result in TABLE.items() if result.status == "U"] == listed["UnknownCode"]["enum"]


def test_rows_fit_the_limits_of_the_wire() -> None:
    """Codes of up to 64 capitals, distinct messages of up to 256 characters."""
    for code, result in TABLE.items():
        assert (code, True) == (result.code, code.isascii() and code == code.upper() and len(code) <= 64)
        assert (True, True) == (result.status in {"S", "F", "U"}, 1 <= len(result.message) <= 256)
    messages = Counter(result.message for result in TABLE.values())
    assert ["The client is invalid."] == [message for message, count in messages.items() if count > 1]
    assert ("success.", "unknown exception") == (TABLE["SUCCESS"].message, TABLE["UNKNOWN_EXCEPTION"].message)


def test_a_result_object_has_a_default_message() -> None:
    """Another message, even an empty one, replaces it."""
    assert {"resultCode": "SUCCESS", "resultMessage": "success.", "resultStatus": "S"} == TABLE["SUCCESS"].composed()
    assert ["no.", ""] == [TABLE["PARAM_ILLEGAL"].composed(text)["resultMessage"] for text in ("no.", "")]


@pytest.mark.parametrize(("length", "expected"), [(256, "😀" * 256), (257, "😀" * 255 + "…")])
def test_a_message_is_cut_to_256_characters(length: int, expected: str) -> None:
    """An ellipsis shows that it was cut."""
    assert expected == Result("X", "F", "x").composed("😀" * length)["resultMessage"]

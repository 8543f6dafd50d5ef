"""The table of result codes."""

from __future__ import annotations

from collections import Counter

import pytest

from mock_alipay.contracts import load
from mock_alipay.contracts.result_codes import Result
from tests.fields import read

TABLE = load().results


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SUCCESS", "S"),
        ("PARAM_ILLEGAL", "F"),
        ("PROCESS_FAIL", "F"),
        ("NO_PAY_OPTIONS", "F"),
        ("CARD_NOT_SUPPORTED", "F"),
        ("UNKNOWN_EXCEPTION", "U"),
        ("INVALID_SIGNATURE", "F"),
        ("INVALID_CLIENT", "F"),
        ("NO_INTERFACE_DEF", "F"),
        ("METHOD_NOT_SUPPORTED", "F"),
        ("MEDIA_TYPE_NOT_ACCEPTABLE", "F"),
        ("REPEAT_REQ_INCONSISTENT", "F"),
        ("RISK_REJECT", "F"),
        ("REQUEST_TRAFFIC_EXCEED_LIMIT", "U"),
        ("PAYMENT_IN_PROCESS", "U"),
        ("REFUND_IN_PROCESS", "U"),
        ("CAPTURE_IN_PROCESS", "U"),
    ],
)
def test_codes_have_the_documented_status(code: str, status: str) -> None:
    """Done, failed, or unknown: clients decide by it whether to try again."""
    assert status == TABLE[code].status


def test_success_alone_succeeds() -> None:
    """No other code has status S."""
    assert ["SUCCESS"] == [code for code, result in TABLE.items() if result.status == "S"]


def test_payments_fail_for_what_front_ends_can_see() -> None:
    """A card's faults among them: all have status F."""
    codes = ["CARD_EXPIRED", "INVALID_CVV", "SUSPECTED_CARD", "ISSUER_REJECTS_TRANSACTION", "INVALID_CARD"]
    codes += ["INVALID_EXPIRY_DATE_FORMAT", "CARD_BIN_QUERY_ERROR"]
    assert {"F"} == {TABLE[code].status for code in codes}


def test_scenarios_know_the_codes_and_which_tell_nothing_final() -> None:
    """scenario.json lists them again, for editors that complete them."""
    listed = read("scenario.json")["$defs"]
    assert list(TABLE) == listed["ResultCode"]["enum"]
    assert [code for code, result in TABLE.items() if result.status == "U"] == listed["UnknownCode"]["enum"]


def test_every_code_says_something_else_or_means_the_same() -> None:
    """Only the codes of a client that is invalid share a message."""
    shared = [code for code, count in Counter(result.message for result in TABLE.values()).items() if count > 1]
    assert ["The client is invalid."] == shared


@pytest.mark.parametrize("code", TABLE)
def test_rows_obey_the_limits_of_the_wire(code: str) -> None:
    """Codes of up to 64 capitals, messages of up to 256 characters, one of three statuses."""
    result = TABLE[code]
    assert code == result.code
    assert code.isascii()
    assert code == code.upper()
    assert len(code) <= 64
    assert result.status in {"S", "F", "U"}
    assert 1 <= len(result.message) <= 256


def test_known_texts_are_word_for_word() -> None:
    """Two messages were seen on the wire."""
    assert ("success.", "unknown exception") == (TABLE["SUCCESS"].message, TABLE["UNKNOWN_EXCEPTION"].message)


class TestComposed:
    def test_is_the_result_object_of_a_reply(self) -> None:
        """All three strings are there."""
        expected = {"resultCode": "SUCCESS", "resultMessage": "success.", "resultStatus": "S"}
        assert expected == TABLE["SUCCESS"].composed()

    def test_takes_another_message(self) -> None:
        """An empty one too."""
        assert ["no.", ""] == [TABLE["PARAM_ILLEGAL"].composed(text)["resultMessage"] for text in ("no.", "")]

    @pytest.mark.parametrize(
        ("length", "expected"), [(256, "😀" * 256), (257, "😀" * 255 + "…"), (5_000, "😀" * 255 + "…")]
    )
    def test_cuts_a_message_to_256_characters(self, length: int, expected: str) -> None:
        """Characters, not bytes; an ellipsis says that something is gone."""
        assert expected == Result("X", "F", "x").composed("😀" * length)["resultMessage"]

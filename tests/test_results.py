"""The table of result codes."""

from __future__ import annotations

import pytest

from mock_alipay.results import Result, results

TABLE = results()


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

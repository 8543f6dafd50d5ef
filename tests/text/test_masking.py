"""Card numbers and security codes are masked in bodies and texts."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.text.masking import is_secret, mask_json, mask_text, mask_value

CARD = "4054692760174822"
MASKED = "405469******4822"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(CARD, MASKED), ("4054692760174", "405469***0174"), ("405469276017", "*" * 12), ("737", "***"), ("", "")],
)
def test_a_card_number_keeps_six_and_four_digits(value: str, expected: str) -> None:
    """A shorter value is masked whole."""
    assert expected == mask_value(value)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *((name, True) for name in ("cardNo", "CARDNO", "cardNumber", "pan", "cvv", "CVV2", "cvc2", "securityCode")),
        *((name, True) for name in ("security_code", "card-number", "c.v.v", "_" * 57 + "cvv")),
        *((name, False) for name in ("cvvs", "card", "", "_" * 58 + "cvv")),
    ],
)
def test_secret_names_are_known_in_any_spelling(name: str, secret: bool) -> None:
    """Also those of other gateways, which merchants mix up."""
    assert secret == is_secret(name)
    assert {name: "***" if secret else "737"} == mask_json({name: "737"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [{"b": {"cardNo": CARD}}]}, {"a": [{"b": {"cardNo": MASKED}}]}),
        ({"cardNo": int(CARD)}, {"cardNo": MASKED}),
        ({"cvv": True}, {"cvv": "****"}),
        ({"cardNo": {"number": CARD, "x": [None, 737]}}, {"cardNo": {"number": MASKED, "x": [None, "***"]}}),
        ({"metadata": f'{{"cardNo":"{CARD}","cvv":"737"}}'}, {"metadata": f'{{"cardNo":"{MASKED}","cvv":"***"}}'}),
        ({"note": f"card {CARD}", "cvv": None, "x": int(CARD)}, {"note": f"card {MASKED}", "cvv": None, "x": MASKED}),
        ({"x": float(CARD)}, {"x": MASKED}),
        ({"x": 405469276017482.2}, {"x": "405469*******82.2"}),
        ({"x": 4e18}, {"x": "400000*********0000"}),
        ({"x": [True, 1.5, float("inf"), -7, int(CARD) + 1]}, {"x": [True, 1.5, float("inf"), -7, int(CARD) + 1]}),
        ({CARD: {f"no {CARD}": 1}}, {MASKED: {f"no {MASKED}": 1}}),
    ],
)
def test_a_body_is_masked_at_any_depth(value: Any, expected: Any) -> None:
    """Secret fields of any type, and card numbers anywhere; the original is not changed."""
    before = repr(value)
    assert expected == mask_json(value)
    assert before == repr(value)


def test_a_deep_body_is_shown_to_a_limit() -> None:
    """The journal shows refused bodies too."""
    value: Any = CARD
    for _ in range(1_000):
        value = {"a": [value]}
    expected: Any = "…"
    for _ in range(32):
        expected = {"a": [expected]}
    assert json.dumps(expected) == json.dumps(mask_json(value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'{{ "cardNo" :\n"{CARD}" , "x":"y" }}', f'{{ "cardNo" :\n"{MASKED}" , "x":"y" }}'),
        (f'{{"cardNo":{CARD},"x":1}}', f'{{"cardNo":"{MASKED}","x":1}}'),
        ('{"cvv":"7\\"3"}', '{"cvv":"****"}'),
        ('{"cvv":null,"cardNo": null}', '{"cvv":null,"cardNo": null}'),
        (f'{{"cardNo":"{CARD}', f'{{"cardNo":"{MASKED}"'),
        (r'{"m":"{\"cvv\":\"737\",\"x\":1}"}', r'{"m":"{\"cvv\":\"***\",\"x\":1}"}'),
        ("?cvv=737&card_number=12345&x=1", "?cvv=***&card_number=*****&x=1"),
        ("card 4054 6927 6017 4822.", "card 4054 6*********4822."),
        ("4054\u00a06927\u202f6017\u200b4822", "4054\u00a06*********4822"),
        ("4054_6927/6017:4822", "4054_6*********4822"),
        (r"4054\u00a06927\n6017\/4822", r"4054\u****************4822"),
        ("?n=4054%206927+6017%C2%A04822&x", "?n=4054%2****************4822&x"),
        ("\uff14\uff10546927601748\uff12\uff12", "\uff14\uff105469******48\uff12\uff12"),
        ("4-0-5-4-6-9-2-7-6-0-1-7-4-8-2-2", "4-0-5-*********************-2-2"),
        (f"7 {CARD} 9", f"7 {MASKED} 9"),
        (f"{CARD},{CARD}", f"{MASKED},{MASKED}"),
        ("4222222222222", "422222***2222"),
        ("6200001234567890128", "620000*********0128"),
        ("2201382000000013", "220138******0013"),
        *(
            (text, text)
            for text in (
                "4054692760174823",  # wrong check digit
                f"{CARD}0000",  # 20 digits
                f"0{CARD}",
                "1769860800007",  # milliseconds with a valid check digit
                "2026013112000003",  # a date and a number with a valid check digit
                "40546927601748-27",
                f"12{CARD}-3",
                "55bf93a6-71a1-4ca9-b014-53273bd674eb",
                "",
            )
        ),
    ],
)
def test_a_text_is_masked(text: str, expected: str) -> None:
    """Secret fields, and card numbers with any separators; other long numbers are not changed."""
    assert expected == mask_text(text)


@settings(max_examples=30)
@given(
    st.from_regex("[0-9]{13,19}", fullmatch=True),
    st.dictionaries(st.text("abcxyz", min_size=1), st.text("abcxyz") | st.integers(0, 999) | st.none()),
    st.sampled_from([None, 1]),
)
def test_a_masked_text_is_the_text_of_the_masked_body(number: str, around: dict[str, Any], indent: int | None) -> None:
    """Both show the same."""
    body = {**around, "in": [{"cardNo": number, "cvv": "737", "after": "x"}]}
    text = mask_text(json.dumps(body, indent=indent))
    assert mask_json(body) == json.loads(text)
    assert number not in text


@pytest.mark.parametrize(
    "piece",
    ["\\", '"cvv":', '"cvv":"', '"cvv":\\', "4 ", "4", "4%20%20", "\\u00a04", "c_v_v=", f"{CARD} "],
)
def test_masking_takes_linear_time(piece: str) -> None:
    """Eight times the text takes about eight times as long, not 64 times."""

    def took(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.thread_time()
        mask_text(text)
        return time.thread_time() - start

    took(1_000)
    assert took(80_000) < 30 * max(took(10_000), 0.0005)


def test_a_time_is_no_card_number() -> None:
    """Whatever the hour: from 22:21 on, the digits of a time can begin like those of a card, and pass its check."""
    day = datetime(2026, 11, 30, tzinfo=UTC)
    for milliseconds in range(0, 24 * 3600 * 1000, 61_007):
        moment = (day + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")
        for text in (moment, moment.replace("T", " "), f'{{"time":"{moment}"}}'):
            assert text == mask_text(text)
    assert mask_text("2026-11-30T22:21:29.603+00:00 4111111111111111").endswith("411111******1111")
    assert "4111111111111111" not in mask_text("4111111111111111 2026-11-30T22:21:29.603+00:00")

"""Card numbers and security codes, out of sight."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.text.masking import SECRET_NAMES, mask_json, mask_text, mask_value

CARD = "4054692760174822"
MASKED = "405469******4822"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (CARD, MASKED),
        ("4054692760174", "405469***0174"),
        ("405469276017", "************"),
        ("737", "***"),
        ("", ""),
        ("4" * 19, "444444*********4444"),
    ],
)
def test_a_card_number_keeps_six_and_four_digits(value: str, expected: str) -> None:
    """Enough to tell test cards apart; nothing of a security code."""
    assert expected == mask_value(value)


@pytest.mark.parametrize("name", ["cardNo", "CARDNO", "cardNumber", "pan", "cvv", "CVV2", "cvc", "securityCode"])
def test_names_are_secret_in_any_case(name: str) -> None:
    """As are those that other gateways use: merchants mix them up."""
    assert name.lower() in SECRET_NAMES
    assert {name: MASKED} == mask_json({name: CARD})
    assert f'{{"{name}": "{MASKED}"}}' == mask_text(f'{{"{name}": "{CARD}"}}')


class TestMaskJson:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ({"a": [{"b": {"cardNo": CARD}}]}, {"a": [{"b": {"cardNo": MASKED}}]}),
            ({"cardNo": int(CARD)}, {"cardNo": MASKED}),
            ({"cvv": 737}, {"cvv": "***"}),
            ({"cvv": True}, {"cvv": "****"}),
            ({"cvv": None}, {"cvv": None}),
            ({"cardNo": [CARD, CARD]}, {"cardNo": [MASKED, MASKED]}),
            ({"cardNo": {"number": CARD, "x": [None, 737]}}, {"cardNo": {"number": MASKED, "x": [None, "***"]}}),
            ({"metadata": f'{{"cardNo":"{CARD}","cvv":"737"}}'}, {"metadata": f'{{"cardNo":"{MASKED}","cvv":"***"}}'}),
            ({"note": f"card {CARD}"}, {"note": f"card {MASKED}"}),
            ({"cvvs": "737", "x": 1, "y": None}, {"cvvs": "737", "x": 1, "y": None}),
            ([1, "x"], [1, "x"]),
            ("x", "x"),
        ],
    )
    def test_masks_secret_fields_at_any_depth(self, value: Any, expected: Any) -> None:
        """Native numbers, lists and objects among them; everything else stays."""
        assert expected == mask_json(value)

    @pytest.mark.parametrize("key", ["a", "cardNo"])
    def test_shows_bottomless_bodies_as_far_as_they_make_sense(self, key: str) -> None:
        """They are refused, but the journal must be able to write them down."""
        value: Any = CARD
        for _ in range(1_000):
            value = {key: [value]}
        expected: Any = "…"
        for _ in range(32):
            expected = {key: [expected]}
        assert json.dumps(expected) == json.dumps(mask_json(value))

    def test_leaves_the_original_alone(self) -> None:
        """What is shown is masked, what is kept is not."""
        body = {"a": {"cardNo": CARD}}
        mask_json(body)
        assert {"a": {"cardNo": CARD}} == body


class TestMaskText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (f'{{ "cardNo" :\n"{CARD}" , "x":"y" }}', f'{{ "cardNo" :\n"{MASKED}" , "x":"y" }}'),
            (f'{{"cardNo":{CARD},"x":1}}', f'{{"cardNo":"{MASKED}","x":1}}'),
            ('{"cvv":737}', '{"cvv":"***"}'),
            ('{"cvv":"7\\"3"}', '{"cvv":"****"}'),
            ('{"cvv":null,"cardNo": null}', '{"cvv":null,"cardNo": null}'),
            (f'{{"cardNo":"{CARD}', f'{{"cardNo":"{MASKED}"'),
            ('{"cvvs": "737", "other": "x"}', '{"cvvs": "737", "other": "x"}'),
            (r'{"m":"{\"cvv\":\"737\",\"x\":1}"}', r'{"m":"{\"cvv\":\"***\",\"x\":1}"}'),
            ("", ""),
        ],
    )
    def test_masks_secret_fields_and_nothing_else(self, text: str, expected: str) -> None:
        """White space, order and a missing end stay as they were sent."""
        assert expected == mask_text(text)

    @settings(max_examples=100, deadline=None)
    @given(
        st.from_regex("[0-9]{13,19}", fullmatch=True),
        st.dictionaries(st.text("abcxyz", min_size=1), st.text("abcxyz") | st.integers(0, 999) | st.none()),
        st.sampled_from([None, 1]),
    )
    def test_agrees_with_the_masked_body(self, number: str, around: dict[str, Any], indent: int | None) -> None:
        """The text masked and then parsed is the body parsed and then masked."""
        body = {**around, "in": [{"cardNo": number, "cvv": "737", "after": "x"}]}
        text = mask_text(json.dumps(body, indent=indent))
        assert mask_json(body) == json.loads(text)
        assert number not in text

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (f"cardNo={CARD}&x=1", f"cardNo={MASKED}&x=1"),
            ("card 4054 6927 6017 4822.", "card 4054 6*********4822."),
            ("card 4054-6927-6017-4822.", "card 4054-6*********4822."),
            (f"x{CARD}x", f"x{MASKED}x"),
        ],
    )
    def test_masks_card_numbers_wherever_they_stand(self, text: str, expected: str) -> None:
        """Known by their first digits and their check digit, also in groups."""
        assert expected == mask_text(text)

    @pytest.mark.parametrize(
        "text",
        [
            "4054692760174823",  # the check digit is wrong
            f"{CARD}0000",  # 20 digits
            f"0{CARD}",
            "4242424242424",  # 13 digits
            "1769860800000",  # milliseconds
            "2026-01-31T12:00:00+08:00",
            "55bf93a6-71a1-4ca9-b014-53273bd674eb",
        ],
    )
    def test_leaves_other_long_numbers_alone(self, text: str) -> None:
        """Times and ids are what one looks for in a journal."""
        assert text == mask_text(text)

    @pytest.mark.parametrize("piece", ["\\", '"', '"cvv"', '"cvv":', '"cvv":"', '"cvv":\\', "4 ", "4", '"cvv" '])
    def test_takes_its_time_by_length_alone(self, piece: str) -> None:
        """No text makes it slow: each of these could, were the expression to look back and forth."""
        began = time.thread_time()
        mask_text(piece * (400_000 // len(piece)))
        assert time.thread_time() - began < 5

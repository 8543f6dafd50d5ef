"""Card numbers and security codes, out of sight."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.text.masking import is_secret, mask_json, mask_text, mask_value

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


@pytest.mark.parametrize(
    "name", ["cardNo", "CARDNO", "cardNumber", "pan", "cvv", "CVV2", "cvc", "cvc2", "securityCode"]
)
def test_names_are_secret_in_any_case(name: str) -> None:
    """As are those that other gateways use: merchants mix them up."""
    assert is_secret(name)
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
            ({"x": int(CARD)}, {"x": MASKED}),
            ({"x": float(CARD)}, {"x": MASKED}),
            ({"x": 405469276017482.2}, {"x": "405469*******82.2"}),
            ({"x": 6200000000000000003.0}, {"x": "620000*********0000"}),
            ({"x": int(CARD) + 1}, {"x": int(CARD) + 1}),
            ({"x": [True, 1.5, float("inf"), -7]}, {"x": [True, 1.5, float("inf"), -7]}),
            ({CARD: {f"no {CARD}": 1}}, {MASKED: {f"no {MASKED}": 1}}),
            (
                {"security_code": 737, "card-number": "1234", "CVC2": [1]},
                {"security_code": "***", "card-number": "****", "CVC2": ["*"]},
            ),
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
            ("4054.6927.6017.4822", "4054.6*********4822"),
            ("4054\u00a06927\u202f6017\u200b4822", "4054\u00a06*********4822"),
            ("4054 - 6927 - 6017 - 4822", "4054 -***************4822"),
            ("4054_6927/6017:4822", "4054_6*********4822"),
            (r"4054\u00a06927\n6017\/4822", r"4054\u****************4822"),
            ("?n=4054%206927+6017%C2%A04822&x", "?n=4054%2****************4822&x"),
            ("\uff14\uff10546927601748\uff12\uff12", "\uff14\uff105469******48\uff12\uff12"),
            ("4-0-5-4-6-9-2-7-6-0-1-7-4-8-2-2", "4-0-5-*********************-2-2"),
            (f"7 {CARD} 9", f"7 {MASKED} 9"),
            (f"{CARD},{CARD}", f"{MASKED},{MASKED}"),
            ("4222222222222", "422222***2222"),
            ("6200001234567890128", "620000*********0128"),
            ("9490220011669217", "949022******9217"),
            ("2201382000000013", "220138******0013"),
            ("?cvv=737&card_number=12345&x=1", "?cvv=***&card_number=*****&x=1"),
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
            "1769860800007",  # milliseconds, and a check digit that fits
            "2026013112000003",  # a date and a number, with a check digit that fits
            "40546927601748-27",
            f"12{CARD}-3",
            "2026-01-31T12:00:00+08:00",
            "55bf93a6-71a1-4ca9-b014-53273bd674eb",
        ],
    )
    def test_leaves_other_long_numbers_alone(self, text: str) -> None:
        """Times and ids are what one looks for in a journal."""
        assert text == mask_text(text)

    @pytest.mark.parametrize(
        "piece",
        [
            "\\",
            '"',
            '"cvv"',
            '"cvv":',
            '"cvv":"',
            '"cvv":\\',
            "4 ",
            "4",
            '"cvv" ',
            "4%20%20",
            "\\u00a04",
            "c_v_v=",
            f"{CARD} ",
        ],
    )
    def test_takes_its_time_by_length_alone(self, piece: str) -> None:
        """Eight times the text takes about eight times as long; it would be 64 times, were a text looked at again."""

        def took(count: int) -> float:
            text = piece * (count // len(piece))
            began = time.thread_time()
            mask_text(text)
            return time.thread_time() - began

        took(1_000)
        assert took(400_000) < 30 * max(took(50_000), 0.002)

"""Durations, parsed and written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.clock.durations import iso, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0s", timedelta()),
        ("0.001ms", timedelta(microseconds=1)),
        ("30m1h", timedelta(minutes=90)),
        ("1d2h3m4s5ms", timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=5)),
        ("P1W2DT3H4M5.678901S", timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5, microseconds=678_901)),
        ("P0.5WT0.5M", timedelta(days=3.5, seconds=30)),
        ("9" * 30 + "d", timedelta.max),
        (f"PT{'9' * 30}S", timedelta.max),
    ],
)
def test_short_and_iso_8601_durations_are_parsed(text: str, expected: timedelta) -> None:
    """A duration beyond ``timedelta.max`` is cut to it."""
    assert expected == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "3", "3 s", "3S", "-3s", "+3s", "1e3ms", ".5s", "5.s", "1.2345s", "3s\n", "\u0663s", "1s" * 6),
        *("P", "PT", "P1DT", "P1Y", "P1M", "P1", "PT1", "P1H", "PT1D", "PT1,5H", "PT1.H", "PT.5H", "PT1.1234567H"),
        *("-PT1S", "pt1s", "PT1S1M", "PT1M1M", "P1D1W", "P1D\n", "1sPT1S"),
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    """Years and months too; the message shows the text and examples."""
    with pytest.raises(ValueError, match=r"is not a duration; write 300ms, .* or PT59M$") as caught:
        parse(text)
    assert str(caught.value).startswith(f"'{text}' ")


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(), "PT0S"),
        (timedelta(minutes=60), "PT1H"),
        (timedelta(days=1, seconds=1), "P1DT1S"),
        (timedelta(hours=10, seconds=10, microseconds=10), "PT10H10.00001S"),
        (timedelta(seconds=-1.5), "-PT1.5S"),
    ],
)
def test_a_duration_is_written_in_iso_8601(length: timedelta, expected: str) -> None:
    """Zero parts are left out, and a negative duration has a leading minus."""
    assert expected == iso(length)


@settings(max_examples=20)
@given(st.timedeltas(timedelta(), timedelta(days=999_999)))
def test_a_written_duration_is_parsed_exactly(length: timedelta) -> None:
    """To the microsecond."""
    assert length == parse(iso(length))

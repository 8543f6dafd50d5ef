"""Lengths of time, read and written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_alipay.clock.durations import iso, parse

UNITS = ("days", "hours", "minutes", "seconds", "milliseconds")
SHORT = dict(zip(UNITS, ("d", "h", "m", "s", "ms"), strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("300ms", timedelta(milliseconds=300)),
        ("1.5s", timedelta(seconds=1.5)),
        ("0s", timedelta()),
        ("0.001s", timedelta(milliseconds=1)),
        ("0.001ms", timedelta(microseconds=1)),
        ("59m", timedelta(minutes=59)),
        ("1h30m", timedelta(minutes=90)),
        ("30m1h", timedelta(minutes=90)),
        ("2d", timedelta(days=2)),
        ("1d2h3m4s5ms", timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=5)),
        ("1m1ms", timedelta(minutes=1, milliseconds=1)),
        ("999999d999999d999999d999999d999999d", timedelta(days=5 * 999_999)),
        ("PT59M", timedelta(minutes=59)),
        ("P2D", timedelta(days=2)),
        ("P1W", timedelta(weeks=1)),
        ("P1W2DT3H4M5.678901S", timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5, microseconds=678_901)),
        ("PT0S", timedelta()),
        ("PT90M", timedelta(minutes=90)),
        ("PT1.5H", timedelta(minutes=90)),
        ("P0.5WT0.5M", timedelta(days=3.5, seconds=30)),
        ("P1.5DT0.000001S", timedelta(hours=36, microseconds=1)),
        ("PT999999.999999H", timedelta(hours=999_999, seconds=3599.9964)),
        ("P999999WT999999.999999S", timedelta(weeks=999_999, seconds=999_999, microseconds=999_999)),
    ],
)
def test_a_duration_is_read(text: str, expected: timedelta) -> None:
    """As people write it, or as ISO 8601 does."""
    assert expected == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "3",
            "3 s",
            "3S",
            "3M",
            "-3s",
            "+3s",
            "1e3ms",
            ".5s",
            "5.s",
            "1.2345s",
            "3s\n",
            "\u0663s",
        ),
        *(
            "P",
            "PT",
            "P1DT",
            "P1Y",
            "P1M",
            "P1",
            "PT1",
            "P1H",
            "PT1D",
            "PT1,5H",
            "PT1.H",
            "PT.5H",
            "PT1.1234567H",
            "P1.5",
            "P1.5Y",
            "PT1,5S",
            "P-1D",
            "-PT1S",
            "pt1s",
        ),
        *("PT1S1M", "PT1M1M", "P1D1W", "PT1.1234567S", "PT.5S", "P1D\n", "PT1S1s", "1sPT1S"),
        *("1s" * 6, "999999d" * 1001),
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Years and months too, for nobody knows how long they are; the error shows what to write."""
    with pytest.raises(ValueError, match=r"is not a duration; write 300ms, .* or PT59M$") as caught:
        parse(text)
    assert str(caught.value).startswith(f"'{text[:40]}' ")


@pytest.mark.parametrize("text", ["9" * 30 + "d", "999999999d999999999d", "P" + "9" * 30 + "W", f"PT{'9' * 30}S"])
def test_what_is_longer_than_any_calendar_is_as_long_as_can_be(text: str) -> None:
    """It is a duration all the same; whoever asked for it says what there is room for."""
    assert timedelta.max == parse(text)


@given(st.timedeltas(timedelta(), timedelta(days=999_999, hours=23, minutes=59, seconds=59, microseconds=999_999)))
def test_what_is_written_is_read_back(length: timedelta) -> None:
    """To the microsecond, whatever its length."""
    assert length == parse(iso(length))


@given(st.lists(st.tuples(st.sampled_from(UNITS), st.integers(0, 999_999)), min_size=1, max_size=5))
def test_parts_are_added_up(components: list[tuple[str, int]]) -> None:
    """In any order, and a unit may come twice."""
    text = "".join(f"{number}{SHORT[unit]}" for unit, number in components)
    assert sum((timedelta(**{unit: number}) for unit, number in components), timedelta()) == parse(text)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(), "PT0S"),
        (timedelta(minutes=59), "PT59M"),
        (timedelta(minutes=60), "PT1H"),
        (timedelta(days=1), "P1D"),
        (timedelta(days=400), "P400D"),
        (timedelta(days=1, seconds=1), "P1DT1S"),
        (timedelta(hours=10, seconds=10), "PT10H10S"),
        (timedelta(milliseconds=500), "PT0.5S"),
        (timedelta(seconds=10, microseconds=10), "PT10.00001S"),
        (timedelta(days=-1), "-P1D"),
        (timedelta(seconds=-1.5), "-PT1.5S"),
    ],
)
def test_a_duration_is_written_in_iso_8601(length: timedelta, expected: str) -> None:
    """Without parts that are nothing; a negative one has its minus in front, as clocks set back show it."""
    assert expected == iso(length)

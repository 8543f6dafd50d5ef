"""Which calls a match claims."""

from __future__ import annotations

import fnmatch
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_alipay.scenarios import matching as module
from mock_alipay.scenarios.matching import Condition, conditions, fits, is_glob, meet
from tests.scenarios.loading import Request

BODY: dict[str, Any] = {
    "paymentAmount": {"value": "100", "currency": "BRL"},
    "native": {"integer": 100, "decimal": 1.5, "yes": True, "no": False},
    "order": {"goods": [{"name": "red shoe"}, {"name": "blue hat"}], "extras": []},
    "blank": "",
}

REQUEST = Request("SANDBOX_A", {"x-shop": "berlin-1", "content-type": "application/json"}, BODY)

LETTERS = st.text("ab*?", max_size=7)


def only(match: dict[str, Any]) -> Condition:
    """The condition of a match that has one."""
    (condition,) = conditions(match)
    return condition


@pytest.mark.parametrize(
    ("path", "wanted", "expected"),
    [
        ("paymentAmount.value", "100", True),
        ("paymentAmount.value", 100, True),
        ("paymentAmount.value", "10", False),
        ("paymentAmount.value", "1000", False),
        ("paymentAmount.currency", "brl", False),
        ("native.integer", "100", True),
        ("native.integer", 100, True),
        ("native.integer", 100.0, False),
        ("native.decimal", "1.5", True),
        ("native.decimal", 1.5, True),
        ("native.yes", True, True),
        ("native.yes", "true", True),
        ("native.yes", "True", False),
        ("native.yes", 1, False),
        ("native.no", False, True),
        ("native.no", "", False),
        ("blank", "", True),
        ("blank", "?", False),
        ("blank", "*", True),
        ("paymentAmount.value", "1*", True),
        ("paymentAmount.value", "1??", True),
        ("paymentAmount.value", "1?", False),
        ("paymentAmount.value", "*00", True),
        ("paymentAmount.value", "[1]00", False),
        ("paymentAmount.value", ["7", "100"], True),
        ("paymentAmount.value", ["7", "8"], False),
        ("paymentAmount.value", ["7", "1*"], True),
        ("paymentAmount", {"present": True}, True),
        ("paymentAmount", {"present": False}, False),
        ("blank", {"present": True}, True),
        ("missing", {"present": False}, True),
        ("missing", {"present": True}, False),
        ("missing.deeper", {"present": False}, True),
        ("missing", "*", False),
        ("paymentAmount", "*", False),
        ("paymentAmount.value", ["7", {"present": False}], False),
        ("missing", ["7", {"present": False}], True),
        ("order.goods[0].name", "red*", True),
        ("order.goods[1].name", "red*", False),
        ("order.goods[].name", "blue*", True),
        ("order.goods[].name", "green*", False),
        ("order.goods[2].name", {"present": False}, True),
        ("order.goods[].price", {"present": False}, True),
        ("order.extras[]", {"present": True}, False),
        ("order.extras", {"present": True}, True),
    ],
)
def test_a_body_field_is_compared(path: str, wanted: Any, expected: bool) -> None:
    """Equality as text, globs, presence, and lists of these; ``[]`` means any element."""
    assert expected == only({"body": {path: wanted}}).holds(REQUEST)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"headers": {"X-Shop": "berlin-*"}}, True),
        ({"headers": {"x-shop": "berlin-1"}}, True),
        ({"headers": {"X-SHOP": "Berlin-1"}}, False),
        ({"headers": {"X-Shop": {"present": False}}}, False),
        ({"headers": {"X-Other": {"present": False}}}, True),
        ({"headers": {"X-Other": "*"}}, False),
        ({"clientId": "SANDBOX_*"}, True),
        ({"clientId": ["x", "SANDBOX_A"]}, True),
        ({"clientId": "sandbox_a"}, False),
        ({"clientId": {"present": True}}, True),
    ],
)
def test_headers_and_client_id_are_compared(match: dict[str, Any], expected: bool) -> None:
    """A header's name is free in its case, its value and the client id are not."""
    assert expected == only(match).holds(REQUEST)


@settings(max_examples=400, deadline=None)
@given(LETTERS, LETTERS)
@example("", "*")
@example("ab", "*b*")
@example("aab", "*ab")
@example("*", "?")
def test_globs_mean_what_the_shell_means(value: str, word: str) -> None:
    """Without brackets the two agree on every text."""
    assert fnmatch.fnmatchcase(value, word) == fits(value, word)


class Counted(str):
    """A text that counts how often one of its letters is looked at."""

    __slots__ = ("looks",)

    def __new__(cls, value: str) -> Counted:
        made = super().__new__(cls, value)
        made.looks = 0
        return made

    looks: int

    def __getitem__(self, key: Any) -> str:
        self.looks += 1
        return super().__getitem__(key)


@pytest.mark.parametrize("word", ["*a" * 20 + "*b", "a*" * 20 + "b", "*" * 40 + "b", "?*" * 20 + "b"])
def test_a_hostile_glob_stays_cheap(word: str) -> None:
    """At most length times length steps, where a backtracking matcher would take longer than the universe."""
    value = Counted("a" * 3000)
    assert fits(value, word) is False
    assert value.looks <= len(value) * (len(word) + 1)


@settings(max_examples=200, deadline=None)
@given(LETTERS, LETTERS, st.text("ab*?", max_size=6))
def test_words_that_both_fit_a_text_meet(one: str, other: str, value: str) -> None:
    """A text that fits both words proves that they overlap, in either order."""
    assert meet(one, other) == meet(other, one)
    if fits(value, one) and fits(value, other) and (is_glob(one) or is_glob(other)):
        assert meet(one, other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("a*", "abc", True),
        ("a*", "bac", False),
        ("a*", "*b", True),
        ("a*b", "b*a", False),
        ("a?", "?b", True),
        ("a?", "?", False),
        ("a*", "a", True),
        ("*", "", True),
        ("?*", "", False),
        ("x*1", "x*2", False),
        ("*x*", "*y*", True),
    ],
)
def test_whether_two_words_can_fit_one_text(one: str, other: str, expected: bool) -> None:
    """Two globs overlap when some text fits both, though neither fits the other."""
    assert expected == meet(one, other)
    assert expected == meet(other, one)


@pytest.mark.parametrize(
    ("wanted", "weight"),
    [
        ("a", 2),
        (["a", "b"], 2),
        (["a", {"present": False}], 2),
        ("a*", 1),
        (["a", "b?"], 1),
        ({"present": True}, 0),
        ({"present": False}, 0),
        (["a", {"present": True}], 0),
    ],
)
def test_equality_weighs_more_than_a_glob_and_that_more_than_presence(wanted: Any, weight: int) -> None:
    """A list weighs what its loosest part weighs."""
    assert weight == only({"clientId": wanted}).weight


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a", "a", True),
        ("a", "b", False),
        (["a", "b"], ["b", "c"], True),
        (["a", "b"], ["c", "d"], False),
        ("a", "a*", True),
        ("a*", "*a", True),
        ("a*", "b*", False),
        (1, "1", True),
        (True, "true", True),
        ({"present": True}, {"present": True}, True),
        ({"present": False}, {"present": False}, True),
        ({"present": True}, {"present": False}, False),
        ({"present": True}, "a", True),
        ({"present": False}, "a", False),
        (["a", {"present": False}], ["b", {"present": False}], True),
    ],
)
def test_conditions_overlap_when_a_value_fits_both(one: Any, other: Any, expected: bool) -> None:
    """Overlap is symmetric, and disjoint values do not overlap."""
    a, b = only({"clientId": one}), only({"clientId": other})
    assert expected == a.overlaps(b)
    assert expected == b.overlaps(a)


LISTS = st.lists(LETTERS, min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(LISTS, LISTS)
def test_lists_overlap_when_a_word_of_each_does(one: list[str], other: list[str]) -> None:
    """Whichever words they are, globs or not, in either order."""
    a, b = only({"clientId": one}), only({"clientId": other})
    assert any(meet(x, y) for x in one for y in other) == a.overlaps(b) == b.overlaps(a)


class Steps(str):
    """A text that counts, of all its kind together, how often a part is looked at: not too often."""

    __slots__ = ()
    taken = 0

    def __getitem__(self, key: Any) -> str:
        Steps.taken += 1
        # Each pair of letters is looked at a few times at most, in either order.
        assert Steps.taken <= 2 * 4 * module._MOST_STEPS
        return super().__getitem__(key)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("*a" * 150 + "b", "*a" * 150 + "c"),
        ("*" + "ab" * 150, "?" * 150 + "*c"),
        ("a*b*" * 75 + "b", "a" * 300),
    ],
)
@pytest.mark.parametrize("count", [1, 1000])
def test_telling_whether_hostile_lists_overlap_stays_cheap(one: str, other: str, count: int) -> None:
    """A million pairs would take hours: what takes too long to tell counts as an overlap; a few are told."""
    words = [[Steps(f"{number}{word}{number}") for number in range(count)] for word in (one, other)]
    Steps.taken = 0
    a, b = (replace(only({"clientId": "x"}), words=tuple(listed)) for listed in words)
    overlaps = a.overlaps(b), b.overlaps(a)
    assert (count > 1, count > 1) == overlaps
    assert 0 < Steps.taken


def test_long_lists_of_plain_words_are_told_apart_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many they are, they are not compared one by one, and none is taken for an overlap; globs still are."""
    compared: list[tuple[str, str]] = []
    monkeypatch.setattr(module, "meet", lambda one, other: compared.append((one, other)))
    lists = [only({"clientId": [f"{letter}{number}" for number in range(1000)]}) for letter in "ab"]
    assert not lists[0].overlaps(lists[1])
    assert [] == compared
    assert not lists[0].overlaps(only({"clientId": ["c", "d*"]}))
    assert 1000 == len(compared)


def test_a_bad_path_is_an_error() -> None:
    """Whoever builds conditions learns of a path that is none."""
    with pytest.raises(ValueError, match=r"'a\.\.b' is no path"):
        conditions({"body": {"a..b": 1}})

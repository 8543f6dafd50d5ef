"""The errors that happen on purpose, and what they carry."""

from __future__ import annotations

import pytest

from mock_alipay.errors import Misuse, MockAlipayError, Refusal, SetupError, WrongUse
from mock_alipay.terms import Fault


@pytest.mark.parametrize("error", [SetupError("x"), WrongUse("x"), Refusal("PARAM_ILLEGAL"), Misuse(400, "t", "d")])
def test_all_have_one_root(error: Exception) -> None:
    """Whoever embeds the gateway can catch them with one name."""
    assert isinstance(error, MockAlipayError)


def test_wrong_use_is_a_setup_error() -> None:
    """It differs in its exit code alone."""
    assert issubclass(WrongUse, SetupError)
    assert not issubclass(SetupError, WrongUse)


def test_a_setup_error_has_a_line_for_each_problem() -> None:
    """All are told."""
    error = SetupError("a: 1", "b: 2")
    assert ("a: 1", "b: 2") == error.problems
    assert str(error) == "a: 1\nb: 2"


def test_a_refusal_carries_what_the_merchant_and_the_journal_are_told() -> None:
    """A code, and a message, faults or an explanation when there are some."""
    faults = [Fault("a", "b", "c")]
    error = Refusal("PARAM_ILLEGAL", "m", faults=faults, explanation="e")
    assert ("PARAM_ILLEGAL", "m", tuple(faults), "e") == (error.code, error.message, error.faults, error.explanation)
    bare = Refusal("PROCESS_FAIL")
    assert ("PROCESS_FAIL", None, (), None) == (bare.code, bare.message, bare.faults, bare.explanation)


def test_misuse_is_told_as_problem_json() -> None:
    """The members of RFC 9457, and whatever helps beside them."""
    error = Misuse(404, "No such page", "it is not there", known=["a"])
    assert error.problem == {
        "type": "about:blank",
        "title": "No such page",
        "status": 404,
        "detail": "it is not there",
        "known": ["a"],
    }
    assert str(error) == "No such page: it is not there"

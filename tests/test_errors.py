"""The errors that happen on purpose, and what they carry."""

from __future__ import annotations

import pickle
from types import ModuleType

import pytest

import mock_alipay
from mock_alipay import errors
from mock_alipay.errors import (
    AdminError,
    DomainError,
    Fault,
    MockAlipayError,
    Refusal,
    SettingName,
    SetupError,
    Unreachable,
    UsageError,
    WaitTimeout,
    under,
)

PROBLEM = {"type": "about:blank", "title": "Not enough calls", "status": 408, "detail": "none came", "count": 0}


@pytest.mark.parametrize(
    "error",
    [
        *(SetupError("x"), UsageError("x"), Refusal("PARAM_ILLEGAL"), DomainError("x")),
        *(Unreachable("x"), AdminError(PROBLEM), WaitTimeout(PROBLEM)),
    ],
)
def test_all_have_one_root(error: Exception) -> None:
    """Whoever embeds the gateway can catch them with one name."""
    assert isinstance(error, MockAlipayError)


def test_wrong_use_is_a_setup_error() -> None:
    """It differs in its exit code alone."""
    assert issubclass(UsageError, SetupError)
    assert not issubclass(SetupError, UsageError)


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


def test_an_admin_error_is_the_problem_that_it_was_told() -> None:
    """Its text is the detail; the rest stands in the problem."""
    error = AdminError(PROBLEM)
    assert ("none came", 408, PROBLEM) == (str(error), error.status, error.problem)


@pytest.mark.parametrize("kind", [AdminError, WaitTimeout])
def test_an_admin_error_survives_another_process(kind: type[AdminError]) -> None:
    """Test runners send what was raised from worker to worker."""
    error = pickle.loads(pickle.dumps(kind(PROBLEM)))
    assert (kind, "none came", 408, PROBLEM) == (type(error), str(error), error.status, error.problem)


def test_waiting_in_vain_is_a_timeout_too() -> None:
    """Tests that know Python's own error need not know ours."""
    error = WaitTimeout(PROBLEM)
    assert isinstance(error, TimeoutError)
    assert isinstance(error, AdminError)
    assert ("none came", 408) == (str(error), error.status)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """Every error stands in it, below the one that it is a kind of."""
    drawn = [line for line in str(errors.__doc__).splitlines() if "── " in line]
    found: dict[str, str] = {}
    above = ["MockAlipayError"]
    for line in drawn:
        name = line.partition("── ")[2].split()[0]
        depth = line.index("── ") // 4
        above[depth:] = [name]
        found[name] = above[depth - 1]
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, MockAlipayError)]
    assert {kind.__name__: kind.__bases__[0].__name__ for kind in kinds if kind is not MockAlipayError} == found


@pytest.mark.parametrize("kind", [SetupError, UsageError])
def test_problems_are_put_under_a_name(kind: type[SetupError]) -> None:
    """Each of them, and the error stays what it is."""
    with pytest.raises(SetupError) as caught, under("--flag "):
        raise kind("a: missing", "b: wrong")
    assert (kind, ("--flag a: missing", "--flag b: wrong")) == (type(caught.value), caught.value.problems)


def test_settings_are_named_as_the_reader_knows_them() -> None:
    """In Python by their name, wherever one stands in a problem; to others as they spell them. Other text stays."""
    with pytest.raises(UsageError) as caught, under(SettingName("host"), " a:"):
        raise UsageError((SettingName("port"), " port 1: taken"), "a file of host")
    assert ("setting host a:setting port port 1: taken", "setting host a:a file of host") == caught.value.problems
    assert ("-host a:-port port 1: taken", "-host a:a file of host") == caught.value.spelled("-{}".format)


@pytest.mark.parametrize("home", [mock_alipay, errors])
@pytest.mark.parametrize(("former", "error"), [("NotAwaited", WaitTimeout), ("WrongUse", UsageError)])
def test_a_former_name_is_the_error_of_today(home: ModuleType, former: str, error: type[Exception]) -> None:
    """It warns and names the new one."""
    with pytest.warns(DeprecationWarning, match=f"{former} is now {error.__name__}"):
        assert error is getattr(home, former)

"""Errors that this package raises on purpose, and their data."""

from __future__ import annotations

import pickle
from types import ModuleType

import pytest

import mock_alipay
from mock_alipay import errors
from mock_alipay.errors import (
    AdminError,
    MockAlipayError,
    SettingName,
    SetupError,
    UsageError,
    WaitTimeout,
    under,
)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """It has every error below its base class, and MockAlipayError at the root."""
    drawn: dict[str, str] = {}
    above = ["MockAlipayError"]
    for line in str(errors.__doc__).splitlines():
        if "── " in line:
            name = line.partition("── ")[2].split()[0]
            depth = line.index("── ") // 4
            above[depth:] = [name]
            drawn[name] = above[depth - 1]
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, MockAlipayError)]
    assert {kind.__name__: kind.__bases__[0].__name__ for kind in classes if kind is not MockAlipayError} == drawn


@pytest.mark.parametrize("kind", [SetupError, UsageError])
def test_a_setup_error_has_a_line_for_each_problem(kind: type[SetupError]) -> None:
    """``under`` puts a name before each of them, and keeps the class and its exit code."""
    with pytest.raises(SetupError) as caught, under("--flag "):
        raise kind("a: missing", "b: wrong")
    problems = ("--flag a: missing", "--flag b: wrong")
    assert (kind, problems, "\n".join(problems)) == (type(caught.value), caught.value.problems, str(caught.value))
    assert {SetupError: 1, UsageError: 2}[kind] == caught.value.exit_code


def test_settings_have_other_names_for_other_readers() -> None:
    """In Python their own, on the command line their flags; other text stays."""
    with pytest.raises(UsageError) as caught, under(SettingName("host"), " a:"):
        raise UsageError((SettingName("port"), " port 1: taken"), "a file of host")
    assert ("setting host a:setting port port 1: taken", "setting host a:a file of host") == caught.value.problems
    assert ("-host a:-port port 1: taken", "-host a:a file of host") == caught.value.spelled("-{}".format)


@pytest.mark.parametrize("kind", [AdminError, WaitTimeout])
def test_an_admin_error_is_its_problem(kind: type[AdminError]) -> None:
    """Its text is the detail; it survives pickling, as between the processes of pytest-xdist."""
    problem = {"type": "about:blank", "title": "Not enough calls", "status": 408, "detail": "none came", "count": 0}
    for error in (kind(problem), pickle.loads(pickle.dumps(kind(problem)))):
        assert (kind, "none came", 408, problem) == (type(error), str(error), error.status, error.problem)
    assert (kind is WaitTimeout) == issubclass(kind, TimeoutError)


@pytest.mark.parametrize("home", [mock_alipay, errors])
def test_former_names_are_deprecated(home: ModuleType) -> None:
    """They warn with the current name; other names are an AttributeError, and every public one resolves."""
    for former, error in (("NotAwaited", WaitTimeout), ("WrongUse", UsageError)):
        with pytest.warns(DeprecationWarning, match=f"{former} is now {error.__name__}"):
            assert error is getattr(home, former)
    with pytest.raises(AttributeError, match="nothing"):
        _ = home.nothing
    assert set(mock_alipay.__all__) <= {name for name in dir(mock_alipay) if hasattr(mock_alipay, name)}

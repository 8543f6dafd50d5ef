"""Settings as Python programs pass them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from mock_alipay import create_app
from mock_alipay.config.config import Config
from mock_alipay.config.settings import Settings, configured, refuse_unguarded, settled
from mock_alipay.config.table import SETTINGS
from mock_alipay.errors import SetupError, UsageError


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("scenarios", "scenarios", (Path("scenarios"),)),
        ("scenarios", ["one", Path("two")], (Path("one"), Path("two"))),
        ("merchants", {"A": "a.pem"}, (("A", Path("a.pem")),)),
        ("merchants", [("A", "a.pem"), ("A", Path("b.pem"))], (("A", Path("a.pem")), ("A", Path("b.pem")))),
        ("gateway_key", None, None),
        ("admin_hosts", "gateway", ("gateway",)),
        ("admin_token", "", ""),
    ],
)
def test_convenient_types(name: str, value: Any, expected: Any) -> None:
    """Values of convenient types are converted to those of Config."""
    assert dataclasses.replace(Config(), **{name: expected}) == configured(Config(), {name: value})


@pytest.mark.parametrize(
    ("name", "value", "expected", "got"),
    [
        ("port", True, "a port from 0 to 65535", "true"),
        ("merchants", ["A=a.pem"], "client ids and the files of their public keys", "a list"),
        ("merchants", {"A": 5}, "client ids and the files of their public keys", "a dict"),
        ("seed", 1.5, "a whole number of at most 64 bits, or None", "the number 1.5"),
        ("watch", "yes", "True or False", 'the string "yes"'),
        ("admin_token", "short", "8 to 200 visible ASCII characters", "a string of 5 characters"),
    ],
)
def test_rejected_values(name: str, value: Any, expected: str, got: str) -> None:
    """The error names the setting, what was expected and what was found; a token is not repeated."""
    with pytest.raises(UsageError) as caught:
        configured(Config(), {name: value})
    (problem,) = caught.value.problems
    assert problem.startswith(f"setting {name}: expected {expected}")
    assert problem.endswith(f", got {got}")


def test_every_problem_is_reported() -> None:
    """All problems are reported at once, also to an app with an invalid Config; unknown names with the closest one."""
    with pytest.raises(UsageError) as caught:
        configured(Config(), {"prot": 1, "types": "x", "seed": "y"})
    assert 3 == len(caught.value.problems)
    message = "unknown setting prot; did you mean port? settings are host, port, tls_port"
    assert caught.value.problems[0].startswith(message)
    wrong: Any = "strct"
    with pytest.raises(UsageError, match="setting types"):
        create_app(Config(types=wrong))


def test_the_table_is_complete() -> None:
    """Config, the table and the TypedDict have the same fields, and every default is valid."""
    names = [field.name for field in dataclasses.fields(Config)]
    assert (names, sorted(names)) == (list(SETTINGS), sorted(Settings.__optional_keys__))
    assert Config() == configured(Config(), {})


def test_a_start_fills_in_what_is_missing() -> None:
    """The start sets the bound ports, a random seed, and a token where other machines could reach the admin API."""
    first, second = (settled(Config(host="0.0.0.0"), 1, None) for _ in range(2))
    assert (1, None, False) == (first.port, first.tls_port, first.needs_token)
    assert (first.seed, first.admin_token) != (second.seed, second.admin_token)
    given = Config(seed=0, admin_token="a-token-of-ours")
    assert (0, "a-token-of-ours") == (settled(given, 1, 2).seed, settled(given, 1, 2).admin_token)
    assert None is settled(Config(), 1, 2).admin_token


def test_an_unguarded_admin_api_is_refused() -> None:
    """Other machines need a token or an open API; both together are contradictory."""
    refuse_unguarded(Config(host="0.0.0.0", admin_open=True))
    with pytest.raises(SetupError, match=r"^setting host 0.0.0.0: .*admin_token.*admin_open"):
        refuse_unguarded(Config(host="0.0.0.0"))
    with pytest.raises(UsageError, match="exclude each other"):
        refuse_unguarded(Config(admin_open=True, admin_token="a-token-of-ours"))

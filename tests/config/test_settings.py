"""Settings as Python programs write them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from mock_alipay import create_app
from mock_alipay.config.config import Config
from mock_alipay.config.settings import Settings, configured
from mock_alipay.config.table import SETTINGS
from mock_alipay.errors import UsageError

EASY = [
    ("scenarios", "scenarios", (Path("scenarios"),)),
    ("scenarios", Path("scenarios"), (Path("scenarios"),)),
    ("scenarios", ["one", Path("two")], (Path("one"), Path("two"))),
    ("merchants", {"A": "a.pem"}, (("A", Path("a.pem")),)),
    ("merchants", [("A", "a.pem"), ("A", Path("b.pem"))], (("A", Path("a.pem")), ("A", Path("b.pem")))),
    ("gateway_key", "key.pem", Path("key.pem")),
    ("gateway_key", None, None),
    ("admin_hosts", "gateway", ("gateway",)),
    ("admin_hosts", ["gateway", "antom"], ("gateway", "antom")),
    ("admin_token", "", ""),
    ("watch", True, True),
    ("notify_url", None, None),
]

WRONG = [
    ("host", 5, "a string", "the number 5"),
    ("port", "0", "a port from 0 to 65535", 'the string "0"'),
    ("port", 99999, "a port from 0 to 65535", "the number 99999"),
    ("port", True, "a port from 0 to 65535", "true"),
    ("scenarios", 5, "a folder", "the number 5"),
    ("scenarios", [5], "a folder", "a list"),
    ("signatures", "of", "known, required or off", 'the string "of"'),
    ("types", ["strict"], "documented or strict", "a list"),
    ("merchants", ["A=a.pem"], "client ids and the files of their public keys", "a list"),
    ("merchants", {"A": 5}, "client ids and the files of their public keys", "a dict"),
    ("gateway_key", b"key", "a file, or None", "a bytes"),
    ("seed", 1.5, "a whole number of at most 64 bits, or None", "the number 1.5"),
    ("watch", "yes", "True or False", 'the string "yes"'),
    ("admin_hosts", 5, "a host name without port", "the number 5"),
    ("admin_hosts", "gateway:2088", "a host name without port", 'the string "gateway:2088"'),
    ("admin_token", "short", "8 to 200 visible ASCII characters", "a string of 5 characters"),
    ("admin_open", 1, "True or False", "the number 1"),
    ("notify_url", 5, "an http or https URL", "the number 5"),
]


@pytest.mark.parametrize(("name", "written", "expected"), EASY)
def test_easy_forms(name: str, written: Any, expected: Any) -> None:
    """What is easy to write becomes what Config holds."""
    assert dataclasses.replace(Config(), **{name: expected}) == configured(Config(), {name: written})


@pytest.mark.parametrize(("name", "written", "expected", "found"), WRONG)
def test_wrong_values(name: str, written: Any, expected: str, found: str) -> None:
    """What cannot be is told with the setting, what was expected and what was found."""
    with pytest.raises(UsageError) as caught:
        configured(Config(), {name: written})
    (problem,) = caught.value.problems
    assert problem.startswith(f"setting {name}: expected {expected}")
    assert problem.endswith(f", got {found}")


def test_everything_wrong_is_told() -> None:
    """At once, unknown names with what was perhaps meant."""
    with pytest.raises(UsageError) as caught:
        configured(Config(), {"prot": 1, "types": "x", "seed": "y"})
    problems = caught.value.problems
    assert len(problems) == 3
    assert problems[0].startswith("unknown setting prot; did you mean port? settings are host, port, tls_port")


def test_a_config_is_looked_at_too() -> None:
    """One that was put together wrongly does not get to be an app."""
    wrong: Any = "strct"
    with pytest.raises(UsageError, match="setting types"):
        create_app(Config(types=wrong))


def test_every_field_is_a_setting() -> None:
    """The table has a row for each field of Config, in the same order; TypedDict and Config have the same names."""
    names = [field.name for field in dataclasses.fields(Config)]
    assert names == list(SETTINGS)
    assert set(names) == Settings.__optional_keys__


def test_every_default_is_accepted() -> None:
    """A Config that nobody has changed is right."""
    assert Config() == configured(Config(), {})

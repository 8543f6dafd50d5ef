"""Flags and environment variables of ``serve``, and the settings that they make."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from mock_alipay.cli.command import Command
from mock_alipay.cli.options import SERVING, options, unknown_variables
from mock_alipay.cli.param_types import seconds
from mock_alipay.cli.serve import serve
from mock_alipay.config.config import Config
from mock_alipay.config.kinds import SWITCH
from mock_alipay.config.settings import configured
from mock_alipay.config.table import SETTINGS, Setting
from mock_alipay.errors import UsageError
from tests.cli.conftest import Command as Run

ACCEPTED: dict[str, dict[str, Any]] = {
    "host": {"0.0.0.0": "0.0.0.0"},
    "port": {"0": 0, "65535": 65535},
    "tls_port": {"0": 0, "65535": 65535, "none": None},
    "scenarios": {"scenarios": (Path("scenarios"),)},
    "scenario": {"risk-reject": "risk-reject"},
    "signatures": {"required": "required"},
    "merchants": {"SHOP=a=b.pem": (("SHOP", Path("a=b.pem")),)},
    "gateway_key": {"gateway.pem": Path("gateway.pem")},
    "state": {"state.json": Path("state.json")},
    "types": {"strict": "strict"},
    "required": {"observed": "observed"},
    "seed": {"-1": -1, str(2**63 - 1): 2**63 - 1},
    "max_body": {"1": 1},
    "admin_hosts": {name: (name,) for name in ("Mock_Alipay-1.example.com", "192.0.2.1", "x" * 253)},
    "admin_token": {token: token for token in ("12345678", "!~" * 100)},
    "notify_url": {url: url for url in ("HTTPS://shop.example/n?a=b#c", "http://[::1]:80", "http://127.0.0.1:65535/")},
    "public_url": {"https://pay.example:8443": "https://pay.example:8443"},
    "notify_allow": {
        "2001:db8::1": ("2001:db8::1",),
        "[2001:db8::1]": ("2001:db8::1",),
        "2001:db8::1, shop.example": ("2001:db8::1", "shop.example"),
    },
    "notification_time": {"real": "real"},
    "upstream": {"https://open-sea-global.alipay.com": "https://open-sea-global.alipay.com"},
    "upstream_key": {"SHOP=a.pem": ("SHOP", Path("a.pem"))},
    "record": {"recorded": Path("recorded")},
    "log_format": {"json": "json"},
}
"""Texts and their values. Only variables separate several hosts with commas."""

REJECTED = {
    "port": ("a port from 0 to 65535, got", ["abc", "-1", "65536"]),
    "tls_port": ("a port from 0 to 65535, or none, got", ["65536", "²"]),
    "signatures": ("known, required or off, got", ["KNOWN"]),
    "merchants": ("ID=FILE, a client id and the file of its public key, got", ["SHOP", "=file", "SHOP="]),
    "seed": ("a whole number of at most 64 bits, got", ["1.5", str(2**63), str(-(2**63) - 1)]),
    "max_body": ("a whole number from 1, got", ["0"]),
    "admin_hosts": ("a host name without port, such as gateway, got", ["gateway/", "ü", "x" * 254]),
    "admin_token": (
        "8 to 200 visible ASCII characters without blanks",
        ["", "1234567", "two words", "x" * 201, "line\n"],
    ),
    "public_url": (
        "an http or https URL without a path, such as http://localhost:2088, got",
        ["localhost:2088", "ftp://pay.example", "https://pay.example/path", "https://pay.example?a", "http://a@b", ""],
    ),
    "notify_url": (
        "an http or https URL such as http://127.0.0.1:8000/notify, got",
        ["127.0.0.1:8/n", "ftp://shop", "http://127.0.0.1:65536/", "http:///n", "http://user@shop/", "http://shop/a b"],
    ),
    "scenarios": ("a folder, got", [""]),
    "upstream_key": ("ID=FILE, a client id and the file of its private key", ["SHOP", "=file", "SHOP="]),
    "record": ("a folder, got", [""]),
    "gateway_key": ("a file, got", [""]),
    "state": ("a file, got", [""]),
}
"""What is expected instead of which texts."""

ALL = {setting.name: setting for setting in SERVING}
SWITCHES = [setting for setting in SERVING if setting.kind is SWITCH]


@click.command(cls=Command)
@options(*SERVING)
def probe(**flags: Any) -> dict[str, Any]:
    """A command that returns all flags."""
    return flags


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MOCK_ALIPAY_")]:
        monkeypatch.delenv(name)


def read(*arguments: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """The values of all flags."""
    result = CliRunner().invoke(probe, arguments, env=env, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    values: dict[str, Any] = result.return_value
    return values


def test_defaults_are_those_of_config() -> None:
    """Missing flags and empty variables, as in compose files, leave the defaults."""
    defaults = {**dataclasses.asdict(Config()), "log_format": "text", "quiet": False}
    assert [defaults, defaults] == [read(), read(env={setting.variable: "" for setting in SERVING})]


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_values(name: str) -> None:
    """A flag and its variable accept the same values, which Python accepts too; only variables hold several."""
    assert set(ALL) == {*ACCEPTED, *(switch.name for switch in SWITCHES)}, "a setting has no accepted values above"
    for text, expected in ACCEPTED[name].items():
        assert expected == read(env={ALL[name].variable: text})[name]
        assert "," in text or expected == read(ALL[name].flag, text)[name]
        assert name not in SETTINGS or expected == getattr(configured(Config(), {name: expected}), name)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, (_, texts) in REJECTED.items() for text in texts])
def test_rejected_values(name: str, text: str) -> None:
    """The error names flag and variable, and says what was expected; an admin token is not repeated."""
    setting, (expected, _) = ALL[name], REJECTED[name]
    message = f"{setting.flag} ({setting.variable}): expected {expected}" + (f" '{text}'" if "got" in expected else "")
    with pytest.raises(click.UsageError) as caught:
        read(setting.flag, text)
    assert message == caught.value.format_message().split("; the variable")[0]


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_switches(switch: Setting) -> None:
    """A switch has no value; its variable accepts the usual words for yes and no."""
    values = [read(switch.flag), *(read(env={switch.variable: word}) for word in ("1", " ON", "0", "no"))]
    assert [True, True, True, False, False] == [value[switch.name] for value in values]
    with pytest.raises(click.UsageError, match="expected 1, true, yes or on, or 0, false, no or off, got 'maybe'"):
        read(env={switch.variable: "maybe"})


def test_variables_of_kubernetes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of a service named mock-alipay are neither a port nor unknown; misspelled ones are reported."""
    assert 2088 == read(env={"MOCK_ALIPAY_PORT": "tcp://10.96.0.7:80"})["port"]
    theirs = ("SERVICE_HOST", "SERVICE_PORT_HTTPS", "PORT_80_TCP", "PORT_80_TCP_ADDR", "TLS_SERVICE_HOST")
    for name in (*theirs, "PORT", "URL", "HOME", "ADMIN_HOST", "PORT_80"):
        monkeypatch.setenv(f"MOCK_ALIPAY_{name}", "x")
    monkeypatch.setenv("MOCK_ALIPAY_CASHIER_PORT", "tcp://10.96.0.8:80")
    assert {
        "MOCK_ALIPAY_ADMIN_HOST: unknown variable; did you mean MOCK_ALIPAY_ADMIN_HOSTS?",
        "MOCK_ALIPAY_PORT_80: unknown variable; did you mean MOCK_ALIPAY_PORT?",
    } == set(unknown_variables(serve.params))


def test_several_values() -> None:
    """Repeated flags and the path separator in variables keep the order of the values; flags override variables."""
    flags = ("--scenarios", "b", "--scenarios", "a", "--merchant", "X=1", "--merchant", "X=2", "--admin-host", "b")
    variables = {"SCENARIOS": ["b", "a"], "MERCHANTS": ["X=1", "X=2"], "ADMIN_HOSTS": ["b"]}
    env = {f"MOCK_ALIPAY_{name}": os.pathsep.join(texts) for name, texts in variables.items()}
    values = read(*flags)
    assert values == read(env=env)
    assert ((Path("b"), Path("a")), (("X", Path("1")), ("X", Path("2"))), ("b",)) == (
        *(values[name] for name in ("scenarios", "merchants", "admin_hosts")),
    )
    assert ((Path("c"),), 3) == tuple(
        read("--scenarios", "c", "--port", "2", "--port", "3", env={**env, "MOCK_ALIPAY_PORT": "1"})[name]
        for name in ("scenarios", "port")
    )
    with pytest.raises(click.UsageError, match="expected a folder, got ''"):
        read(env={"MOCK_ALIPAY_SCENARIOS": f"scenarios{os.pathsep}"})


def test_seconds() -> None:
    """Any number within the bounds is a number of seconds; errors have the bounds and the text."""
    assert [0.0, 0.5, 10.0] == [seconds(0, 10).convert(text, None, None) for text in ("0", "0.5", "1e1")]
    for text in ("abc", "nan", "-0.1", "10.1"):
        with pytest.raises(click.BadParameter, match=f"0.5, at least 0 and at most 10, got '{text}'"):
            seconds(0, 10).convert(text, None, None)
    with pytest.raises(click.BadParameter, match="more than 0, got '0'"):
        seconds(0, open_=True).convert("0", None, None)


@pytest.mark.parametrize("line", ["compare --against URL", "serve --upstream URL", "payments --url URL/path"])
def test_passwords_in_urls_are_not_repeated(command: Run, line: str) -> None:
    """They are refused, with the rest of the URL."""
    ended = command(*line.replace("URL", "http://user:secret@127.0.0.1:9").split())
    assert 2 == ended.code
    assert "//user:***@127.0.0.1:9" in ended.err
    assert "secret" not in ended.err


def test_passwords_in_settings_are_not_repeated() -> None:
    """Neither by Python."""
    with pytest.raises(UsageError) as error:
        configured(Config(upstream="http://user:secret@127.0.0.1:9"), {})
    assert "//user:***@127.0.0.1:9" in str(error.value)

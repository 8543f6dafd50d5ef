"""Flags, their environment variables, and the Config that comes of them."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from mock_alipay.cli.command import Command
from mock_alipay.cli.options import SERVING, config_of, options, strange_variables
from mock_alipay.cli.serve import serve
from mock_alipay.config.config import Config

DOCUMENTED = {
    "--host": ("MOCK_ALIPAY_HOST", "127.0.0.1"),
    "--port": ("MOCK_ALIPAY_PORT", 2088),
    "--tls-port": ("MOCK_ALIPAY_TLS_PORT", 2089),
    "--scenarios": ("MOCK_ALIPAY_SCENARIOS", ()),
    "--scenario": ("MOCK_ALIPAY_SCENARIO", "success"),
    "--signatures": ("MOCK_ALIPAY_SIGNATURES", "known"),
    "--merchant": ("MOCK_ALIPAY_MERCHANTS", ()),
    "--gateway-key": ("MOCK_ALIPAY_GATEWAY_KEY", None),
    "--types": ("MOCK_ALIPAY_TYPES", "documented"),
    "--required": ("MOCK_ALIPAY_REQUIRED", "documented"),
    "--seed": ("MOCK_ALIPAY_SEED", None),
    "--max-body": ("MOCK_ALIPAY_MAX_BODY", 1048576),
    "--watch": ("MOCK_ALIPAY_WATCH", False),
    "--log-format": ("MOCK_ALIPAY_LOG_FORMAT", "text"),
    "--quiet": ("MOCK_ALIPAY_QUIET", False),
    "--admin-host": ("MOCK_ALIPAY_ADMIN_HOSTS", ()),
    "--admin-token": ("MOCK_ALIPAY_ADMIN_TOKEN", None),
    "--admin-open": ("MOCK_ALIPAY_ADMIN_OPEN", False),
    "--notify-url": ("MOCK_ALIPAY_NOTIFY_URL", None),
    "--public-url": ("MOCK_ALIPAY_PUBLIC_URL", None),
    "--notify-allow": ("MOCK_ALIPAY_NOTIFY_ALLOW", ()),
    "--sandbox-retries": ("MOCK_ALIPAY_SANDBOX_RETRIES", False),
    "--notification-time": ("MOCK_ALIPAY_NOTIFICATION_TIME", "clock"),
}
"""The published table: flag, environment variable, default."""

SINGULAR = {"merchants": "merchant", "admin_hosts": "admin_host"}
"""Fields whose flags each add one of them."""

SWITCHES = {"--watch": "watch", "--admin-open": "admin_open", "--sandbox-retries": "sandbox_retries"}
"""Flags without a value, and their fields."""

SETTINGS = [
    ("--host", "0.0.0.0", "host", "0.0.0.0"),
    ("--port", "0", "port", 0),
    ("--port", "65535", "port", 65535),
    ("--tls-port", "443", "tls_port", 443),
    ("--tls-port", "0", "tls_port", 0),
    ("--tls-port", "65535", "tls_port", 65535),
    ("--tls-port", "none", "tls_port", None),
    ("--scenarios", "scenarios", "scenarios", (Path("scenarios"),)),
    ("--scenario", "risk-reject", "scenario", "risk-reject"),
    ("--signatures", "known", "signatures", "known"),
    ("--signatures", "required", "signatures", "required"),
    ("--signatures", "off", "signatures", "off"),
    ("--merchant", "SHOP=keys/shop.pem", "merchants", (("SHOP", Path("keys/shop.pem")),)),
    ("--merchant", "SHOP=a=b.pem", "merchants", (("SHOP", Path("a=b.pem")),)),
    ("--gateway-key", "gateway.pem", "gateway_key", Path("gateway.pem")),
    ("--types", "documented", "types", "documented"),
    ("--required", "observed", "required", "observed"),
    ("--public-url", "https://pay.example:8443", "public_url", "https://pay.example:8443"),
    ("--types", "strict", "types", "strict"),
    ("--seed", "7", "seed", 7),
    ("--seed", "-1", "seed", -1),
    ("--max-body", "1", "max_body", 1),
    ("--admin-host", "gateway", "admin_hosts", ("gateway",)),
    ("--admin-host", "Mock_Alipay-1.example.com", "admin_hosts", ("Mock_Alipay-1.example.com",)),
    ("--admin-host", "192.0.2.1", "admin_hosts", ("192.0.2.1",)),
    ("--admin-token", "12345678", "admin_token", "12345678"),
    ("--admin-token", "!~" * 100, "admin_token", "!~" * 100),
    ("--notify-url", "http://127.0.0.1:8000/notify", "notify_url", "http://127.0.0.1:8000/notify"),
    ("--notify-url", "HTTPS://shop.example/n?a=b#c", "notify_url", "HTTPS://shop.example/n?a=b#c"),
    ("--notify-url", "http://[::1]:80", "notify_url", "http://[::1]:80"),
    ("--notify-allow", "shop.example", "notify_allow", ("shop.example",)),
    ("--notify-allow", "192.0.2.1", "notify_allow", ("192.0.2.1",)),
    ("--notify-allow", "2001:db8::1", "notify_allow", ("2001:db8::1",)),
    ("--notify-allow", "[2001:db8::1]", "notify_allow", ("2001:db8::1",)),
    ("--notify-url", "http://127.0.0.1:65535/", "notify_url", "http://127.0.0.1:65535/"),
    ("--notification-time", "clock", "notification_time", "clock"),
    ("--notification-time", "real", "notification_time", "real"),
]
"""Flag, value as users write it, field of the Config, what stands there then."""

WRONG = [
    ("--port", "abc", "expected a port from 0 to 65535, got 'abc'"),
    ("--port", "-1", "expected a port from 0 to 65535, got '-1'"),
    ("--port", "65536", "expected a port from 0 to 65535, got '65536'"),
    ("--tls-port", "abc", "expected a port from 0 to 65535, or none"),
    ("--tls-port", "65536", "expected a port from 0 to 65535, or none"),
    ("--tls-port", "-1", "expected a port from 0 to 65535, or none"),
    ("--tls-port", "²", "expected a port from 0 to 65535, or none"),
    ("--signatures", "maybe", "expected known, required or off, got 'maybe'"),
    ("--types", "loose", "expected documented or strict, got 'loose'"),
    ("--required", "some", "expected documented or observed, got 'some'"),
    ("--merchant", "SHOP", "expected ID=FILE"),
    ("--merchant", "=file", "expected ID=FILE"),
    ("--merchant", "SHOP=", "expected ID=FILE"),
    ("--seed", "1.5", "expected a whole number of at most 64 bits, got '1.5'"),
    ("--max-body", "0", "expected a whole number from 1, got '0'"),
    ("--log-format", "xml", "expected text or json, got 'xml'"),
    ("--admin-host", "gateway/", "expected a host name without port, such as gateway, got 'gateway/'"),
    ("--admin-host", "http://gateway", "expected a host name without port"),
    ("--admin-host", "*", "expected a host name without port"),
    ("--admin-host", "zahlungseröffnung", "expected a host name without port"),
    ("--admin-host", "x" * 254, "expected a host name without port"),
    ("--admin-token", "1234567", "expected 8 to 200 visible ASCII characters without blanks"),
    ("--admin-token", "two words", "expected 8 to 200 visible ASCII characters without blanks"),
    ("--admin-token", "schlüssel-wort", "expected 8 to 200 visible ASCII characters without blanks"),
    ("--admin-token", "x" * 201, "expected 8 to 200 visible ASCII characters without blanks"),
    ("--admin-token", "line-end\n", "expected 8 to 200 visible ASCII characters without blanks"),
    ("--notify-url", "127.0.0.1:8000/notify", "expected an http or https URL such as http://127.0.0.1:8000/notify"),
    ("--notify-url", "ftp://shop.example", "expected an http or https URL"),
    ("--notify-url", "http://127.0.0.1:65536/", "expected an http or https URL"),
    ("--notify-url", "http://", "expected an http or https URL"),
    ("--notify-url", "http:///notify", "expected an http or https URL"),
    ("--notify-url", "http://user@shop.example/", "expected an http or https URL"),
    ("--notify-url", "http://shop.example/a b", "expected an http or https URL"),
    ("--notify-url", "http://shop.example/\n", "expected an http or https URL"),
    ("--notify-allow", "https://shop.example", "expected a host name without port"),
    ("--notify-allow", "*.shop.example", "expected a host name without port"),
    ("--notification-time", "now", "expected clock or real, got 'now'"),
]


@click.command(cls=Command)
@options(*SERVING)
def probe(log_format: str, quiet: bool, **flags: Any) -> tuple[str, Config]:
    """A command with all flags that does nothing but tell what they say."""
    return "quiet" if quiet else log_format, config_of(flags)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MOCK_ALIPAY_")]:
        monkeypatch.delenv(name)


def told(*arguments: str, env: dict[str, str] | None = None) -> tuple[str, Config]:
    """What the flags and variables say."""
    result = CliRunner().invoke(probe, arguments, env=env, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    found: tuple[str, Config] = result.return_value
    return found


def test_every_flag_is_documented_with_its_variable() -> None:
    """The command has exactly the published flags, each with the published environment variable."""
    flags = {flag.opts[0]: flag.envvar for flag in serve.params if isinstance(flag, click.Option)}
    assert {name: variable for name, (variable, _) in DOCUMENTED.items()} == flags


def test_defaults_are_the_published_ones() -> None:
    """Without flags and variables every setting has the published default."""
    log_format, config = told()
    fields = {
        "--" + SINGULAR.get(name, name).replace("_", "-"): value for name, value in dataclasses.asdict(config).items()
    }
    assert {name: default for name, (_, default) in DOCUMENTED.items()} == {
        **fields,
        "--log-format": log_format,
        "--quiet": log_format == "quiet",
    }


@pytest.mark.parametrize(("flag", "written", "field", "expected"), SETTINGS)
def test_flag(flag: str, written: str, field: str, expected: object) -> None:
    """Each flag sets its field."""
    _, config = told(flag, written)
    assert expected == getattr(config, field)


@pytest.mark.parametrize(("flag", "written", "field", "expected"), SETTINGS)
def test_variable(flag: str, written: str, field: str, expected: object) -> None:
    """Each environment variable sets the same field to the same value."""
    _, config = told(env={DOCUMENTED[flag][0]: written})
    assert expected == getattr(config, field)


@pytest.mark.parametrize(("flag", "written", "words"), WRONG)
def test_wrong_value(flag: str, written: str, words: str) -> None:
    """A wrong value is refused with words that say what is expected, naming the flag and its variable."""
    for arguments, env in (([flag, written], {}), ([], {DOCUMENTED[flag][0]: written})):
        with pytest.raises(click.UsageError) as caught:
            told(*arguments, env=env)
        message = caught.value.format_message()
        assert words in message
        assert flag in message
        assert DOCUMENTED[flag][0] in message


@pytest.mark.parametrize("flag", SWITCHES)
@pytest.mark.parametrize(
    ("written", "expected"), [("1", True), ("true", True), ("on", True), ("0", False), ("no", False), ("", False)]
)
def test_switch_by_variable(flag: str, written: str, expected: bool) -> None:
    """A flag without a value takes the usual words for yes and no from the environment."""
    assert expected == getattr(told(env={DOCUMENTED[flag][0]: written})[1], SWITCHES[flag])


@pytest.mark.parametrize("flag", SWITCHES)
def test_switch_by_flag(flag: str) -> None:
    """The flag itself takes no value."""
    assert getattr(told(flag)[1], SWITCHES[flag])


def test_log_format() -> None:
    """The form of the log is no setting of the gateway, but has flag and variable all the same."""
    assert ("json", "json") == (told("--log-format", "json")[0], told(env={"MOCK_ALIPAY_LOG_FORMAT": "json"})[0])


@pytest.mark.parametrize("flag", ["--quiet", *SWITCHES])
def test_a_switch_in_a_variable(flag: str) -> None:
    """Any word for yes or no, and none else: what was expected is told."""
    variable, _ = DOCUMENTED[flag]
    assert [told(env={variable: "on"}), told(env={variable: "0"})] == [told(flag), told()]
    with pytest.raises(click.UsageError, match="expected 1, true, yes or on, or 0, false, no or off, got 'maybe'"):
        told(env={variable: "maybe"})


@pytest.mark.parametrize("typed", [("--scenarios", ""), ("--gateway-key", "")])
def test_nothing_is_no_folder_and_no_file(typed: tuple[str, str]) -> None:
    """What a shell makes of a variable that is not set does not stand for the folder that one is in."""
    with pytest.raises(click.UsageError, match=r"expected a (folder|file), got ''"):
        told(*typed)
    with pytest.raises(click.UsageError, match="expected a folder, got ''"):
        told(env={"MOCK_ALIPAY_SCENARIOS": f"scenarios{os.pathsep}"})


def test_quiet() -> None:
    """The flag, and its variable, keep calls out of the log."""
    assert ("quiet", "quiet") == (told("--quiet")[0], told(env={"MOCK_ALIPAY_QUIET": "1"})[0])


def test_variables_of_kubernetes() -> None:
    """What Kubernetes sets for a service named mock-alipay is neither taken for a port nor complained of."""
    assert 2088 == told(env={"MOCK_ALIPAY_PORT": "tcp://10.96.0.7:80"})[1].port
    assert 7 == told(env={"MOCK_ALIPAY_PORT": "7"})[1].port


def test_strange_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable is told, with what was meant; those that Kubernetes sets are its own."""
    theirs = ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTPS", "PORT_80_TCP", "PORT_80_TCP_ADDR", "PORT")
    for name in (*theirs, "TLS_SERVICE_HOST", "ADMIN_HOST", "PORT_80", "HTTP_PORT"):
        monkeypatch.setenv(f"MOCK_ALIPAY_{name}", "x")
    monkeypatch.setenv("MOCK_ALIPAY_CASHIER_PORT", "tcp://10.96.0.8:80")
    assert {
        "MOCK_ALIPAY_HTTP_PORT: no such variable, did you mean MOCK_ALIPAY_TLS_PORT?",
        "MOCK_ALIPAY_ADMIN_HOST: no such variable, did you mean MOCK_ALIPAY_ADMIN_HOSTS?",
        "MOCK_ALIPAY_PORT_80: no such variable, did you mean MOCK_ALIPAY_PORT?",
    } == set(strange_variables(serve.params))


def test_lists_by_flag() -> None:
    """Flags that may be repeated keep the order in which they were given."""
    hosts = ("--admin-host", "b", "--admin-host", "a", "--notify-allow", "d", "--notify-allow", "c")
    _, config = told("--scenarios", "b", "--scenarios", "a", "--merchant", "X=1", "--merchant", "X=2", *hosts)
    assert ((Path("b"), Path("a")), (("X", Path("1")), ("X", Path("2")))) == (config.scenarios, config.merchants)
    assert (("b", "a"), ("d", "c")) == (config.admin_hosts, config.notify_allow)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2001:db8::1", ("2001:db8::1",)),
        ("[2001:db8::1]", ("2001:db8::1",)),
        ("2001:db8::1, shop.example", ("2001:db8::1", "shop.example")),
        ("shop.example,c", ("shop.example", "c")),
    ],
)
def test_addresses_by_variable(value: str, expected: tuple[str, ...]) -> None:
    """One address is one, though it has the path separator within it; commas keep several hosts apart."""
    assert expected == told(env={"MOCK_ALIPAY_NOTIFY_ALLOW": value})[1].notify_allow


def test_lists_by_variable() -> None:
    """In the environment the same lists are written with the system's path separator."""
    env = {
        "MOCK_ALIPAY_SCENARIOS": os.pathsep.join(["b dir", "a"]),
        "MOCK_ALIPAY_MERCHANTS": os.pathsep.join(["X=1", "Y=2"]),
        "MOCK_ALIPAY_ADMIN_HOSTS": os.pathsep.join(["b", "a.example"]),
        "MOCK_ALIPAY_NOTIFY_ALLOW": os.pathsep.join(["d.example", "c"]),
    }
    _, config = told(env=env)
    assert (("b", "a.example"), ("d.example", "c")) == (config.admin_hosts, config.notify_allow)
    assert ((Path("b dir"), Path("a")), (("X", Path("1")), ("Y", Path("2")))) == (config.scenarios, config.merchants)


def test_flag_wins_over_variable() -> None:
    """A flag wins over the environment, lists included."""
    env = {"MOCK_ALIPAY_PORT": "1", "MOCK_ALIPAY_SCENARIOS": "theirs"}
    _, config = told("--port", "2", "--scenarios", "mine", env=env)
    assert (2, (Path("mine"),)) == (config.port, config.scenarios)


def test_last_flag_wins() -> None:
    """A flag given twice counts as given last, so that aliases can be overridden."""
    assert told("--port", "1", "--port", "2")[1].port == 2


@pytest.mark.parametrize("flag", [flag for flag in DOCUMENTED if flag not in SWITCHES])
def test_empty_variable_counts_as_unset(flag: str) -> None:
    """A variable that is set to nothing, as compose files do, means the default."""
    assert told() == told(env={DOCUMENTED[flag][0]: ""})


@pytest.mark.parametrize("flag", list(DOCUMENTED))
def test_help_names_flag_and_variable(flag: str) -> None:
    """The help text names every flag with its variable."""
    text = CliRunner().invoke(serve, ["--help"], terminal_width=200).output
    line = next(part for part in text.split("\n  --") if f"--{part}".startswith(f"{flag} "))
    assert DOCUMENTED[flag][0] in line

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
from mock_alipay.cli.options import SERVING, options, strange_variables
from mock_alipay.cli.serve import serve
from mock_alipay.config.config import Config
from mock_alipay.config.kinds import SWITCH
from mock_alipay.config.settings import configured
from mock_alipay.config.table import SETTINGS, Setting
from mock_alipay.errors import UsageError

WRITTEN: dict[str, dict[str, Any]] = {
    "host": {"0.0.0.0": "0.0.0.0"},
    "port": {"0": 0, "65535": 65535},
    "tls_port": {"443": 443, "0": 0, "65535": 65535, "none": None},
    "scenarios": {"scenarios": (Path("scenarios"),)},
    "scenario": {"risk-reject": "risk-reject"},
    "signatures": {word: word for word in ("known", "required", "off")},
    "merchants": {
        "SHOP=keys/shop.pem": (("SHOP", Path("keys/shop.pem")),),
        "SHOP=a=b.pem": (("SHOP", Path("a=b.pem")),),
    },
    "gateway_key": {"gateway.pem": Path("gateway.pem")},
    "types": {word: word for word in ("documented", "strict")},
    "required": {word: word for word in ("documented", "observed")},
    "seed": {"7": 7, "-1": -1, str(2**63 - 1): 2**63 - 1},
    "max_body": {"1": 1},
    "admin_hosts": {name: (name,) for name in ("gateway", "Mock_Alipay-1.example.com", "192.0.2.1")},
    "admin_token": {token: token for token in ("12345678", "!~" * 100)},
    "notify_url": {
        url: url
        for url in (
            "http://127.0.0.1:8000/notify",
            "HTTPS://shop.example/n?a=b#c",
            "http://[::1]:80",
            "http://127.0.0.1:65535/",
        )
    },
    "public_url": {"https://pay.example:8443": "https://pay.example:8443"},
    "notify_allow": {
        "shop.example": ("shop.example",),
        "2001:db8::1": ("2001:db8::1",),
        "[2001:db8::1]": ("2001:db8::1",),
        "2001:db8::1, shop.example": ("2001:db8::1", "shop.example"),
        "shop.example,c": ("shop.example", "c"),
    },
    "notification_time": {word: word for word in ("clock", "real")},
    "log_format": {word: word for word in ("text", "json")},
}
"""What users write, and what it means. Commas keep several hosts apart in variables only."""

WRONG = {
    "port": ("a port from 0 to 65535, got", ["abc", "-1", "65536"]),
    "tls_port": ("a port from 0 to 65535, or none, got", ["abc", "65536", "-1", "²"]),
    "signatures": ("known, required or off, got", ["maybe", "KNOWN"]),
    "types": ("documented or strict, got", ["loose"]),
    "required": ("documented or observed, got", ["some"]),
    "merchants": ("ID=FILE, a client id and the file of its public key, got", ["SHOP", "=file", "SHOP="]),
    "seed": ("a whole number of at most 64 bits, got", ["1.5", "0x10", "nan", str(2**63)]),
    "max_body": ("a whole number from 1, got", ["0", "-1", "1MiB"]),
    "admin_hosts": (
        "a host name without port, such as gateway, got",
        ["gateway/", "http://gateway", "*", "zahlungseröffnung", "x" * 254],
    ),
    "admin_token": (
        "8 to 200 visible ASCII characters without blanks",
        ["1234567", "two words", "schlüssel-wort", "x" * 201, "line-end\n"],
    ),
    "notify_url": (
        "an http or https URL such as http://127.0.0.1:8000/notify, got",
        [
            "127.0.0.1:8000/notify",
            "ftp://shop.example",
            "http://127.0.0.1:65536/",
            "http://",
            "http:///notify",
            "http://user@shop.example/",
            "http://shop.example/a b",
            "http://shop.example/\n",
        ],
    ),
    "notify_allow": ("a host name without port, such as gateway, got", ["https://shop.example", "*.shop.example"]),
    "notification_time": ("clock or real, got", ["now"]),
    "log_format": ("text or json, got", ["xml"]),
}
"""What was expected in place of which texts."""

ALL = {setting.name: setting for setting in SERVING}
SWITCHES = [setting for setting in SERVING if setting.kind is SWITCH]


@click.command(cls=Command)
@options(*SERVING)
def probe(**flags: Any) -> dict[str, Any]:
    """A command with all flags that does nothing but tell what they say."""
    return flags


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MOCK_ALIPAY_")]:
        monkeypatch.delenv(name)


def told(*arguments: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """What the flags and variables say."""
    result = CliRunner().invoke(probe, arguments, env=env, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    found: dict[str, Any] = result.return_value
    return found


def test_defaults_are_those_of_config() -> None:
    """Without flags and variables, and with variables that are set to nothing, as compose files do."""
    defaults = {**dataclasses.asdict(Config()), "log_format": "text", "quiet": False}
    empty = {setting.variable: "" for setting in SERVING}
    assert [defaults, defaults] == [told(), told(env=empty)]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRITTEN.items() for text in texts])
def test_flag_and_variable(name: str, text: str) -> None:
    """Both say the same, which Python programs can say as well."""
    expected = WRITTEN[name][text]
    assert expected == told(env={ALL[name].variable: text})[name]
    if "," not in text:
        assert expected == told(ALL[name].flag, text)[name]
    if name in SETTINGS:
        assert expected == getattr(configured(Config(), {name: expected}), name)


def test_every_setting_is_tried() -> None:
    """Each stands above, but for switches, which are below."""
    assert set(ALL) == {*WRITTEN, *(switch.name for switch in SWITCHES)}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, (_, texts) in WRONG.items() for text in texts])
def test_wrong_value(name: str, text: str) -> None:
    """It is refused with words that say what is expected, naming the flag and its variable; in Python too."""
    setting, (expected, _) = ALL[name], WRONG[name]
    words = f"{setting.flag} ({setting.variable}): expected {expected}"
    with pytest.raises(click.UsageError) as by_flag:
        told(setting.flag, text)
    assert (
        words + (f" '{text}'" if expected.endswith("got") else "") == by_flag.value.format_message().split("; sev")[0]
    )
    with pytest.raises(click.UsageError) as by_variable:
        told(env={setting.variable: text})
    assert by_variable.value.format_message().startswith(words)
    if name in SETTINGS:
        with pytest.raises(UsageError, match=f"^setting {name}: expected "):
            configured(Config(), {name: text})


@pytest.mark.parametrize("switch", SWITCHES)
def test_switch(switch: Setting) -> None:
    """The flag takes no value; its variable takes the usual words for yes and no, and others are refused."""
    on = told(switch.flag)
    assert told() != on
    assert [on] * 3 == [told(env={switch.variable: word}) for word in ("1", "true", "ON")]
    assert [told()] * 3 == [told(env={switch.variable: word}) for word in ("0", "no", "")]
    with pytest.raises(click.UsageError, match="expected 1, true, yes or on, or 0, false, no or off, got 'maybe'"):
        told(env={switch.variable: "maybe"})


@pytest.mark.parametrize("flag", ["--scenarios", "--gateway-key", "--admin-token"])
def test_nothing_is_no_folder_no_file_and_no_token(flag: str) -> None:
    """What a shell makes of a variable that is not set does not stand for the folder that one is in, or for none."""
    with pytest.raises(
        click.UsageError, match=f"{flag} .*: expected (a folder, got ''|a file, got ''|8 to 200 visible)"
    ):
        told(flag, "")
    with pytest.raises(click.UsageError, match="expected a folder, got ''"):
        told(env={"MOCK_ALIPAY_SCENARIOS": f"scenarios{os.pathsep}"})


def test_variables_of_kubernetes() -> None:
    """What Kubernetes sets for a service named mock-alipay is neither taken for a port nor complained of."""
    assert 2088 == told(env={"MOCK_ALIPAY_PORT": "tcp://10.96.0.7:80"})["port"]
    assert 7 == told(env={"MOCK_ALIPAY_PORT": "7"})["port"]


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
    found = told("--scenarios", "b", "--scenarios", "a", "--merchant", "X=1", "--merchant", "X=2", *hosts)
    assert ((Path("b"), Path("a")), (("X", Path("1")), ("X", Path("2")))) == (found["scenarios"], found["merchants"])
    assert (("b", "a"), ("d", "c")) == (found["admin_hosts"], found["notify_allow"])


def test_lists_by_variable() -> None:
    """In the environment the same lists are written with the system's path separator."""
    env = {
        "MOCK_ALIPAY_SCENARIOS": os.pathsep.join(["b dir", "a"]),
        "MOCK_ALIPAY_MERCHANTS": os.pathsep.join(["X=1", "Y=2"]),
        "MOCK_ALIPAY_ADMIN_HOSTS": os.pathsep.join(["b", "a.example"]),
        "MOCK_ALIPAY_NOTIFY_ALLOW": os.pathsep.join(["d.example", "c"]),
    }
    found = told(env=env)
    assert (("b", "a.example"), ("d.example", "c")) == (found["admin_hosts"], found["notify_allow"])
    assert (Path("b dir"), Path("a")) == found["scenarios"]
    assert (("X", Path("1")), ("Y", Path("2"))) == found["merchants"]


def test_flag_wins_over_variable() -> None:
    """A flag wins over the environment, lists included."""
    env = {"MOCK_ALIPAY_PORT": "1", "MOCK_ALIPAY_SCENARIOS": "theirs"}
    found = told("--port", "2", "--scenarios", "mine", env=env)
    assert (2, (Path("mine"),)) == (found["port"], found["scenarios"])


def test_last_flag_wins() -> None:
    """A flag given twice counts as given last, so that aliases can be overridden."""
    assert told("--port", "1", "--port", "2")["port"] == 2


@pytest.mark.parametrize("setting", SERVING)
def test_help_names_flag_and_variable(setting: Setting) -> None:
    """The help text names every flag with its variable."""
    text = CliRunner().invoke(serve, ["--help"], terminal_width=200).output
    line = next(part for part in text.split("\n  --") if f"--{part}".startswith(f"{setting.flag} "))
    assert setting.variable in line

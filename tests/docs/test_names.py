"""docs/ names all that users can use, and nothing else."""

from __future__ import annotations

import json
import re

import click
import pytest

from mock_alipay import Mock
from mock_alipay.apis import FAMILIES
from mock_alipay.apis.payments.state_machine import TRANSITIONS
from mock_alipay.cli import commands
from mock_alipay.contracts import load
from mock_alipay.scenarios import Library
from mock_alipay.server.certificate import GATEWAY_HOSTS
from mock_alipay.web.admin.routes import CALLS
from tests.live import live
from tests.markdown import DOCS, PROJECT, code_spans, read
from tests.scenarios.loading import VOCABULARY

TEXT = "\n".join(page.read_text("utf-8") for page in (*DOCS.glob("*.md"), PROJECT / "README.md"))
NAMED = set(code_spans(TEXT))
FLAGS = {
    name: {
        flag: param
        for param in command.params
        if isinstance(param, click.Option) and not param.hidden
        for flag in param.opts
        if flag.startswith("--")
    }
    for name, command in commands.commands.items()
}


FLAG = r"(?<![\w-])--[a-z]+(?:-[a-z]+)*"
KNOWN = {flag for flags in FLAGS.values() for flag in flags} - {"--version", "--client"}
"""All flags; --client is the former name of --client-id."""


def test_flags() -> None:
    """The table of flags has every flag of serve with its variable and default; pages name those of all commands."""
    rows = re.findall(
        r"^\| `(--[a-z-]+)[^`]*` \| `(MOCK_ALIPAY_[A-Z_]+)` \| (.*?) \|", read("docs/configuration.md"), re.MULTILINE
    )
    serve = {flag: param for flag, param in FLAGS["serve"].items() if param.envvar}
    assert {flag: param.envvar for flag, param in serve.items()} == {flag: variable for flag, variable, _ in rows}
    shown = {flag: default for flag, _, default in rows}
    defaults = {flag: "off" if param.is_flag else str(param.default) for flag, param in serve.items()}
    assert [] == [
        flag for flag, value in defaults.items() if value not in ("None", "()", "Sentinel.UNSET", shown[flag])
    ]
    named = {flag for span in NAMED for flag in re.findall(FLAG, span)}
    assert set() == KNOWN - named


@pytest.mark.parametrize("page", sorted(page.name for page in DOCS.glob("*.md")))
def test_a_page_names_only_what_there_is(page: str) -> None:
    """Commands, their flags and admin calls on a page exist."""
    text = read(f"docs/{page}")
    assert set(re.findall(r"`mock-alipay ([a-z]+)", text)) <= set(commands.commands)
    flags = [
        flag for command in re.findall(r"(?<!exec )mock-alipay [^\n`]*", text) for flag in re.findall(FLAG, command)
    ]
    assert set(flags) <= KNOWN | {"--client-id", "--help", "--from-literal"}
    assert set(re.findall(r"[A-Z]+ /__admin/[\w/{}]+", text)) <= admin_calls()


def admin_calls() -> set[str]:
    """Every admin call as the page writes it."""
    return {f"{method} /__admin{path.replace(':path}', '}')}" for path, methods in CALLS.items() for method in methods}


def test_admin_calls() -> None:
    """The table has every admin call."""
    assert admin_calls() == set(re.findall(r"^\| `([A-Z]+ /__admin[^`]*)` \|", read("docs/admin-api.md"), re.MULTILINE))


def test_commands() -> None:
    """The table has every command."""
    table = read("docs/configuration.md").partition("## Commands")[2].partition("\n## ")[0]
    assert set(commands.commands) == set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_shipped_scenarios() -> None:
    """The page lists every shipped scenario once."""
    listed = re.findall(r"^(?:\| |- )`([a-z-]+)`", read("docs/shipped-scenarios.md"), re.MULTILINE)
    assert sorted(Library.load([], VOCABULARY)) == sorted(listed)


def test_keys_of_scenarios() -> None:
    """The tables have every key of a scenario, a step, an act and a notification, and every fault."""
    schema = json.loads((PROJECT / "mock_alipay/scenarios/scenario.json").read_bytes())
    parts = [schema["$defs"][name]["properties"] for name in ("Step", "Act", "Notice", "Then")]
    keys = {name for name in schema["else"]["properties"] if "/" not in name}.union(*parts)
    keys |= set(schema["$defs"]["Fault"]["else"]["enum"])
    named = {span.strip('"') for span in code_spans(read("docs/scenarios.md"))}
    assert set() == keys - named


def test_endpoints() -> None:
    """The README names every endpoint and notification, and the table of result codes only documented codes."""
    names = {name.rpartition("/")[2] for name in (*VOCABULARY.endpoints, *VOCABULARY.notifications)}
    assert names <= set(code_spans(read("README.md")))
    rows = re.findall(r"^\| (\w+) \| `([A-Z_]+)` \|", read("docs/behaviour.md"), re.MULTILINE)
    assert {name.rpartition("/")[2] for name in FAMILIES.endpoints} - {"consult"} == {endpoint for endpoint, _ in rows}
    assert [] == [code for _, code in rows if code not in load().results]


def test_states() -> None:
    """The diagram shows every transition that leads from one state to another."""
    drawn = re.findall(r"^    ([A-Z]+) --> ([A-Z]+): ([a-z]+)$", read("docs/payments.md"), re.MULTILINE)
    rules = {(source, rule.target or source, name) for name, rule in TRANSITIONS.items() for source in rule.sources}
    assert sorted(rules) == sorted(drawn)


def test_retry_schedule() -> None:
    """The page has the times between attempts."""
    minutes = [int(interval.total_seconds()) // 60 for interval in load().limits.resend_intervals[1:]]
    *words, last = [f"{count} min" if count < 60 else f"{count // 60} h" for count in minutes]
    assert f"{', '.join(words)} and {last}" in " ".join(read("docs/notifications.md").split())


def test_metrics() -> None:
    """The table has every metric of the gateway."""
    with live() as running:
        text = running.admin("GET", "/metrics").raw.decode()
    named = [span for span in code_spans(read("docs/metrics-and-logs.md")) if span.startswith("mock_alipay_")]
    assert sorted(re.findall(r"^# TYPE (mock_alipay_\w+) ", text, re.MULTILINE)) == sorted(named)


def test_python_members() -> None:
    """The page names every public member of Mock."""
    members = {name for name in dir(Mock) if not name.startswith("_")} - {"introduced"}
    named = {word for span in code_spans(read("docs/python-client.md")) for word in re.findall(r"\w+", span)}
    assert set() == members - named


def test_gateway_hosts() -> None:
    """The page has the real gateway's hosts that the certificate contains."""
    hosts = re.findall(r"`([a-z.-]+\.com)`", read("docs/fixed-gateway-host.md").partition("- [On one machine]")[0])
    assert set(GATEWAY_HOSTS) == set(hosts)

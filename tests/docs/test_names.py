"""docs/ names everything that users can use, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import click
import pytest

from mock_alipay import Mock
from mock_alipay.apis import FAMILIES
from mock_alipay.apis.payments import checkout
from mock_alipay.apis.payments.state_machine import TRANSITIONS
from mock_alipay.cli import commands
from mock_alipay.contracts import load
from mock_alipay.scenarios import Library
from mock_alipay.server.certificate import GATEWAY_HOSTS
from mock_alipay.web.admin import search
from mock_alipay.web.admin.api import CALLS
from tests.apis.payments.orders import opened
from tests.live import Live
from tests.markdown import DOCS, PROJECT, code_spans, read
from tests.scenarios.loading import VOCABULARY

FLAG = r"(?<![\w-])--[a-z]+(?:-[a-z]+)*"
FLAGS = {
    name: {flag: p for p in command.params if isinstance(p, click.Option) and not p.hidden for flag in p.opts}
    for name, command in commands.commands.items()
}
KNOWN = {flag for flags in FLAGS.values() for flag in flags if flag.startswith("--")} - {"--version", "--client"}
"""All flags; --client is the former name of --client-id."""
ADMIN_CALLS = {
    f"{method} /__admin{path.replace(':path}', '}')}" for path, methods in CALLS.items() for method in methods
}
MINUTES = [int(interval.total_seconds()) // 60 for interval in load().limits.resend_intervals[1:]]


def words(page: str) -> set[str]:
    """The words in the code spans of a page."""
    return {word for span in code_spans(read(page)) for word in re.findall(r"\w+", span)}


@pytest.mark.parametrize(
    ("page", "row", "expected"),
    [
        ("docs/admin-api.md", r"\| `([A-Z]+ /__admin[^`]*)` \|", ADMIN_CALLS),
        ("docs/command-line.md", r"\| `([a-z]+)` \|", commands.commands),
        ("docs/shipped-scenarios.md", r"(?:\| |- )`([a-z-]+)`", Library.load([], VOCABULARY)),
        (
            "docs/payments.md",
            r"    ([A-Z]+ --> [A-Z]+: [a-z]+)$",
            [f"{s} --> {rule.target or s}: {name}" for name, rule in TRANSITIONS.items() for s in rule.sources],
        ),
    ],
    ids=["admin calls", "commands", "shipped scenarios", "transitions"],
)
def test_lists(page: str, row: str, expected: Iterable[str]) -> None:
    """The tables and the diagram have each entry once."""
    assert sorted(expected) == sorted(re.findall(rf"^{row}", read(page), re.MULTILINE))


def test_flags() -> None:
    """The table has every flag of serve with its variable and default; pages name those of all commands."""
    row = r"^\| `(--[a-z-]+)[^`]*` \| `(MOCK_ALIPAY_[A-Z_]+)` \| (.*?) \|"
    shown = {flag: (name, value) for flag, name, value in re.findall(row, read("docs/configuration.md"), re.MULTILINE)}
    serve = {flag: param for flag, param in FLAGS["serve"].items() if param.envvar}
    assert {flag: param.envvar for flag, param in serve.items()} == {flag: name for flag, (name, _) in shown.items()}
    defaults = {flag: "off" if param.is_flag else str(param.default) for flag, param in serve.items()}
    unset = ("None", "()", "Sentinel.UNSET")
    assert [] == [flag for flag, value in defaults.items() if value not in (*unset, shown[flag][1])]
    text = "\n".join(page.read_text("utf-8") for page in (*DOCS.glob("*.md"), PROJECT / "README.md"))
    assert set() == KNOWN - {flag for span in code_spans(text) for flag in re.findall(FLAG, span)}


@pytest.mark.parametrize("page", sorted(page.name for page in DOCS.glob("*.md")))
def test_a_page_names_only_what_there_is(page: str) -> None:
    """Commands, their flags and admin calls on a page exist."""
    text = read(f"docs/{page}")
    assert set(re.findall(r"`mock-alipay ([a-z]+)", text)) <= set(commands.commands)
    flags = re.findall(FLAG, "\n".join(re.findall(r"(?<!exec )mock-alipay [^\n`]*", text)))
    assert set(flags) <= KNOWN | {"--help", "--from-literal"}
    assert set(re.findall(r"[A-Z]+ /__admin/[\w/{}]+", text)) <= ADMIN_CALLS


def test_keys_of_scenarios() -> None:
    """The tables have every key of a scenario, a step, an act and a notification, and every fault."""
    schema = json.loads((PROJECT / "mock_alipay/scenarios/scenario.json").read_bytes())
    parts = [schema["$defs"][name]["properties"] for name in ("Step", "Act", "Notice", "Then")]
    keys = {name for name in schema["else"]["properties"] if "/" not in name}.union(*parts)
    keys |= set(schema["$defs"]["Fault"]["else"]["enum"])
    assert set() == keys - {span.strip('"') for span in code_spans(read("docs/scenarios.md"))}


def test_endpoints() -> None:
    """The README names every endpoint and notification, and the table of result codes only documented codes."""
    assert {name.rpartition("/")[2] for name in (*VOCABULARY.endpoints, *VOCABULARY.notifications)} <= words(
        "README.md"
    )
    rows = re.findall(r"^\| (\w+) \| `([A-Z_]+)` \|", read("docs/behaviour.md"), re.MULTILINE)
    assert {name.rpartition("/")[2] for name in FAMILIES.endpoints} - {"consult"} == {endpoint for endpoint, _ in rows}
    assert [] == [code for _, code in rows if code not in load().results]


def test_retry_schedule() -> None:
    """The page has the times between attempts."""
    *times, last = [f"{count} min" if count < 60 else f"{count // 60} h" for count in MINUTES]
    assert f"{', '.join(times)} and {last}" in " ".join(read("docs/notifications.md").split())


def test_metrics(gateway: Live) -> None:
    """The table has every metric of the gateway."""
    text = gateway.admin("GET", "/metrics").raw.decode()
    named = [span for span in code_spans(read("docs/metrics-and-logs.md")) if span.startswith("mock_alipay_")]
    assert sorted(re.findall(r"^# TYPE (mock_alipay_\w+) ", text, re.MULTILINE)) == sorted(named)


def test_cards() -> None:
    """The table says what each card leads to, and the page has the one-time code."""
    text = read("docs/browser-tests.md")
    effects = {"pay": "paid", "challenge": "3-D Secure, then paid"}
    shown = {
        card: effect
        for cards, effect in re.findall(r"^\| (`\d{16}`.*?) \| (.*?)(?:, never 3-D Secure)? \|$", text, re.MULTILINE)
        for card in re.findall(r"\d{16}", cards)
    }
    acts = {card: checkout.submitted(opened(), card, "CARD") for card in shown}
    assert shown == {card: effects.get(act.action, f"declined, `{act.code}`") for card, act in acts.items()}
    assert {*checkout._DECLINED, checkout._EXEMPT, checkout._CHALLENGED} <= shown.keys()
    assert f"code is {checkout.ONE_TIME_CODE};" in " ".join(text.split())


def test_selectors() -> None:
    """The labels, the states and the test ids in the table are in the pages and in the drop-in."""
    files = [path for path in (PROJECT / "mock_alipay/web/cashier").rglob("*") if path.suffix in (".js", ".html")]
    scripts = "".join(path.read_text("utf-8") for path in files)
    table = read("docs/browser-tests.md").partition("## Selectors")[2].partition("## Events")[0]
    names = {*re.findall(r'"([A-Z][^"]+)"', table), *code_spans(table)}
    generated = {"Pay USD 10.00", "method-CARD", "data-state", "submitPayment()"}
    assert [] == [name for name in names - generated if f'"{name}"' not in scripts and f"{name}:" not in scripts]


def test_words_of_the_dashboard() -> None:
    """The page names buttons, states and keys as the dashboard does."""
    text = read("docs/dashboard.md")
    words = (PROJECT / "mock_alipay/web/dashboard/static/words.js").read_text("utf-8").partition("const chinese")[0]
    generated = {"12 of 3,406 calls", "3 new calls", "Call 12 is no longer in the journal"}
    named = {" ".join(name.split()) for name in re.findall(r'"([A-Z0-9][^"]+)"', text)}
    assert set() == {name for name in named - generated if f'"{name}"' not in words}
    listed = [
        (re.findall('"(.+?)"', keys), does)
        for keys, does in re.findall(r'^    \[\[(.*)\], "(.*)"\],$', words, re.MULTILINE)
    ]
    rows = re.findall(r"^\| (`.*`) \| (.+) \|$", text.partition("## Keys")[2], re.MULTILINE)
    assert listed == [(code_spans(keys), does) for keys, does in rows]


def test_fields_of_the_filter() -> None:
    """The table has the fields that a word of the filter can compare in each view."""
    rows = re.findall(r"^\| (calls|payments|notifications) \| .* \| (.*) \|$", read("docs/dashboard.md"), re.MULTILINE)
    searched = {"calls": search.CALLS, "payments": search.PAYMENTS, "notifications": search.NOTIFICATIONS}
    assert {view: list(kind.fields) for view, kind in searched.items()} == {
        view: code_spans(fields) for view, fields in rows
    }


def test_python_members() -> None:
    """The page names every public member of Mock."""
    members = {name for name in dir(Mock) if not name.startswith("_")} - {"introduced"}
    assert set() == members - words("docs/python-client.md")


def test_gateway_hosts() -> None:
    """The page has the hosts of the real gateway that the certificate contains."""
    hosts = re.findall(r"`([a-z.-]+\.com)`", read("docs/fixed-gateway-host.md").partition("- [On one machine]")[0])
    assert set(GATEWAY_HOSTS) == set(hosts)

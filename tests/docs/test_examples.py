"""The examples of the README and of docs/, run as they stand there."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

import mock_alipay
from mock_alipay import Mock
from mock_alipay.cli import commands, main
from mock_alipay.cli.banner import text_banner
from mock_alipay.client import call_lines, notification_lines
from mock_alipay.config.config import Config
from mock_alipay.journal.log_lines import json_line, text_line
from mock_alipay.scenarios import yaml_document
from mock_alipay.scenarios.scenario_file import parse_scenarios
from mock_alipay.server.state_file import state_file
from tests.calls import ask, latest, parts_of, plain_call, signed_call
from tests.live import PATH, SANDBOX_PATH, Live, live, sample, signed_headers
from tests.markdown import DOCS, PROJECT, block, blocks, read
from tests.memory import done, kept
from tests.scenarios.loading import VOCABULARY, scenario
from tests.shop import FAULTY, Answer, open_shop

EXAMPLES = PROJECT / "tests" / "examples"
PAGES = ["README.md", *(f"docs/{page.name}" for page in sorted(DOCS.glob("*.md")))]
SESSIONS = [(page, session) for page in PAGES for session in blocks(page, "console")]
WALLET = {"paymentMethodType": "GCASH"}
RECIPES = "docs/sdk-recipes.md"
PROGRAMS = "python shop.py, java Shop.java, go shop.go, php shop.php, csharp Shop.cs, bash shop.sh"


def pattern(shown: str) -> re.Pattern[str]:
    """Shown output as a pattern: a line … stands for any lines, … within a line for any text; blanks are one."""
    lines = [r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in shown.splitlines()]
    return re.compile(re.sub(r"(?:\\ )+", " +", "".join(lines)))


@pytest.fixture(scope="module")
def gateway() -> Iterator[Live]:
    """A gateway for this module."""
    with live() as running:
        yield running


@pytest.mark.skipif(shutil.which("curl") is None, reason="some examples use curl")
@pytest.mark.parametrize(("page", "session"), SESSIONS, ids=[f"{page}-{at}" for at, (page, _) in enumerate(SESSIONS)])
def test_terminal_sessions(
    page: str,
    session: str,
    gateway: Live,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each command prints what the page shows."""
    gateway.admin("POST", "/reset", {})
    port = str(gateway.config.port)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("MOCK_ALIPAY_PORT", port)
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tmp_path / "home"))
    if page == "docs/scenarios.md":
        Path("no-payout.yaml").write_text(block(page, "yaml", "SUSPECTED_CARD"))
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE):
        if command.startswith("mock-alipay "):
            with pytest.raises(SystemExit):
                main(shlex.split(command)[1:])
            printed = "".join(capsys.readouterr())
        else:
            result = subprocess.run(
                ["sh", "-c", command.replace("2088", port)], capture_output=True, text=True, timeout=60, check=False
            )
            printed = result.stdout + result.stderr
        printed = printed.replace(port, "2088")
        assert pattern(shown).fullmatch(printed), f"$ {command}\nshown:\n{shown}\nprinted:\n{printed}"


def test_shell_lines() -> None:
    """The commands of mock-alipay in shell blocks exist and accept their flags."""
    lines = "\n".join(code for page in PAGES for code in blocks(page, "sh"))
    words = set(re.findall(r"\bmock-alipay ([a-z]\S*)", lines))
    assert {word.strip('")') for word in words} <= {*commands.commands, "mock-alipay"}
    for line in re.findall(r"^ *mock-alipay (--[^#\n]*)", lines, re.MULTILINE):
        commands.commands["serve"].make_context("serve", line.split())


def test_scenario_examples() -> None:
    """The scenarios in docs/scenarios.md are valid, and a template makes a scenario for each value."""
    documents = [yaml_document.read(text, "the page") for text in blocks("docs/scenarios.md", "yaml")]
    parsed = (parse_scenarios(written, f"example-{at}", VOCABULARY) for at, written in enumerate(documents))
    names = {each.name for scenarios in parsed for each in scenarios}
    assert {"example-0", "example-1-suspected-card", "example-2-capture", "example-2-refund"} <= names


def test_reason_of_a_match() -> None:
    """docs/scenarios.md shows the reason that names other scenarios that match equally well."""
    components = parts_of()
    done(components.selector.load(scenario("match: {body: {paymentAmount.value: '11'}}", "own")))
    ask(components, signed_call(sample("x", paymentAmount={"currency": "USD", "value": "11"})))
    assert block("docs/scenarios.md", "text") == f"{latest(components).reason}\n"


@pytest.mark.parametrize(
    ("page", "language", "containing", "program"),
    [
        ("README.md", "python", "from shop", "shop/test_shop.py"),
        ("README.md", "python", "page.route", "browser/test_checkout.py"),
        ("docs/pytest.md", "python", "from shop", "shop/test_shop.py"),
        ("docs/browser-tests.md", "python", "", "browser/test_checkout.py"),
        ("docs/browser-tests.md", "js", "", "browser/cypress.cy.js"),
        ("docs/notifications.md", "python", "", "shop/shop.py"),
        ("docs/containers.md", "python", "", "testcontainers/conftest.py"),
        *((RECIPES, language, "", f"recipes/{file}") for language, file in map(str.split, PROGRAMS.split(", "))),
    ],
)
def test_shown_programs(page: str, language: str, containing: str, program: str) -> None:
    """Pages show parts of programs that other tests run."""
    assert flush_left(block(page, language, containing)) in flush_left((EXAMPLES / program).read_text("utf-8"))


def flush_left(text: str) -> str:
    """The lines of a text without indentation and empty lines."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def test_urls_of_the_recipes() -> None:
    """docs/sdk-recipes.md has the default URL for each SDK."""
    rows = re.findall(r"^\| (\S+) \| `[^`]+` \| `(https?://[^`]+)` \|", read(RECIPES), re.MULTILINE)
    tls, plain = Config().tls_url, Config().url
    assert {"Python": Config(tls_port=443).tls_url, "Java": tls, "Go": plain, "PHP": plain, ".NET": plain} == dict(rows)


def test_python_examples(gateway: Live, capsys: pytest.CaptureFixture[str]) -> None:
    """The first example chooses an outcome and waits for the call; the second runs a gateway."""
    first = block("docs/python-client.md", "python", "import Mock\n").replace("2088", str(gateway.config.port))
    exec(first, {"checkout": gateway.create})
    exec(block("docs/python-client.md", "python", "serve(scenario="), {})
    assert capsys.readouterr().out.startswith("NO_PAY_OPTIONS []\nhttp://127.0.0.1:")


def test_notifications_example(capsys: pytest.CaptureFixture[str]) -> None:
    """The example shows the response of a webhook, sends an altered notification, and runs the retry schedule."""

    def create_session(gateway: Mock, payment_request_id: str) -> None:
        raw = json.dumps(sample(payment_request_id, paymentNotifyUrl=None, paymentMethod=WALLET)).encode()
        httpx2.post(gateway.url + SANDBOX_PATH, content=raw, headers=signed_headers(raw)).raise_for_status()

    with open_shop() as shop:
        shop.says("/notify", FAULTY)
        names = {"mock_alipay": mock_alipay, "webhook": shop.url(), "create_session": create_session}
        exec(block("docs/python-client.md", "python", "notify_url=webhook"), names)
        amounts = [received.body["paymentAmount"]["value"] for received in shop.got()]
    out = capsys.readouterr().out
    assert (True, f"{[500] * 8}\n") == (out.startswith("PENDING "), out.partition("\n")[2])
    assert (8, 8) == (amounts.count("100"), amounts.count("1"))


def test_lines_of_tail(gateway: Live) -> None:
    """The README and docs/notifications.md show what ``tail`` prints of a refused call and of a notification."""
    steady = re.compile(r"^\d\d:\d\d:\d\d [#!]\d+", re.MULTILINE)
    body = sample("order-4711")
    body["order"]["orderAmount"]["value"] = 100
    gateway.create({**body, "merchantRegon": "US"})
    unaccepted = json.dumps({"result": {"resultCode": "SUCCESS", "resultStatus": "success"}}).encode()
    with open_shop() as shop, Mock(gateway.config.url) as mock:
        (call,) = mock.calls(limit=1)
        shop.says("/notify", Answer(body=unaccepted))
        paid = sample("order-4711", paymentNotifyUrl=shop.url(), paymentMethod=WALLET)
        gateway.create(paid, extra={"mock-scenario": "pays-at-once"})
        mock.notifications.wait(payment_request_id="order-4711")
        mock.clock.advance("2m")
        (notification,) = mock.notifications(payment_request_id="order-4711")
    for page, lines in (("README.md", call_lines(call)), ("docs/notifications.md", notification_lines(notification))):
        assert steady.sub("", block(page, "text")) == steady.sub("", "\n".join(lines) + "\n")


def test_lines_of_the_log() -> None:
    """docs/troubleshooting.md shows what the log says of such calls, and docs/metrics-and-logs.md has its keys."""
    components = parts_of()
    preflight = {"origin": "http://localhost:3000", "access-control-request-method": "POST"}
    ask(components, signed_call(client_id="SANDBOX_SHOP"))
    ask(components, plain_call(target=PATH, method="OPTIONS", headers=preflight))
    ask(components, plain_call(headers={"authorization": "Bearer isak_TEST_1_2"}))
    done(components.selector.prefer("card-not-supported", times=1))
    refund = {"refundRequestId": "r", "paymentId": "1", "refundAmount": {"currency": "USD", "value": "1"}}
    ask(components, signed_call(refund, path=SANDBOX_PATH.replace("createPaymentSession", "refund")))
    ask(components, signed_call(sample("slow--1", order=None)))
    entries = kept(components.journal)
    shown = "".join(blocks("docs/troubleshooting.md", "text")).splitlines()
    for line, entry in zip(shown, entries, strict=True):
        assert pattern(line).fullmatch(text_line(entry) + "\n")
    keys = re.findall(r"^\| (`.*`) \|", read("docs/metrics-and-logs.md").partition("## Logs")[2], re.MULTILINE)
    logged = json.loads(json_line(entries[-1]))
    assert set(re.findall(r"`(\w+)`", " ".join(keys))) <= logged.keys()


def test_lines_of_admin_calls(gateway: Live, caplog: pytest.LogCaptureFixture) -> None:
    """docs/metrics-and-logs.md shows what the log says of admin calls that change something."""
    caplog.set_level("INFO", "mock_alipay")
    gateway.admin("POST", "/reset")
    gateway.create(client_id="SANDBOX_SHOP")
    caplog.clear()
    one = {"clientId": "SANDBOX_SHOP"}
    gateway.admin("PUT", "/scenario", {**one, "scenario": "no-pay-options", "times": 1})
    gateway.admin("DELETE", "/scenario")
    gateway.admin("PUT", "/clock", {**one, "advance": "59m"})
    gateway.admin("POST", "/reset", one)
    printed = "".join(f"{record.levelname.lower()}: {record.getMessage()}\n" for record in caplog.records)
    assert pattern(block("docs/metrics-and-logs.md", "text")).fullmatch(printed), printed


def test_lines_at_the_start() -> None:
    """docs/dashboard.md shows the dashboard's address as it is printed, also with a generated token."""
    for shown, token in zip(blocks("docs/dashboard.md", "text"), (None, "secret"), strict=True):
        config = Config(admin_token=token)
        banner = text_banner(config, 1, None, generated_token=token is not None, addresses=["127.0.0.1"])
        assert pattern(shown).fullmatch(f"{banner}\n"), banner


def test_state_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """docs/running-gateway.md shows each key of a state file, and the line about several gateways."""
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tmp_path))
    with state_file(Config(), None, {}):
        (file,) = (tmp_path / "gateways").iterdir()
        assert list(json.loads(file.read_text())) == list(json.loads(block("docs/running-gateway.md", "json")))
        with state_file(Config(port=3000), None, {}), pytest.raises(SystemExit):
            main(["env"])
    assert pattern(block("docs/running-gateway.md", "text")).fullmatch(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("page", "code"),
    [(page, code) for page in PAGES for code in blocks(page, "yaml") if code.startswith("services:")],
)
def test_services(page: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Container services set variables and flags that exist, open the admin API, and use the image's ports."""
    service: dict[str, Any] = yaml.safe_load(code)["services"]["mock-alipay"]
    serve = commands.commands["serve"]
    variables = {**service.get("environment", {}), **service.get("env", {})}
    assert variables.keys() <= {str(param.envvar) for param in serve.params}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    config = serve.make_context("serve", service.get("command", "").split()).params
    assert config["admin_open"] is True
    assert {port.removeprefix("127.0.0.1:") for port in service.get("ports", [])} <= {"2088:2088", "2089:2089"}
    for alias in service.get("networks", {}).get("default", {}).get("aliases", []):
        assert alias in config["admin_hosts"]

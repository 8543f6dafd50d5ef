"""What the README shows is what happens."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import HTTPServer
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import click
import httpx2
import pytest
import yaml

import mock_alipay
from mock_alipay import Mock
from mock_alipay.apis.payments.endpoints import ENDPOINTS
from mock_alipay.apis.payments.state_machine import TRANSITIONS
from mock_alipay.cli import commands
from mock_alipay.client import call_lines, notification_lines
from mock_alipay.config.config import Config
from mock_alipay.contracts import load
from mock_alipay.journal.log_lines import json_line
from mock_alipay.journal.notifications import NotificationStatus
from mock_alipay.scenarios import Library
from mock_alipay.web.admin.routes import CALLS
from tests.client.test_formatting import PENDING, REFUSED
from tests.fields import read
from tests.journal.test_log_lines import REFUSED as REFUSED_ENTRY
from tests.live import SANDBOX_PATH, Live, live, sample, signed_headers
from tests.scenarios.loading import VOCABULARY, read_text
from tests.shop import FAULTY, open_shop

WALLET = {"paymentMethodType": "GCASH"}

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def python_block(holding: str) -> str:
    """The one Python block that holds a text."""
    (found,) = (block for block in blocks("python") if holding in block)
    return found


def exchanges(session: str) -> list[tuple[str, str]]:
    """The commands of a terminal session and what is shown to come of each."""
    components = re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]
    return [(command, shown) for command, _, shown in (part.partition("\n") for part in components)]


@pytest.fixture(scope="module")
def own_gateway() -> Iterator[Live]:
    """A gateway that no other test sets anything at."""
    with live() as running:
        yield running


def shell(command: str, gateway: Live, home: Path) -> str:
    """What a command prints, on either stream, when the gateway has its default ports."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "MOCK_ALIPAY_PORT": str(gateway.config.port), "MOCK_ALIPAY_HOME": str(home)}
    command = command.replace("2088", str(gateway.config.port))
    done = subprocess.run(
        ["sh", "-c", command],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout.replace(str(gateway.config.port), "2088")


def as_pattern(shown: str) -> re.Pattern[str]:
    """Shown output as a pattern: a line that is … stands for any lines, … within a line for anything there."""
    lines = [r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in shown.splitlines()]
    return re.compile("".join(lines))


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README's examples use curl")
@pytest.mark.parametrize("session", blocks("console"))
def test_terminal_sessions(own_gateway: Live, tmp_path: Path, session: str) -> None:
    """Each command prints what the README shows."""
    for command, shown in exchanges(session):
        printed = shell(command, own_gateway, tmp_path)
        assert as_pattern(shown).fullmatch(printed), f"$ {command}\nshown:\n{shown}\nprinted:\n{printed}"


def test_scenario_example() -> None:
    """The example scenario is a valid one."""
    (example,) = (block for block in blocks("yaml") if "createPaymentSession:" in block)
    scenario = read_text("shoes", example, "README.md", VOCABULARY)
    assert len(scenario.steps["payments/createPaymentSession"]) == 3


def test_plugin_example() -> None:
    """The example of the plugin is the file that is tested."""
    example = Path(__file__).parent / "examples" / "shop" / "test_shop.py"
    assert example.read_text("utf-8") == python_block("import pytest\n")


def test_mock_example(own_gateway: Live, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines with Mock choose an outcome, wait for the call and tell of it."""
    code = python_block("import Mock\n").replace("2088", str(own_gateway.config.port))
    exec(code, {"checkout": own_gateway.create})
    assert capsys.readouterr().out == "NO_PAY_OPTIONS []\n"


def test_serve_example(capsys: pytest.CaptureFixture[str]) -> None:
    """The lines with serve run a gateway."""
    exec(python_block("serve(scenario="), {})
    assert capsys.readouterr().out.startswith("http://127.0.0.1:")


def test_notifications_example(own_gateway: Live, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines about a webhook show what it answered, send an altered notification and wind through all attempts."""

    def create_session(gateway: Mock, payment_request_id: str) -> None:
        raw = json.dumps(sample(payment_request_id, paymentNotifyUrl=None, paymentMethod=WALLET)).encode()
        httpx2.post(gateway.url + SANDBOX_PATH, content=raw, headers=signed_headers(raw)).raise_for_status()

    with open_shop() as shop:
        shop.says("/notify", FAULTY)
        names = {"mock_alipay": mock_alipay, "webhook": shop.url(), "create_session": create_session}
        exec(python_block("notify_url=webhook"), names)
        amounts = [received.body["paymentAmount"]["value"] for received in shop.got()]
    why = "the HTTP status was 500, expected 200"
    assert f"PENDING {why}\n{[500] * 8}\n" == capsys.readouterr().out
    assert {"100": 8, "1": 8} == {amount: amounts.count(amount) for amount in ("100", "1")}


def test_webhook_example(own_gateway: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """The webhook acknowledges what the gateway has signed, and nothing else."""
    monkeypatch.setenv("ALIPAY_PUBLIC_KEY", own_gateway.admin("GET", "/env").body["gatewayPublicKey"])
    names: dict[str, Any] = {}
    exec(python_block("class Webhook"), names)
    handler: Any = names["Webhook"]
    quiet = type("Quiet", (handler,), {"log_message": lambda *_: None})
    with HTTPServer(("127.0.0.1", 0), quiet) as server, Mock(own_gateway.config.url) as mock:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/notify?x=1"
        own_gateway.create(sample("webhook", paymentNotifyUrl=url, paymentMethod=WALLET))
        mock.payment("webhook").pay()
        assert "ACCEPTED" == mock.notifications.wait(payment_request_id="webhook").status
        (forged,) = mock.notifications.send("notifyPayment", "webhook", fault="wrong-key")
        assert "PENDING" == mock.notifications.wait(payment_request_id="webhook", after=int(forged.id) - 1).status
        server.shutdown()


def test_tail_example_of_a_notification() -> None:
    """What ``tail`` is shown to print is what it prints of such a notification."""
    shown = next(block for block in blocks("text") if "notifyPayment" in block)
    attempt = dataclasses.replace(REFUSED, why="resultStatus was 'success', expected 'S'")
    notification = dataclasses.replace(
        PENDING,
        payment_request_id="order-4711",
        scenario="pays-at-once",
        attempt_count=2,
        attempts=(attempt, attempt),
    )
    steady = re.compile(r"^\d\d:\d\d:\d\d ", re.MULTILINE)
    assert steady.sub("", shown) == steady.sub("", "\n".join(notification_lines(notification)) + "\n")


def test_states() -> None:
    """The diagram shows every move that leads from one state to another, and no other."""
    drawn = re.findall(r"^    ([A-Z]+) --> ([A-Z]+): ([a-z]+)$", README, re.MULTILINE)
    moves = {(source, rule.target or source, name) for name, rule in TRANSITIONS.items() for source in rule.sources}
    assert sorted(moves) == sorted(drawn)


def test_codes() -> None:
    """The table of codes is what ``conditions.json`` says, and says it of every endpoint."""
    rows = set(re.findall(r"^\| (\w+) \| `([A-Z_]+)` \| (.*) \|$", README, re.MULTILINE))
    endpoints = read("conditions.json")["endpoints"]
    expected = {
        (endpoint, code, row["when"].rstrip("."))
        for endpoint, codes in endpoints.items()
        for code, row in codes.items()
        if row["when"] and code not in ("SUCCESS", "PARAM_ILLEGAL")
    }
    assert expected == rows


def test_timetable() -> None:
    """The times between attempts are those of ``limits.json``."""
    first, *later = load().limits.resend_intervals
    assert timedelta() == first
    told = ", ".join(_spoken(interval) for interval in later[:-1]) + f" and {_spoken(later[-1])}"
    assert f"they come again after {told}" in " ".join(README.split())


def _spoken(interval: timedelta) -> str:
    minutes = int(interval.total_seconds()) // 60
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"


def test_tail_example(own_gateway: Live) -> None:
    """What ``tail`` is shown to print is what it prints of such a call."""
    shown = next(block for block in blocks("text") if "PARAM_ILLEGAL" in block)
    body = sample("order-4711")
    body["order"]["orderAmount"]["value"] = 100
    call_id = own_gateway.create({**body, "merchantRegon": "US"}).headers["mock-call-id"]
    with Mock(own_gateway.config.url) as mock:
        (call,) = (call for call in mock.calls() if call.id == call_id)
    steady = re.compile(r"^\d\d:\d\d:\d\d #\d+", re.MULTILINE)
    assert steady.sub("", shown) == steady.sub("", "\n".join(call_lines(call)) + "\n")


def test_flags() -> None:
    """The table of flags names every flag of serve, its variable, its default where it has one, and no other."""
    rows = re.findall(r"^\| `(--[a-z-]+)[^`]*` \| `(MOCK_ALIPAY_[A-Z_]+)` \| (.*?) \|", README, re.MULTILINE)
    flags = [p for p in commands.commands["serve"].params if isinstance(p, click.Option)]
    assert {p.opts[0]: p.envvar for p in flags} == {flag: variable for flag, variable, _ in rows}
    shown = {flag: default for flag, _, default in rows}
    assert {p.opts[0]: "off" if p.is_flag else str(p.default) for p in flags if p.is_flag or p.default} == {
        p.opts[0]: shown[p.opts[0]] for p in flags if p.is_flag or p.default
    }


def test_commands() -> None:
    """Every command is named."""
    assert [name for name in commands.commands if f"`{name}`" not in README and name != "serve"] == []


def test_endpoints() -> None:
    """The beginning names every API, and counts them right."""
    told = README.partition("It knows ")[2].partition("notifications.")[0]
    numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    assert (list(ENDPOINTS), len(ENDPOINTS)) == (re.findall(r"`(\w+)`", told), numbers.index(told.split()[0]))


def test_admin_api() -> None:
    """The table of the admin API names every route with its methods and no other."""
    rows = set(re.findall(r"^\| `([A-Z]+) (/__admin[^`]*)` \|", README, re.MULTILINE))
    calls = {(method, f"/__admin{path}") for path, handlers in CALLS.items() for method in handlers}
    assert {(method, path.replace(":path}", "}")) for method, path in calls} == rows


def test_scenarios() -> None:
    """The table of scenarios names all that are shipped, each once, and the text no other; it counts them right."""
    shipped = set(Library.load([], VOCABULARY))
    named = set(re.findall(r"mock-scenario: ([a-z-]+)", README)) | set(re.findall(r"`([a-z-]+)--[0-9]+`", README))
    assert named <= shipped
    table = README.partition("### Shipped scenarios\n")[2].partition("\n## ")[0]
    listed = [
        name
        for row in re.findall(r"^\| .* \| (`.*) \|$", table, re.MULTILINE)
        for name in re.findall(r"`([a-z-]+)`", row)
    ]
    assert sorted(shipped) == sorted(listed)
    assert [len(shipped)] == [int(count) for count in re.findall(r"(\d+) are shipped", README)]


def test_step_keys() -> None:
    """The tables name every key of a scenario and of a step, and every fault."""
    scenario = read("scenario.json")
    components = [scenario["$defs"][name]["properties"] for name in ("Step", "Act", "Notice", "Then")]
    names = (name for name in scenario["else"]["properties"] if "/" not in name)
    keys = [*names, *chain(*components), *scenario["$defs"]["Fault"]["else"]["enum"]]
    assert [key for key in keys if f"`{key}`" not in README] == []


RECIPES = Path(__file__).parent / "examples" / "recipes"
LANGUAGES = {"shop.py": "python", "Shop.java": "java", "shop.go": "go", "shop.php": "php", "Shop.cs": "csharp"}


@pytest.mark.parametrize(("name", "language"), LANGUAGES.items())
def test_recipes(name: str, language: str) -> None:
    """What the README shows of each SDK's client stands in the program that is run."""
    shown = [block for block in blocks(language) if "DefaultAlipayClient" in block]
    program = _flush_left((RECIPES / name).read_text("utf-8"))
    assert [True] == [_flush_left(block) in program for block in shown]


def test_curl_recipe() -> None:
    """The lines for curl are the program that is run."""
    assert [(RECIPES / "shop.sh").read_text("utf-8")] == blocks("bash")


def test_sdk_urls() -> None:
    """The table of SDKs names the URLs that a gateway has by default; the Python SDK's is without a port."""
    rows = dict(re.findall(r"^\| (\S+) \| `[^`]+` \| `(https?://[^`]+)` \|", README, re.MULTILINE))
    own = Config()
    assert {
        "Python": Config(tls_port=443).tls_url,
        "Java": own.tls_url,
        **dict.fromkeys(("Go", "PHP", ".NET"), own.url),
    } == rows


def test_shell_lines() -> None:
    """Whatever the shell lines have mock-alipay do is a command of its own, or flags that it takes."""
    words = [word for block in blocks("sh") for word in re.findall(r"\bmock-alipay (?=([a-z]\S*))", block)]
    assert words
    assert [] == [word.strip('")') for word in words if word.strip('")') not in (*commands.commands, "mock-alipay")]
    for line in re.findall(r"^mock-alipay (--[^#\n]*)", "\n".join(blocks("sh")), re.MULTILINE):
        commands.commands["serve"].make_context("serve", line.split())


def _flush_left(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


@pytest.mark.parametrize("block", [block for block in blocks("yaml") if block.startswith("services:")])
def test_containers(block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The services have the name that the image answers to, and set variables that there are, on the image's ports."""
    service = yaml.safe_load(block)["services"]["mock-alipay"]
    variables = {str(p.envvar) for p in commands.commands["serve"].params}
    named = {**service.get("environment", {}), **service.get("env", {})}
    assert ({"MOCK_ALIPAY_ADMIN_OPEN"}, set()) == (named.keys() & variables, named.keys() - variables)
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    assert commands.commands["serve"].make_context("serve", []).params["admin_open"] is True
    assert set(service.get("ports", [])) <= {"2088:2088", "2089:2089"}
    assert "MOCK_ALIPAY_ADMIN_HOSTS=mock-alipay" in (Path(__file__).parent.parent / "Dockerfile").read_text()


def test_metrics() -> None:
    """The table of metrics names every metric of ours and no other."""
    named = re.findall(r"`(mock_alipay_\w+)`", README.partition("## Metrics and logs\n")[2].partition("\n## ")[0])
    with live() as running:
        text = running.admin("GET", "/metrics").raw.decode()
    assert sorted(re.findall(r"^# TYPE (mock_alipay_\w+) ", text, re.MULTILINE)) == sorted(named)
    row = next(line for line in README.splitlines() if line.startswith("| `mock_alipay_notifications_total`"))
    assert set(get_args(NotificationStatus)) - {"PENDING"} == set(re.findall(r"`([A-Z_]+)`", row))


def test_log_fields() -> None:
    """The fields that the text names are those of a line."""
    told = README.partition("`--log-format json` makes each an object")[2].partition("`--quiet`")[0]
    named = set(re.findall(r"`(\w+)`", told)) - {"mock"}
    assert {"call", "why", "resultCode"} <= named <= json.loads(json_line(REFUSED_ENTRY)).keys()


def test_ci_runs_the_readme_command() -> None:
    """CI finds the one test command that the README gives."""
    assert len(re.findall(r"&& \.venv/bin/python -m pytest", README)) == 1

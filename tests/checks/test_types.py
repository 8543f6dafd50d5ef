"""Type checkers find misspelled names. For pyright run ``npm ci --prefix tests/browser`` before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.markdown import PROJECT, block

PYRIGHT = PROJECT / "tests/browser/node_modules/.bin/pyright"
RIGHT = """
from mock_alipay import AsyncMockAlipay, Mock, OwnScenario, PaymentRecord


def use(mock: Mock, scenarios: str) -> bool:
    mock.scenario("risk-reject", times=1)
    mock.scenario(OwnScenario("ours"))
    mock.scenario(OwnScenario(scenarios))
    mock.scenario(mock.load("loaded", "description: Loaded."))
    mock.wait(endpoint="pay", scenario="slow")
    mock.notifications.wait(notification="notifyPayment", status="GIVEN_UP")
    mock.notifications.send("notifyRefund", "order-1", duplicate=2)
    return is_paid(mock.payment("order-1").pay(wait=True))


def is_paid(payment: PaymentRecord) -> bool:
    return payment.state == "SUCCESS" and "decline" not in (payment.possible or [])


async def use_async(mock: AsyncMockAlipay) -> bool:
    await mock.scenario("risk-reject")
    name: str = (await mock.credentials)["client_id"]
    async with await mock.events(kind="payment", timeout=5) as events:
        kinds = [event.kind async for event in events]
    return is_paid(await (await mock.payment(name)).pay()) and bool(kinds) and (await mock.clock.state).frozen
"""
WRONG = """
from mock_alipay import AsyncMockAlipay, Mock


async def use(mock: Mock, gateway: AsyncMockAlipay) -> None:
    mock.count(endpoint="payy")
    await gateway.count(endpoint="payy")
    mock.scenario("risk-rejected")
    await gateway.scenario("risk-rejected")
    mock.calls(scenario="risk-rejected")
    mock.notifications.send("notifyPay", "order-1")
    mock.notifications(status="ACCEPT")
    mock.events(kind="payments")
    paid = mock.payment("order-1").state == "PAID"
    accepted = mock.notifications()[0].status == "ACCEPT"
    print(paid, accepted)
"""
FIRST, LAST = 6, 15
"""The lines of the wrong names: an error in each."""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with both files and settings that mypy and pyright read."""
    (tmp_path / "right.py").write_text(RIGHT, "utf-8")
    (tmp_path / "page.py").write_text(block("docs/python-client.md", "python", "OwnScenario("), "utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, "utf-8")
    settings = {"extraPaths": [str(PROJECT)], "typeCheckingMode": "strict", "pythonVersion": "3.11"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    return tmp_path


def test_mypy(files: Path) -> None:
    """An error for each wrong name, none for the right ones."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent"]
    done = subprocess.run(
        [*command, "--config-file=", "--cache-dir=/dev/null", "page.py", "right.py", "wrong.py"],
        cwd=files,
        env={"MYPYPATH": str(PROJECT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    errors = [line.split(":")[:2] for line in done.stdout.splitlines() if ": error: " in line]
    assert [["wrong.py", str(line)] for line in range(FIRST, LAST + 1)] == errors, done.stdout + done.stderr


def test_pyright(files: Path) -> None:
    """The same."""
    if not PYRIGHT.exists():
        pytest.skip("pyright is not installed: npm ci --prefix tests/browser")
    command = [str(PYRIGHT), "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run(command, cwd=files, capture_output=True, text=True, timeout=300, check=False)
    found = json.loads(done.stdout)["generalDiagnostics"]
    errors = sorted((Path(each["file"]).name, each["range"]["start"]["line"] + 1) for each in found)
    assert [("wrong.py", line) for line in range(FIRST, LAST + 1)] == errors, done.stdout

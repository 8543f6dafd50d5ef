"""Test suites of users: the example shops, and the shops of docs/webhook-freshness.md."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mock_alipay.cli import commands
from tests.browser.chromium import chromium
from tests.markdown import PROJECT, block
from tests.suite import Suite

SHOP = PROJECT / "tests" / "examples" / "shop"
PAGE = "docs/webhook-freshness.md"

CONFTEST = """
import pytest
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from shop import Shop


@pytest.fixture
def checkout(mock_alipay):
    def create_session(payment_request_id, notify_url):
        request = Shop(mock_alipay.url, **mock_alipay.credentials)._request(payment_request_id, Amount("USD", "1000"))
        request.payment_notify_url = notify_url
        DefaultAlipayClient(mock_alipay.url, **mock_alipay.credentials).execute(request)

    return create_session


@pytest.fixture(scope="session")
def mock_alipay_settings():
    return SETTINGS
"""

OWN_CLOCK = """
from test_example import webhook


def test_a_shop_with_its_own_clock(mock_alipay, webhook, checkout):
    mock_alipay.clock.advance("6d")
    checkout("order-1", webhook)
    mock_alipay.payment("order-1").pay()
    sent = mock_alipay.notifications.wait(notification="notifyPayment")
    assert sent.attempts[0].http_status == STATUS
"""


@pytest.fixture(params=["shop", "browser"])
def example(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an example shop; one has a checkout page and needs Chromium."""
    if request.param == "browser":
        monkeypatch.setenv("CHROMIUM", chromium())
    return PROJECT.joinpath("tests", "examples", request.param)


def test_a_shop(tmp_path: Path) -> None:
    """Its tests pass in a separate folder, with warnings as errors. .ci/package runs all examples in this way."""
    folder = shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    # The SDK's docstrings cause warnings when they are compiled for the first time.
    subprocess.run([sys.executable, "-W", "ignore", "-c", "import shop"], cwd=folder, timeout=60, check=True)
    outcome = Suite(folder).run("-W", "error")
    assert (0, {"passed"}) == (outcome.code, set(outcome.counts)), outcome.output


def test_a_shop_in_the_checkout(example: Path) -> None:
    """The tests of an example also pass where they are, as the README runs them."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(example)]
    result = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    assert 0 == result.returncode, result.stdout


def test_a_missing_framework_is_named(tmp_path: Path) -> None:
    """Without the frameworks their examples are skipped, and the reason says what to install. .ci/package runs them."""
    folder = shutil.copytree(PROJECT / "tests" / "examples" / "webhooks", tmp_path / "webhooks")
    conftest = folder / "conftest.py"
    missing = "import sys\nsys.modules.update(dict.fromkeys(('fastapi', 'flask', 'django')))\n"
    conftest.write_text(missing + conftest.read_text("utf-8"), "utf-8")
    outcome = Suite(folder).run("-rs", "-p", "no:django", "-c", "pytest.ini")
    assert 3 == outcome.counts.get("skipped"), outcome.output
    for name in ("fastapi", "flask", "django"):
        assert f"{name} is missing: pip install -r" in outcome.output


@pytest.mark.parametrize(("setting", "status"), [("real", 200), ("clock", 400)])
def test_webhook_freshness(tmp_path: Path, setting: str, status: int) -> None:
    """Both solutions of the page work: the gateway's clock in the shop, or real time in the notifications."""
    shutil.copy(SHOP / "shop.py", tmp_path)
    settings = {} if setting == "clock" else {"notification_time": setting}
    suite = Suite(tmp_path).write(
        conftest=CONFTEST.replace("SETTINGS", repr(settings)),
        test_example=block(PAGE, "python"),
        test_own_clock=OWN_CLOCK.replace("STATUS", str(status)),
    )
    outcome = suite.run(*(["test_own_clock.py"] if settings else []))
    assert (0, 1 if settings else 3) == (outcome.code, outcome.counts.get("passed")), outcome.output


def test_the_flag() -> None:
    """The command of the page sets the setting that the test uses."""
    context = commands.commands["serve"].make_context("serve", block(PAGE, "sh").split()[1:])
    assert "real" == context.params["notification_time"]

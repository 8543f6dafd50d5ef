"""What docs/webhook-freshness.md shows is what happens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mock_alipay.cli import commands
from tests.docs.pages import blocks
from tests.suite import Suite

PAGE = "webhook-freshness.md"
SHOP = Path(__file__).parents[1] / "examples" / "shop" / "shop.py"

CONFTEST = """
import pytest
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from shop import _request


@pytest.fixture
def checkout(mock_alipay):
    def create_session(payment_request_id, notify_url):
        request = _request(payment_request_id, "1000", "USD")
        request.payment_notify_url = notify_url
        DefaultAlipayClient(mock_alipay.url, **mock_alipay.credentials).execute(request)

    return create_session


@pytest.fixture(scope="session")
def mock_alipay_settings():
    return SETTINGS
"""

A_SHOP_WITH_ITS_OWN_CLOCK = """
from test_example import webhook


def test_paid_days_later(mock_alipay, webhook, checkout):
    mock_alipay.clock.advance("6d")
    checkout("order-1", webhook)
    mock_alipay.payment("order-1").pay()
    sent = mock_alipay.notifications.wait(notification="notifyPayment")
    assert sent.attempts[0].http_status == STATUS
"""


def suite(folder: Path, settings: dict[str, str]) -> Suite:
    """The example, beside a shop that opens sessions at a gateway with these settings."""
    (example,) = blocks(PAGE, "python")
    shutil.copy(SHOP, folder)
    return Suite(folder).write(test_example=example, conftest=CONFTEST.replace("SETTINGS", repr(settings)))


def test_a_shop_that_takes_the_time_from_the_test(tmp_path: Path) -> None:
    """The example's tests pass: what is fresh by the gateway's clock is accepted, what is old is refused."""
    outcome = suite(tmp_path, {}).run("test_example.py")
    assert (0, 2) == (outcome.code, outcome.counts["passed"]), outcome.output


@pytest.mark.parametrize(("setting", "status"), [("real", 200), ("clock", 400)])
def test_a_shop_that_keeps_its_own_clock(tmp_path: Path, setting: str, status: int) -> None:
    """It finds webhooks fresh when they carry the real time, and too far ahead when they do not."""
    tests = suite(tmp_path, {"notification_time": setting})
    tests.write(test_own_clock=A_SHOP_WITH_ITS_OWN_CLOCK.replace("STATUS", str(status)))
    outcome = tests.run("test_own_clock.py")
    assert (0, 1) == (outcome.code, outcome.counts["passed"]), outcome.output


def test_the_command() -> None:
    """The flag is one that there is, and does what the page is about."""
    (line,) = blocks(PAGE, "sh")
    context = commands.commands["serve"].make_context("serve", line.split()[1:])
    assert "real" == context.params["notification_time"]

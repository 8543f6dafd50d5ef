"""The gateway as an ASGI app."""

from __future__ import annotations

import pytest

from mock_alipay.config.config import Config
from mock_alipay.errors import UsageError
from mock_alipay.gateway.scheduler import Scheduler
from mock_alipay.web.app import create_app
from tests.live import live, sample


def test_what_stops_is_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A bug that ends what happens by itself stands in the log; merchants are answered still."""

    async def broken(_: Scheduler) -> None:
        raise RuntimeError("out of time")

    monkeypatch.setattr(Scheduler, "run", broken)
    with live() as running:
        assert "SUCCESS" == running.create(sample("p", paymentNotifyUrl=None)).code
    (told,) = (record for record in caplog.records if "has stopped" in record.getMessage())
    assert ("ERROR", "out of time") == (told.levelname, str(told.exc_info and told.exc_info[1]))


def test_what_ends_with_the_gateway_is_no_bug(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is told when a gateway is stopped."""
    with live() as running:
        assert 200 == running.admin("GET", "/health").status
    assert [] == [record.getMessage() for record in caplog.records if "has stopped" in record.getMessage()]


def test_a_setting_that_cannot_be_used() -> None:
    """It is named as Python programs know it."""
    with pytest.raises(UsageError, match=r"^setting scenario: there is no scenario 'sucess'"):
        create_app(Config(scenario="sucess"))

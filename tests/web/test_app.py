"""The gateway as an ASGI app."""

from __future__ import annotations

import pytest

from mock_alipay.config.config import Config
from mock_alipay.errors import UsageError
from mock_alipay.gateway.scheduler import Scheduler
from mock_alipay.web.app import create_app
from tests.live import live, sample


def test_a_background_task_that_stops_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As an internal error; merchants are still answered. The end of the gateway is not logged."""

    async def broken(_: Scheduler) -> None:
        raise RuntimeError("out of time")

    with live() as running:
        assert 200 == running.admin("GET", "/health").status
    assert [] == caplog.messages
    monkeypatch.setattr(Scheduler, "run", broken)
    with live() as running:
        assert "SUCCESS" == running.create(sample("p", paymentNotifyUrl=None)).code
    (record,) = caplog.records
    assert ("ERROR", "out of time") == (record.levelname, str(record.exc_info and record.exc_info[1]))


def test_an_unusable_setting_is_named() -> None:
    """As Python programs write it."""
    with pytest.raises(UsageError, match=r"^setting scenario: "):
        create_app(Config(scenario="sucess"))

"""The examples of docs/python-client.md for event loops and type checkers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mock_alipay.client import Mock
from tests.live import Live, letters, sample
from tests.markdown import block

PAGE = "docs/python-client.md"


def test_the_example_in_an_event_loop(gateway: Live, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the reply to the shop and the state of the payment."""

    async def checkout(payment_request_id: str) -> None:
        body = sample(payment_request_id, paymentMethod={"paymentMethodType": "GCASH"}, paymentNotifyUrl=None)
        await asyncio.to_thread(gateway.create, body)

    exec(
        block(PAGE, "python", "import AsyncMockAlipay").replace("2088", str(gateway.config.port)),
        {"checkout": checkout},
    )
    assert "SUCCESS SUCCESS\n" == capsys.readouterr().out


def test_the_example_of_an_own_scenario(gateway: Live, capsys: pytest.CaptureFixture[str]) -> None:
    """Its name is a text at run time."""
    names: dict[str, Any] = {}
    exec(block(PAGE, "python", "OwnScenario("), names)
    with Mock(gateway.config.url, client_id=f"SANDBOX_{letters()}") as mock:
        mock.load(names["SLOW_BANK"], {"description": "Slow.", "*": {"delay": "2s"}})
        names["choose_outcomes"](mock)
        assert {"slow-bank", "refused"} <= {scenario.name for scenario in mock.scenarios()}
        mock.reset()
    assert "0\n" == capsys.readouterr().out

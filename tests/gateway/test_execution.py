"""Running endpoints: conflicts, concurrency and internal errors."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from mock_alipay.gateway.assembly import Components
from mock_alipay.gateway.gateway import Gateway
from mock_alipay.journal.events import Event
from mock_alipay.storage import Aggregates, Key
from tests.calls import code, latest, parts_of, result, signed_call
from tests.gateway.test_gateway import broken, is_signed, payments
from tests.live import sample


def with_store(components: Components, store: Aggregates[Any]) -> Gateway:
    """A gateway with another store."""
    executor = components.gateway.executor
    return replace(components.gateway, executor=replace(executor, repository=replace(executor.repository, store=store)))


class Contested(Aggregates[Any]):
    """A store in which another commit comes first, some times, and that yields to other calls."""

    def __init__(self, times: int = 0) -> None:
        super().__init__()
        self.times = times
        self.loads = 0

    async def load(self, key: Key) -> Any:
        self.loads += 1
        aggregate = await super().load(key)
        await asyncio.sleep(0)
        return aggregate

    async def commit(self, changed: Any) -> bool:
        self.times -= 1
        return self.times < 0 and await super().commit(changed)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """The log, whatever another test did to the logger."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)
    return caplog


@pytest.mark.parametrize(("times", "expected"), [(9, "SUCCESS"), (10, "UNKNOWN_EXCEPTION")])
def test_a_conflict_is_retried_up_to_ten_times(times: int, expected: str, log: pytest.LogCaptureFixture) -> None:
    """Each time from a fresh load; then it is an internal error. Only the committed version is published."""
    components, store = parts_of(), Contested(times)
    events: list[Event] = []
    with components.events.subscribed(events.append):
        reply = asyncio.run(with_store(components, store).answer(signed_call(sample("order-1"))))
    assert (expected, 10) == (code(reply), store.loads)
    assert (expected == "SUCCESS") == (["payment", "call"] == [event.kind for event in events])
    assert (expected != "SUCCESS") == ("10 commits conflicted" in log.text)


async def test_concurrent_equal_calls_get_one_session() -> None:
    """The later ones get the session of the first."""
    gateway, call = with_store(parts_of(), Contested()), signed_call(sample("order-1"))
    replies = await asyncio.gather(*(gateway.answer(call) for _ in range(5)))
    assert {"SUCCESS"} == {code(reply) for reply in replies}
    assert 1 == len({json.loads(reply.body)["paymentSessionId"] for reply in replies})


def test_an_internal_error_is_an_unknown_exception(log: pytest.LogCaptureFixture) -> None:
    """Signed and recorded; the log has the call's id and the traceback, and nothing is stored or delayed."""
    components = parts_of()
    reply = asyncio.run(
        broken(components.gateway).answer(signed_call(sample("order-1"), extra={"mock-scenario": "slow"}))
    )
    entry = latest(components)
    assert ("UNKNOWN_EXCEPTION", "U") == (code(reply), result(reply)["resultStatus"])
    assert (True, "UNKNOWN_EXCEPTION", "order-1") == (is_signed(reply), entry.result_code, entry.request_id)
    assert (None, 0.0) == (entry.scenario, reply.delay)
    assert ([f"internal error in call {entry.id}; replied UNKNOWN_EXCEPTION"], []) == (
        log.messages,
        payments(components),
    )
    assert "ZeroDivisionError: a bug" in log.text

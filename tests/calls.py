"""Calls and gateways without a network, for tests below the HTTP layer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mock_alipay.clock.clocks import Clock, StoppedClock
from mock_alipay.config.config import Config
from mock_alipay.gateway.assembly import Components, assemble
from mock_alipay.journal.calls import CallRecord
from mock_alipay.journal.exchange import Call, Reply
from mock_alipay.web.asgi.problems import problem_reply
from tests.live import SANDBOX_PATH, sample, signed_headers
from tests.memory import kept

NOW = datetime(2026, 11, 22, 1, 7, 10, tzinfo=UTC)


def parts_of(*, clock: Clock | None = None, **settings: Any) -> Components:
    """A gateway with seed 1, whose real clock is stopped at ``NOW`` or ``clock``; ``settings`` go to Config."""
    return assemble(Config(**{"seed": 1, **settings}), problem_reply, clock=clock or StoppedClock(NOW))


def with_scenario(folder: Path, text: str, **settings: Any) -> Components:
    """A gateway whose default scenario has this text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tale.yaml").write_text(f"description: A test.\n{text}", "utf-8")
    return parts_of(scenarios=(folder,), scenario="tale", **settings)


def plain_call(
    body: bytes = b"{}",
    headers: Mapping[str, str] | None = None,
    *,
    target: str = SANDBOX_PATH,
    method: str = "POST",
    received: datetime = NOW,
) -> Call:
    """A call with these headers only."""
    return Call(received, method, target, target, dict(headers or {}), body)


def signed_call(
    body: Mapping[str, Any] | bytes | None = None,
    *,
    extra: Mapping[str, str] | None = None,
    received: datetime = NOW,
    **how: Any,
) -> Call:
    """A signed call, by default createPaymentSession; ``how`` goes to ``signed_headers``."""
    value = sample() if body is None else body
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    headers = {**signed_headers(raw, **how), **(extra or {})}
    target, method = how.get("path", SANDBOX_PATH), how.get("method", "POST")
    return plain_call(raw, headers, target=target, method=method, received=received)


def ask(components: Components, call: Call) -> Reply:
    """The gateway's reply."""
    return asyncio.run(components.gateway.answer(call))


def result(reply: Reply) -> dict[str, str]:
    """The member ``result`` of the reply."""
    parsed: dict[str, str] = json.loads(reply.body)["result"]
    return parsed


def code(reply: Reply) -> str:
    """The result code."""
    return result(reply)["resultCode"]


def header(reply: Reply, name: str) -> str | None:
    """A header of the reply, or None."""
    return next((value.decode("latin-1") for key, value in reply.headers if key == name.encode()), None)


def latest(components: Components) -> CallRecord:
    """The journal's newest entry."""
    return kept(components.journal)[-1]

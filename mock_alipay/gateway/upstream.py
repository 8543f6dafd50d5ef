"""The gateway that calls are forwarded to: signs them again where needed, and reads the replies.

Its URL is a setting, so the address policy of webhooks, whose URLs come from requests, does not apply.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from mock_alipay.client.merchant_calls import HttpReply, MerchantCalls, moves_money
from mock_alipay.contracts.schemas import MAX_DEPTH
from mock_alipay.errors import Refusal, Unreachable
from mock_alipay.journal.exchange import Call
from mock_alipay.signing import Signer
from mock_alipay.text.client_id import call_target
from mock_alipay.text.json_text import depth

TIMEOUT = 30.0
"""Seconds for a reply."""

MAX_CALLS = 500
"""Calls in progress; 100 of them have a connection, the others wait. Their clients may have left."""

_FORWARDED = ("content-type", "client-id", "request-time", "signature", "agent-token")
"""The headers that are passed on."""


@dataclass(frozen=True, slots=True)
class UpstreamReply:
    """A reply: HTTP 200 with a JSON object that has a result, or an HTTP status from 400 to 599 without a body."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)


class Upstream:
    """Forwards calls to one gateway."""

    def __init__(self, url: str, client_id: str | None = None, signer: Signer | None = None) -> None:
        """``client_id`` and ``signer``: who calls instead of the merchant, and signs."""
        self._calls = MerchantCalls(url, timeout=TIMEOUT, proxies=None)
        self._client_id = client_id
        self._signer = signer
        self._in_progress = 0

    @property
    def url(self) -> str:
        """The URL, without a slash at its end."""
        return self._calls.url

    @property
    def host(self) -> str:
        """The host in the URL."""
        return self._calls.host

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()

    async def reply_to(self, call: Call, endpoint: str, client_id: str) -> UpstreamReply:
        """The reply. UNKNOWN_EXCEPTION, which says why, when there is none."""
        caller = self._client_id or client_id
        if moves_money(self.host, caller):
            raise self._failed(f"{caller} is no client id of the sandbox, so nothing was sent")
        if self._in_progress >= MAX_CALLS:
            raise self._failed(f"{MAX_CALLS} calls wait for it already, so nothing was sent")
        target, headers = self._request(call, endpoint, caller)
        self._in_progress += 1
        try:
            # In a task of its own: the caller may not run in one, and the HTTP library needs it.
            reply = await asyncio.create_task(self._calls.post(target, headers, call.body))
        except Unreachable as error:
            raise self._failed(error.why) from None
        finally:
            self._in_progress -= 1
        return self._checked(reply)

    def _request(self, call: Call, endpoint: str, client_id: str) -> tuple[str, Mapping[str, str]]:
        """Target and headers: those of the call, or signed again."""
        headers = {name: call.headers[name] for name in _FORWARDED if name in call.headers}
        if self._signer is None:
            return call.target, headers
        target = call_target(endpoint, client_id)
        signed = self._signer.call_headers(target, client_id, call.body)
        return target, {**headers, "content-type": "application/json; charset=UTF-8", **signed}

    def _checked(self, reply: HttpReply) -> UpstreamReply:
        if reply.failure is not None:
            raise self._failed(reply.failure)
        if 400 <= reply.status < 600:
            return UpstreamReply(reply.status)
        if reply.status != 200:
            raise self._failed(f"it replied HTTP {reply.status}")
        try:
            body = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            body = None
        if not isinstance(body, dict) or depth(body) > MAX_DEPTH or not isinstance(body.get("result"), dict):
            raise self._failed("its reply is no JSON object with a result")
        return UpstreamReply(200, body)

    def _failed(self, why: str) -> Refusal:
        return Refusal("UNKNOWN_EXCEPTION", explanation=f"upstream {self.url}: {why}")

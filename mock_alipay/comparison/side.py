"""One of the two gateways of a comparison."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import orjson

from mock_alipay.client.merchant_calls import HttpReply, MerchantCalls
from mock_alipay.comparison.ids import Ids
from mock_alipay.comparison.requests import Request
from mock_alipay.contracts.schemas import MAX_DEPTH
from mock_alipay.signing import Signer
from mock_alipay.text.client_id import call_target
from mock_alipay.text.json_text import depth


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as one gateway got it, and its reply.

    reply: the parsed body without the suffix of ids; None when there is no JSON object
    failure: why there is none
    """

    sent: dict[str, Any]
    http: HttpReply
    reply: dict[str, Any] | None
    failure: str | None

    @property
    def result(self) -> str:
        """The result code, or else the HTTP status or ``no reply``."""
        result = (self.reply or {}).get("result")
        code = result.get("resultCode") if isinstance(result, dict) else None
        return str(code) if code else f"HTTP {self.http.status}" if self.http.status else "no reply"


@dataclass(frozen=True, slots=True)
class Side:
    """Signs requests for one gateway and sends them."""

    calls: MerchantCalls
    signer: Signer
    client_id: str
    ids: Ids

    async def send(self, request: Request) -> Exchange:
        """Send a request with this gateway's ids. Unreachable when no connection can be opened."""
        sent = self.ids.put_in(request)
        body = json.dumps(sent, ensure_ascii=False).encode()
        target = call_target(request.endpoint, self.client_id)
        signed = self.signer.call_headers(target, self.client_id, body)
        headers = {"content-type": "application/json; charset=UTF-8", **signed}
        http = await self.calls.post(target, headers, body)
        reply, failure = _parsed(http)
        self.ids.learn(request, reply)
        return Exchange(self.ids.neutral(sent), http, self.ids.neutral(reply), failure)


def _parsed(http: HttpReply) -> tuple[dict[str, Any] | None, str | None]:
    if http.failure is not None:
        return None, http.failure
    try:
        body = orjson.loads(http.body)
    except orjson.JSONDecodeError:
        return None, f"HTTP {http.status} with a body that is no JSON"
    if not isinstance(body, dict):
        return None, f"HTTP {http.status} with JSON that is no object"
    if depth(body) > MAX_DEPTH:
        return None, f"HTTP {http.status} with JSON nested more than {MAX_DEPTH} levels deep"
    return body, None

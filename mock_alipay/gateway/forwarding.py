"""A gateway that forwards calls to another one, and replies what that one replied."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from mock_alipay.apis.context import Outcome
from mock_alipay.client.merchant_calls import refuse_real_payments
from mock_alipay.config.config import Config
from mock_alipay.contracts.validation import parse
from mock_alipay.errors import Refusal, SettingName, UpstreamFailed, UsageError, under
from mock_alipay.gateway.call import CallState
from mock_alipay.gateway.gateway import Gateway
from mock_alipay.gateway.recorder import Recorder
from mock_alipay.gateway.reply import compose
from mock_alipay.gateway.upstream import Upstream, UpstreamReply
from mock_alipay.journal.exchange import Reply
from mock_alipay.scenarios.vocabulary import Vocabulary
from mock_alipay.signing import Signer, keys
from mock_alipay.signing.keys import KeyRing
from mock_alipay.text.client_id import CLIENT_ID, CLIENT_ID_RULE


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardingGateway(Gateway):
    """Checks path, headers and signature itself; everything else is up to the other gateway.

    A separate class, so that calls of a gateway without an upstream cost nothing more. No scenario plays.
    """

    upstream: Upstream
    recorder: Recorder | None

    async def close(self) -> None:
        """Close the connections to the other gateway."""
        await self.upstream.close()

    async def _outcome(self, state: CallState) -> Outcome[Any]:
        name, state.explanation = self.router.find(state.call)
        state.endpoint = name
        await asyncio.to_thread(self._admit, state, name, self.keys.ring())
        state.now = self.clocks.read(state.call.received, state.client_id)
        self._find_claimed_id(state)
        reply = await self.upstream.reply_to(state.call, name, state.client_id)
        state.explain(self.selector.would_play(name, state.request_id, state))
        state.explain(f"forwarded to {self.upstream.url}")
        if self.recorder is not None:
            state.explain(await asyncio.to_thread(self._recorded, self.recorder, state, reply))
        if reply.status != 200:
            raise UpstreamFailed(reply.status, f"upstream {self.upstream.url}: it replied HTTP {reply.status}")
        return Outcome("", fields=reply.body)

    def _admit(self, state: CallState, endpoint: str, ring: KeyRing) -> None:
        """As without an upstream, but what is wrong with the body is only journaled."""
        state.client_id, state.verdict = self.authenticator.authenticate(state.call, ring)
        try:
            state.body = self.contract.check(endpoint, state.call.body)
        except Refusal as refusal:
            state.faults = refusal.faults

    def _recorded(self, recorder: Recorder, state: CallState, reply: UpstreamReply) -> str:
        try:
            body = parse(state.call.body)
        except Refusal:
            return "not recorded: the request is no JSON object"
        return recorder.record(str(state.endpoint), body, reply.status, reply.body)

    async def _reply(self, state: CallState, outcome: Outcome[Any]) -> tuple[Reply, dict[str, str]]:
        if "result" not in outcome.fields:
            return await super(ForwardingGateway, self)._reply(state, outcome)
        sent = outcome.fields["result"]
        result = {name: str(value) for name, value in sent.items() if value is not None}
        return await compose(state, outcome.fields, self.signing), result


def forwarding_gateway(config: Config, vocabulary: Vocabulary, **parts: Any) -> ForwardingGateway:
    """The gateway with an upstream; SetupError when its key or the folder of recordings cannot be used."""
    upstream, recorder = Upstream(str(config.upstream)), None
    if config.upstream_key is not None:
        client_id, file = config.upstream_key
        with under(SettingName("upstream_key"), f" {client_id}: "):
            if not CLIENT_ID.fullmatch(client_id):
                raise UsageError(f"expected a client id of {CLIENT_ID_RULE}")
            refuse_real_payments(upstream.host, client_id)
            upstream = Upstream(upstream.url, client_id, Signer(keys.read_private_key(file)))
    if config.record is not None:
        families, results = parts["families"], parts["results"]
        with under(SettingName("record"), " "):
            recorder = Recorder(config.record, upstream.host, families=families, vocabulary=vocabulary, results=results)
    return ForwardingGateway(**parts, upstream=upstream, recorder=recorder)

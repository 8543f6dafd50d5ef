"""Finds the payment of a page, and lets its buyer act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from mock_alipay.apis.payments import checkout
from mock_alipay.apis.payments.checkout import page_state
from mock_alipay.apis.payments.methods import CARD, methods_of
from mock_alipay.apis.payments.model import PUBLIC_LENGTH, Payment
from mock_alipay.contracts.names import Act
from mock_alipay.errors import NotPossibleNow
from mock_alipay.gateway.assembly import Components
from mock_alipay.web.asgi.json_bodies import unknown
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.cashier.session_view import result_of

_STANDARD = str.maketrans("-_", "+/")
"""From URL-safe base64, as in normalUrl, to that of a paymentSessionId."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """The payments by the ids in the addresses of pages: paymentSessionId or paymentId."""

    components: Components

    async def find(self, id_: str) -> Payment:
        """The payment as it stands now; HttpProblem (404) when there is none with this id."""
        standard = id_.translate(_STANDARD)
        payment = await self._found(standard[:PUBLIC_LENGTH])
        if payment is None or standard not in (payment.session_id, payment.payment_id):
            detail = "there is no such payment session: it is of another gateway, or the gateway was reset or restarted"
            raise HttpProblem(404, "Unknown session", detail)
        return payment

    async def find_by_data(self, data: str) -> Payment | None:
        """The payment of a paymentSessionData, or of its first parts; only its first part counts."""
        opaque = data.partition("&&")[0]
        payment = await self._found(opaque[:PUBLIC_LENGTH])
        session = payment and payment.session
        return payment if session and session.data.startswith(f"{opaque}&&") else None

    async def act(self, payment: Payment, body: Mapping[str, str]) -> Payment:
        """The payment after what its buyer did on a page; HttpProblem: 400, or 409 when the session has ended."""
        act = self._act_of(payment, body)
        if act is None:
            return payment
        try:
            await self.components.buyer_actions.act(payment.key, act)
        except NotPossibleNow:
            raise self._ended(await self.find(payment.page_id)) from None
        changed = await self.find(payment.page_id)
        await self.claim(changed, changed.acted)
        return changed

    async def played(self, payment: Payment) -> int:
        """The number of the buyer's last act that a page has played."""
        return await self.components.storage.played_acts.get(payment.client_id, payment.page_id)

    async def claim(self, payment: Payment, number: int) -> bool:
        """Whether the calling page is the first to play the buyer's acts up to this number."""
        return await self.components.storage.played_acts.rise(
            payment.client_id, payment.page_id, min(number, payment.acted)
        )

    def _act_of(self, payment: Payment, body: Mapping[str, str]) -> Act | None:
        """The act that a click means; None when it changes nothing."""
        state, action = page_state(payment), body["action"]
        if state not in ("open", "challenge"):
            raise self._ended(payment)
        card, code = body.get("card", ""), body.get("code", "")
        method = self._method(payment, body.get("method", ""))
        match action:
            case "submit":
                # Where another page has begun the check, this one shows it.
                return self._submitted(payment, card, method) if state == "open" else None
            case "verify":
                return checkout.verified(payment, card, code) if state == "challenge" else None
            case "challenge":
                return Act("challenge", method=method) if state == "open" else None
            case "decline" if code and self._status(code) == "U":
                return Act("pending", code=code, method=method)
            case "pay" | "decline" | "pending" | "leave":
                return Act(action, code=code if action == "decline" else "", method=method)
        raise unknown("action", action, ["submit", "verify"])

    def _submitted(self, payment: Payment, card: str, method: str) -> Act:
        if not card and method == CARD and checkout.needs_card(payment):
            raise HttpProblem(400, "Bad field", "card: expected the number that the buyer entered, got none")
        return checkout.submitted(payment, card, method)

    def _method(self, payment: Payment, method: str) -> str:
        offered = methods_of(orjson.loads(payment.request))
        if method and method not in offered:
            raise unknown("method", method, offered)
        return method or payment.order.method

    def _status(self, code: str) -> str:
        results = self.components.contract.results
        if code not in results or results[code].status == "S":
            raise unknown("code", code, [name for name, result in results.items() if result.status != "S"])
        return results[code].status

    def _ended(self, payment: Payment) -> HttpProblem:
        expired = page_state(payment) == "expired"
        result = result_of("INQUIRY_PAYMENT_SESSION_FAILED" if expired else "REPEAT_REQ_REJECT", self.components)
        detail = f"the payment is {payment.state}: its buyer can do nothing more"
        return HttpProblem(409, "Session ended", detail, result=result)

    async def _found(self, public_id: str) -> Payment | None:
        repository = self.components.repository
        stored = await repository.store.find_public(public_id)
        if stored is None:
            return None
        now = self.components.clocks.now(stored.client_id)
        current = await repository.advance(stored, now)
        return current if isinstance(current, Payment) else None

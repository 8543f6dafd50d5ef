"""``Mock.payment`` and ``AsyncMockAlipay.payment``: a payment, and the actions of its buyer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Self
from urllib.parse import quote

from mock_alipay.client.names import BuyerAction
from mock_alipay.client.notifications import delivered
from mock_alipay.client.payment_records import PaymentRecord
from mock_alipay.client.transport import Requests, run
from mock_alipay.errors import UsageError


class _Address(NamedTuple):
    """Where the admin API has a payment."""

    transport: Requests
    client_id: str
    payment_request_id: str


class PaymentAtGateway(PaymentRecord):
    """A payment with its address: the base class of MockPayment and AsyncMockPayment."""

    # Not a field of the record: copies, comparisons and pickles are about the payment only.
    __slots__ = ("_address",)

    _address: _Address

    @classmethod
    def at(
        cls,
        transport: Requests,
        data: Mapping[str, Any],
        *,
        client_id: str | None = None,
        payment_request_id: str | None = None,
    ) -> Self:
        """The payment of a JSON object, at a gateway.

        The ids replace those of ``data``, in which ids that look like card numbers are masked.
        """
        payment = cls.of(data)
        name = payment_request_id or payment.payment_request_id
        object.__setattr__(payment, "_address", _Address(transport, client_id or payment.client_id, name))
        return payment

    @staticmethod
    def path(payment_request_id: str) -> str:
        """Its path in the admin API."""
        if payment_request_id in ("", ".", ".."):
            raise UsageError(f"invalid paymentRequestId '{payment_request_id}': a URL path cannot contain it")
        return f"/payments/{quote(payment_request_id, safe='')}"

    async def _act(
        self, action: BuyerAction, *, wait: bool = False, timeout: float = 5.0, code: str | None = None
    ) -> Self:
        after, reply = await self._request("POST", "/act", {"action": action, **({"code": code} if code else {})})
        if not (wait and reply["notifications"]):
            return after
        await delivered(self._address.transport, reply["notifications"], timeout)
        return await self._now()

    async def _now(self) -> Self:
        return (await self._request("GET", "", None))[0]

    async def _request(self, method: str, rest: str, body: Any) -> tuple[Self, Any]:
        """The payment after a request, and the whole reply."""
        address: _Address | None = getattr(self, "_address", None)
        if address is None:
            raise TypeError("this payment is a copy without a connection; Mock.payment returns one with it")
        transport, client_id, name = address
        reply = await transport.request(method, f"{self.path(name)}{rest}", query={"clientId": client_id}, body=body)
        return self.at(transport, reply, client_id=client_id, payment_request_id=name), reply


class MockPayment(PaymentAtGateway):
    """A payment as it was when the gateway was asked, and the actions of its buyer.

    Each action returns the payment after it; this record does not change. With ``wait=True`` it returns when the
    notifications that the action caused are delivered, as ``Mock.notifications.wait`` defines it, so the result has
    what the merchant did meanwhile, such as a capture. WaitTimeout when that takes more than ``timeout`` seconds of
    real time; the action has happened all the same. AdminError when the payment's state does not allow the action.
    """

    __slots__ = ()

    def pay(self, *, wait: bool = False, timeout: float = 5.0) -> Self:
        """The buyer pays. A card payment that the merchant captures manually becomes AUTHORIZED, others SUCCESS."""
        return run(self._act("pay", wait=wait, timeout=timeout))

    def decline(self, code: str | None = None, *, wait: bool = False, timeout: float = 5.0) -> Self:
        """The payment is declined. ``code``: a result code with status F, by default USER_BALANCE_NOT_ENOUGH."""
        return run(self._act("decline", wait=wait, timeout=timeout, code=code))

    def leave(self) -> Self:
        """The buyer leaves without paying. The session stays open until it expires."""
        return run(self._act("leave"))

    def pending(self, code: str | None = None, *, wait: bool = False, timeout: float = 5.0) -> Self:
        """The buyer finishes, but the result is pending. ``code``: one with status U, by default PAYMENT_IN_PROCESS."""
        return run(self._act("pending", wait=wait, timeout=timeout, code=code))

    def challenge(self, *, wait: bool = False, timeout: float = 5.0) -> Self:
        """The buyer is sent to 3-D Secure; ``pay``, ``decline`` or ``leave`` may follow."""
        return run(self._act("challenge", wait=wait, timeout=timeout))

    def refresh(self) -> Self:
        """The payment as it is now."""
        return run(self._now())


class AsyncMockPayment(PaymentAtGateway):
    """``MockPayment`` for event loops: a record, whose actions are awaited."""

    __slots__ = ()

    async def pay(self, *, wait: bool = False, timeout: float = 5.0) -> Self:
        """The buyer pays."""
        return await self._act("pay", wait=wait, timeout=timeout)

    async def decline(self, code: str | None = None, *, wait: bool = False, timeout: float = 5.0) -> Self:
        """The payment is declined."""
        return await self._act("decline", wait=wait, timeout=timeout, code=code)

    async def leave(self) -> Self:
        """The buyer leaves without paying."""
        return await self._act("leave")

    async def pending(self, code: str | None = None, *, wait: bool = False, timeout: float = 5.0) -> Self:
        """The buyer finishes, but the result is pending."""
        return await self._act("pending", wait=wait, timeout=timeout, code=code)

    async def challenge(self, *, wait: bool = False, timeout: float = 5.0) -> Self:
        """The buyer is sent to 3-D Secure."""
        return await self._act("challenge", wait=wait, timeout=timeout)

    async def refresh(self) -> Self:
        """The payment as it is now."""
        return await self._now()

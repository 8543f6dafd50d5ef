"""A payment in a test's hands: how it stands, and what its buyer does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote

from mock_alipay.client.records import PaymentRecord
from mock_alipay.client.transport import Transport
from mock_alipay.errors import UsageError


class MockPayment(PaymentRecord):
    """A payment as it stood when it was asked for. What its buyer does gives it as it stands after that.

    AdminError when it is too late for it. Notifications are on their way then: ``Mock.notifications.wait`` waits.
    """

    # No field of the record: what is copied, compared, or told elsewhere is the payment alone.
    __slots__ = ("_link",)

    _transport: Transport

    @classmethod
    def at(cls, transport: Transport, found: Mapping[str, Any]) -> Self:
        """The payment of a JSON object, at a gateway."""
        payment = cls.of(found)
        object.__setattr__(payment, "_link", transport)
        return payment

    @staticmethod
    def path(payment_request_id: str) -> str:
        """Where the admin API has it."""
        if payment_request_id in ("", ".", ".."):
            raise UsageError(f"'{payment_request_id}' is no paymentRequestId that a path can name")
        return f"/payments/{quote(payment_request_id, safe='')}"

    def pay(self) -> Self:
        """The buyer pays; by card, where the merchant captures by hand, the money is held."""
        return self._act("pay")

    def decline(self, code: str | None = None) -> Self:
        """The payment is declined; ``code``: any code with status F, USER_BALANCE_NOT_ENOUGH if none is given."""
        return self._act("decline", code)

    def leave(self) -> Self:
        """The buyer walks away; the session stays open until it expires."""
        return self._act("leave")

    def pending(self) -> Self:
        """The buyer is done, and the outcome is still to come."""
        return self._act("pending")

    def challenge(self) -> Self:
        """The buyer faces 3-D Secure, and pays, fails or leaves after that."""
        return self._act("challenge")

    def refresh(self) -> Self:
        """The payment as it stands now."""
        return self._ask("GET", "", None)

    def _act(self, action: str, code: str | None = None) -> Self:
        return self._ask("POST", "/act", {"action": action, **({"code": code} if code else {})})

    def _ask(self, method: str, rest: str, body: Any) -> Self:
        transport: Transport | None = getattr(self, "_link", None)
        if transport is None:
            raise TypeError("this payment came from no gateway; Mock.payment gives one that does")
        path = f"{self.path(self.payment_request_id)}{rest}"
        return self.at(transport, transport.ask(method, path, query={"clientId": self.client_id}, body=body))

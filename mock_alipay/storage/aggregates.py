"""Payments in this process's memory, the oldest let go when there are too many."""

from __future__ import annotations

import logging
from collections import OrderedDict

from mock_alipay.apis.payments.model import Payment

logger = logging.getLogger("mock_alipay")


class MemoryStore:
    """Six methods, all that a store needs: load, find, commit, browse, held, forget.

    They are async so that a store shared between processes can take this one's place.
    """

    def __init__(self, limit: int = 10_000, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._limit = limit
        self._max_bytes = max_bytes
        self._bytes = 0
        self._payments: OrderedDict[tuple[str, str], Payment] = OrderedDict()
        self._named: dict[tuple[str, str], str] = {}
        """paymentRequestIds by client id and any other name of a payment."""
        self._warned = False

    async def load(self, client_id: str, payment_request_id: str) -> Payment | None:
        """The payment under this id, if the gateway knows it."""
        return self._payments.get((client_id, payment_request_id))

    async def find(self, client_id: str, name: str) -> str | None:
        """The paymentRequestId of the payment that has this name, such as ``paymentId:2026…``."""
        return self._named.get((client_id, name))

    async def commit(self, payment: Payment) -> bool:
        """Keep ``payment``; False when another version was committed since it was loaded, or another has its name."""
        key = (payment.client_id, payment.payment_request_id)
        known = self._payments.get(key)
        if (known.version if known else 0) != payment.version - 1:
            return False
        if not self._name(payment, known):
            return False
        self._bytes += payment.size - (known.size if known else 0)
        self._payments[key] = payment
        self._payments.move_to_end(key)
        while len(self._payments) > self._limit or (self._bytes > self._max_bytes and len(self._payments) > 1):
            self._let_go()
        return True

    async def browse(self, client_id: str | None = None) -> list[Payment]:
        """Payments of one client or all, the latest change first."""
        return [p for p in reversed(self._payments.values()) if client_id in (None, p.client_id)]

    async def held(self) -> tuple[int, int]:
        """How many payments there are, and the bytes that they hold, roughly."""
        return len(self._payments), self._bytes

    async def forget(self, client_id: str | None = None) -> int:
        """Drop the payments of one client or all; how many there were."""
        doomed = [key for key in self._payments if client_id in (None, key[0])]
        for key in doomed:
            self._drop(self._payments.pop(key))
        return len(doomed)

    def _let_go(self) -> None:
        _, oldest = self._payments.popitem(last=False)
        self._drop(oldest)
        if not self._warned:
            self._warned = True
            logger.warning(
                "more than %d payments, or %d MiB of them: the oldest are forgotten from now on",
                self._limit,
                self._max_bytes // 2**20,
            )

    def _name(self, payment: Payment, known: Payment | None) -> bool:
        """Note a payment's names in place of those it had; False when another payment has one of them."""
        if payment.payment_id is None and (known is None or known.payment_id is None):
            return True
        client_id, names = payment.client_id, payment.names
        if any(
            self._named.get((client_id, n), payment.payment_request_id) != payment.payment_request_id for n in names
        ):
            return False
        self._let_names_go(known, set(names))
        for name in names:
            self._named[client_id, name] = payment.payment_request_id
        return True

    def _drop(self, payment: Payment) -> None:
        self._bytes -= payment.size
        self._let_names_go(payment, set())

    def _let_names_go(self, payment: Payment | None, kept: set[str]) -> None:
        if payment is None:
            return
        for name in payment.names:
            if name not in kept:
                self._named.pop((payment.client_id, name), None)

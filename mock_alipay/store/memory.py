"""Payments in this process's memory, the oldest let go when there are too many."""

from __future__ import annotations

import logging
from collections import OrderedDict

from mock_alipay.terms import Payment

logger = logging.getLogger("mock_alipay")


class MemoryStore:
    """Four methods, all that a store needs: load, commit, browse, forget.

    They are async so that a store shared between processes can take this one's place.
    """

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._payments: OrderedDict[tuple[str, str], Payment] = OrderedDict()
        self._warned = False

    async def load(self, client_id: str, payment_request_id: str) -> Payment | None:
        """The payment under this id, if the gateway knows it."""
        return self._payments.get((client_id, payment_request_id))

    async def commit(self, payment: Payment) -> bool:
        """Keep ``payment``; False when another version was committed since it was loaded."""
        key = (payment.client_id, payment.payment_request_id)
        known = self._payments.pop(key, None)
        if (known.version if known else 0) != payment.version - 1:
            if known:
                self._payments[key] = known
            return False
        self._payments[key] = payment
        if len(self._payments) > self._limit:
            self._let_go()
        return True

    async def browse(self, client_id: str | None = None) -> list[Payment]:
        """Payments of one client or all, the latest change first."""
        return [p for p in reversed(self._payments.values()) if client_id in (None, p.client_id)]

    async def forget(self, client_id: str | None = None) -> int:
        """Drop the payments of one client or all; how many there were."""
        doomed = [key for key in self._payments if client_id in (None, key[0])]
        for key in doomed:
            del self._payments[key]
        return len(doomed)

    def _let_go(self) -> None:
        self._payments.popitem(last=False)
        if not self._warned:
            self._warned = True
            logger.warning("more than %d payments: the oldest are forgotten from now on", self._limit)

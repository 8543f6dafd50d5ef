"""``AsyncMockAlipay.webhooks``: a shop's side of webhooks, for event loops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mock_alipay.client.webhooks import Webhook, Webhooks


class AsyncWebhooks(Webhooks):
    """``Webhooks`` whose ``wait`` is awaited."""

    async def wait(  # type: ignore[override]  # awaited, like every method of AsyncMockAlipay that waits
        self,
        *,
        notify_type: str | None = None,
        payment_request_id: str | None = None,
        count: int = 1,
        timeout: float = 5.0,
    ) -> Webhook:
        """The newest webhook that matches, as ``Webhooks.wait`` does."""
        wanted = {"notifyType": notify_type, "paymentRequestId": payment_request_id}
        # Not in a thread: that would wait on after a cancellation, and the end of the event loop for it.
        loop, arrived = asyncio.get_running_loop(), asyncio.Event()
        with self._notifying(lambda: loop.call_soon_threadsafe(arrived.set)):
            try:
                async with asyncio.timeout(timeout):
                    while len(found := self._matching(wanted)) < count:
                        arrived.clear()
                        await arrived.wait()
            except TimeoutError:
                raise self._timeout(wanted, count, timeout) from None
        return found[-1]

    @contextmanager
    def _notifying(self, notify: Callable[[], object]) -> Iterator[None]:
        """Call a function when a webhook arrives, until the block ends."""
        with self._arrived:
            self._listeners.append(notify)
        try:
            yield
        finally:
            with self._arrived:
                self._listeners.remove(notify)

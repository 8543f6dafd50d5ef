"""``AsyncMockAlipay.webhooks``: a shop's side of webhooks, for event loops."""

from __future__ import annotations

import asyncio

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
        wait = super().wait
        return await asyncio.to_thread(
            wait, notify_type=notify_type, payment_request_id=payment_request_id, count=count, timeout=timeout
        )

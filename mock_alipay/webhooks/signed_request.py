"""Headers and body of a notification on the wire, signed with the gateway's key."""

from __future__ import annotations

from datetime import UTC, datetime

from mock_alipay.clock.clocks import wire_time
from mock_alipay.journal.exchange import STALE
from mock_alipay.journal.notifications import Notification
from mock_alipay.signing import content
from mock_alipay.signing.pool import SigningPool
from mock_alipay.webhooks.url import target_of

MARK = "mock-notification-id"
"""Header of every delivery; admin calls with this header are refused."""

SignedRequest = tuple[dict[str, str], bytes]


class RequestSigner:
    """Composes headers and signature."""

    def __init__(self, signing: SigningPool) -> None:
        self._signing = signing

    async def sign(self, notification: Notification, request_time: datetime) -> SignedRequest:
        """Headers and body of an attempt; ``request-time`` has the format of the SDKs' sample (JSDK)."""
        fault, body = notification.fault, notification.body
        time = wire_time(request_time - STALE if fault == "stale-time" else request_time, UTC)
        # As in replies: headers are Latin-1, but the admin API accepts any client id.
        client_id = notification.client_id.encode("latin-1", "replace").decode("latin-1")
        headers = {
            "content-type": "application/json; charset=UTF-8",
            "client-id": client_id,
            "request-time": time,
            MARK: notification.id,
        }
        if self._signing.enabled and fault != "no-signature":
            signed = b"{}" if fault == "bad-signature" else body
            text = content("POST", target_of(notification.url or ""), client_id, time, signed)
            headers["signature"] = (await self._signing.sign(text, forged=fault == "wrong-key")).decode()
        return headers, body[: len(body) // 2] if fault == "truncate" else body

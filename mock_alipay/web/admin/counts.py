"""Admin API: count calls, payments and notifications."""

from __future__ import annotations

from typing import Any

from mock_alipay.web.admin import calls, notifications, payments
from mock_alipay.web.admin.context import AdminContext, AdminRequest


async def counts(context: AdminContext, request: AdminRequest) -> Any:
    """Count the records of a client id or of all that have the words of a filter."""
    return {
        "calls": len(await calls.found_by(context, request)),
        "payments": len(await payments.found_by(context, request)),
        "notifications": len(await notifications.found_by(context, request)),
    }

"""Which client ids there can be, and which paths they call."""

from __future__ import annotations

import re

CLIENT_ID = re.compile(r"[!-+\--~]{1,128}")
"""Visible ASCII without commas, as repeated headers are joined by one. The longest real id is unknown."""

CLIENT_ID_RULE = "1 to 128 visible ASCII characters without commas"

SANDBOX_PREFIX = "SANDBOX_"
"""Client ids with this prefix call the sandbox path, as in all official SDKs."""


def call_target(endpoint: str, client_id: str) -> str:
    """The path that a client id calls; ``endpoint`` is an id such as ``payments/pay``."""
    return f"/ams/{'sandbox/' if client_id.startswith(SANDBOX_PREFIX) else ''}api/v1/{endpoint}"

"""Which client ids there can be."""

from __future__ import annotations

import re

CLIENT_ID = re.compile(r"[!-+\--~]{1,128}")
"""Visible ASCII without commas, as repeated headers are joined by one. The longest real id is unknown."""

CLIENT_ID_RULE = "1 to 128 visible ASCII characters without commas"

"""What a merchant answers a notification."""

from __future__ import annotations

from typing import NamedTuple


class Answer(NamedTuple):
    """A reply's status and the beginning of its body; ``truncated``: there was more of it."""

    status: int
    body: bytes
    truncated: bool

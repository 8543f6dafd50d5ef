"""A merchant's call and the gateway's reply, as they are on the wire.

Both are named tuples: one of each is created per call, and a frozen dataclass takes twice as long to create.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from mock_alipay.journal.faults import WireFault

STALE = timedelta(days=1)
"""The age of the time in a ``stale-time`` fault."""

_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""A host name or an address, and an optional port."""

Verdict = Literal["valid", "invalid", "unverified", "unchecked"]
"""The result of the signature check; ``unverified``: the gateway has no key for the client id."""


class Call(NamedTuple):
    """A merchant's request as received."""

    received: datetime
    method: str
    target: str
    """Origin-form request target with its query, as sent and signed."""
    reply_target: str
    """The target over which this client verifies the reply (see ``web.request_target``)."""
    headers: Mapping[str, str]
    """Names are lower case; values of a repeated header are joined by ``", "``."""
    body: bytes
    scheme: str = "http"

    @property
    def origin(self) -> str:
        """Scheme and host of the request, such as ``http://127.0.0.1:2088``; empty without a valid Host header."""
        return _origin(self.scheme, self.headers.get("host", ""))


@lru_cache(maxsize=64)
def _origin(scheme: str, host: str) -> str:
    return f"{scheme}://{host}" if _HOST.fullmatch(host) else ""


class Reply(NamedTuple):
    """A reply to the merchant, sent after ``delay`` seconds with an optional injected fault."""

    status: int
    head: bytes
    """Header lines as sent, each with its line end."""
    body: bytes
    delay: float = 0.0
    fault: WireFault | None = None

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Header names and values."""
        pairs = (line.partition(b": ") for line in self.head.split(b"\r\n")[:-1])
        return [(name, value) for name, _, value in pairs]

    @property
    def client_id(self) -> str:
        """Value of the ``client-id`` header; empty without one."""
        return dict(self.headers).get(b"client-id", b"").decode("latin-1")

"""A merchant's call and its reply, as they are on the wire.

Named tuples: every call makes both, and a frozen dataclass takes twice as long to make.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from mock_alipay.journal.faults import WireFault

STALE = timedelta(days=1)
"""The age of the time in a ``stale-time`` fault."""

_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""What a URL can name: a host or an address, and perhaps a port."""

Verdict = Literal["valid", "invalid", "unverified", "unchecked"]
"""What became of a call's signature; ``unverified``: its client id has no key here."""


class Call(NamedTuple):
    """What a merchant sent, as it stood on the wire."""

    received: datetime
    method: str
    target: str
    """Origin-form request target with its query, as sent and therefore as signed."""
    reply_target: str
    """The target that this client verifies the reply over (see ``web.request_target``)."""
    headers: Mapping[str, str]
    """Lower-case names; the values of a repeated header joined by a comma and a blank."""
    body: bytes
    scheme: str = "http"

    @property
    def origin(self) -> str:
        """Scheme and host that the caller used, such as ``http://127.0.0.1:2088``; empty when it named no host."""
        host = self.headers.get("host", "")
        return f"{self.scheme}://{host}" if _HOST.fullmatch(host) else ""


class Reply(NamedTuple):
    """What goes back to the merchant, and how: after ``delay`` seconds, with a fault or none."""

    status: int
    head: bytes
    """Header lines as they stand on the wire, each with its line end."""
    body: bytes
    delay: float = 0.0
    fault: WireFault | None = None

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names and values."""
        pairs = (line.partition(b": ") for line in self.head.split(b"\r\n")[:-1])
        return [(name, value) for name, _, value in pairs]

    @property
    def client_id(self) -> str:
        """Whom it goes to; empty when it names nobody."""
        return dict(self.headers).get(b"client-id", b"").decode("latin-1")

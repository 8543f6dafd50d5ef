"""Signed calls over HTTP, as a merchant sends them, to any gateway: this one or the real one."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Self

import httpx2

from mock_alipay.client.admin_api import failure_reason, parsed_url, system_error, verification
from mock_alipay.errors import Unreachable, UsageError
from mock_alipay.text.client_id import SANDBOX_PREFIX

MAX_REPLY = 1024 * 1024
"""Bytes of a reply that are read, at most."""

MAX_CONNECTIONS = 100
"""Connections to a gateway; more calls wait."""

_REAL = (".alipay.com", ".antom.com", ".antglobal-us.com")
"""The endings of the hosts of the real gateway."""


def moves_money(host: str, client_id: str) -> bool:
    """Whether calls of this client id create real payments at this host."""
    return host.lower().rstrip(".").endswith(_REAL) and not client_id.startswith(SANDBOX_PREFIX)


def refuse_real_payments(host: str, client_id: str) -> None:
    """Raise UsageError when calls of this client id would create real payments at this host."""
    if moves_money(host, client_id):
        expected = f"expected a client id that begins with {SANDBOX_PREFIX} at {host}, got {client_id}"
        raise UsageError(f"{expected}: others create real payments there")


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A reply to a call.

    headers: names in lower case; repeated ones are joined with a comma
    took: seconds from sending to the last byte
    failure: why there is no complete reply; then the status is 0 and the body empty
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    took: float
    failure: str | None = None


class MerchantCalls:
    """Connections to one gateway, for coroutines of one event loop. Redirects are not followed.

    Without ``ca_certificate`` the authorities of the system and of SSL_CERT_FILE are trusted. ``proxies``: whether the
    variables of proxies, such as HTTPS_PROXY, apply; None: unless the host is this machine.
    """

    def __init__(
        self, url: str, *, timeout: float, ca_certificate: str | Path | None = None, proxies: bool | None = False
    ) -> None:
        """``timeout``: seconds for a complete reply; half of them to connect. UsageError: ``url`` is no gateway's."""
        parsed = parsed_url(url)
        self.url = url.rstrip("/")
        self.host = parsed.host
        self._secure = parsed.scheme == "https"
        self._timeout = timeout
        trust = ssl.create_default_context() if self._secure and ca_certificate is None else None
        self._client = httpx2.AsyncClient(
            base_url=self.url,
            headers={"user-agent": "mock-alipay", "accept-encoding": "identity"},
            trust_env=not _is_local(self.host) if proxies is None else proxies,
            timeout=httpx2.Timeout(None, connect=timeout / 2),
            limits=httpx2.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=1.0),
            verify=trust or verification(ca_certificate, secure=self._secure),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def post(self, target: str, headers: Mapping[str, str], body: bytes) -> HttpReply:
        """Send a call. Unreachable when no connection can be opened; other failures are part of the reply."""
        began = time.perf_counter()
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream("POST", target, headers=raw, content=body) as response,
            ):
                read = await _read(response)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            cause = system_error(error)
            why = self._reason(error, cause)
            refused = isinstance(cause, ConnectionRefusedError)
            raise Unreachable(f"{self.url}: {why}", url=self.url, why=why, refused=refused) from None
        except TimeoutError:
            failure = f"it did not reply within {self._timeout:g} s"
            return HttpReply(0, {}, b"", time.perf_counter() - began, failure)
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            return HttpReply(0, {}, b"", time.perf_counter() - began, self._reason(error, system_error(error)))
        took = time.perf_counter() - began
        if len(read) > MAX_REPLY:
            return HttpReply(0, {}, b"", took, f"the reply has more than {MAX_REPLY} bytes")
        return HttpReply(response.status_code, dict(response.headers), read, took)

    def _reason(self, error: httpx2.RequestError, cause: BaseException) -> str:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted [{cause.verify_message}]; SSL_CERT_FILE can name an authority"
        return failure_reason(error, cause, secure=self._secure)


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _read(response: httpx2.Response) -> bytes:
    """The body, or a little more than the limit of a longer one."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_REPLY:
            break
    return bytes(body)

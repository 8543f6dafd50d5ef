"""Signed calls over HTTP, as a merchant sends them, to any gateway: this one or the real one."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx2

from mock_alipay.client.admin_api import failure_reason, parsed_url, system_error, verification
from mock_alipay.errors import Unreachable

MAX_REPLY = 1024 * 1024
"""Bytes of a reply that are read, at most."""


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
    """Connections to one gateway.

    Without ``ca_certificate`` the authorities of the system and of SSL_CERT_FILE are trusted. ``proxies``: whether the
    variables of proxies, such as HTTPS_PROXY, apply. Redirects are not followed.
    """

    def __init__(
        self, url: str, *, timeout: float, ca_certificate: str | Path | None = None, proxies: bool = False
    ) -> None:
        """``timeout``: seconds without a byte; UsageError when ``url`` is no gateway's URL."""
        parsed = parsed_url(url)
        self.url = url.rstrip("/")
        self.host = parsed.host
        self._secure = parsed.scheme == "https"
        trust = ssl.create_default_context() if self._secure and ca_certificate is None else None
        self._client = httpx2.Client(
            base_url=self.url,
            headers={"user-agent": "mock-alipay", "accept-encoding": "identity"},
            trust_env=proxies,
            timeout=timeout,
            verify=trust or verification(ca_certificate, secure=self._secure),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def post(self, target: str, headers: Mapping[str, str], body: bytes) -> HttpReply:
        """Send a call. Unreachable when no connection can be opened; other failures are part of the reply."""
        began = time.perf_counter()
        try:
            with self._client.stream("POST", target, headers=dict(headers), content=body) as response:
                read = _read(response)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            cause = system_error(error)
            why = self._reason(error, cause)
            refused = isinstance(cause, ConnectionRefusedError)
            raise Unreachable(f"{self.url}: {why}", url=self.url, why=why, refused=refused) from None
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


def _read(response: httpx2.Response) -> bytes:
    """The body, or a little more than the limit of a longer one."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_REPLY:
            break
    return bytes(body)

"""The way to a gateway: requests to its admin API, and its no as an exception."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from mock_alipay.errors import AdminError, SetupError, Unreachable, Untrusted, UsageError, WaitTimeout

_PATIENCE = 10.0
"""Seconds for a connection."""

_ANSWER = 60.0
"""Seconds beyond what an answer itself may take: a busy machine needs many to load what the first payment needs."""

_LEAST = 1.0
"""Seconds that a stream of events gets to begin, whatever little time its events may take."""

_SILENCE = 60.0
"""Seconds without even a sign of life after which a stream of events counts as broken."""


class Transport:
    """Keeps connections open between calls; proxies of the environment are not asked, a gateway is near."""

    def __init__(self, url: str, admin_token: str | None, ca_certificate: str | Path | None = None) -> None:
        try:
            parsed = httpx2.URL(url)
        except httpx2.InvalidURL:
            raise UsageError(f"expected a gateway's URL such as http://127.0.0.1:2088, got {url}") from None
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise UsageError(f"expected a gateway's URL such as http://127.0.0.1:2088, got {url}")
        if parsed.path.strip("/") or parsed.query:
            raise UsageError(f"expected a gateway's URL without a path, such as http://127.0.0.1:2088, got {url}")
        if admin_token and not re.fullmatch(r"[!-~]+", admin_token):
            raise UsageError("the admin token: expected visible ASCII characters without blanks")
        headers = {"authorization": f"Bearer {admin_token}"} if admin_token else {}
        self.url = url.rstrip("/")
        self._client = httpx2.Client(
            base_url=f"{self.url}/__admin",
            headers=headers,
            trust_env=False,
            verify=_trust(ca_certificate, encrypted=parsed.scheme == "https"),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def health(self) -> str:
        """The version of the gateway; Unreachable when something else answers."""
        found = self.ask("GET", "/health")
        if not isinstance(found, dict) or found.get("status") != "ok" or "version" not in found:
            raise Unreachable(f"what answers at {self.url} is not mock-alipay")
        return str(found["version"])

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        text: str | None = None,
        takes: float = 0.0,
    ) -> Any:
        """An answer's JSON; AdminError when the gateway says no, Unreachable when there is none.

        ``text`` is YAML in place of a JSON ``body``; ``takes``: seconds that the answer itself may take.
        """
        content, media = (json.dumps(body), "application/json") if text is None else (text, "application/yaml")
        sent = body is not None or text is not None
        if self._client.is_closed:
            raise Unreachable(f"the connections to {self.url} are closed: this Mock's block has ended")
        try:
            response = self._client.request(
                method,
                path,
                params={name: value for name, value in (query or {}).items() if value is not None},
                content=content.encode() if sent else None,
                headers={"content-type": media} if sent else None,
                timeout=httpx2.Timeout(_PATIENCE, read=takes + _ANSWER),
            )
        except httpx2.TransportError as error:
            raise self._unreachable(error) from None
        return self._answer(response)

    @contextmanager
    def listen(
        self, query: Mapping[str, Any], after: str | None, silence: float | None
    ) -> Iterator[Iterator[tuple[str, str, Any]]]:
        """Events as they come: id, kind and JSON; None in place of that where an id alone is told.

        TimeoutError after ``silence`` seconds without even that.
        """
        headers = {"last-event-id": after} if after else None
        params = {name: value for name, value in query.items() if value is not None}
        timeout = httpx2.Timeout(_PATIENCE, read=_SILENCE if silence is None else max(min(silence, _SILENCE), _LEAST))
        try:
            with self._client.sse(
                "/events", params=params, headers=headers, timeout=timeout, max_event_size=None
            ) as source:
                response = source.response
                if response.status_code != 200:
                    response.read()
                    self._answer(response)
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    raise self._stranger(response)
                yield self._read(source, patient=silence is None or silence > _SILENCE)
        except httpx2.TransportError as error:
            raise self._unreachable(error) from None

    def _read(self, source: httpx2.EventSource, *, patient: bool) -> Iterator[tuple[str, str, Any]]:
        try:
            for event in source:
                yield event.id, event.event, event.json() if event.data else None
        except httpx2.ReadTimeout as error:
            if patient:
                raise self._unreachable(error) from None
            raise TimeoutError from error
        except httpx2.TransportError as error:
            raise self._unreachable(error) from None

    def _answer(self, response: httpx2.Response) -> Any:
        try:
            found = response.json()
        except ValueError:
            found = None
        if response.status_code == 200 and found is not None:
            return found
        if not isinstance(found, dict) or not {"title", "status", "detail"} <= found.keys():
            raise self._stranger(response)
        kind = WaitTimeout if response.status_code == 408 else AdminError
        raise kind(found)

    def _stranger(self, response: httpx2.Response) -> Unreachable:
        return Unreachable(f"what answers at {self.url} is not mock-alipay: HTTP {response.status_code}")

    def _unreachable(self, error: httpx2.TransportError) -> Unreachable:
        cause = _cause(error)
        if isinstance(cause, ssl.SSLCertVerificationError):
            hint = "Mock takes the file of an authority to trust as ca_certificate"
            return Untrusted(f"what answers at {self.url} is not trusted; {hint} [{cause.verify_message}]")
        # The HTTPS port hangs up on whoever sends it plain HTTP.
        hung_up = self.url.lower().startswith("http:") and isinstance(error, httpx2.RemoteProtocolError)
        hint = ", or is this its port for HTTPS?" if hung_up else ""
        return Unreachable(f"no gateway answers at {self.url}: {_why(error, cause)}; start it with: mock-alipay{hint}")


def _cause(error: BaseException) -> BaseException:
    """What the system said, where it said something."""
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, OSError):
        inner = inner.__cause__ or inner.__context__
    return inner or error


def _why(error: httpx2.TransportError, cause: BaseException) -> str:
    match error, cause:
        case _, ConnectionRefusedError():
            return "nothing listens there"
        case _, socket.gaierror():
            return "its host has no address"
        case httpx2.TimeoutException(), _:
            return "it did not answer in time"
        case httpx2.ConnectError(), ssl.SSLError():
            return "it does not speak TLS"
        case httpx2.RemoteProtocolError(), _:
            return "it hung up, or what it says is not HTTP"
        case _, OSError():
            return f"the connection failed: {cause.strerror or type(cause).__name__}"
        case _:
            return f"the connection failed [{error or type(error).__name__}]"


def _trust(ca_certificate: str | Path | None, *, encrypted: bool) -> ssl.SSLContext | bool:
    """Whom to trust: the authorities in a file alone, or those of the system."""
    if ca_certificate is None:
        # Reading the system's takes 20 ms: not where nothing is encrypted.
        return encrypted or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return ssl.create_default_context(cafile=ca_certificate)
    except ssl.SSLError:
        raise SetupError(f"{ca_certificate}: expected certificates in PEM") from None
    except OSError as error:
        raise SetupError(f"{ca_certificate}: cannot be read: {error.strerror}") from None

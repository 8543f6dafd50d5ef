"""HTTP requests to a gateway's admin API; error replies and failed connections become exceptions."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2

from mock_alipay.errors import (
    AdminError,
    SetupError,
    Unreachable,
    Untrusted,
    UsageError,
    WaitTimeout,
)

_CONNECT_TIMEOUT = 10.0
"""Seconds to open a connection, and to send a request."""

_REPLY_TIMEOUT = 60.0
"""Seconds for a reply beyond its ``server_time``: a busy machine needs many to load what the first payment needs."""

_LEAST_SILENCE = 1.0
"""Seconds that a stream of events gets for its first bytes, however short the timeout of its events is."""

_SILENCE = 60.0
"""Seconds without a byte, keep-alive comments included, after which a stream of events counts as broken."""


class Transport:
    """Requests to one gateway over kept connections. Proxies in the environment are ignored: a gateway is local."""

    def __init__(self, url: str, admin_token: str | None, ca_certificate: str | Path | None = None) -> None:
        parsed = parsed_url(url)
        if admin_token and not re.fullmatch(r"[!-~]+", admin_token):
            raise UsageError("the admin token: expected visible ASCII characters without blanks")
        self.url = url.rstrip("/")
        self._secure = parsed.scheme == "https"
        self._client = httpx2.Client(
            base_url=f"{self.url}/__admin",
            headers={"authorization": f"Bearer {admin_token}"} if admin_token else {},
            trust_env=False,
            verify=verification(ca_certificate, secure=self._secure),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def health(self) -> str:
        """The version of the gateway; Unreachable when another server replies."""
        health = self.request("GET", "/health")
        if not isinstance(health, dict) or health.get("status") != "ok" or "version" not in health:
            raise self._not_a_gateway()
        return str(health["version"])

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        text: str | None = None,
        server_time: float = 0.0,
    ) -> Any:
        """The parsed JSON of the reply. AdminError when the gateway refuses, Unreachable when no gateway replies.

        ``path`` follows ``/__admin``; values of ``query`` that are None are left out; ``text`` is YAML and replaces
        ``body`` (JSON); ``server_time``: seconds that the gateway may take on purpose, such as the timeout of a wait.
        """
        content, media_type = (json.dumps(body), "application/json") if text is None else (text, "application/yaml")
        has_content = body is not None or text is not None
        if self._client.is_closed:
            why = "this Mock's block has ended"
            raise Unreachable(f"the connections to {self.url} are closed: {why}", url=self.url, why=why)
        try:
            response = self._client.request(
                method,
                path,
                params={name: value for name, value in (query or {}).items() if value is not None},
                content=content.encode() if has_content else None,
                headers={"content-type": media_type} if has_content else None,
                timeout=httpx2.Timeout(_CONNECT_TIMEOUT, read=server_time + _REPLY_TIMEOUT),
            )
        except httpx2.TransportError as error:
            raise self._failed(error) from None
        return self._json(response)

    @contextmanager
    def listen(
        self, query: Mapping[str, Any], after: str | None, silence: float | None
    ) -> Iterator[Iterator[tuple[str, str, Any]]]:
        """The gateway's events as (id, kind, JSON); the JSON is None where the gateway sends an id only.

        ``after``: the id of the event to continue from. TimeoutError after ``silence`` seconds without a byte.
        """
        headers = {"last-event-id": after} if after else None
        params = {name: value for name, value in query.items() if value is not None}
        read = _SILENCE if silence is None else max(min(silence, _SILENCE), _LEAST_SILENCE)
        timeout = httpx2.Timeout(_CONNECT_TIMEOUT, read=read)
        try:
            with self._client.sse(
                "/events", params=params, headers=headers, timeout=timeout, max_event_size=None
            ) as source:
                response = source.response
                if response.status_code != 200:
                    response.read()
                    self._json(response)
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    raise self._not_a_gateway(response.status_code)
                try:
                    yield self._events(source, silence_is_failure=silence is None or silence > _SILENCE)
                finally:
                    _end_reads(response)
        except httpx2.TransportError as error:
            raise self._failed(error) from None

    def _events(self, source: httpx2.EventSource, *, silence_is_failure: bool) -> Iterator[tuple[str, str, Any]]:
        try:
            for event in source:
                yield event.id, event.event, event.json() if event.data else None
        except httpx2.ReadTimeout as error:
            if silence_is_failure:
                raise self._failed(error) from None
            raise TimeoutError from error
        except httpx2.TransportError as error:
            raise self._failed(error) from None
        except (ValueError, RecursionError):  # of event.json
            raise self._not_a_gateway() from None

    def _json(self, response: httpx2.Response) -> Any:
        """The parsed reply; AdminError for problem JSON, Unreachable for what no gateway sends."""
        try:
            parsed = response.json()
        except (ValueError, RecursionError):
            parsed = None
        if response.status_code == 200 and parsed is not None:
            return parsed
        if not isinstance(parsed, dict) or not {"title", "status", "detail"} <= parsed.keys():
            raise self._not_a_gateway(response.status_code)
        raise (WaitTimeout if response.status_code == 408 else AdminError)(parsed)

    def _failed(self, error: httpx2.TransportError) -> Unreachable:
        cause = system_error(error)
        if isinstance(cause, ssl.SSLCertVerificationError):
            detail = f"[{cause.verify_message}]"
            hint = "Mock(ca_certificate=FILE) trusts the authority in a file"
            message = f"the certificate of {self.url} is not trusted; {hint} {detail}"
            return Untrusted(message, url=self.url, why=f"its certificate is not trusted {detail}")
        why, refused = failure_reason(error, cause, secure=self._secure), isinstance(cause, ConnectionRefusedError)
        message = f"no gateway answers at {self.url}: {why}" + ("; start it with: mock-alipay" if refused else "")
        return Unreachable(message, url=self.url, why=why, refused=refused)

    def _not_a_gateway(self, status: int = 200) -> Unreachable:
        why = f"the server is not mock-alipay: HTTP {status}"
        return Unreachable(f"no gateway answers at {self.url}: {why}", url=self.url, why=why)


def _end_reads(response: httpx2.Response) -> None:
    """End the read of another thread: closing a socket does not, and its number may name the next connection."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream else None
    if isinstance(connection, socket.socket):
        with suppress(OSError):
            # Of the TCP connection: over TLS, the socket's own method would take away what the other thread uses.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


def parsed_url(url: str) -> httpx2.URL:
    """A gateway's URL; UsageError when it is not one."""
    example = "such as http://127.0.0.1:2088"
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise UsageError(f"expected a gateway's URL {example}, got {url}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise UsageError(f"expected a gateway's URL {example}, got {url}")
    if parsed.path.strip("/") or parsed.query:
        raise UsageError(f"expected a gateway's URL without a path, {example}, got {url}")
    return parsed


def system_error(error: BaseException) -> BaseException:
    """The operating system's error below ``error``, or ``error`` itself."""
    inner: BaseException | None = error
    # In an event loop, an OSError without a number stands for those of one or more addresses.
    while inner is not None and (not isinstance(inner, OSError) or (type(inner) is OSError and inner.errno is None)):
        more = inner.exceptions if isinstance(inner, BaseExceptionGroup) else ()
        inner = next(iter(more), inner.__cause__ or inner.__context__)
    return inner or error


def failure_reason(error: httpx2.RequestError, cause: BaseException, *, secure: bool) -> str:
    """Why there is no reply; ``cause`` is the operating system's error."""
    match error, cause:
        case _, ConnectionRefusedError():
            return "nothing listens there"
        case _, socket.gaierror():
            return "its host has no address"
        case httpx2.TimeoutException(), _:
            return "it did not answer in time"
        case httpx2.ConnectError(), ssl.SSLError():
            return "it does not speak TLS; is this its plain HTTP port?"
        case httpx2.RemoteProtocolError(), _:
            hint = "" if secure else "; is this its HTTPS port?"
            return f"it closed the connection without a reply, or the reply is not HTTP{hint}"
        case _, OSError():
            return f"the connection failed: {cause.strerror or type(cause).__name__}"
        case _:
            return f"the connection failed [{error or type(error).__name__}]"


def verification(ca_certificate: str | Path | None, *, secure: bool) -> ssl.SSLContext | bool:
    """How to verify certificates: by the authorities in a file only, or by the system's."""
    if ca_certificate is None:
        # Loading the system's authorities takes 20 ms; plain HTTP does not need them.
        return secure or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return ssl.create_default_context(cafile=ca_certificate)
    except ssl.SSLError:
        raise SetupError(f"{ca_certificate}: expected certificates in PEM") from None
    except OSError as error:
        raise SetupError(f"{ca_certificate}: cannot be read: {error.strerror}") from None

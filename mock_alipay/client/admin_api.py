"""The admin API of one gateway, without I/O: arguments of requests, and what replies and failures mean."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

from mock_alipay.errors import AdminError, SetupError, Unreachable, Untrusted, UsageError, WaitTimeout
from mock_alipay.text.masking import mask_password

_CONNECT_TIMEOUT = 10.0
"""Seconds to open a connection, and to send a request."""

_REPLY_TIMEOUT = 60.0
"""Seconds for a reply beyond its ``server_time``: a busy machine needs many to load what the first payment needs."""


class AdminApi:
    """What a transport asks and understands. Proxies in the environment are ignored: a gateway is local."""

    def __init__(self, url: str, admin_token: str | None, ca_certificate: str | Path | None) -> None:
        parsed = parsed_url(url)
        if admin_token and not re.fullmatch(r"[!-~]+", admin_token):
            raise UsageError("the admin token: expected visible ASCII characters without blanks")
        self.url = url.rstrip("/")
        self._secure = parsed.scheme == "https"
        self.connection: dict[str, Any] = {
            "base_url": f"{self.url}/__admin",
            "headers": {"authorization": f"Bearer {admin_token}"} if admin_token else {},
            "trust_env": False,
            "verify": verification(ca_certificate, secure=self._secure),
        }
        """The arguments of httpx2's clients."""

    @staticmethod
    def request(*, query: Mapping[str, Any] | None, body: Any, text: str | None, server_time: float) -> dict[str, Any]:
        """The arguments of a request beside method and path, as ``Transport.request`` describes them."""
        content, media_type = (json.dumps(body), "application/json") if text is None else (text, "application/yaml")
        has_content = body is not None or text is not None
        return {
            "params": _given(query or {}),
            "content": content.encode() if has_content else None,
            "headers": {"content-type": media_type} if has_content else None,
            "timeout": httpx2.Timeout(_CONNECT_TIMEOUT, read=server_time + _REPLY_TIMEOUT),
        }

    @staticmethod
    def stream(query: Mapping[str, Any], after: str | None, silence: float) -> dict[str, Any]:
        """The arguments of a request for events; ``silence``: seconds without a byte until it fails."""
        return {
            "params": _given(query),
            "headers": {"last-event-id": after} if after else None,
            "timeout": httpx2.Timeout(_CONNECT_TIMEOUT, read=silence),
            "max_event_size": None,
        }

    def result(self, response: httpx2.Response) -> Any:
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

    def check_stream(self, response: httpx2.Response) -> None:
        """Unreachable or AdminError when a response has no events; one with another status has been read."""
        if response.status_code != 200:
            self.result(response)
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            raise self._not_a_gateway(response.status_code)

    def event(self, event: httpx2.ServerSentEvent) -> tuple[str, str, Any]:
        """An event as (id, kind, JSON); the JSON is None for an event without data, such as a keep-alive."""
        try:
            return event.id, event.event, event.json() if event.data else None
        except (ValueError, RecursionError):
            raise self._not_a_gateway() from None

    def version(self, health: Any) -> str:
        """The version in the reply to a health check; Unreachable when another server replied."""
        if not isinstance(health, dict) or health.get("status") != "ok" or "version" not in health:
            raise self._not_a_gateway()
        return str(health["version"])

    def closed(self) -> Unreachable:
        """The error of a request after the connections were closed."""
        why = "this Mock's block has ended"
        return Unreachable(f"the connections to {self.url} are closed: {why}", url=self.url, why=why)

    def failed(self, error: httpx2.TransportError) -> Unreachable:
        """The error of a request without a reply."""
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


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def parsed_url(url: str) -> httpx2.URL:
    """A gateway's URL; UsageError when it is not one."""
    example = "such as http://127.0.0.1:2088"
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise UsageError(f"expected a gateway's URL {example}, got {mask_password(url)}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise UsageError(f"expected a gateway's URL {example}, got {mask_password(url)}")
    if parsed.path.strip("/") or parsed.query:
        raise UsageError(f"expected a gateway's URL without a path, {example}, got {mask_password(url)}")
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

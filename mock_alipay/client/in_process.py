"""Calls an ASGI or WSGI app in this process with a webhook, in place of a server."""

from __future__ import annotations

import asyncio
import inspect
import io
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

Forward = Callable[[str, Mapping[str, str], bytes], tuple[int, bytes]]
"""Passes on path, headers and body of a webhook; returns the status and the body of the response."""


def forward_to(app: Any, loop: asyncio.AbstractEventLoop | None = None) -> Forward:
    """A function that calls ``app``; TypeError when it is neither an ASGI nor a WSGI app.

    loop: the running event loop in which an ASGI app is called from other threads; None: a new one for each webhook
    """
    call = app if inspect.isfunction(app) else getattr(app, "__call__", None)  # noqa: B004 - the method is needed
    if call is None:
        raise TypeError(f"deliver_to: expected an ASGI or WSGI app, got {type(app).__name__}")
    count = len(inspect.signature(call).parameters)
    if inspect.iscoroutinefunction(call) or count == 3:
        return lambda path, headers, body: _run(_asgi(app, path, headers, body), loop)
    if count == 2:
        return lambda path, headers, body: _wsgi(app, path, headers, body)
    raise TypeError(f"deliver_to: expected an ASGI app (3 parameters) or a WSGI app (2), got one with {count}")


def _run(response: Coroutine[Any, Any, tuple[int, bytes]], loop: asyncio.AbstractEventLoop | None) -> tuple[int, bytes]:
    return asyncio.run(response) if loop is None else asyncio.run_coroutine_threadsafe(response, loop).result()


async def _asgi(app: Any, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    target, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": unquote(target),
        "raw_path": target.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 0),
    }
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
    status: int | None = None
    sent, complete = bytearray(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await complete.wait()  # frameworks abort a request whose client disconnects earlier
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            sent.extend(message.get("body", b""))
            if not message.get("more_body", False):
                complete.set()

    await app(scope, receive, send)
    if status is None:
        raise RuntimeError("deliver_to: the ASGI app sent no response")
    return status, bytes(sent)


def _wsgi(app: Any, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    target, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(target).decode("latin-1"),  # as PEP 3333 demands
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": headers.get("content-type", ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
    }
    status = [500]

    def start_response(line: str, _headers: Any, _error: Any = None) -> Callable[[bytes], object]:
        status[0] = int(line.partition(" ")[0])
        return written.append

    written: list[bytes] = []
    response = app(environ, start_response)
    try:
        written.extend(response)
    finally:
        if hasattr(response, "close"):
            response.close()
    return status[0], b"".join(written)

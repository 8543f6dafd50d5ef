"""The handlers of a path by method."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mock_alipay.text.wording import short
from mock_alipay.web.asgi.problems import HttpProblem


@dataclass(frozen=True, slots=True)
class Resource:
    """The handlers of a path by method; an ASGI app, so that Starlette routes every method here."""

    methods: Mapping[str, Callable[[Request], Awaitable[Response]]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request; HttpProblem (405) when its method is not allowed."""
        request = Request(scope, receive, send)
        handler = self.methods.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            raise wrong_method(request, list(self.methods))
        response = await handler(request)
        await response(scope, receive, send)


def wrong_method(request: Request, allowed: list[str]) -> HttpProblem:
    """The error for a method that a path does not have."""
    detail = f"expected the method {' or '.join(allowed)}, got {short(request.method)}"
    return HttpProblem(405, "Method not allowed", detail, headers={"allow": ", ".join(allowed)}, allowed=allowed)

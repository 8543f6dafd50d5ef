"""The admin API under ``/__admin``: which call is answered by what, and how it is let in and checked."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from mock_alipay.errors import DomainError
from mock_alipay.web.admin import calls, clock, events, merchants, notifications, payments, scenarios, system
from mock_alipay.web.admin.access import AccessCheck
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.admin.metrics import metrics
from mock_alipay.web.admin.openapi import describe
from mock_alipay.web.admin.parameters import SCHEMA, body_of, check, json_object, parameters
from mock_alipay.web.admin.send_notification import notify
from mock_alipay.web.admin.waits import wait
from mock_alipay.web.asgi.problems import HttpProblem, problem_of

logger = logging.getLogger("mock_alipay")

Handler = Callable[[AdminContext, AdminRequest], Awaitable[Any]]
_Answer = Callable[[Request], Awaitable[Response]]

CALLS: Mapping[str, Mapping[str, Handler]] = {
    "/health": {"GET": system.health},
    "/calls": {"GET": calls.list_calls},
    "/calls/count": {"GET": calls.count_calls},
    "/calls/wait": {"GET": wait},
    "/calls/{id}": {"GET": calls.get_call},
    "/scenarios": {"GET": scenarios.list_scenarios, "POST": scenarios.load_scenario},
    "/scenario": {"PUT": scenarios.choose_scenario, "DELETE": scenarios.clear_scenario},
    "/payments": {"GET": payments.list_payments},
    "/payments/{paymentRequestId:path}/act": {"POST": payments.act},
    "/payments/{paymentRequestId:path}": {"GET": payments.get_payment},
    "/notifications": {"GET": notifications.notifications, "POST": notify},
    "/notifications/wait": {"GET": notifications.wait},
    "/notifications/{id}": {"GET": notifications.notification},
    "/notifications/{id}/resend": {"POST": notifications.resend},
    "/clock": {"GET": clock.get_clock, "PUT": clock.move_clock},
    "/merchants": {"POST": merchants.add_merchant, "DELETE": merchants.remove_merchant},
    "/env": {"GET": system.environment},
    "/certificate": {"GET": system.certificate},
    "/metrics": {"GET": metrics},
    "/events": {"GET": events.events},
    "/reset": {"POST": system.reset},
}
"""Every admin call: path, method, what answers. ``admin.json`` says what each takes and gives."""


class AdminApi:
    """Answers admin calls."""

    def __init__(self, context: AdminContext, access: AccessCheck) -> None:
        self._context = context
        self._access = access

    def router(self) -> Router:
        """The API as an ASGI app, to be mounted at ``/__admin``."""
        specs = self._context.contract.schemas.document(SCHEMA)["calls"]
        routes = []
        for path, handlers in CALLS.items():
            methods = {
                method: _AdminCall(handler, specs[f"{method} {spoken(path)}"], self._context)
                for method, handler in handlers.items()
            }
            routes.append(self._route(path, methods))
        return Router(routes, default=self._route("/", {}).app, redirect_slashes=False)

    def openapi(self, path: str) -> Route:
        """The description of both APIs, for anyone with access."""
        return self._guarded(path, self._describe, public=True)

    async def _describe(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise _wrong_method(request, ["GET"])
        return Response(self._openapi, media_type="application/json")

    @cached_property
    def _openapi(self) -> bytes:
        document = describe(self._context.contract.schemas, self._context.families.endpoints)
        return orjson.dumps(document, option=orjson.OPT_INDENT_2)

    def _route(self, path: str, methods: Mapping[str, _AdminCall]) -> Route:
        async def answer(request: Request) -> Response:
            return await _pick(request, methods).answer(request)

        # Some answer nothing secret, and a client that waits for the gateway has no token yet.
        public = not all(call.spec.get("token", True) for call in methods.values())
        return self._guarded(path, answer, public=public)

    def _guarded(self, path: str, answer: _Answer, *, public: bool) -> Route:
        async def respond(request: Request) -> Response:
            return await self._respond(request, answer, public=public)

        route = Route(path, respond)
        # Any method comes in: _pick tells which are allowed, as a problem and after the access check.
        route.methods = None
        return route

    async def _respond(self, request: Request, answer: _Answer, *, public: bool) -> Response:
        try:
            self._access.check(request.headers, public=public)
            return await answer(request)
        except DomainError as error:
            problem = problem_of(error)
            response = _json(problem.status, problem.content, "application/problem+json")
            response.headers.update(_extra_headers(problem))
            return response
        except Exception:
            logger.exception("%s %s met a bug in mock-alipay", request.method, request.url.path)
            bug = HttpProblem(500, "A bug in mock-alipay", "its log has the traceback; the gateway goes on")
            return _json(500, bug.content, "application/problem+json")


@dataclass(frozen=True, slots=True)
class _AdminCall:
    """One line of the table, with what its schema says."""

    handler: Handler
    spec: Mapping[str, Any]
    context: AdminContext

    async def answer(self, request: Request) -> Response:
        """Check the request, hand it over, and compose the answer."""
        schemas = self.context.contract.schemas
        known = {name: schemas.resolve(one, SCHEMA)[0] for name, one in self.spec.get("query", {}).items()}
        query = parameters(request, known)
        media, raw = await body_of(request)
        body: dict[str, Any] = {}
        if "media" not in self.spec and "body" in self.spec:
            body = json_object(media, raw)
            check(schemas, f"{SCHEMA}{self.spec['body']['$ref']}", body)
        answer = await self.handler(self.context, AdminRequest(request, query, body, media, raw))
        return answer if isinstance(answer, Response) else _json(200, answer)


def spoken(path: str) -> str:
    """A path of the table as people write it."""
    return path.replace(":path}", "}")


def _pick(request: Request, methods: Mapping[str, _AdminCall]) -> _AdminCall:
    if not methods:
        known = [f"/__admin{spoken(path)}" for path in CALLS]
        raise HttpProblem(404, "No such admin call", f"there is no admin call {request.url.path}", known=known)
    call = methods.get("GET" if request.method == "HEAD" else request.method)
    if call is None or (request.method == "HEAD" and "stream" in call.spec):
        raise _wrong_method(request, list(methods))
    return call


def _wrong_method(request: Request, allowed: list[str]) -> HttpProblem:
    detail = f"{request.method} is not allowed here; allowed: {', '.join(allowed)}"
    return HttpProblem(405, "Method not allowed", detail, allowed=allowed)


def _extra_headers(problem: HttpProblem) -> dict[str, str]:
    match problem.status:
        case 401:
            return {"www-authenticate": "Bearer"}
        case 405:
            return {"allow": ", ".join(problem.extra["allowed"])}
        case _:
            return {}


def _json(status: int, content: Any, media: str = "application/json") -> Response:
    return Response(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n", status, media_type=media)

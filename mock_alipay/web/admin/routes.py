"""The admin API under ``/__admin``: which call is answered by what, and how it is let in and checked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import Receive, Scope, Send

from mock_alipay.contracts.schemas import Schemas
from mock_alipay.web.admin import calls, clock, events, merchants, notifications, payments, scenarios, system
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.admin.metrics import metrics
from mock_alipay.web.admin.openapi import describe
from mock_alipay.web.admin.parameters import SCHEMA, body_of, check, json_object, parameters
from mock_alipay.web.admin.send_notification import notify
from mock_alipay.web.admin.waits import wait
from mock_alipay.web.asgi.problems import HttpProblem, json_response

Handler = Callable[[AdminContext, AdminRequest], Awaitable[Any]]

PREFIX = "/__admin"
OPENAPI = "/openapi.json"

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
    "/notifications/{id}/wait": {"GET": notifications.wait_for_one},
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


def admin_api(context: AdminContext) -> Router:
    """Answers every admin call, and describes both APIs; who may call them is checked before."""
    specs = context.contract.schemas.document(SCHEMA)["calls"]
    document = cache(
        lambda: orjson.dumps(describe(context.contract.schemas, context.families.endpoints), option=orjson.OPT_INDENT_2)
    )

    async def description(_: Request) -> Response:
        return Response(document(), media_type="application/json")

    def resource(path: str) -> _Resource:
        return _Resource(
            {
                method: _AdminCall(handler, specs[f"{method} {spoken(path)}"], context).answer
                for method, handler in CALLS[path].items()
            }
        )

    api = Router([Route(path, resource(path)) for path in CALLS], default=_no_such_call, redirect_slashes=False)
    routes = [Route(OPENAPI, _Resource({"GET": description})), Mount(PREFIX, api)]
    return Router(routes, default=api, redirect_slashes=False)


def public_paths(schemas: Schemas) -> list[str]:
    """What needs no token: it holds no secret, and a client that waits for the gateway has no token yet."""
    calls = schemas.document(SCHEMA)["calls"].items()
    return [OPENAPI, *(f"{PREFIX}{call.partition(' ')[2]}" for call, spec in calls if not spec.get("token", True))]


@dataclass(frozen=True, slots=True)
class _Resource:
    """A path, and what answers each of its methods; to Starlette an ASGI app, so that every method comes here."""

    methods: Mapping[str, Callable[[Request], Awaitable[Response]]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; HttpProblem (405) when its method is not allowed."""
        request = Request(scope, receive, send)
        answer = self.methods.get("GET" if request.method == "HEAD" else request.method)
        if answer is None:
            raise _wrong_method(request, list(self.methods))
        response = await answer(request)
        await response(scope, receive, send)


@dataclass(frozen=True, slots=True)
class _AdminCall:
    """One line of the table, with what its schema says."""

    handler: Handler
    spec: Mapping[str, Any]
    context: AdminContext

    async def answer(self, request: Request) -> Response:
        """Check the request, hand it over, and compose the answer."""
        if request.method == "HEAD" and "stream" in self.spec:
            raise _wrong_method(request, ["GET"])
        schemas = self.context.contract.schemas
        known = {name: schemas.resolve(one, SCHEMA)[0] for name, one in self.spec.get("query", {}).items()}
        query = parameters(request, known)
        media, raw = await body_of(request)
        body: dict[str, Any] = {}
        if "media" not in self.spec and "body" in self.spec:
            body = json_object(media, raw)
            check(schemas, f"{SCHEMA}{self.spec['body']['$ref']}", body)
        answer = await self.handler(self.context, AdminRequest(request, query, body, media, raw))
        return answer if isinstance(answer, Response) else json_response(answer)


def spoken(path: str) -> str:
    """A path of the table as people write it."""
    return path.replace(":path}", "}")


async def _no_such_call(scope: Scope, _receive: Receive, _send: Send) -> None:
    path = Request(scope).url.path
    known = [f"{PREFIX}{spoken(path)}" for path in CALLS]
    raise HttpProblem(404, "No such admin call", f"there is no admin call {path}", known=known)


def _wrong_method(request: Request, allowed: list[str]) -> HttpProblem:
    detail = f"{request.method} is not allowed here; allowed: {', '.join(allowed)}"
    return HttpProblem(405, "Method not allowed", detail, headers={"allow": ", ".join(allowed)}, allowed=allowed)

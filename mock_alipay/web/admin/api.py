"""The calls of the admin API: the handler of each one, and the validation of its request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from mock_alipay.text.wording import short
from mock_alipay.web.admin import calls, clock, events, merchants, notifications, payments, scenarios, state, system
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.admin.counts import counts
from mock_alipay.web.admin.metrics import metrics
from mock_alipay.web.admin.openapi import describe
from mock_alipay.web.admin.parameters import SCHEMA, parameters
from mock_alipay.web.admin.routes import OPENAPI, PREFIX
from mock_alipay.web.admin.send_notification import notify
from mock_alipay.web.admin.waits import wait
from mock_alipay.web.asgi.json_bodies import MAX_BODY, body_of, check, json_object
from mock_alipay.web.asgi.problems import HttpProblem, json_response
from mock_alipay.web.asgi.resource import Resource, wrong_method

Handler = Callable[[AdminContext, AdminRequest], Awaitable[Any]]

_ACT = "/payments/{paymentRequestId:path}/act"

CALLS: Mapping[str, Mapping[str, Handler]] = {
    "/health": {"GET": system.health},
    "/calls": {"GET": calls.list_calls},
    "/calls/count": {"GET": calls.count_calls},
    "/calls/wait": {"GET": wait},
    "/calls/{id}": {"GET": calls.get_call},
    "/scenarios": {"GET": scenarios.list_scenarios, "POST": scenarios.load_scenario},
    "/scenario": {"PUT": scenarios.choose_scenario, "DELETE": scenarios.clear_scenario},
    "/payments": {"GET": payments.list_payments},
    _ACT: {"POST": payments.act},
    "/payments/{paymentRequestId:path}": {"GET": payments.get_payment},
    "/notifications": {"GET": notifications.notifications, "POST": notify},
    "/notifications/wait": {"GET": notifications.wait},
    "/notifications/{id}": {"GET": notifications.notification},
    "/notifications/{id}/wait": {"GET": notifications.wait_for_one},
    "/notifications/{id}/resend": {"POST": notifications.resend},
    "/clock": {"GET": clock.get_clock, "PUT": clock.move_clock},
    "/settle": {"POST": clock.settle},
    "/merchants": {"POST": merchants.add_merchant, "DELETE": merchants.remove_merchant},
    "/keys": {"POST": merchants.new_key_pair},
    "/clients": {"GET": merchants.list_clients},
    "/counts": {"GET": counts},
    "/env": {"GET": system.environment},
    "/certificate": {"GET": system.certificate},
    "/metrics": {"GET": metrics},
    "/events": {"GET": events.events},
    "/reset": {"POST": system.reset},
    "/state": {"GET": state.get_state, "PUT": state.put_state},
}
"""Every admin call: path, method and handler. ``admin.json`` describes its request and reply."""


def router(context: AdminContext) -> Router:
    """The router of all admin calls and of ``/openapi.json``. Access is checked before."""
    specs = context.contract.schemas.document(SCHEMA)["calls"]
    document = cache(
        lambda: orjson.dumps(describe(context.contract.schemas, context.families.endpoints), option=orjson.OPT_INDENT_2)
    )

    async def description(_: Request) -> Response:
        return Response(document(), media_type="application/json")

    def resource(path: str) -> Resource:
        return Resource(
            {
                method: _AdminCall(handler, specs[f"{method} {spoken(path)}"], context).answer
                for method, handler in CALLS[path].items()
            }
        )

    api = Router(
        [(_Act if path == _ACT else Route)(path, resource(path)) for path in CALLS],
        default=_no_such_call,
        redirect_slashes=False,
    )
    routes = [Route(OPENAPI, Resource({"GET": description})), Mount(PREFIX, api)]
    return Router(routes, default=api, redirect_slashes=False)


class _Act(Route):
    """The route of ``act``. It leaves GET to the route of a payment, because a paymentRequestId may end in ``/act``."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether this route answers a request."""
        if scope.get("method") in ("GET", "HEAD"):
            return Match.NONE, {}
        return super().matches(scope)


@dataclass(frozen=True, slots=True)
class _AdminCall:
    """A handler with the description of its request."""

    handler: Handler
    spec: Mapping[str, Any]
    context: AdminContext

    async def answer(self, request: Request) -> Response:
        """Validate the request, call the handler, and compose the response."""
        if request.method == "HEAD" and "stream" in self.spec:
            raise wrong_method(request, ["GET"])
        with self.context.states.held() if "maxBody" in self.spec else nullcontext():
            content = await self._content(request)
        return content if isinstance(content, Response) else json_response(content)

    async def _content(self, request: Request) -> Any:
        """What the handler returns for a valid request."""
        schemas = self.context.contract.schemas
        known = {name: schemas.resolve(schema, SCHEMA)[0] for name, schema in self.spec.get("query", {}).items()}
        query = parameters(request, known)
        media, raw = await body_of(request, self.spec.get("maxBody", MAX_BODY))
        body: dict[str, Any] = {}
        if "media" not in self.spec and "body" in self.spec:
            body = json_object(media, raw)
            check(schemas, f"{SCHEMA}{self.spec['body']['$ref']}", body)
        return await self.handler(self.context, AdminRequest(request, query, body, media, raw))


def spoken(path: str) -> str:
    """A path of the table as documents write it."""
    return path.replace(":path}", "}")


async def _no_such_call(scope: Scope, _receive: Receive, _send: Send) -> None:
    path = Request(scope).url.path
    known = [f"{PREFIX}{spoken(path)}" for path in CALLS]
    raise HttpProblem(404, "Unknown admin call", f"unknown admin call {short(path, 80)}", known=known)

"""The admin API under ``/__admin``: look back at what happened, and choose what happens next."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from mock_alipay.clock import Clock
from mock_alipay.contract import Contract
from mock_alipay.edge import views
from mock_alipay.edge.guard import Guard
from mock_alipay.edge.query import DEFAULT_LIMIT, FILTERS, MOST, json_object, parameters, wanted, whole_number
from mock_alipay.errors import Misuse
from mock_alipay.journal import Journal
from mock_alipay.scenario import Chooser
from mock_alipay.store import MemoryStore
from mock_alipay.version import __version__

logger = logging.getLogger("mock_alipay")


@dataclass(frozen=True, slots=True)
class Admin:
    """What the admin API can see and move."""

    journal: Journal
    chooser: Chooser
    store: MemoryStore
    contract: Contract
    clock: Clock
    guard: Guard
    env: dict[str, str | None]

    def router(self) -> Router:
        """The API as an ASGI app, to be mounted at ``/__admin``."""
        routes = [self._route(path, handlers) for path, handlers in CALLS.items()]
        return Router([*routes, self._route("/{rest:path}", {})], redirect_slashes=False)

    async def health(self, request: Request) -> Any:
        parameters(request, [])
        return {"status": "ok", "version": __version__}

    async def calls(self, request: Request) -> Any:
        query = parameters(request, [*FILTERS, "limit", "after"])
        limit = whole_number(query, "limit", DEFAULT_LIMIT, 1, MOST)
        after = whole_number(query, "after", 0, 0, 10**12)
        newer = itertools.takewhile(lambda entry: entry.number > after, self.journal.newest_first(lambda _: True))
        found = list(itertools.islice(filter(wanted(query), newer), limit))
        # A thousand large bodies take seconds to parse and mask: merchants' calls need not wait for that.
        return await asyncio.to_thread(lambda: {"calls": [views.call_view(entry, self.contract) for entry in found]})

    async def call(self, request: Request) -> Any:
        parameters(request, [])
        call_id = request.path_params["id"]
        entry = self.journal.get(call_id)
        if entry is None:
            raise Misuse(404, "No such call", f"the journal has no call '{call_id[:40]}'; it keeps the latest only")
        return views.whole_call_view(entry, self.contract)

    async def scenarios(self, request: Request) -> Any:
        parameters(request, [])
        chooser = self.chooser
        chosen = [{"clientId": who, "scenario": name, "times": times} for who, name, times in chooser.preferences()]
        stories = [views.story_view(chooser.library[name]) for name in chooser.library]
        return {"scenarios": stories, "default": chooser.default, "chosen": chosen}

    async def choose_scenario(self, request: Request) -> Any:
        parameters(request, [])
        body = await json_object(request, {"clientId": str, "scenario": str, "times": int}, ["scenario"])
        times = body.get("times")
        if times is not None and times < 1:
            raise Misuse(400, "Bad field", f"times: expected a whole number from 1, got {times}")
        self.chooser.prefer(body["scenario"], client_id=body.get("clientId"), times=times)
        return body

    async def clear_scenario(self, request: Request) -> Any:
        query = parameters(request, ["clientId"])
        body = await json_object(request, {"clientId": str})
        self.chooser.clear(body.get("clientId", query.get("clientId")))
        return {"status": "ok"}

    async def payments(self, request: Request) -> Any:
        query = parameters(request, ["clientId", "limit"])
        limit = whole_number(query, "limit", DEFAULT_LIMIT, 1, MOST)
        now = self.clock.now()
        found = (await self.store.browse(query.get("clientId")))[:limit]
        shown = [(payment, now >= payment.session.expires) for payment in found]
        return await asyncio.to_thread(lambda: {"payments": [views.payment_view(p, expired=e) for p, e in shown]})

    async def payment(self, request: Request) -> Any:
        query = parameters(request, ["clientId"])
        wanted_id = request.path_params["paymentRequestId"]
        found = [p for p in await self.store.browse(query.get("clientId")) if p.payment_request_id == wanted_id]
        if not found:
            raise Misuse(404, "No such payment", f"no session was created with paymentRequestId '{wanted_id[:64]}'")
        if len(found) > 1:
            clients = ", ".join(payment.client_id for payment in found)
            raise Misuse(409, "Several payments", f"several client ids used this id; add ?clientId= one of {clients}")
        return views.payment_view(found[0], expired=self.clock.now() >= found[0].session.expires)

    async def environment(self, request: Request) -> Any:
        parameters(request, [])
        return self.env

    async def reset(self, request: Request) -> Any:
        parameters(request, [])
        body = await json_object(request, {"clientId": str})
        client_id = body.get("clientId")
        self.chooser.forget(client_id)
        return {"payments": await self.store.forget(client_id), "calls": self.journal.forget(client_id)}

    def _route(self, path: str, handlers: Mapping[str, Handler]) -> Route:
        async def respond(request: Request) -> Response:
            try:
                self.guard.check(request.headers)
                return _json(200, await _pick(request, handlers)(self, request))
            except Misuse as misuse:
                response = _json(misuse.status, misuse.problem, "application/problem+json")
                if misuse.status == 405:
                    response.headers["allow"] = ", ".join(misuse.extra["allowed"])
                return response
            except Exception:
                logger.exception("%s %s met a bug in mock-alipay", request.method, request.url.path)
                bug = Misuse(500, "A bug in mock-alipay", "its log has the traceback; the gateway goes on")
                return _json(500, bug.problem, "application/problem+json")

        return Route(path, respond, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])


Handler = Callable[[Admin, Request], Awaitable[Any]]

CALLS: Mapping[str, Mapping[str, Handler]] = {
    "/health": {"GET": Admin.health},
    "/calls": {"GET": Admin.calls},
    "/calls/{id}": {"GET": Admin.call},
    "/scenarios": {"GET": Admin.scenarios},
    "/scenario": {"PUT": Admin.choose_scenario, "DELETE": Admin.clear_scenario},
    "/payments": {"GET": Admin.payments},
    "/payments/{paymentRequestId:path}": {"GET": Admin.payment},
    "/env": {"GET": Admin.environment},
    "/reset": {"POST": Admin.reset},
}
"""Every admin call: path, method, what answers."""


def _pick(request: Request, handlers: Mapping[str, Handler]) -> Handler:
    if not handlers:
        known = [f"/__admin{path}".replace(":path}", "}") for path in CALLS]
        raise Misuse(404, "No such admin call", f"{request.url.path} is none", known=known)
    handler = handlers.get("GET" if request.method == "HEAD" else request.method)
    if handler is None:
        allowed = list(handlers)
        detail = f"{request.method} is not allowed here; allowed: {', '.join(allowed)}"
        raise Misuse(405, "Method not allowed", detail, allowed=allowed)
    return handler


def _json(status: int, content: Any, media: str = "application/json") -> Response:
    return Response(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n", status, media_type=media)

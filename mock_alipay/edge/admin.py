"""The admin API under ``/__admin``: look back at what happened, and choose what happens next."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from mock_alipay import __version__
from mock_alipay.clock import Clock
from mock_alipay.contract import Contract
from mock_alipay.edge import views
from mock_alipay.edge.guard import Guard
from mock_alipay.edge.query import DEFAULT_LIMIT, FILTERS, MOST, json_object, parameters, wanted, whole_number
from mock_alipay.errors import Misuse
from mock_alipay.journal import Journal
from mock_alipay.scenario import Chooser
from mock_alipay.store import MemoryStore

Handler = Callable[[Request], Awaitable[Any]]


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
        table: dict[str, dict[str, Handler]] = {
            "/health": {"GET": self.health},
            "/calls": {"GET": self.calls},
            "/calls/{id}": {"GET": self.call},
            "/scenarios": {"GET": self.scenarios},
            "/scenario": {"PUT": self.choose_scenario, "DELETE": self.clear_scenario},
            "/payments": {"GET": self.payments},
            "/payments/{paymentRequestId:path}": {"GET": self.payment},
            "/env": {"GET": self.environment},
            "/reset": {"POST": self.reset},
        }
        routes = [Route(path, _endpoint(self.guard, handlers), methods=_METHODS) for path, handlers in table.items()]
        lost = Route("/{rest:path}", _endpoint(self.guard, {}, known=sorted(table)), methods=_METHODS)
        return Router([*routes, lost], redirect_slashes=False)

    async def health(self, request: Request) -> Any:
        parameters(request, [])
        return {"status": "ok", "version": __version__}

    async def calls(self, request: Request) -> Any:
        query = parameters(request, [*FILTERS, "limit", "after"])
        limit = whole_number(query, "limit", DEFAULT_LIMIT, 1, MOST)
        after = whole_number(query, "after", 0, 0, 10**12)
        newer = itertools.takewhile(lambda entry: entry.number > after, self.journal.newest_first(lambda _: True))
        found = itertools.islice(filter(wanted(query), newer), limit)
        return {"calls": [views.call_view(entry, self.contract) for entry in found]}

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
        return {"payments": [views.payment_view(payment, expired=now >= payment.session.expires) for payment in found]}

    async def payment(self, request: Request) -> Any:
        query = parameters(request, ["clientId"])
        wanted_id = unquote(request.path_params["paymentRequestId"])
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
        body = await json_object(request, {"clientId": str})
        client_id = body.get("clientId")
        self.chooser.forget(client_id)
        return {"payments": await self.store.forget(client_id), "calls": self.journal.forget(client_id)}


_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


def _endpoint(guard: Guard, handlers: dict[str, Handler], known: list[str] | None = None) -> Handler:
    async def respond(request: Request) -> Response:
        try:
            guard.check(request.headers)
            return _json(200, await _pick(request, handlers, known)(request))
        except Misuse as misuse:
            return _json(misuse.status, misuse.problem, "application/problem+json")

    return respond


def _pick(request: Request, handlers: dict[str, Handler], known: list[str] | None) -> Handler:
    if known is not None:
        listed = [f"/__admin{path}" for path in known]
        raise Misuse(404, "No such admin call", f"{request.url.path} is none", known=listed)
    handler = handlers.get("GET" if request.method == "HEAD" else request.method)
    if handler is None:
        allowed = ", ".join(handlers)
        raise Misuse(405, "Method not allowed", f"{request.method} is not allowed here; allowed: {allowed}")
    return handler


def _json(status: int, content: Any, media: str = "application/json") -> Response:
    return Response(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n", status, media_type=media)

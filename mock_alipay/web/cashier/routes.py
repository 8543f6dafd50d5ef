"""The addresses of the buyer's pages, of what they ask, and of the drop-in.

The pages and the script have the paths of the real ones, so that merchants swap the origin only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_alipay.gateway.assembly import Components
from mock_alipay.text.wording import short
from mock_alipay.web.asgi.concurrency_limit import ConcurrencyLimit
from mock_alipay.web.asgi.json_bodies import JSON, body_of, check, json_object, wrong_media
from mock_alipay.web.asgi.problems import HttpProblem, json_response
from mock_alipay.web.asgi.resource import Resource, wrong_method
from mock_alipay.web.cashier import files, sdk_gateway
from mock_alipay.web.cashier.session_view import session_view
from mock_alipay.web.cashier.sessions import Sessions
from mock_alipay.web.cashier.updates import Updates

SCHEMA = str(Path(__file__).with_name("cashier.json"))
"""The file that describes the bodies of the pages' requests."""

_SESSION = "/cashier/sessions/{id:path}"


@dataclass(frozen=True, slots=True)
class _Pages:
    """The handlers of requests from browsers."""

    components: Components
    sessions: Sessions
    limit: ConcurrencyLimit

    async def framed(self, request: Request) -> Response:
        """The cashier in a frame; the merchant's page or the address tells it the session."""
        return files.page("cashier.html", request)

    async def checkout(self, request: Request) -> Response:
        """The cashier on its own."""
        return files.page("cashier.html", request, await self._status(request))

    async def wallet(self, request: Request) -> Response:
        """The wallet's page."""
        return files.page("wallet.html", request, await self._status(request))

    async def asset(self, request: Request) -> Response:
        """A file of the pages."""
        return files.asset(request.path_params["name"], request)

    async def script(self, request: Request) -> Response:
        """The drop-in as a classic script."""
        return files.drop_in("umd", request)

    async def module(self, request: Request) -> Response:
        """The drop-in as an ES module."""
        return files.drop_in("esm", request)

    async def session(self, request: Request) -> Response:
        """The session as its page sees it."""
        return await self._view(await self.sessions.find(request.path_params["id"]))

    async def updates(self, request: Request) -> Response:
        """The session and its changes."""
        if request.method == "HEAD":
            raise wrong_method(request, ["GET"])
        return Updates(await self.sessions.find(request.path_params["id"]), self.sessions, self.limit)

    async def act(self, request: Request) -> Response:
        """What the buyer does."""
        body = await self._body(request, "Act")
        payment = await self.sessions.find(request.path_params["id"])
        return await self._view(await self.sessions.act(payment, body))

    async def played(self, request: Request) -> Response:
        """A page claims to play the buyer's acts up to a number."""
        body = await self._body(request, "Played")
        payment = await self.sessions.find(request.path_params["id"])
        return _unstored({"first": await self.sessions.claim(payment, body["number"])})

    async def sdk(self, request: Request) -> Response:
        """A query of the front-end SDK."""
        return await sdk_gateway.answer(request, self.sessions)

    async def _status(self, request: Request) -> int:
        try:
            await self.sessions.find(request.path_params["id"])
        except HttpProblem as problem:
            return problem.status
        return 200

    async def _view(self, payment: Any) -> Response:
        return _unstored(await session_view(payment, self.components, await self.sessions.played(payment)))

    async def _body(self, request: Request, schema: str) -> dict[str, Any]:
        media, raw = await body_of(request)
        if media != JSON:
            # A page of another origin cannot send this type without the browser's permission, which it does not get.
            raise wrong_media(media, [JSON])
        body = json_object(media, raw)
        check(self.components.contract.schemas, f"{SCHEMA}#/$defs/{schema}", body)
        return body


def cashier(components: Components, limit: ConcurrencyLimit) -> ASGIApp:
    """The app for everything that browsers request; ``limit``: of pages that listen for changes."""
    pages = _Pages(components, Sessions(components), limit)
    get: Mapping[str, Callable[[Request], Awaitable[Response]]] = {
        "/sdk/ams-checkout.js": pages.script,
        "/sdk/ams-checkout.mjs": pages.module,
        "/package/ams-checkout/{version}/dist/umd/ams-checkout.min.js": pages.script,
        "/v2/ams-checkout.js": pages.script,
        "/page/antom-web-checkout/src/component-app/{sign}/{scene}/{file}": pages.framed,
        "/elements/{version}/pages/{page}/index.html": pages.framed,
        "/checkout-page/pages/payment/index.html": pages.framed,
        "/easysafepay/{rest:path}": pages.framed,
        "/cashier": pages.framed,
        "/checkout/{id:path}": pages.checkout,
        "/wallet/{id:path}": pages.wallet,
        "/cashier/assets/{name}": pages.asset,
        f"{_SESSION}/events": pages.updates,
        _SESSION: pages.session,
    }
    post = {f"{_SESSION}/act": pages.act, f"{_SESSION}/played": pages.played}
    routes = [
        *(Route(path, Resource({"POST": handler})) for path, handler in post.items()),
        *(Route(path, Resource({"GET": handler})) for path, handler in get.items()),
        Route("/mgw.htm", Resource({"POST": pages.sdk, "OPTIONS": sdk_gateway.preflight})),
    ]
    return Router(routes, default=_unknown, redirect_slashes=False)


def _unstored(content: Any) -> Response:
    return json_response(content, headers={"cache-control": "no-store", "x-content-type-options": "nosniff"})


async def _unknown(scope: Scope, _receive: Receive, _send: Send) -> None:
    raise HttpProblem(404, "Unknown page", f"there is no page or script at {short(scope['path'], 80)}")

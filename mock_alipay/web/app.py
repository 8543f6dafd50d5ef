"""The gateway as an ASGI app: routing by path, and the background tasks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from starlette.datastructures import Headers
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_alipay.config.config import Config
from mock_alipay.config.settings import configured
from mock_alipay.gateway.assembly import Components, assemble
from mock_alipay.scenarios.reload import watch
from mock_alipay.server.extensions import DirectRoute
from mock_alipay.web.admin.access import AccessCheck
from mock_alipay.web.admin.context import AdminContext
from mock_alipay.web.admin.routes import PREFIX, admin_api, public_paths
from mock_alipay.web.asgi.problems import HttpProblem, problem_reply, problem_response
from mock_alipay.web.index import index
from mock_alipay.web.merchant import MerchantEndpoint

logger = logging.getLogger("mock_alipay")


def create_app(config: Config | None = None) -> ASGIApp:
    """The gateway as an ASGI app; SetupError when a file or key in ``config`` cannot be used."""
    return routes(assemble(configured(config or Config(), {}), problem_reply))


@dataclass(frozen=True, slots=True)
class App:
    """The ASGI app."""

    endpoint: Callable[[str], ASGIApp]
    """The app of a path."""
    others: ASGIApp
    """The app of everything but HTTP requests."""
    direct_route: DirectRoute
    """The requests that a server may pass on without ASGI."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection of ASGI."""
        # Starlette's routes would add about 10 % to the time of a merchant's call.
        await (self.endpoint(scope["path"]) if scope["type"] == "http" else self.others)(scope, receive, send)


def routes(components: Components) -> App:
    """Route each path to its ASGI app, with the access check that the path needs."""
    config, context = components.config, AdminContext(**vars(components))
    merchants = MerchantEndpoint(components.gateway, components.clocks.real, config.max_body, context.scripted_waits)
    admin = admin_api(context)
    access = AccessCheck(config.host, hosts=config.admin_hosts, token=config.admin_token)
    cashier, shell = _cashier(context), _imported_late(_dashboard)
    # A path that ends in a slash covers everything below it. Unknown paths go to the merchant API, which journals them.
    table: list[tuple[str, _Policy | None, ASGIApp]] = [
        (_MERCHANTS, None, merchants),
        *(
            (path, partial(access.check, any_host=True, needs_token=False), admin)
            for path in public_paths(components.contract.schemas)
        ),
        *((path, _anyone, cashier) for path in _PAGES),
        *((path, partial(access.check, needs_token=False, links=True), shell) for path in _DASHBOARD),
        (PREFIX, access.check, admin),
        (f"{PREFIX}/", access.check, admin),
    ]
    mounts = {path: _guarded(policy, mounted) if policy else mounted for path, policy, mounted in table}
    folders = [(path, mounted) for path, mounted in mounts.items() if path.endswith("/")]
    mounts["/"] = _root(_guarded(partial(access.check, needs_token=False, links=True), index), merchants)

    def endpoint(path: str) -> ASGIApp:
        if path in mounts:
            return mounts[path]
        for folder, mounted in folders:
            if path.startswith(folder):
                return mounted
        return merchants

    direct_route = DirectRoute(_MERCHANTS.encode(), config.max_body, merchants.answer)
    return App(endpoint, Router(lifespan=partial(_lifespan, context)), direct_route)


_Policy = Callable[[Headers], None]
"""Raises HttpProblem when a request with these headers is not allowed."""

_MERCHANTS = "/ams/"
"""The path of the merchant API."""

_PAGES = (
    "/cashier",
    "/cashier/",
    "/checkout/",
    "/wallet/",
    "/sdk/",
    "/v2/",
    "/package/ams-checkout/",
    "/page/antom-web-checkout/",
    "/elements/",
    "/checkout-page/",
    "/easysafepay/",
    "/mgw.htm",
)
"""The paths for browsers. The id of a session protects it, so everyone may request them, under any Host."""

_DASHBOARD = ("/__admin/ui", "/__admin/ui/")
"""The paths of the dashboard, which has no data: other sites may link to it."""

_PRELOAD_DELAY = 1.0
"""Seconds between the start and preloading."""


def _guarded(policy: _Policy, mounted: ASGIApp) -> ASGIApp:
    """Apply a policy before an app, and turn every exception into problem JSON."""

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if len(hosts := headers.getlist("host")) > 1:
            raise HttpProblem(400, "Several Host headers", f"header Host: expected one, got {len(hosts)}")
        policy(headers)
        await mounted(scope, receive, send)

    return ExceptionMiddleware(checked, {Exception: problem_response})


def _anyone(_: Headers) -> None:
    """Allow every request."""


def _cashier(context: AdminContext) -> ASGIApp:
    """The buyer's pages."""

    def pages() -> ASGIApp:
        from mock_alipay.web.cashier.routes import cashier

        return cashier(context, context.pages)

    return _imported_late(pages)


def _dashboard() -> ASGIApp:
    from mock_alipay.web.dashboard.routes import dashboard

    return dashboard()


def _imported_late(load: Callable[[], ASGIApp]) -> ASGIApp:
    """An app that is imported when the first request for it arrives."""
    loaded = cache(load)

    async def requested(scope: Scope, receive: Receive, send: Send) -> None:
        await loaded()(scope, receive, send)

    return requested


def _root(page: ASGIApp, merchants: ASGIApp) -> ASGIApp:
    """The page for GET and HEAD; other methods come from a merchant whose gateway URL is wrong."""

    async def root(scope: Scope, receive: Receive, send: Send) -> None:
        await (page if scope["method"] in ("GET", "HEAD") else merchants)(scope, receive, send)

    return root


@asynccontextmanager
async def _lifespan(context: AdminContext, _: Any) -> AsyncIterator[None]:
    if context.initial_state is not None:
        await context.transfer.load(context.initial_state)
    coroutines = [
        context.scheduler.run(),
        context.dispatcher.run(),
        _load_faker(context),
        *([_watch(context)] if context.config.watch else []),
    ]
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    for task in tasks:
        task.add_done_callback(_ended)
    yield
    for task in tasks:
        task.cancel()
    await context.dispatcher.close()
    await context.gateway.close()
    context.signing.close()
    context.worker.close()


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        logger.error("internal error: a background task stopped", exc_info=task.exception())


async def _load_faker(components: Components) -> None:
    """Import Faker before the first buyer is needed, but after the calls that follow the start at once."""
    await asyncio.sleep(_PRELOAD_DELAY)
    await asyncio.to_thread(components.repository.environment.fake_buyers.load)


async def _watch(components: Components) -> None:
    try:
        await watch(components.selector, components.config.scenarios, components.vocabulary)
    except Exception:
        logger.exception("internal error: scenario files are no longer watched")

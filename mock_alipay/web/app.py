"""The gateway as an ASGI app, its routes in plain sight."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.routing import Mount, Router
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from mock_alipay.config.config import Config
from mock_alipay.config.settings import configured, python_errors
from mock_alipay.gateway.assembly import Components, assemble
from mock_alipay.gateway.buyer_actions import BuyerActions
from mock_alipay.scenarios.reload import watch
from mock_alipay.web.admin.access import AccessCheck
from mock_alipay.web.admin.context import AdminContext
from mock_alipay.web.admin.routes import AdminApi
from mock_alipay.web.asgi.problems import problem_reply
from mock_alipay.web.merchant import MerchantEndpoint

logger = logging.getLogger("mock_alipay")


def create_app(config: Config | None = None) -> ASGIApp:
    """The gateway as an ASGI app; SetupError when a file or key in ``config`` cannot be used."""
    with python_errors():
        return routes(assemble(configured(config or Config(), {}), problem_reply))


def routes(components: Components) -> ASGIApp:
    """Who answers what: the admin API under ``/__admin``, the gateway everything else."""
    config = components.config
    endpoint = MerchantEndpoint(components.gateway, components.clocks.real, config.max_body)
    context = _context(components)
    admin = AdminApi(context, AccessCheck(config.host, hosts=config.admin_hosts, token=config.admin_token))

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        works = [
            components.scheduler.run(),
            components.dispatcher.run(),
            _load_faker(components),
            *([_watch(components)] if config.watch else []),
        ]
        tasks = [asyncio.create_task(work) for work in works]
        for task in tasks:
            task.add_done_callback(_ended)
        yield
        for task in tasks:
            task.cancel()
        await components.dispatcher.close()
        components.signing.close()
        context.worker.close()

    api = admin.router()
    described = admin.openapi(_OPENAPI)
    router = Router([described, Mount(_ADMIN, api)], default=api, redirect_slashes=False, lifespan=lifespan)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # A merchant's call need not wait while Starlette looks through its routes: that is a tenth of its time.
        if scope["type"] == "http" and not _is_ours(scope["path"]):
            await endpoint(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            await router(scope, receive, send)

    return app


_ADMIN = "/__admin"
_OPENAPI = "/openapi.json"

_START = 1.0
"""Seconds after the start in which nothing is loaded in advance."""


def _is_ours(path: str) -> bool:
    return path.startswith(f"{_ADMIN}/") or path in (_ADMIN, _OPENAPI)


def _context(components: Components) -> AdminContext:
    return AdminContext(
        journal=components.journal,
        metrics=components.metrics,
        selector=components.selector,
        repository=components.repository,
        dispatcher=components.dispatcher,
        buyer_actions=BuyerActions(components.repository, components.clocks),
        contract=components.contract,
        clocks=components.clocks,
        scheduler=components.scheduler,
        events=components.events,
        keys=components.keys,
        families=components.families,
        result_codes=tuple(components.gateway.results),
        env=components.env,
    )


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        logger.error("what happens by itself has stopped: a bug in mock-alipay", exc_info=task.exception())


async def _load_faker(components: Components) -> None:
    """Have what makes up buyers ready before the first one comes, and let calls right after the start go first."""
    await asyncio.sleep(_START)
    await asyncio.to_thread(components.repository.environment.fake_buyers.load)


async def _watch(components: Components) -> None:
    try:
        await watch(components.selector, components.config.scenarios, components.contract.schemas)
    except Exception:
        logger.exception("scenario files are no longer watched")

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

from mock_alipay.apis.payments.endpoints import ENDPOINTS
from mock_alipay.config.config import Config
from mock_alipay.config.settings import configured, told_in_python
from mock_alipay.gateway.assembly import Parts, assemble
from mock_alipay.gateway.buyer_actions import Cashier
from mock_alipay.scenarios.reload import watch
from mock_alipay.web.admin.access import Guard
from mock_alipay.web.admin.context import Desk
from mock_alipay.web.admin.routes import Admin
from mock_alipay.web.merchant import MerchantDoor

logger = logging.getLogger("mock_alipay")


def create_app(config: Config | None = None) -> ASGIApp:
    """The gateway as an ASGI app; SetupError when a file or key in ``config`` cannot be used."""
    with told_in_python():
        return routes(assemble(configured(config or Config(), {})))


def routes(parts: Parts) -> ASGIApp:
    """Who answers what: the admin API under ``/__admin``, the gateway everything else."""
    config = parts.config
    door = MerchantDoor(parts.gateway, parts.clocks.real, config.max_body)
    desk = _desk(parts)
    admin = Admin(desk, Guard(config.host, hosts=config.admin_hosts, token=config.admin_token))

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        works = [parts.timekeeper.run(), parts.postman.run(), *([_watch(parts)] if config.watch else [])]
        tasks = [asyncio.create_task(work) for work in works]
        for task in tasks:
            task.add_done_callback(_ended)
        yield
        for task in tasks:
            task.cancel()
        await parts.postman.close()
        parts.signing.close()
        desk.clerk.close()

    api = admin.router()
    described = admin.openapi(_OPENAPI)
    router = Router([described, Mount(_ADMIN, api)], default=api, redirect_slashes=False, lifespan=lifespan)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # A merchant's call need not wait while Starlette looks through its routes: that is a tenth of its time.
        if scope["type"] == "http" and not _is_ours(scope["path"]):
            await door(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            await router(scope, receive, send)

    return app


_ADMIN = "/__admin"
_OPENAPI = "/openapi.json"


def _is_ours(path: str) -> bool:
    return path.startswith(f"{_ADMIN}/") or path in (_ADMIN, _OPENAPI)


def _desk(parts: Parts) -> Desk:
    return Desk(
        journal=parts.journal,
        tally=parts.tally,
        chooser=parts.chooser,
        ledger=parts.ledger,
        postman=parts.postman,
        cashier=Cashier(parts.ledger, parts.clocks),
        contract=parts.contract,
        schemas=parts.schemas,
        clocks=parts.clocks,
        timekeeper=parts.timekeeper,
        events=parts.events,
        keys=parts.keys,
        endpoints=tuple(ENDPOINTS),
        result_codes=tuple(parts.gateway.results),
        env=parts.env,
    )


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        logger.error("what happens by itself has stopped: a bug in mock-alipay", exc_info=task.exception())


async def _watch(parts: Parts) -> None:
    try:
        await watch(parts.chooser, parts.config.scenarios, parts.schemas)
    except Exception:
        logger.exception("scenario files are no longer watched")

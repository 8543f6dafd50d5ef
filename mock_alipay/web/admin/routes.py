"""The admin API under ``/__admin`` as an ASGI app, and its paths that need no token."""

from __future__ import annotations

from functools import cache

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_alipay.contracts.schemas import Schemas
from mock_alipay.web.admin.context import AdminContext
from mock_alipay.web.admin.parameters import SCHEMA

PREFIX = "/__admin"
OPENAPI = "/openapi.json"


def admin_api(context: AdminContext) -> ASGIApp:
    """The app of all admin calls and of ``/openapi.json``. Access is checked before.

    The calls are imported with the first request: gateways start faster without them.
    """

    @cache
    def router() -> ASGIApp:
        from mock_alipay.web.admin import api

        return api.router(context)

    async def requested(scope: Scope, receive: Receive, send: Send) -> None:
        await router()(scope, receive, send)

    return requested


def public_paths(schemas: Schemas) -> list[str]:
    """Paths that need no token: they contain no secret, and a client needs them before it has the token."""
    calls = schemas.document(SCHEMA)["calls"].items()
    return [OPENAPI, *(f"{PREFIX}{call.partition(' ')[2]}" for call, spec in calls if not spec.get("token", True))]

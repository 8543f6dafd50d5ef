"""Admin API: show the state as one document, and load such a document."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mock_alipay.errors import SetupError
from mock_alipay.state import State, text
from mock_alipay.text.wording import plural
from mock_alipay.web.admin.context import AdminContext, AdminRequest, spoken_client
from mock_alipay.web.admin.parameters import SCHEMA
from mock_alipay.web.admin.system import reset
from mock_alipay.web.asgi.json_bodies import JSON, check, json_object
from mock_alipay.web.asgi.problems import HttpProblem

logger = logging.getLogger("mock_alipay")


class _Document(Response):
    """A document that holds its slot until it is sent: it may have a hundred megabytes."""

    def __init__(self, content: bytes, slot: ExitStack) -> None:
        super().__init__(content, media_type=JSON)
        self._slot = slot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the document, and free its slot."""
        with self._slot:
            await super().__call__(scope, receive, send)


async def get_state(context: AdminContext, request: AdminRequest) -> Any:
    """Show the state of one client id or of the whole gateway."""
    with ExitStack() as slot:
        slot.enter_context(context.states.held())
        exported = await context.transfer.export(request.client_id)
        return _Document(await context.worker.do(partial(text, exported)), slot.pop_all())


async def put_state(context: AdminContext, request: AdminRequest) -> Any:
    """Replace the state of one client id or of the whole gateway; nothing changes when the document is refused."""
    client_id = request.client_id
    try:
        state = await context.worker.do(partial(_posted, context, request))
        await context.transfer.check(state, client_id)
    except SetupError as error:
        raise HttpProblem(400, "Bad state", "; ".join(error.problems), faults=list(error.problems)) from None
    # Nothing below waits for anything else until all is loaded, so no call sees a part of it.
    await reset(context, request)
    await context.transfer.load(state)
    await context.scheduler.settle()
    loaded = {
        "payments": len(state.aggregates),
        "scenarios": len(state.scenarios),
        "selections": len(state.selections),
        "clocks": len(state.clocks),
    }
    counts = ", ".join(plural(count, name[:-1]) for name, count in loaded.items())
    logger.info("state loaded: %s (%s)", spoken_client(client_id), counts)
    return loaded


def _posted(context: AdminContext, request: AdminRequest) -> State:
    document = json_object(request.media, request.raw)
    check(context.contract.schemas, f"{SCHEMA}#/$defs/State", document)
    return context.state(document, request.client_id)

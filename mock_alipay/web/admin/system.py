"""Admin API: health, environment, certificate and reset."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from starlette.responses import Response

from mock_alipay.text.masking import mask_cards
from mock_alipay.text.wording import plural
from mock_alipay.version import __version__
from mock_alipay.web.admin.context import AdminContext, AdminRequest, spoken_client
from mock_alipay.web.asgi.problems import HttpProblem

logger = logging.getLogger("mock_alipay")

_PORT = re.compile(r":[0-9]+$")


async def health(_context: AdminContext, _request: AdminRequest) -> Any:
    """Show that the gateway is up, and its version."""
    return {"status": "ok", "version": __version__}


async def environment(context: AdminContext, request: AdminRequest) -> Any:
    """Show the settings of a merchant's client; the URLs contain the host name that the caller uses."""
    host = request.http.headers.get("host")
    if host is None:
        return context.env
    own = "tlsUrl" if request.http.url.scheme == "https" else "url"
    return {
        **context.env,
        **{name: _called(context.env[name], host, whole=name == own) for name in ("url", "tlsUrl")},
    }


async def certificate(context: AdminContext, _request: AdminRequest) -> Any:
    """Show the CA certificate for HTTPS, for clients without access to its file; HttpProblem (404) without HTTPS."""
    file = context.env["caCertificate"]
    if file is None:
        raise HttpProblem(404, "No certificate", "HTTPS is turned off, or another server provides it")
    try:
        pem = await context.worker.do(Path(file).read_bytes)
    except OSError as error:
        raise HttpProblem(404, "No certificate", f"cannot read {file}: {error.strerror}") from None
    return Response(pem, media_type="application/x-pem-file")


async def reset(context: AdminContext, request: AdminRequest) -> Any:
    """Delete the payments, journal and settings of one client id or of all."""
    client_id = request.client_id
    await context.selector.forget(client_id)
    await context.clocks.forget(client_id)
    await context.storage.played_acts.forget(client_id)
    deleted = {
        "payments": await context.repository.forget(client_id),
        "calls": await context.journal.forget(client_id),
        "notifications": await context.dispatcher.forget(client_id),
    }
    context.scripted_waits.end(client_id)
    counts = ", ".join(plural(deleted[name], name[:-1]) for name in ("calls", "payments", "notifications"))
    logger.info("reset: %s (%s)", spoken_client(client_id), counts)
    context.events.forget(client_id)
    context.events.publish("reset", client_id, {"clientId": client_id and mask_cards(client_id)})
    return deleted


def _called(url: str | None, host: str, *, whole: bool) -> str | None:
    """A URL of this gateway with the host name of a Host header; ``whole``: with its port, too."""
    if url is None:
        return None
    scheme, _, authority = url.partition("://")
    return f"{scheme}://{host}" if whole else f"{scheme}://{_PORT.sub('', host)}{''.join(_PORT.findall(authority))}"

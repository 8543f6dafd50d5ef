"""Admin calls about the gateway itself: health, environment, certificate and reset."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from starlette.responses import Response

from mock_alipay.errors import Misuse
from mock_alipay.version import __version__
from mock_alipay.web.admin.context import Ask, Desk

_PORT = re.compile(r":[0-9]+$")


async def health(_desk: Desk, _ask: Ask) -> Any:
    """Whether the gateway is up."""
    return {"status": "ok", "version": __version__}


async def environment(desk: Desk, ask: Ask) -> Any:
    """What a client must be set up with; the URLs are those of the name under which it came."""
    reached = ask.request.headers.get("host")
    if reached is None:
        return desk.env
    own = "tlsUrl" if ask.request.url.scheme == "https" else "url"
    return {**desk.env, **{name: _called(desk.env[name], reached, whole=name == own) for name in ("url", "tlsUrl")}}


async def certificate(desk: Desk, _ask: Ask) -> Any:
    """The certificate of the authority that clients trust over HTTPS, for those who cannot see its file."""
    file = desk.env["caCertificate"]
    if file is None:
        raise Misuse(404, "No certificate", "HTTPS is off here, or another server provides it")
    try:
        pem = await desk.clerk.do(Path(file).read_bytes)
    except OSError as error:
        raise Misuse(404, "No certificate", f"{file} cannot be read any more: {error.strerror}") from None
    return Response(pem, media_type="application/x-pem-file")


async def reset(desk: Desk, ask: Ask) -> Any:
    """Forget what happened and what was set, of one client id or all."""
    client_id = ask.client_id
    desk.chooser.forget(client_id)
    desk.clocks.forget(client_id)
    forgotten = {
        "payments": await desk.ledger.forget(client_id),
        "calls": desk.journal.forget(client_id),
        "notifications": desk.postman.forget(client_id),
    }
    desk.events.forget(client_id)
    desk.events.publish("reset", client_id, {"clientId": client_id})
    return forgotten


def _called(url: str | None, host: str, *, whole: bool) -> str | None:
    """A URL of this gateway with the host that a client calls it by, and with its port, too, where ``whole``."""
    if url is None:
        return None
    scheme, _, authority = url.partition("://")
    return f"{scheme}://{host}" if whole else f"{scheme}://{_PORT.sub('', host)}{''.join(_PORT.findall(authority))}"

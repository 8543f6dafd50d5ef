"""Makes every part of a gateway once, and lists its routes in plain sight."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.routing import Mount, Router
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from mock_alipay import keys
from mock_alipay.agenda import Agenda
from mock_alipay.clock import Clock, Clocks, SystemClock
from mock_alipay.config import TEST_CLIENT_ID, Config
from mock_alipay.contract import Contract
from mock_alipay.edge.admin import Admin
from mock_alipay.edge.desk import Desk
from mock_alipay.edge.guard import Guard
from mock_alipay.edge.merchant import MerchantDoor
from mock_alipay.endpoints import ENDPOINTS
from mock_alipay.events import Events
from mock_alipay.find import Finder
from mock_alipay.gateway import Gateway
from mock_alipay.invent import Invent
from mock_alipay.journal import Journal
from mock_alipay.keys import KeyRing
from mock_alipay.results import results
from mock_alipay.scenario import Chooser, Library
from mock_alipay.schema import Schemas
from mock_alipay.seal import Sealer
from mock_alipay.settings import configured, refuse_unguarded
from mock_alipay.signature import Signer, Suspect
from mock_alipay.store import MemoryStore
from mock_alipay.timekeeper import Timekeeper
from mock_alipay.verify import Verifier
from mock_alipay.watch import watch

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

logger = logging.getLogger("mock_alipay")


@dataclass(frozen=True)
class Parts:
    """A gateway taken apart: what the command line and tests want to reach."""

    config: Config
    clocks: Clocks
    schemas: Schemas
    chooser: Chooser
    contract: Contract
    store: MemoryStore
    journal: Journal
    events: Events
    timekeeper: Timekeeper
    keys: KeyRing
    sealer: Sealer
    gateway: Gateway
    env: dict[str, str | None] = field(default_factory=dict)


def create_app(config: Config | None = None) -> ASGIApp:
    """The gateway as an ASGI app; SetupError when a file or key in ``config`` cannot be used."""
    return routes(assemble(configured(config or Config(), {})))


def assemble(config: Config, *, clock: Clock | None = None, ca_certificate: Path | None = None) -> Parts:
    """Make the parts; ``ca_certificate`` is the PEM file that clients trust for HTTPS."""
    refuse_unguarded(config)
    clocks = Clocks(clock or SystemClock())
    gateway_key = keys.gateway_key(config.gateway_key)
    schemas = Schemas(config.types)
    chooser, contract, ring = _chooser(config, schemas), Contract(schemas), _key_ring(config)
    store, journal, agenda = MemoryStore(), Journal(), Agenda(clocks)
    events = Events(run=secrets.token_hex(4))
    signer = None if config.signatures == "off" else Signer(gateway_key)
    sealer = Sealer(signer, cache(lambda: Signer(keys.shipped_forger_key())))
    suspect = Suspect("the gateway's own key", gateway_key.public_key())
    gateway = Gateway(
        endpoints=ENDPOINTS,
        finder=Finder(ENDPOINTS, any_media=config.signatures == "off"),
        verifier=Verifier(ring, config.signatures, gateway=suspect, anonymous=TEST_CLIENT_ID),
        contract=contract,
        chooser=chooser,
        store=store,
        sealer=sealer,
        journal=journal,
        events=events,
        agenda=agenda,
        clocks=clocks,
        results=results(),
        invent=Invent(secrets.randbits(32) if config.seed is None else config.seed),
        base_url=config.url,
    )
    timekeeper = Timekeeper(agenda, clocks, store, events)
    env = environment(config, gateway_key, ca_certificate)
    return Parts(
        config, clocks, schemas, chooser, contract, store, journal, events, timekeeper, ring, sealer, gateway, env
    )


def routes(parts: Parts) -> ASGIApp:
    """Who answers what: the admin API under ``/__admin``, the gateway everything else."""
    config = parts.config
    door = MerchantDoor(parts.gateway, parts.clocks.real, config.max_body)
    desk = _desk(parts)
    admin = Admin(desk, Guard(config.host, hosts=config.admin_hosts, token=config.admin_token))

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(parts.timekeeper.run())]
        if config.watch:
            tasks.append(asyncio.create_task(_watch(parts)))
        yield
        for task in tasks:
            task.cancel()
        parts.sealer.close()
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
        chooser=parts.chooser,
        store=parts.store,
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


async def _watch(parts: Parts) -> None:
    try:
        await watch(parts.chooser, parts.config.scenarios, parts.schemas)
    except Exception:
        logger.exception("scenario files are no longer watched")


def environment(config: Config, gateway_key: RSAPrivateKey, ca_certificate: Path | None) -> dict[str, str | None]:
    """What a client must be set up with; keys as one line of bare base64."""
    return {
        "clientId": TEST_CLIENT_ID,
        "merchantPrivateKey": keys.bare_private_key(keys.shipped_merchant_key()),
        "gatewayPublicKey": keys.bare_public_key(gateway_key.public_key()),
        "url": config.url,
        "tlsUrl": config.tls_url,
        "caCertificate": str(ca_certificate) if ca_certificate else None,
    }


def _chooser(config: Config, schemas: Schemas) -> Chooser:
    library = Library.load(config.scenarios, schemas)
    library.require(config.scenario)
    return Chooser(library, config.scenario)


def _key_ring(config: Config) -> KeyRing:
    ring = KeyRing()
    if TEST_CLIENT_ID not in dict(config.merchants):
        ring.add(TEST_CLIENT_ID, keys.shipped_merchant_key().public_key())
    for client_id, file in config.merchants:
        ring.add(client_id, keys.read_public_key(file))
    return ring

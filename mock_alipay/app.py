"""Makes every part of a gateway once, and lists its routes in plain sight."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.routing import Mount, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_alipay import keys
from mock_alipay.clock import Clock, SystemClock
from mock_alipay.config import TEST_CLIENT_ID, Config
from mock_alipay.contract import Contract
from mock_alipay.edge.admin import Admin
from mock_alipay.edge.guard import Guard
from mock_alipay.edge.merchant import MerchantDoor
from mock_alipay.endpoints import ENDPOINTS
from mock_alipay.find import Finder
from mock_alipay.gateway import Gateway
from mock_alipay.invent import Invent
from mock_alipay.journal import Entry, Journal
from mock_alipay.keys import KeyRing
from mock_alipay.results import results
from mock_alipay.scenario import Chooser, Library
from mock_alipay.schema import Schemas
from mock_alipay.seal import Sealer
from mock_alipay.signature import Signer, Suspect
from mock_alipay.store import MemoryStore
from mock_alipay.verify import Verifier
from mock_alipay.watch import watch

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

logger = logging.getLogger("mock_alipay")


@dataclass(frozen=True)
class Parts:
    """A gateway taken apart: what the command line and tests want to reach."""

    config: Config
    clock: Clock
    schemas: Schemas
    chooser: Chooser
    contract: Contract
    store: MemoryStore
    journal: Journal
    sealer: Sealer
    gateway: Gateway
    env: dict[str, str | None] = field(default_factory=dict)


def create_app(config: Config | None = None) -> ASGIApp:
    """The gateway as an ASGI app; SetupError when a file or key in ``config`` cannot be used."""
    return routes(assemble(config or Config()))


def assemble(
    config: Config,
    *,
    clock: Clock | None = None,
    ca_certificate: Path | None = None,
    announce: Callable[[Entry], None] = lambda _: None,
) -> Parts:
    """Make the parts.

    ``ca_certificate`` is the PEM file that clients trust for HTTPS; ``announce`` is told of every exchange.
    """
    clock = clock or SystemClock()
    gateway_key = keys.gateway_key(config.gateway_key)
    schemas = Schemas(config.types)
    chooser = _chooser(config, schemas)
    contract = Contract(schemas)
    store, journal = MemoryStore(), Journal()
    signer = None if config.signatures == "off" else Signer(gateway_key)
    sealer = Sealer(signer, cache(lambda: Signer(keys.shipped_forger_key())))
    gateway = Gateway(
        endpoints=ENDPOINTS,
        finder=Finder(ENDPOINTS, any_media=config.signatures == "off"),
        verifier=_verifier(config, gateway_key),
        contract=contract,
        chooser=chooser,
        store=store,
        sealer=sealer,
        journal=journal,
        results=results(),
        invent=Invent(secrets.randbits(32) if config.seed is None else config.seed),
        base_url=config.url,
        announce=announce,
    )
    env = environment(config, gateway_key, ca_certificate)
    return Parts(config, clock, schemas, chooser, contract, store, journal, sealer, gateway, env)


def routes(parts: Parts) -> ASGIApp:
    """Who answers what: the admin API under ``/__admin``, the gateway everything else."""
    config = parts.config
    door = MerchantDoor(parts.gateway, parts.clock, config.max_body)
    admin = Admin(
        journal=parts.journal,
        chooser=parts.chooser,
        store=parts.store,
        contract=parts.contract,
        clock=parts.clock,
        guard=Guard(config.host),
        env=parts.env,
    )

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        watching = asyncio.create_task(_watch(parts)) if config.watch else None
        yield
        if watching:
            watching.cancel()

    api = admin.router()
    router = Router([Mount("/__admin", api)], default=api, redirect_slashes=False, lifespan=lifespan)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # A merchant's call need not wait while Starlette looks through its routes: that is a tenth of its time.
        if scope["type"] == "http" and scope["path"] != "/__admin" and not scope["path"].startswith("/__admin/"):
            await door(scope, receive, send)
        else:
            await router(scope, receive, send)

    return app


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


def _verifier(config: Config, gateway_key: RSAPrivateKey) -> Verifier:
    ring = KeyRing()
    if TEST_CLIENT_ID not in dict(config.merchants):
        ring.add(TEST_CLIENT_ID, keys.shipped_merchant_key().public_key())
    for client_id, file in config.merchants:
        ring.add(client_id, keys.read_public_key(file))
    gateway = Suspect("the gateway's own key", gateway_key.public_key())
    return Verifier(ring, config.signatures, gateway=gateway, anonymous=TEST_CLIENT_ID)

"""Makes every part of a gateway once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mock_alipay.apis.context import World
from mock_alipay.apis.fake_buyers import People
from mock_alipay.apis.ids import Invent
from mock_alipay.apis.payments.endpoints import ENDPOINTS
from mock_alipay.clock.clocks import Clock, Clocks, SystemClock
from mock_alipay.clock.schedule import Agenda
from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.config.settings import refuse_unguarded
from mock_alipay.contracts.limits import figures
from mock_alipay.contracts.result_codes import results
from mock_alipay.contracts.schemas import Schemas
from mock_alipay.contracts.validation import Contract
from mock_alipay.errors import under
from mock_alipay.gateway.authentication import Verifier
from mock_alipay.gateway.execution import Decision
from mock_alipay.gateway.gateway import Gateway
from mock_alipay.gateway.notifier import Announcer
from mock_alipay.gateway.repository import Ledger
from mock_alipay.gateway.routing import Finder
from mock_alipay.gateway.scheduler import Timekeeper
from mock_alipay.journal.calls import Journal
from mock_alipay.journal.events import Events
from mock_alipay.journal.metrics import Tally
from mock_alipay.journal.notifications import Outbox
from mock_alipay.scenarios import Chooser, Library
from mock_alipay.signing import Signer, Suspect, keys
from mock_alipay.signing.keys import KeyRing
from mock_alipay.signing.pool import SigningPool
from mock_alipay.storage import MemoryStore
from mock_alipay.webhooks import Courier, Postman
from mock_alipay.webhooks.delivery import Delivery
from mock_alipay.webhooks.signed_request import Envelopes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


@dataclass(frozen=True)
class Parts:
    """A gateway taken apart: what the command line and tests want to reach."""

    config: Config
    clocks: Clocks
    schemas: Schemas
    chooser: Chooser
    contract: Contract
    ledger: Ledger
    postman: Postman
    journal: Journal
    tally: Tally
    events: Events
    timekeeper: Timekeeper
    keys: KeyRing
    signing: SigningPool
    gateway: Gateway
    env: dict[str, str | None] = field(default_factory=dict)


def assemble(config: Config, *, clock: Clock | None = None, ca_certificate: Path | None = None) -> Parts:
    """Make the parts; ``ca_certificate`` is the PEM file that clients trust for HTTPS."""
    refuse_unguarded(config)
    clocks = Clocks(clock or SystemClock())
    gateway_key = keys.gateway_key(config.gateway_key)
    schemas = Schemas(config.types)
    chooser, contract, ring = _chooser(config, schemas), Contract(schemas), _key_ring(config)
    journal, agenda, tally = Journal(), Agenda(clocks), Tally(results())
    events = Events(run=secrets.token_hex(4), always=(tally.hear,))
    forger = cache(lambda: Signer(keys.shipped_forger_key()))
    signing = SigningPool(Signer(gateway_key), forger, enabled=config.signatures != "off")
    suspect = Suspect("the gateway's own key", gateway_key.public_key())
    world, postman = _world(config), _postman(config, clocks, signing, events)
    announcer = Announcer(chooser=chooser, postman=postman, world=world, notify_url=config.notify_url)
    ledger = Ledger(store=MemoryStore(), agenda=agenda, events=events, announcer=announcer, world=world)
    gateway = Gateway(
        finder=Finder(ENDPOINTS, any_media=config.signatures == "off"),
        verifier=Verifier(ring, config.signatures, gateway=suspect, anonymous=TEST_CLIENT_ID),
        contract=contract,
        chooser=chooser,
        decision=Decision(endpoints=ENDPOINTS, ledger=ledger, chooser=chooser),
        signing=signing,
        journal=journal,
        events=events,
        clocks=clocks,
        results=results(),
        invent=world.invent,
    )
    return Parts(
        config=config,
        clocks=clocks,
        schemas=schemas,
        chooser=chooser,
        contract=contract,
        ledger=ledger,
        postman=postman,
        journal=journal,
        tally=tally,
        events=events,
        timekeeper=Timekeeper(agenda, clocks, ledger),
        keys=ring,
        signing=signing,
        gateway=gateway,
        env=environment(config, gateway_key, ca_certificate),
    )


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


def _world(config: Config) -> World:
    seed = secrets.randbits(32) if config.seed is None else config.seed
    return World(Invent(seed), People(seed), figures(), config.url)


def _postman(config: Config, clocks: Clocks, signing: SigningPool, events: Events) -> Postman:
    intervals = figures().resend_intervals
    # The official sandbox sends nothing twice (aba_zh-cn/notify_refund).
    intervals = intervals[:1] if config.sandbox_retries else intervals
    delivery = Delivery(Envelopes(signing), Courier(config.notify_allow), intervals)
    return Postman(outbox=Outbox(), agenda=Agenda(clocks), clocks=clocks, events=events, delivery=delivery)


def _key_ring(config: Config) -> KeyRing:
    ring = KeyRing()
    if TEST_CLIENT_ID not in dict(config.merchants):
        ring.add(TEST_CLIENT_ID, keys.shipped_merchant_key().public_key())
    for client_id, file in config.merchants:
        with under(f"--merchant {client_id}="):
            ring.add(client_id, keys.read_public_key(file))
    return ring

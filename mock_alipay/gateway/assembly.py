"""Creates the components of a gateway."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mock_alipay import contracts
from mock_alipay.apis import FAMILIES
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.fake_buyers import FakeBuyers
from mock_alipay.apis.family import Families
from mock_alipay.apis.ids import IdGenerator
from mock_alipay.clock.clocks import Clock, Clocks, SystemClock
from mock_alipay.clock.schedule import Schedule
from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.config.settings import refuse_forwarding, refuse_unguarded
from mock_alipay.contracts.contract import Contract
from mock_alipay.errors import SettingName, SetupError, under
from mock_alipay.gateway.authentication import Authenticator
from mock_alipay.gateway.buyer_actions import BuyerActions
from mock_alipay.gateway.execution import Executor
from mock_alipay.gateway.gateway import Gateway, ProblemReply
from mock_alipay.gateway.notifier import Notifier
from mock_alipay.gateway.repository import Repository
from mock_alipay.gateway.routing import Router
from mock_alipay.gateway.scheduler import Scheduler
from mock_alipay.journal.calls import CallRecord
from mock_alipay.journal.events import Events
from mock_alipay.journal.metrics import Metrics
from mock_alipay.scenarios import Library, Selector
from mock_alipay.scenarios.chance import Share
from mock_alipay.scenarios.vocabulary import Vocabulary
from mock_alipay.signing import Signer, Suspect, keys
from mock_alipay.signing.keys import MerchantKeys
from mock_alipay.signing.pool import SigningPool
from mock_alipay.storage import Journal, MemoryStorage
from mock_alipay.webhooks import Dispatcher, HttpClient
from mock_alipay.webhooks.delivery import Delivery
from mock_alipay.webhooks.signed_request import RequestSigner

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

    from mock_alipay.state import State, Transfer


@dataclass(frozen=True)
class Components:
    """The components of a gateway, for the command line, the web layer and tests."""

    config: Config
    families: Families
    storage: MemoryStorage
    clocks: Clocks
    vocabulary: Vocabulary
    selector: Selector
    contract: Contract
    repository: Repository
    dispatcher: Dispatcher
    journal: Journal[CallRecord]
    metrics: Metrics
    events: Events
    scheduler: Scheduler
    keys: MerchantKeys
    signing: SigningPool
    gateway: Gateway
    env: dict[str, str | None] = field(default_factory=dict)
    initial_state: State | None = None
    """Loaded at start."""

    @property
    def transfer(self) -> Transfer:
        """Takes the state out, and puts one in."""
        from mock_alipay.state import Transfer  # gateways start faster without it

        return Transfer(self.storage, self.selector, self.scheduler.schedule, self.events, self.families)

    def state(self, document: Any, client_id: str | None = None) -> State:
        """The state in a parsed document, checked; SetupError when it cannot be loaded. See ``Reader``."""
        from mock_alipay.state import Reader

        return Reader(self.families, self.contract, self.vocabulary).read(document, client_id)

    @property
    def buyer_actions(self) -> BuyerActions:
        """Lets buyers act."""
        return BuyerActions(self.repository, self.clocks)


def assemble(
    config: Config,
    problem_reply: ProblemReply,
    *,
    families: Families = FAMILIES,
    contract: Contract | None = None,
    clock: Clock | None = None,
    ca_certificate: Path | None = None,
) -> Components:
    """Create the components; ``ca_certificate``: the PEM file that clients trust for HTTPS.

    ``contract``: the schemas of ``families``; the shipped contract by default.
    """
    refuse_unguarded(config)
    storage = MemoryStorage(what=" and ".join(families))
    clocks = Clocks(clock or SystemClock(), storage.clocks)
    gateway_key = keys.gateway_key(config.gateway_key)
    contract = contract or contracts.load(types=config.types, required=config.required)
    vocabulary = Vocabulary(contract, families.opening)
    environment = _environment(config, contract)
    selector = _selector(config, vocabulary, storage, environment.ids.share)
    merchant_keys = MerchantKeys(_configured_keys(config), storage.keys)
    schedule, metrics = Schedule(storage.aggregates_due, clocks), Metrics(contract.results)
    events = Events(run=secrets.token_hex(4), always=(metrics.record,))
    forger = cache(lambda: Signer(keys.shipped_forger_key()))
    signing = SigningPool(Signer(gateway_key), forger, enabled=config.signatures != "off")
    suspect = Suspect("the gateway's own key", gateway_key.public_key())
    dispatcher = _dispatcher(config, contract, storage, clocks, signing, events)
    notifier = Notifier(
        families=families,
        selector=selector,
        dispatcher=dispatcher,
        environment=environment,
        notify_url=config.notify_url,
    )
    repository = Repository(
        families=families,
        store=storage.aggregates,
        schedule=schedule,
        events=events,
        notifier=notifier,
        environment=environment,
    )
    gateway = _gateway(
        config,
        vocabulary,
        families=families,
        router=Router(families.endpoints, any_media=config.signatures == "off"),
        authenticator=Authenticator(config.signatures, gateway=suspect, anonymous=TEST_CLIENT_ID),
        keys=merchant_keys,
        contract=contract,
        selector=selector,
        executor=Executor(families=families, repository=repository, selector=selector),
        signing=signing,
        journal=storage.calls,
        events=events,
        clocks=clocks,
        results=contract.results,
        ids=environment.ids,
        problem_reply=problem_reply,
    )
    components = Components(
        config=config,
        families=families,
        storage=storage,
        clocks=clocks,
        vocabulary=vocabulary,
        selector=selector,
        contract=contract,
        repository=repository,
        dispatcher=dispatcher,
        journal=storage.calls,
        metrics=metrics,
        events=events,
        scheduler=Scheduler(schedule, clocks, repository),
        keys=merchant_keys,
        signing=signing,
        gateway=gateway,
        env=client_environment(config, gateway_key, ca_certificate),
    )
    return components if config.state is None else replace(components, initial_state=_initial(components, config.state))


def _gateway(config: Config, vocabulary: Vocabulary, **parts: Any) -> Gateway:
    """The gateway, or with an upstream one that forwards."""
    refuse_forwarding(config)
    if config.upstream is None:
        return Gateway(**parts)
    # Imported here: the HTTP library takes time and memory.
    from mock_alipay.gateway.forwarding import forwarding_gateway

    return forwarding_gateway(config, vocabulary, **parts)


def client_environment(
    config: Config, gateway_key: RSAPrivateKey, ca_certificate: Path | None
) -> dict[str, str | None]:
    """The settings that a client needs; keys as one line of bare base64."""
    return {
        "clientId": TEST_CLIENT_ID,
        "merchantPrivateKey": keys.bare_private_key(keys.shipped_merchant_key()),
        "gatewayPublicKey": keys.bare_public_key(gateway_key.public_key()),
        "url": config.url,
        "tlsUrl": config.tls_url,
        "caCertificate": str(ca_certificate) if ca_certificate else None,
    }


def _initial(components: Components, file: Path) -> State:
    from mock_alipay.state import State, parsed

    with under(SettingName("state"), f" {file}: "):
        try:
            raw = file.read_bytes()
        except OSError as error:
            raise SetupError(f"cannot be read: {error.strerror}") from None
        state = components.state(parsed(raw))
        components.transfer.check_beside(State(), state)
        return state


def _selector(config: Config, vocabulary: Vocabulary, storage: MemoryStorage, share: Share) -> Selector:
    library = Library.load(config.scenarios, vocabulary)
    library.require(config.scenario)
    return Selector(library, config.scenario, storage, share)


def _environment(config: Config, contract: Contract) -> Environment:
    seed = secrets.randbits(32) if config.seed is None else config.seed
    public_url = config.public_url.rstrip("/") if config.public_url else None
    return Environment(IdGenerator(seed), FakeBuyers(seed), contract, config.url, public_url)


def _dispatcher(
    config: Config, contract: Contract, storage: MemoryStorage, clocks: Clocks, signing: SigningPool, events: Events
) -> Dispatcher:
    intervals = contract.limits.resend_intervals
    # The official sandbox never resends (aba_zh-cn/notify_refund).
    intervals = intervals[:1] if config.sandbox_retries else intervals
    http_client = HttpClient(config.notify_allow, own_ports=config.ports)
    delivery = Delivery(RequestSigner(signing), http_client, intervals)
    return Dispatcher(
        journal=storage.notifications,
        schedule=Schedule(storage.notifications_due, clocks),
        clocks=clocks,
        events=events,
        delivery=delivery,
        real_time=config.notification_time == "real",
    )


def _configured_keys(config: Config) -> Iterator[tuple[str, RSAPublicKey]]:
    if TEST_CLIENT_ID not in dict(config.merchants):
        yield TEST_CLIENT_ID, keys.shipped_merchant_key().public_key()
    for client_id, file in config.merchants:
        with under(SettingName("merchants"), f" {client_id}="):
            yield client_id, keys.read_public_key(file)

"""An additional family of APIs works like payments, from its URL to its notifications."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

import pytest

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.family import Endpoint, Families, Family
from mock_alipay.apis.payments import PAYMENTS
from mock_alipay.clock.clocks import wire_time
from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.contracts import CURRENT, FOLDER, load
from mock_alipay.errors import Refusal
from mock_alipay.storage import Key
from tests.live import Answer, Live, live, signed_headers
from tests.shop import open_shop
from tests.web.asking import problem

HOUR = timedelta(hours=1)
NOWHERE = "http://127.0.0.1:9/"


class Toy(NamedTuple):
    """Is made an hour after the order, unless it is cancelled."""

    client_id: str
    request_id: str
    request: bytes
    closes: datetime
    scenario: str
    version: int = 0
    state: str = "ORDERED"
    code: str = ""
    domain_events: tuple[DomainEvent, ...] = ()

    unexpected: Collection[str] = ()
    public_ids: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        return TOYS.name

    @property
    def key(self) -> Key:
        return self.client_id, self.family, self.request_id

    @property
    def size(self) -> int:
        return len(self.request)

    @property
    def aliases(self) -> tuple[str, ...]:
        return (f"toyId:{self.request_id}-1",)

    def notify_url(self, event: DomainEvent) -> str | None:
        return str(json.loads(self.request)["toyNotifyUrl"])

    def due(self) -> datetime | None:
        return self.closes if self.state == "ORDERED" else None

    def advance(self, now: datetime, environment: Environment) -> Self:
        if self.state != "ORDERED" or now < self.closes:
            return self
        return self._replace(state="MADE", domain_events=(DomainEvent("notifyToy", self.closes, "TOY_MADE"),))

    def turned_back(self, now: datetime) -> Self:
        return self

    def committed(self) -> Self:
        return self._replace(version=self.version + 1, domain_events=())


def create(body: Mapping[str, Any], context: Context[Toy]) -> Outcome[Toy]:
    """Order a toy."""
    toy = Toy(context.client_id, body["toyRequestId"], context.raw, context.now + HOUR, context.overrides.scenario)
    return Outcome("SUCCESS", fields={"toyId": f"{toy.request_id}-1"}, aggregate=toy)


def cancel(body: Mapping[str, Any], context: Context[Toy]) -> Outcome[Toy]:
    """Cancel the order."""
    toy = context.aggregate
    if toy is None:
        raise Refusal("ORDER_NOT_EXIST")
    return Outcome("SUCCESS", fields={"toyId": body["toyId"]}, aggregate=toy._replace(state="CANCELLED"))


def made(toy: Toy, event: DomainEvent) -> tuple[str, dict[str, Any]]:
    """notifyToy."""
    return "SUCCESS", {"notifyType": event.notify_type, "toyRequestId": toy.request_id, "time": wire_time(event.time)}


TOYS = Family[Toy](
    name="toys",
    noun="toy",
    aggregate=Toy,
    id_field="toyRequestId",
    endpoints={"create": Endpoint(create, begins=True), "cancel": Endpoint(cancel, ("toyId",))},
    notifications={"notifyToy": made},
)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with toys."""
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copytree(FOLDER / CURRENT, folder / CURRENT)
    toys = folder / CURRENT / "toys"
    toys.mkdir()
    text, result = {"type": "string", "minLength": 1}, {"$ref": "../common.json#/$defs/Result"}
    schemas: dict[str, dict[str, Any]] = {
        "create": {"toyRequestId": text, "toyNotifyUrl": text},
        "create.reply": {"result": result, "toyId": text},
        "cancel": {"toyId": text},
        "cancel.reply": {"result": result},
        "notifyToy": {"notifyType": text, "toyRequestId": text, "time": text, "result": result},
    }
    for name, fields in schemas.items():
        schema = {"type": "object", "required": list(fields), "properties": fields}
        schema["$id"] = f"https://mock-alipay.example/schemas/toys/{name}.json"
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        (toys / f"{name}.json").write_text(json.dumps(schema))
    contract = load(within=folder)
    with live(Config(seed=1), families=Families([PAYMENTS, TOYS]), contract=contract) as served:
        yield served


def call(gateway: Live, endpoint: str, **body: Any) -> Answer:
    """A signed call."""
    raw, path = json.dumps(body).encode(), f"/ams/sandbox/api/v1/{endpoint}"
    return gateway.request("POST", path, raw, signed_headers(raw, path=path))


def test_a_toy_is_made_and_notified_on_time(gateway: Live) -> None:
    """Call, commit, clock, notification and journal work with the names of the family."""
    with open_shop() as shop:
        answer = call(gateway, "toys/create", toyRequestId="toy-1", toyNotifyUrl=shop.url())
        gateway.admin("PUT", "/clock", {"clientId": TEST_CLIENT_ID, "advance": "PT1H"})
        (received,) = shop.wait()
    assert ("SUCCESS", "toy-1-1") == (answer.code, answer.body["toyId"])
    assert ("TOY_MADE", "toy-1") == (received.type, received.body["toyRequestId"])
    assert received.genuine(gateway.admin("GET", "/env").body["gatewayPublicKey"])
    entry = gateway.entry(answer)
    assert ("toys", "create", "toy-1") == tuple(entry[name] for name in ("family", "endpoint", "toyRequestId"))


def test_an_invalid_call_is_refused(gateway: Live) -> None:
    """By the schemas of the family; it is recorded under the id in its body."""
    answer = call(gateway, "toys/create", toyRequestId="toy-2")
    assert "toyNotifyUrl: missing, it is required" == answer.message
    assert "toy-2" == gateway.entry(answer)["toyRequestId"]
    assert "did you mean /ams/sandbox/api/v1/toys/cancel?" in call(gateway, "toys/cancle").message


def test_families_can_share_the_name_of_an_endpoint(gateway: Live) -> None:
    """The path decides; elsewhere the name needs the family."""
    call(gateway, "toys/create", toyRequestId="toy-3", toyNotifyUrl=NOWHERE)
    assert "SUCCESS" == call(gateway, "toys/cancel", toyId="toy-3-1").code
    assert "ORDER_NOT_EXIST" == call(gateway, "payments/cancel", paymentRequestId="toy-3").code
    for family in ("toys", "payments"):
        (found,) = gateway.admin("GET", f"/calls?endpoint={family}/cancel").body["calls"]
        assert (family, "cancel") == (found["family"], found["endpoint"])
    ambiguous = problem(gateway.admin("GET", "/calls?endpoint=cancel"))
    assert (400, {"toys/cancel", "payments/cancel"}) == (ambiguous["status"], set(ambiguous["allowed"]))
    schemas = gateway.request("GET", "/openapi.json").body["components"]["schemas"]
    assert {"ToysCancelRequest", "PaymentsCancelRequest"} < schemas.keys()


def test_scenarios_have_steps_for_toys(gateway: Live) -> None:
    """For endpoint and notification, with the family unless the name is unique."""
    scenario = {
        "name": "no-toys",
        "description": "Not cancelled, not notified.",
        "toys/cancel": {"result": "ORDER_STATUS_INVALID"},
        "notifyToy": {"drop": True},
    }
    loaded = gateway.admin("POST", "/scenarios", scenario).body
    assert (["toys/cancel"], ["create", "toys/cancel"]) == (loaded["endpoints"], loaded["calls"])
    call(gateway, "toys/create", toyRequestId="no-toys--1", toyNotifyUrl=NOWHERE)
    assert "ORDER_STATUS_INVALID" == call(gateway, "toys/cancel", toyId="no-toys--1-1").code
    gateway.admin("PUT", "/clock", {"clientId": TEST_CLIENT_ID, "advance": "PT1H"})
    newest = gateway.admin("GET", "/notifications?notification=notifyToy").body["notifications"][0]
    assert ("no-toys--1", "DROPPED") == (newest["toyRequestId"], newest["status"])
    refused = problem(gateway.admin("POST", "/scenarios", {**scenario, "cancel": {"result": "SUCCESS"}}))
    assert "toys/cancel" in refused["detail"]

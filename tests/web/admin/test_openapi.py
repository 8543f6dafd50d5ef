"""The OpenAPI document describes what both APIs accept and reply."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from openapi_spec_validator.schemas import get_schema_content_v31

from mock_alipay.apis import FAMILIES
from mock_alipay.contracts import FOLDER, load
from mock_alipay.gateway.routing import PREFIXES
from mock_alipay.signing import keys
from mock_alipay.version import __version__
from mock_alipay.web.admin.openapi import describe
from tests.live import PATH, SANDBOX_PATH, Answer, Live, live, sample
from tests.scenarios.loading import VOCABULARY
from tests.shop import Shop
from tests.web.asking import ROWS, Listener, filled, problem

SCHEMAS = VOCABULARY.schemas
DOCUMENT: dict[str, Any] = json.loads(json.dumps(describe(SCHEMAS, FAMILIES.endpoints)))
OPERATIONS = {
    (method.upper(), path.removeprefix("/__admin")): operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if path.startswith("/__admin")
}


@pytest.fixture(scope="module")
def spare() -> Iterator[Live]:
    """A gateway for calls that may change anything."""
    with live() as running:
        yield running


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {**json.loads(schema), "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def faults(schema: Mapping[str, Any], value: Any) -> list[str]:
    """What a schema of the document has against a value."""
    return [str(error) for error in _validator(json.dumps(schema)).iter_errors(value)]


def reply_schema(operation: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    """The schema that the document has for an answer's status and media type."""
    content = operation["responses"].get(str(answer.status), operation["responses"]["default"])["content"]
    schema: dict[str, Any] = content[answer.headers["content-type"].partition(";")[0]]["schema"]
    return schema


def target(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema after its reference is resolved."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return DOCUMENT["components"]["schemas"][name] if name else dict(schema)


def test_it_is_openapi_3_1() -> None:
    """By the OpenAPI schema, with schemas that are valid JSON Schema; a gateway with strict types has its own."""
    strict = json.loads(json.dumps(describe(load(types="strict").schemas, FAMILIES.endpoints)))
    for document in (DOCUMENT, strict):
        assert [] == list(jsonschema_rs.Draft202012Validator(dict(get_schema_content_v31())).iter_errors(document))
        for schema in document["components"]["schemas"].values():
            jsonschema_rs.meta.validate({**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"})
        assert __version__ == document["info"]["version"]
    assert strict != DOCUMENT


def test_documented_samples_are_examples() -> None:
    """Requests of the merchant API have the documented samples, valid by the schemas, for those who import them."""
    paths = [item["post"] for path, item in DOCUMENT["paths"].items() if path.startswith(PREFIXES)]
    contents = [operation["requestBody"]["content"]["application/json"] for operation in paths]
    shown = [content for content in contents if "example" in content]
    assert len(list(FOLDER.glob("samples/*/*.json"))) * len(PREFIXES) == len(shown)
    assert [] == [fault for content in shown for fault in faults(content["schema"], content["example"])]


def test_it_is_served(gateway: Live) -> None:
    """To GET and HEAD only."""
    answer, head = (gateway.request(method, "/openapi.json") for method in ("GET", "HEAD"))
    assert (200, "application/json", DOCUMENT) == (answer.status, answer.headers["content-type"], answer.body)
    assert (200, b"") == (head.status, head.raw)
    refused = gateway.request("POST", "/openapi.json")
    assert (405, "GET", ["GET"]) == (refused.status, refused.headers["allow"], problem(refused)["allowed"])


def test_it_names_everything_there_is() -> None:
    """Every admin call, every endpoint with both prefixes, and nothing else; each has an operation id of its own."""
    admin = {f"{method} /__admin{path}" for method, path in ROWS}
    merchants = {f"POST {prefix}{name}" for name in FAMILIES.endpoints for prefix in PREFIXES}
    operations = [(f"{m.upper()} {path}", each) for path, item in DOCUMENT["paths"].items() for m, each in item.items()]
    assert sorted(admin | merchants) == sorted(name for name, _ in operations)
    ids = {operation["operationId"] for _, operation in operations}
    assert len(operations) == len({name for name in ids if re.fullmatch(r"[a-z][A-Za-z]+", name)})


def test_it_is_self_contained() -> None:
    """Every reference has a target, every component is referenced, and nothing mentions the source files."""
    text = json.dumps(DOCUMENT)
    references = set(re.findall(r'"\$ref": "([^"]*)"', text))
    assert {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]} == references
    for word in ("$id", "$defs", "$schema", "$comment", ".json#", "mock-alipay.example"):
        assert word not in text


def test_security() -> None:
    """Every admin call but health and certificate may need the token; no call of merchants does."""
    for (method, path), operation in OPERATIONS.items():
        public = path in ("/health", "/certificate")
        assert public != ({"adminToken": []} in operation.get("security", [])), (method, path)
    assert "security" not in DOCUMENT["paths"][PATH]["post"]


KEY = keys.bare_public_key(keys.shipped_forger_key().public_key())
SCENARIO = {"description": "x", "match": {"body": {"a.b": "1"}}, "createPaymentSession": [{"delay": "1ms"}]}
TEMPLATE = {"description": "x", "each": {"code": ["RISK_REJECT", "PROCESS_FAIL"]}, "pay": {"result": "${each.code}"}}
GETS = [
    *("/counts?q=success", "/clients", "/calls?view=summary&q=illegal&before=9", "/payments?view=summary"),
    *(
        "/notifications?view=summary&before=3",
        "/health",
        "/env",
        "/certificate",
        "/metrics",
        "/scenarios",
        "/clock?clientId=A",
        "/payments",
        "/payments/p1",
        "/state",
    ),
    *("/calls", "/calls/count?resultCode=SUCCESS", "/calls/wait", *(f"/calls/{number}" for number in range(1, 10))),
    *("/notifications/wait?count=3", "/notifications", "/notifications/1", "/notifications/1/wait"),
]
WALK: list[tuple[str, str, Any, int]] = [
    ("POST", "/scenarios?name=tale", SCENARIO, 200),
    ("POST", "/scenarios?name=tale&clientId=A", TEMPLATE, 200),
    ("POST", "/scenarios", {"name": "tale", "description": 5}, 400),
    ("PUT", "/scenario", {"scenario": "tale", "clientId": "A", "times": 2}, 200),
    ("POST", "/payments/p1/act", {"action": "pay"}, 200),
    ("POST", "/payments/p1/act", {"action": "decline"}, 409),
    ("POST", "/payments/both/act", {"action": "decline", "clientId": "A"}, 200),
    *(("GET", path, None, 200) for path in GETS),
    ("GET", "/calls/wait?timeout=0&clientId=NOBODY&endpoint=createPaymentSession", None, 408),
    ("GET", "/calls/999", None, 404),
    ("GET", "/payments/both", None, 409),
    ("GET", "/notifications/wait?count=1000&timeout=0&clientId=A", None, 408),
    ("GET", "/notifications/1/wait?timeout=0&status=DROPPED", None, 408),
    ("POST", "/notifications/1/resend", None, 200),
    ("POST", "/notifications/3/resend", None, 409),
    ("POST", "/notifications", {"notification": "notifyPayment", "paymentRequestId": "p1", "delay": "9h"}, 200),
    ("DELETE", "/scenario?clientId=A", None, 200),
    ("PUT", "/clock", {"freeze": "now", "clientId": "A"}, 200),
    ("POST", "/settle", {"clientId": "A"}, 200),
    ("POST", "/merchants", {"clientId": "M", "publicKey": KEY}, 200),
    ("DELETE", "/merchants", {"clientId": "M"}, 200),
    ("POST", "/keys", None, 200),
    ("POST", "/reset", None, 200),
    ("PUT", "/state", {"format": "mock-alipay-state", "version": 1}, 200),
    ("PUT", "/state", {"format": "mock-alipay-state", "version": 2}, 400),
]
"""Method, path, body and expected status."""


def happen(live: Live, shop: Shop, path: str) -> None:
    """Nine calls of different kinds."""
    live.create(sample("p1", paymentNotifyUrl=shop.url(path)))
    live.create(sample("both", paymentNotifyUrl=None), client_id="A")
    live.create(sample("both", paymentNotifyUrl=None), client_id="B")
    live.create(sample("p2", productCode=5, zzz=1), client_id="A")
    live.create(b"no JSON")
    live.create(sample("p3"), key=keys.shipped_forger_key())
    live.create(extra={"mock-scenario": "bad-gateway"})
    live.create(extra={"mock-scenario": "unsigned-reply"})
    live.request("GET", "/nowhere?4111111111111111")


def operation_of(method: str, path: str) -> tuple[str, str]:
    """The operation that a path belongs to."""
    path = path.partition("?")[0]
    fits = [
        (verb, template)
        for verb, template in OPERATIONS
        if verb == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)
    ]
    return min(fits, key=lambda each: each[1].count("{"))


def test_admin_replies_are_as_described(shop: Shop, path: str, tls_folder: Path) -> None:
    """Good ones and problems; a reply that lacks a field or has another one would not be."""
    with live(tls_folder=tls_folder) as running:
        happen(running, shop, path)
        for method, url, body, status in WALK:
            answer = running.admin(method, url, body)
            assert (status, method, url) == (answer.status, method, url), answer.raw
            schema = reply_schema(OPERATIONS[operation_of(method, url)], answer)
            value = answer.body if "json" in answer.headers["content-type"] else answer.raw.decode()
            assert [] == faults(schema, value), (method, url)
            if status == 200 and "$ref" in schema:
                assert faults(schema, {**answer.body, "zzz": 1}), (method, url)
                for name in answer.body.keys() - {"clientId", "times"}:
                    assert faults(schema, {key: each for key, each in answer.body.items() if key != name}), name
    walked = {operation_of(method, url) for method, url, _, status in WALK if status == 200}
    assert {("GET", "/events")} == set(ROWS) - walked


def test_events_are_as_described(shop: Shop, path: str) -> None:
    """Those of every kind."""
    content = OPERATIONS["GET", "/events"]["responses"]["200"]["content"]
    kinds = ("call", "payment", "notification", "clock", "reset", "missed")
    described = dict(zip(kinds, content["text/event-stream"]["schema"]["anyOf"], strict=True))
    with live() as running:
        for _ in range(1005):
            running.components.events.publish("reset", "X", {"clientId": "X"})
        run = running.components.events.latest.partition(".")[0]
        with Listener(running, last=f"{run}.1") as listener:
            sent = [listener.next(), *listener.take(1000)]
            happen(running, shop, path)
            running.admin("POST", "/payments/p1/act", {"action": "pay"})
            running.admin("GET", "/notifications/wait?count=2")
            running.admin("PUT", "/clock", {"advance": "2h", "clientId": "A"})
            running.admin("POST", "/reset")
            while sent[-1] != ("reset", {"clientId": None}):
                sent.append(listener.next())
    assert described.keys() == {kind for kind, _ in sent}
    assert {kind: [] for kind in kinds} == {kind: faults(described[kind], data) for kind, data in sent}


def test_merchants_replies_are_as_described(spare: Live) -> None:
    """Accepted, refused and rejected ones, with their headers; every field of a created session is required."""
    operation = DOCUMENT["paths"][SANDBOX_PATH]["post"]
    described = operation["responses"]["200"]["headers"].keys()
    for how, status in (
        ({}, 200),
        ({"body": sample(productCode=None)}, 200),
        ({"extra": {"mock-scenario": "unknown-exception"}}, 200),
        ({"extra": {"mock-scenario": "nowhere"}}, 400),
    ):
        answer = spare.create(**how)
        schema = reply_schema(operation, answer)
        assert (status, []) == (answer.status, faults(schema, answer.body))
        if status == 200:
            own = answer.headers.keys() - {"content-type", "content-length", "date"}
            assert {"client-id", "response-time", "signature", "mock-call-id"} <= own <= described
        for name in answer.body if not how else ():
            assert faults(schema, {key: each for key, each in answer.body.items() if key != name}), name


def test_merchants_requests_are_as_described() -> None:
    """The document accepts the same bodies as the gateway."""
    schema = DOCUMENT["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["schema"]
    changes: list[dict[str, Any]] = [
        *({}, {"productScene": "CHECKOUT_PAYMENT"}, {"productCode": None}),
        *({"order": {}}, {"isAuthorization": "maybe"}, {"paymentRequestId": "x" * 65}),
    ]
    for change in changes:
        body = sample(**change)
        assert SCHEMAS.accepts("payments/createPaymentSession", body) == (not faults(schema, body)), change


JUNK: list[Any] = [True, 0, 2.0, 2.5, 10**9 + 1, "", "a b", "x" * 129, [], {}, "x" * 10_001]
TEXTS = ["", "0", "1", "1000", "1001", "10" * 7, "0.5", "300.1", "x", "A B", "PENDING"]
PARAMETERS = {
    (each["name"], json.dumps(each["schema"])): (path, each)
    for (method, path), operation in OPERATIONS.items()
    for each in operation.get("parameters", [])
    if each["in"] == "query" and method == "GET"
}
"""Each parameter once, with the path of a call that has it."""


def test_query_parameters_are_as_described(spare: Live) -> None:
    """The gateway refuses just the values that the document does not allow."""
    for path, parameter in PARAMETERS.values():
        name, schema = parameter["name"], target(parameter["schema"])
        more = "&timeout=0" if path.endswith("/wait") and name != "timeout" else ""
        for text in TEXTS:
            number = schema.get("type") in ("integer", "number") and re.fullmatch(r"[0-9.]+", text)
            allowed = not faults(schema, json.loads(text) if number else text)
            if path == "/events" and allowed:
                continue  # The stream never ends.
            answer = spare.admin("GET", f"{filled(path)}?{name}={quote(text)}{more}")
            refused = answer.status == 400 and answer.body["title"] == "Bad parameter"
            assert refused != (allowed and text != ""), (name, text)


def test_other_parameters_are_refused(spare: Live) -> None:
    """The problem lists those that the document has."""
    for method, path in ROWS:
        answer = spare.admin(method, f"{filled(path)}?zzz=1")
        described = [each["name"] for each in OPERATIONS[method, path].get("parameters", []) if each["in"] == "query"]
        assert (400, described) == (answer.status, answer.body["allowed"])


WITH_BODY = [row for row, each in OPERATIONS.items() if "requestBody" in each and row != ("POST", "/scenarios")]


@pytest.mark.parametrize("operation", WITH_BODY, ids="".join)
def test_bodies_are_as_described(spare: Live, operation: tuple[str, str]) -> None:
    """The gateway refuses the forms that the document does not allow; null is the same as absent."""
    method, path = operation
    described = target(OPERATIONS[operation]["requestBody"]["content"]["application/json"]["schema"])
    right = {"clientId": "A", "action": "pay", "notification": "notifyPayment"}
    base = {name: right.get(name, "success") for name in described.get("required", [])}
    bodies = [{**base, name: value} for name in (*described["properties"], "zzz") for value in JUNK]
    bodies += [{key: value for key, value in base.items() if key != name} for name in base]
    for body in [*bodies, {**base, "clientId": None}]:
        answer = spare.admin(method, filled(path), body)
        # What the document cannot know, such as whether a scenario exists, is refused in other words.
        listed = any(isinstance(fault, dict) for fault in answer.body.get("faults", ()))
        form = answer.status == 400 and (listed or answer.body["title"] == "Unknown field")
        present = {name: value for name, value in body.items() if value is not None}
        assert form == bool(faults(described, present)), (body, answer.raw)
        assert answer.status in (200, 400, 404), answer.raw


def test_scenarios_are_as_described(spare: Live) -> None:
    """As JSON or YAML, with a name and a client id."""
    content = OPERATIONS["POST", "/scenarios"]["requestBody"]["content"]
    assert ["application/json", "application/yaml"] == list(content)
    step = {"createPaymentSession": [{"fault": "reset"}, {"fault": {"status": 502}}]}
    for change, accepted in ((step, True), ({"clientId": "a b"}, False), ({"zzz": 1}, False)):
        body = {"name": "tale", **SCENARIO, **change}
        assert accepted == (not faults(content["application/json"]["schema"], body))
        assert (200 if accepted else 400) == spare.admin("POST", "/scenarios", body).status

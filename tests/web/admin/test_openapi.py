"""The description of both APIs says what they do: nothing more, nothing less, and nothing else."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema
from openapi_spec_validator import OpenAPIV31SpecValidator

from mock_alipay.apis import FAMILIES
from mock_alipay.contracts import load
from mock_alipay.gateway.routing import PREFIXES
from mock_alipay.signing import keys
from mock_alipay.version import __version__
from mock_alipay.web.admin.openapi import describe
from tests.bodies import changed_bodies
from tests.live import PATH, SANDBOX_PATH, Answer, Live, live, sample
from tests.scenarios.loading import VOCABULARY
from tests.shop import Shop, open_shop
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
    """A gateway with which anything may be done."""
    with live() as running:
        yield running


def validator(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Decides by a schema of the document."""
    return _validator(json.dumps(schema))


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {**json.loads(schema), "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def faults(schema: Mapping[str, Any], value: Any) -> list[str]:
    """What a schema of the document has against a value."""
    return [str(error) for error in validator(schema).iter_errors(value)]


def reply_schema(operation: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    """The schema that the document has for an answer's status and media type."""
    responses = operation["responses"]
    content = responses.get(str(answer.status), responses["default"])["content"]
    schema: dict[str, Any] = content[answer.headers["content-type"].partition(";")[0]]["schema"]
    return schema


# --- the document -----------------------------------------------------------------------------------------------------


def test_it_is_openapi() -> None:
    """It keeps to OpenAPI 3.1."""
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    assert ("3.1.0", __version__) == (DOCUMENT["openapi"], DOCUMENT["info"]["version"])


def test_it_is_served(gateway: Live) -> None:
    """It is what the gateway hands out, to GET and HEAD alone."""
    answer = gateway.request("GET", "/openapi.json")
    assert (200, "application/json", DOCUMENT) == (answer.status, answer.headers["content-type"], answer.body)
    assert (200, b"") == ((head := gateway.request("HEAD", "/openapi.json")).status, head.raw)
    for method in ("POST", "PROPFIND", "OPTIONS"):
        refused = gateway.request(method, "/openapi.json")
        assert (405, "GET", ["GET"]) == (refused.status, refused.headers["allow"], problem(refused)["allowed"])


def test_it_names_everything_there_is() -> None:
    """Every admin call and every endpoint, with both prefixes, and nothing else."""
    admin = {f"{method} /__admin{path}" for method, path in ROWS}
    merchants = {f"POST {prefix}{name}" for name in FAMILIES.endpoints for prefix in PREFIXES}
    assert {f"POST {PATH}", f"POST {SANDBOX_PATH}"} <= merchants
    found = [f"{method.upper()} {path}" for path, item in DOCUMENT["paths"].items() for method in item]
    assert sorted(admin | merchants) == sorted(found)


def test_operation_ids() -> None:
    """Each operation has a name of its own that a program can bear."""
    ids = [operation["operationId"] for item in DOCUMENT["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))
    assert [] == [name for name in ids if not re.fullmatch(r"[a-z][A-Za-z]+", name)]


def test_references() -> None:
    """Every reference leads to something in the document, and everything there is referred to."""
    found = set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(DOCUMENT)))
    assert {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]} == found


def test_schemas_stand_alone() -> None:
    """Nothing in it leads to, or speaks of, the files that it was made from."""
    text = json.dumps(DOCUMENT)
    for word in ("$id", "$defs", "$schema", "$comment", ".json#", "mock-alipay.example"):
        assert word not in text


def test_strict_types_make_another_document() -> None:
    """A gateway with strict types says so."""
    strict = describe(load(types="strict").schemas, FAMILIES.endpoints)
    assert strict != DOCUMENT
    OpenAPIV31SpecValidator(strict).validate()


def test_security() -> None:
    """A token may be needed for every admin call but health and the certificate, and for no merchant's."""
    token: dict[str, list[str]] = {"adminToken": []}
    for (method, path), operation in OPERATIONS.items():
        assert (path not in ("/health", "/certificate")) == (token in operation.get("security", [])), (method, path)
    for prefix in PREFIXES:
        assert "security" not in DOCUMENT["paths"][f"{prefix}payments/createPaymentSession"]["post"]


# --- replies ----------------------------------------------------------------------------------------------------------

KEY = keys.bare_public_key(keys.shipped_forger_key().public_key())
SCENARIO = {
    "name": "tale",
    "description": "x",
    "match": {"body": {"a.b": "1"}},
    "createPaymentSession": [{"delay": "1ms"}],
}
WALK: list[tuple[str, str, str, Any, int]] = [
    ("GET", "/health", "", None, 200),
    ("GET", "/health", "?x", None, 400),
    ("POST", "/scenarios", "", SCENARIO, 200),
    ("POST", "/scenarios", "?clientId=A", SCENARIO | {"match": {"body": {"c.d": "*"}}}, 200),
    ("POST", "/scenarios", "", {"name": "tale", "description": 5}, 400),
    ("POST", "/scenarios", "", None, 415),
    ("PUT", "/scenario", "", {"scenario": "tale", "clientId": "A", "times": 2}, 200),
    ("PUT", "/scenario", "", {"scenario": "success"}, 200),
    ("PUT", "/scenario", "", {"scenario": "tail"}, 400),
    ("PUT", "/scenario", "", {"scenario": 5}, 400),
    ("GET", "/scenarios", "", None, 200),
    ("GET", "/scenarios", "?clientId=A", None, 200),
    ("DELETE", "/scenario", "?clientId=A", None, 200),
    ("DELETE", "/scenario", "", {"clientId": "B"}, 200),
    ("DELETE", "/scenario", "", {"clientID": "B"}, 400),
    ("GET", "/calls", "", None, 200),
    ("GET", "/calls", "?clientId=A&limit=2", None, 200),
    ("GET", "/calls", "?scenario=tail", None, 400),
    ("GET", "/calls/count", "?resultCode=SUCCESS", None, 200),
    ("GET", "/calls/count", "?resultCode=SUCCES", None, 400),
    ("GET", "/calls/wait", "", None, 200),
    ("GET", "/calls/wait", "?timeout=0&clientId=NOBODY&endpoint=createPaymentSession", None, 408),
    ("GET", "/calls/wait", "?timeout=0&after=1000000000000", None, 408),
    ("GET", "/calls/wait", "?timeout=x", None, 400),
    *(("GET", "/calls/{id}", f"/{number}", None, 200) for number in range(1, 11)),
    ("GET", "/calls/{id}", "/999", None, 404),
    ("GET", "/payments", "", None, 200),
    ("GET", "/payments", "?limit=0", None, 400),
    ("GET", "/payments/{paymentRequestId}", "/p1", None, 200),
    ("GET", "/payments/{paymentRequestId}", "/both", None, 409),
    ("GET", "/payments/{paymentRequestId}", "/none", None, 404),
    ("POST", "/payments/{paymentRequestId}/act", "/p1/act", {"action": "challenge"}, 200),
    ("POST", "/payments/{paymentRequestId}/act", "/p1/act", {"action": "pay"}, 200),
    ("POST", "/payments/{paymentRequestId}/act", "/p1/act", {"action": "decline"}, 409),
    ("POST", "/payments/{paymentRequestId}/act", "/p1/act", {"action": "fly"}, 400),
    ("POST", "/payments/{paymentRequestId}/act", "/both/act", {"action": "pay"}, 409),
    ("POST", "/payments/{paymentRequestId}/act", "/both/act", {"action": "decline", "clientId": "A"}, 200),
    ("POST", "/payments/{paymentRequestId}/act", "/both/act?clientId=B", {"action": "decline", "code": "NO"}, 400),
    ("POST", "/payments/{paymentRequestId}/act", "/none/act", {"action": "pay"}, 404),
    ("GET", "/payments/{paymentRequestId}", "/p1", None, 200),
    ("GET", "/notifications/wait", "?count=3", None, 200),
    ("GET", "/notifications/wait", "?count=1000&timeout=0&clientId=A", None, 408),
    ("GET", "/notifications/wait", "?timeout=0&clientId=NOBODY", None, 408),
    ("GET", "/notifications/wait", "?count=0", None, 400),
    ("GET", "/notifications", "", None, 200),
    ("GET", "/notifications", "?status=REFUSED&limit=1", None, 200),
    ("GET", "/notifications", "?status=x", None, 400),
    ("GET", "/notifications/{id}", "/1", None, 200),
    ("GET", "/notifications/{id}", "/999", None, 404),
    ("GET", "/notifications/{id}/wait", "/1/wait", None, 200),
    ("GET", "/notifications/{id}/wait", "/1/wait?timeout=0&status=DROPPED", None, 408),
    ("GET", "/notifications/{id}/wait", "/1/wait?timeout=x", None, 400),
    ("GET", "/notifications/{id}/wait", "/999/wait", None, 404),
    ("POST", "/notifications/{id}/resend", "/1/resend", None, 200),
    ("POST", "/notifications/{id}/resend", "/3/resend", None, 409),
    ("POST", "/notifications/{id}/resend", "/999/resend", None, 404),
    ("POST", "/notifications", "", {"notification": "notifyPayment", "paymentRequestId": "p1"}, 200),
    ("POST", "/notifications", "", {"notification": "notifyPayment", "paymentRequestId": "p1", "delay": "9h"}, 200),
    ("POST", "/notifications", "", {"notification": "notifyPayment", "paymentRequestId": "p1", "delay": "x"}, 400),
    ("POST", "/notifications", "", {"notification": "notifyRefund", "paymentRequestId": "p1"}, 409),
    ("POST", "/notifications", "", {"notification": "notifyPayment", "paymentRequestId": "none"}, 404),
    ("GET", "/clock", "", None, 200),
    ("GET", "/clock", "?clientId=A", None, 200),
    ("PUT", "/clock", "", {"advance": "PT59M"}, 200),
    ("PUT", "/clock", "", {"freeze": "now", "clientId": "A"}, 200),
    ("GET", "/clock", "?clientId=A", None, 200),
    ("GET", "/payments", "", None, 200),
    ("PUT", "/clock", "", {}, 400),
    ("PUT", "/clock", "", {"freeze": "never"}, 400),
    ("POST", "/merchants", "", {"clientId": "M", "publicKey": KEY}, 200),
    ("POST", "/merchants", "", {"clientId": "M", "publicKey": "x"}, 400),
    ("DELETE", "/merchants", "", {"clientId": "M"}, 200),
    ("DELETE", "/merchants", "", {}, 400),
    ("GET", "/env", "", None, 200),
    ("GET", "/certificate", "", None, 200),
    ("GET", "/certificate", "?x", None, 400),
    ("GET", "/metrics", "", None, 200),
    ("GET", "/metrics", "?x", None, 400),
    ("GET", "/events", "?kind=x", None, 400),
    ("POST", "/reset", "", {"clientId": "A"}, 200),
    ("POST", "/reset", "", None, 200),
    ("POST", "/reset", "", {"clientId": 5}, 400),
]
"""Call, what follows its fixed path, body, status."""


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A shop that acknowledges everything."""
    with open_shop() as shop:
        yield shop


def happen(live: Live, shop: Shop) -> None:
    """Ten calls of every kind."""
    live.create(sample("p1", paymentNotifyUrl=shop.url()))
    live.create(sample("both", paymentNotifyUrl=None), client_id="A")
    live.create(sample("both", paymentNotifyUrl=None), client_id="B")
    live.create(sample("p2", productCode=5, zzz=1), client_id="A")
    live.create(b"no JSON")
    live.create(sample("p3"), key=keys.shipped_forger_key())
    live.create(extra={"mock-scenario": "bad-gateway"})
    live.create(extra={"mock-scenario": "unsigned-reply"})
    live.request("GET", "/nowhere?4111111111111111")
    live.create(extra={"mock-scenario": "nowhere"})


def test_admin_replies(shop: Shop, tls_folder: Path) -> None:
    """Every answer of every admin call, good or bad, is what the document says, to the last field."""
    with live(tls_folder=tls_folder) as running:
        happen(running, shop)
        for method, path, rest, body, status in WALK:
            fixed = path.partition("/{")[0]
            answer = running.admin(method, f"{fixed}{rest}", body)
            assert (status, method, path, rest) == (answer.status, method, path, rest), answer.raw
            schema = reply_schema(OPERATIONS[method, path], answer)
            value = answer.body if "json" in answer.headers["content-type"] else answer.raw.decode()
            assert [] == faults(schema, value), (method, path, rest)
            if status == 200 and "$ref" in schema:
                hold_to_the_last_field(schema, answer.body)
    assert set(ROWS) - {("GET", "/events")} == {(method, path) for method, path, *_, status in WALK if status == 200}


def hold_to_the_last_field(schema: Mapping[str, Any], value: dict[str, Any]) -> None:
    """Show that a reply that lacked a field, or had another, would not be what the document says."""
    # What was left out when a scenario was set is left out of the answer, too.
    optional = {"clientId", "times"} if ref(schema) == "AdminChoice" else set()
    assert faults(schema, {**value, "zzz": 1})
    for name in value.keys() - optional:
        assert faults(schema, {other: one for other, one in value.items() if other != name}), name


def ref(schema: Mapping[str, Any]) -> str:
    """The name of what a schema refers to."""
    return str(schema["$ref"]).rpartition("/")[2]


def test_events(shop: Shop) -> None:
    """Every event is one of those that the document names, as it says."""
    content = OPERATIONS["GET", "/events"]["responses"]["200"]["content"]
    kinds = ("call", "payment", "notification", "clock", "reset", "missed")
    named = dict(zip(kinds, content["text/event-stream"]["schema"]["anyOf"], strict=True))
    with live() as running:
        for _ in range(1005):
            running.components.events.publish("reset", "X", {"clientId": "X"})
        run = running.components.events.id_of(running.components.events.since("")[1][0]).partition(".")[0]
        with Listener(running, last=f"{run}.1") as listener:
            missed = listener.next()
            assert "missed" == missed[0]
            told = [missed, *listener.take(1000)]
            happen(running, shop)
            running.admin("POST", "/payments/p1/act", {"action": "pay"})
            running.admin("GET", "/notifications/wait?count=2")
            running.admin("PUT", "/clock", {"advance": "2h", "clientId": "A"})
            running.admin("POST", "/reset")
            while told[-1] != ("reset", {"clientId": None}):
                told.append(listener.next())
    assert named.keys() == {kind for kind, _ in told}
    for kind, data in told:
        assert [] == faults(named[kind], data), kind


@pytest.mark.parametrize("path", [PATH, SANDBOX_PATH])
def test_merchants_replies(spare: Live, path: str) -> None:
    """What createPaymentSession answers, accepted or refused or turned away, is what the document says, headers too."""
    operation = DOCUMENT["paths"][path]["post"]
    seen = set()
    for how in (
        {},
        {"body": sample(productCode=None)},
        {"body": b"no JSON"},
        {"key": keys.shipped_forger_key()},
        {"extra": {"mock-scenario": "risk-reject"}},
        {"extra": {"mock-scenario": "unknown-exception"}},
        {"extra": {"mock-scenario": "nowhere"}},
    ):
        answer = spare.create(path=path, **how)
        assert [] == faults(reply_schema(operation, answer), answer.body)
        seen.add(answer.status)
        if answer.status == 200:
            known = operation["responses"]["200"]["headers"].keys()
            assert {"client-id", "response-time", "signature", "mock-call-id"} <= answer.headers.keys() & known
            own = {name for name in answer.headers if name not in ("content-type", "content-length", "date")}
            assert own <= known
    assert {200, 400} == seen


@pytest.mark.parametrize("lost", ["paymentSessionData", "paymentSessionExpiryTime", "paymentSessionId", "result"])
def test_a_session_without_a_field(spare: Live, lost: str) -> None:
    """Of a session that was created, the document wants every field."""
    answer = spare.create()
    schema = reply_schema(DOCUMENT["paths"][PATH]["post"], answer)
    assert faults(schema, {name: value for name, value in answer.body.items() if name != lost})


# --- requests ---------------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(changed_bodies("documented"))
def test_sessions_asked_for(body: dict[str, Any]) -> None:
    """The document lets through the same bodies as the gateway does."""
    content = DOCUMENT["paths"][PATH]["post"]["requestBody"]["content"]
    assert SCHEMAS.accepts("payments/createPaymentSession", body) == (
        not faults(content["application/json"]["schema"], body)
    )


PARAMETERS = [
    (path, parameter)
    for (method, path), operation in OPERATIONS.items()
    for parameter in operation.get("parameters", [])
    if parameter["in"] == "query" and method == "GET"
]


def resolved(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without its reference."""
    return DOCUMENT["components"]["schemas"][ref(schema)] if "$ref" in schema else dict(schema)


def texts_for(name: str, schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    """Values of a parameter, right and wrong."""
    words = st.text(st.characters(codec="utf-8"), max_size=130)
    if schema.get("type") == "integer":
        near = [schema["minimum"] - 1, schema["minimum"], schema["maximum"], schema["maximum"] + 1]
        return (st.sampled_from(near) | st.integers()).map(str) | words.filter(lambda text: not text.isnumeric())
    if name == "timeout":
        return st.sampled_from(["0", "0.001", "1e-07", "-0.001", "300.001", "301", "4e2", "inf", "nan", "x", "", "5s"])
    right: st.SearchStrategy[str] = from_schema({**schema, "type": "string"}).map(str)
    # To Python's own expressions an end of line may follow the end.
    return words | right.filter(lambda text: not text.endswith("\n"))


def as_json(schema: Mapping[str, Any], text: str) -> Any:
    """A parameter's value as its schema sees it."""
    numeric = schema.get("type") in ("integer", "number") and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?", text)
    return json.loads(text) if numeric else text


def verdict(live: Live, path: str) -> tuple[int, str | None]:
    """An answer's status, and the title of the problem if it is one; endless answers are left at once."""
    connection = http.client.HTTPConnection("127.0.0.1", live.config.port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, None if response.status == 200 else json.loads(response.read())["title"]


@pytest.mark.parametrize(("path", "parameter"), PARAMETERS, ids=[f"{path}?{one['name']}" for path, one in PARAMETERS])
def test_parameters_asked_for(spare: Live, path: str, parameter: Mapping[str, Any]) -> None:
    """The server refuses just those values of a parameter that the document does not allow."""
    name, schema = parameter["name"], resolved(parameter["schema"])
    more = "&timeout=0" if path.endswith("/wait") and name != "timeout" else ""

    @settings(max_examples=15, deadline=None, derandomize=True, database=None)
    @given(texts_for(name, schema))
    def agree(text: str) -> None:
        status, title = verdict(spare, f"/__admin{filled(path)}?{name}={quote(text, safe='')}{more}")
        # That a word is no endpoint, code or scenario of this gateway is more than the document can know.
        assert (status in (200, 404, 408) or str(title).startswith("Unknown ")) == (title != "Bad parameter")
        assert (title != "Bad parameter") == (not faults(parameter["schema"], as_json(schema, text)))

    agree()


@pytest.mark.parametrize(("method", "path"), [*ROWS])
def test_parameters_that_the_document_does_not_have(spare: Live, method: str, path: str) -> None:
    """Are refused by every call, and those that it has are all that is allowed."""
    answer = spare.admin(method, f"{filled(path)}?zzz=1")
    expected = [one["name"] for one in OPERATIONS[method, path].get("parameters", []) if one["in"] == "query"]
    assert (400, expected) == (answer.status, answer.body["allowed"])


BODIES = [(*row, operation) for row, operation in OPERATIONS.items() if row[0] + row[1] in (
    "PUT/scenario", "DELETE/scenario", "PUT/clock", "POST/merchants", "DELETE/merchants", "POST/reset",
    "POST/payments/{paymentRequestId}/act", "POST/notifications")]  # fmt: skip
JUNK: list[Any] = [
    None, True, False, 0, 1, 2.0, 2.5, -1, 10**9, 10**9 + 1, "", "A", "a b", "a,b", "x" * 128, "x" * 129, "success",
    "now", "1s", "A\n", [], ["A"], {}, {"A": 1}, "ü", KEY, "x" * 10_001,
]  # fmt: skip


def bodies_for(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies of a call, right and wrong."""
    names = st.sampled_from([*schema["properties"], *schema["properties"], "zzz", "clientid"])
    right = {"clientId": "A", "action": "pay", "notification": "notifyPayment"}
    base = {name: right.get(name, "success") for name in schema.get("required", [])}
    return st.dictionaries(names, st.sampled_from(JUNK), max_size=3).map(lambda given: {**base, **given})


def test_bodies_are_described() -> None:
    """Of the calls that change something all say what they take; no other call takes anything."""
    assert [("POST", "/scenarios")] == sorted(
        {row for row, operation in OPERATIONS.items() if "requestBody" in operation} - {row[:2] for row in BODIES}
    )


@pytest.mark.parametrize(("method", "path", "operation"), BODIES, ids=[row[0] + row[1] for row in BODIES])
def test_bodies_asked_for(spare: Live, method: str, path: str, operation: Mapping[str, Any]) -> None:
    """The server refuses the form of just those bodies that the document does not allow; null is the same as absent."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(bodies_for(resolved(schema)))
    def agree(body: dict[str, Any]) -> None:
        answer = spare.admin(method, filled(path), body)
        found = answer.body
        # That a text is no scenario, duration, moment or key is more than the document can know, as is what a
        # scenario may have: faults in that are told in words alone.
        faulty = any(isinstance(fault, dict) for fault in found.get("faults", ()))
        form = answer.status == 400 and (faulty or found["title"] == "Unknown field")
        present = {name: value for name, value in body.items() if value is not None}
        assert form == bool(faults(schema, present)), found
        assert answer.status in ((200, 400, 404) if path.startswith(("/payments", "/notifications")) else (200, 400))

    agree()


@pytest.mark.parametrize(
    "change",
    [
        {}, {"name": None}, {"name": 5}, {"name": ""}, {"clientId": "A"}, {"clientId": "a b"}, {"clientId": ""},
        {"description": None}, {"description": 5}, {"description": ""}, {"match": {}}, {"match": 5},
        {"match": {"x": 1}},
        {"count": "client"}, {"count": "x"}, {"zzz": 1}, {"createPaymentSession": None}, {"createPaymentSession": []},
        {"createPaymentSession": {"result": "RISK_REJECT"}}, {"createPaymentSession": {"result": "NOPE"}},
        {"createPaymentSession": [{"fault": "reset"}, {"fault": {"status": 502}}, {"fault": "x"}]},
        {"createPaymentSession": [{"fault": "reset"}, {"fault": {"status": 502}}, {"fault": "bad-signature"}]},
    ],
)  # fmt: skip
def test_scenarios_asked_for(own: Live, change: dict[str, Any]) -> None:
    """What may be loaded is described as well: a scenario, and beside its keys a name and a client id."""
    content = OPERATIONS["POST", "/scenarios"]["requestBody"]["content"]
    assert ["application/json", "application/yaml"] == list(content)
    body = {**SCENARIO, **change}
    present = {name: value for name, value in body.items() if value is not None or name not in ("name", "clientId")}
    answer = own.admin("POST", "/scenarios?name=tale" if "name" not in present else "/scenarios", body)
    assert (200 if not faults(content["application/json"]["schema"], present) else 400) == answer.status, answer.raw

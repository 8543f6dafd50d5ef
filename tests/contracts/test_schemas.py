"""The schema files, and the two validators that read them."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pycountry
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mock_alipay.apis.payments.endpoints import ENDPOINTS
from mock_alipay.config.kinds import HTTP_URL, URL
from mock_alipay.contracts import FOLDER, load
from mock_alipay.contracts.names import TypeMode, bare
from mock_alipay.contracts.schemas import nesting
from mock_alipay.contracts.validation import parse
from tests.bodies import changed_bodies, valid_bodies
from tests.fields import CONTRACTS, MODES, PLACES, REQUESTS, book_of, read

FILES = sorted(PLACES)
TABLES = {"conditions.json", "figures.json", "paymentOptions.json", "results.json"}
"""Data that is no schema."""
SHARED = {
    *("admin.json", "codes.json", "common.json", "replies.json", "scenario.json"),
    *("types-documented.json", "types-strict.json"),
}
ADMIN = "admin.json"
ADMIN_FILE = str(PLACES[ADMIN])
SCHEMAS = {mode: CONTRACTS[mode].schemas for mode in MODES}
NOTIFICATIONS = CONTRACTS["strict"].notifications
ENDPOINT = "payments/createPaymentSession"

slow = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def everything(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value within a JSON document, with where it stands."""
    yield path, value
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from everything(inner, f"{path}/{key}")


def patterns() -> list[tuple[str, Any]]:
    """Every schema that has a pattern, with its place."""
    return [
        (f"{file}{path}", value)
        for file in FILES
        if file not in TABLES
        for path, value in everything(read(file))
        if isinstance(value, dict) and isinstance(value.get("pattern"), str)
    ]


def calls(*components: str) -> list[tuple[str, Any]]:
    """What admin.json says of its calls in these parts: schemas, each with its place."""
    found = []
    for call, spec in read(ADMIN)["calls"].items():
        for part in components:
            inner = spec.get(part, {})
            named = {"": inner} if part in ("body", "reply") else inner
            found += [(f"{call} {part} {name}".rstrip(), schema) for name, schema in named.items() if schema]
    return found


def reachable(schema: Any, file: str) -> set[tuple[str, str]]:
    """Every definition that a schema refers to, however many references away: file and pointer."""
    found: set[tuple[str, str]] = set()
    waiting = [(schema, file)]
    while waiting:
        schema, file = waiting.pop()
        for _, value in everything(schema):
            if isinstance(value, dict) and isinstance(value.get("$ref"), str):
                target, home, pointer = SCHEMAS["documented"].follow(value["$ref"], file)
                assert isinstance(target, dict)
                if (home, pointer) not in found:
                    found.add((home, pointer))
                    waiting.append((target, home))
    return found


def outside_groups(pattern: str) -> str:
    """A regular expression without its escapes, character classes and groups."""
    plain = re.sub(r"\[\^?\]?[^\]]*\]", "", re.sub(r"\\.", "", pattern))
    while "(" in plain:
        plain = re.sub(r"\([^()]*\)", "", plain)
    return plain


class TestFiles:
    @pytest.mark.parametrize("file", sorted(set(FILES) - TABLES))
    def test_is_a_json_schema(self, file: str) -> None:
        """Each schema says which dialect it is written in and obeys that dialect's meta-schema."""
        assert read(file)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(read(file))

    @pytest.mark.parametrize("file", FILES)
    def test_no_key_is_given_twice(self, file: str) -> None:
        """A key that stands twice in one object would silently win over the first."""

        def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
            names = [name for name, _ in found]
            assert sorted(set(names)) == sorted(names)
            return dict(found)

        json.loads(PLACES[file].read_text("utf-8"), object_pairs_hook=pairs)

    @pytest.mark.parametrize("place", patterns(), ids=lambda place: place[0])
    def test_patterns_are_anchored_at_both_ends(self, place: tuple[str, Any]) -> None:
        """No text slips through with something before or after what the pattern describes."""
        pattern = place[1]["pattern"]
        assert (pattern[0], pattern[-1]) == ("^", "$")
        assert "|" not in outside_groups(pattern)

    def test_patterns_of_requests_have_titles(self) -> None:
        """A fault shows the title, for nobody should have to read a regular expression."""
        asked = reachable([schema for _, schema in calls("query", "body")], ADMIN_FILE)
        untitled = [
            place
            for place, rule in patterns()
            if "title" not in rule
            and not place.startswith("scenario.json")
            and (not place.startswith(ADMIN) or any(place.startswith(f"{ADMIN}{pointer}") for _, pointer in asked))
        ]
        assert [] == untitled
        assert (ADMIN_FILE, "/$defs/ClientId") in asked
        assert (ADMIN_FILE, "/$defs/CallEvent") not in asked

    @pytest.mark.parametrize("file", sorted(set(FILES) - TABLES))
    def test_every_reference_leads_somewhere(self, file: str) -> None:
        """To a schema, in this file or another."""
        home = file if PLACES[file].is_relative_to(FOLDER) else str(PLACES[file])
        assert reachable(read(file), home) or "$ref" not in PLACES[file].read_text("utf-8")

    def test_both_type_files_define_the_same(self) -> None:
        """Either file can stand behind types.json: same $id, same names."""
        documented, strict = read("types-documented.json"), read("types-strict.json")
        assert documented["$id"] == strict["$id"]
        assert list(documented["$defs"]) == list(strict["$defs"])

    def test_the_walk_over_all_fields_meets_them_all(self) -> None:
        """The tables of other tests are made from this walk: it must see every property of the files."""
        walked = {step for name in REQUESTS for field in book_of(name, "documented").fields for step in field.steps}
        written = {
            name
            for file in ("common.json", *(f"{name}.json" for name in REQUESTS))
            for path, value in everything(read(file))
            if path.rpartition("/")[2] == "properties" and isinstance(value, dict)
            if not {"if", "then"} & set(path.split("/"))
            if not path.startswith("/$defs/Result/")  # it stands in replies
            for name in value
        }
        assert len(written) > 200
        assert set() == written - walked


class TestEndpoints:
    def test_every_schema_of_an_endpoint_has_a_function(self) -> None:
        """A schema file that is not shared is an endpoint's: one for its requests, one for its replies."""
        expected = {f"payments/{name}{ending}" for name in ENDPOINTS for ending in (".json", ".reply.json")}
        assert expected == set(FILES) - SHARED - TABLES - {f"{name}.json" for name in NOTIFICATIONS}

    @pytest.mark.parametrize("name", ENDPOINTS)
    def test_the_function_bears_the_endpoint_s_name(self, name: str) -> None:
        """A reader finds inquiryPayment in endpoints/inquiry_payment.py."""
        snake = re.sub("([A-Z])", lambda found: "_" + found[1].lower(), name)
        module = importlib.import_module(f"mock_alipay.apis.payments.endpoints.{snake}")
        assert getattr(module, snake) is ENDPOINTS[name].decide

    @pytest.mark.parametrize("file", sorted(set(FILES) - TABLES - {"scenario.json"}))
    def test_the_schema_bears_the_file_s_name(self, file: str) -> None:
        """The $id ends with the file's name, which is how references find it."""
        expected = "types.json" if file.startswith("types-") else file
        assert expected == read(file)["$id"].partition("/schemas/")[2]

    @pytest.mark.parametrize("name", REQUESTS)
    def test_the_schema_of_replies_tells_good_ones_from_bad(self, name: str) -> None:
        """A result is always there and whole; whoever succeeds says more than that."""
        replies = load().schemas
        result = {"resultCode": "PARAM_ILLEGAL", "resultMessage": "", "resultStatus": "F"}
        success = {"resultCode": "SUCCESS", "resultMessage": "success.", "resultStatus": "S"}
        bad: list[dict[str, Any]] = [{}, {"result": None}, {"result": success}]
        bad += [{"result": {key: value for key, value in result.items() if key != left}} for left in result]
        bad += [{"result": {**result, "resultStatus": "X"}}, {"result": {**result, "resultMessage": "x" * 257}}]
        assert replies.accepts(f"{name}.reply", {"result": result})
        assert [] == [body for body in bad if replies.accepts(f"{name}.reply", body)]
        assert all(replies.explain(f"{name}.reply", body) for body in bad)

    def test_scenarios_may_script_every_endpoint(self) -> None:
        """And every notification: they are the keys of a scenario beside its own five and that for all endpoints."""
        own = {"each", "description", "match", "count", "buyer", "*"}
        ids = {*(f"payments/{name}" for name in ENDPOINTS), *NOTIFICATIONS}
        assert ids | set(map(bare, ids)) == set(read("scenario.json")["else"]["properties"]) - own


class TestAdmin:
    @pytest.mark.parametrize(
        "place", calls("query", "body", "reply", "otherwise", "stream"), ids=lambda place: place[0]
    )
    def test_each_part_of_a_call_is_a_schema(self, place: tuple[str, Any]) -> None:
        """Beyond the reach of the meta-schema's own check, for ``calls`` is no keyword of JSON Schema."""
        Draft202012Validator.check_schema(place[1])
        assert "$ref" in place[1] or "title" in place[1]

    @pytest.mark.parametrize("place", calls("query"), ids=lambda place: place[0])
    def test_each_parameter_can_be_read_from_a_query(self, place: tuple[str, Any]) -> None:
        """Numbers have bounds, defaults fit, and it says what it is for."""
        rule, _ = load().schemas.resolve(place[1], ADMIN_FILE)
        assert rule["description"]
        assert rule.get("type") in ("string", "integer", "number") or "enum" in rule
        if rule.get("type") in ("integer", "number"):
            assert rule["minimum"] <= rule.get("default", rule["minimum"]) <= rule["maximum"]

    @pytest.mark.parametrize("place", calls("body"), ids=lambda place: place[0])
    def test_bodies_are_definitions(self, place: tuple[str, Any]) -> None:
        """The fields that are allowed are looked up there; none but a scenario's may hold others."""
        assert ["$ref"] == list(place[1])
        rule, _ = load().schemas.resolve(place[1], ADMIN_FILE)
        assert ("object", True) == (rule["type"], "properties" in rule)
        assert (rule.get("additionalProperties") is False) == ("/scenarios" not in place[0])

    def test_every_call_says_what_it_does_and_gives(self) -> None:
        """With no other keys than those that are read."""
        known = {"summary", "query", "body", "media", "headers", "reply", "otherwise", "stream", "text", "token"}
        for call, spec in read(ADMIN)["calls"].items():
            assert re.fullmatch(r"(GET|PUT|POST|DELETE) (/[a-z]+|/\{\w+\})+", call)
            assert spec["summary"]
            assert 1 == len({"reply", "stream", "text"} & set(spec))
            assert set() == set(spec) - known

    def test_urls_are_those_that_the_flag_takes(self) -> None:
        """In words of expressions that every reader of OpenAPI knows, which have no switch for upper and lower case."""
        url = read(ADMIN)["$defs"]["Notify"]["properties"]["url"]
        form = HTTP_URL.pattern.replace("(?i:https?)", "[Hh][Tt][Tt][Pp][Ss]?")
        assert (URL.expected, f"^{form}$") == (url["title"], url["pattern"])

    def test_no_definition_is_left_over(self) -> None:
        """Each is what some call takes or gives, or a problem."""
        used = reachable(read(ADMIN)["calls"], ADMIN_FILE) | {(ADMIN_FILE, "/$defs/Problem")}
        assert {f"/$defs/{name}" for name in read(ADMIN)["$defs"]} == {
            pointer for file, pointer in used if file == ADMIN_FILE
        }

    @pytest.mark.parametrize(
        ("client_id", "expected"),
        [
            *((good, True) for good in ("A", "SANDBOX_5YEFG3NB4Z1702B1", "a-b", "a+b", "!", "~", "x" * 128)),
            *((bad, False) for bad in ("", " ", "a b", "a,b", "a\n", "\n", "k\u00e4se", "\x7f", "x" * 129, None, 5)),
        ],
    )
    def test_a_client_id_is_what_a_header_can_carry(self, client_id: Any, expected: bool) -> None:
        """Visible ASCII, and no comma, which would be two headers in one."""
        name = f"{ADMIN_FILE}#/$defs/ClientId"
        assert (expected, expected) == (
            SCHEMAS["documented"].accepts(name, client_id),
            SCHEMAS["documented"].explain(name, client_id) == [],
        )


class TestCodes:
    def test_regions_are_those_of_iso_3166(self) -> None:
        """All assigned alpha-2 codes, and no others."""
        assert (
            sorted(country.alpha_2 for country in pycountry.countries) == read("codes.json")["$defs"]["Region"]["enum"]
        )

    def test_currencies_are_those_of_iso_4217(self) -> None:
        """All active codes but the two that name no currency."""
        active = {currency.alpha_3 for currency in pycountry.currencies}
        assert sorted(active - {"XTS", "XXX"}) == read("codes.json")["$defs"]["Currency"]["enum"]


@pytest.mark.parametrize("mode", MODES)
class TestValidators:
    @pytest.mark.parametrize("endpoint", REQUESTS)
    @slow
    @given(data=st.data())
    def test_bodies_drawn_from_the_schema_are_accepted(
        self, endpoint: str, mode: TypeMode, data: st.DataObject
    ) -> None:
        """Whatever the schema allows, in any mix of fields, passes both validators."""
        body = parse(json.dumps(data.draw(valid_bodies(mode, endpoint))).encode())
        assert (True, []) == (SCHEMAS[mode].accepts(endpoint, body), SCHEMAS[mode].explain(endpoint, body))

    @pytest.mark.parametrize("endpoint", REQUESTS)
    @slow
    @given(data=st.data())
    def test_they_never_disagree(self, endpoint: str, mode: TypeMode, data: st.DataObject) -> None:
        """The one that decides says no exactly when the one that explains finds a fault."""
        drawn = data.draw(changed_bodies(data.draw(st.sampled_from(MODES)), endpoint))
        body = parse(json.dumps(drawn).encode())
        assert SCHEMAS[mode].accepts(endpoint, body) == (SCHEMAS[mode].explain(endpoint, body) == [])

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("order.orderAmount.value", "100\n"),
            ("order.orderAmount.value", "\u0661\u0660\u0660"),
            ("paymentRedirectUrl", "https://shop.example/\u2028"),
            ("paymentRedirectUrl", "https://shop.example/\ud83d\ude00"),
            ("paymentNotifyUrl", "https://shop.example/\u00a0"),
            ("paymentSessionExpiryTime", "2026-01-31T12:00:00Z\n"),
            ("creditPayPlan.installmentNum", 2.0),
            ("creditPayPlan.installmentNum", 1e300),
            ("order.lodging.numberOfNights", 18446744073709551616),
            ("order.lodging.numberOfNights", True),
            ("paymentFactor.isAuthorization", 1),
            ("paymentFactor.isAuthorization", 1.0),
            ("paymentQuote.quotePrice", -0.0),
            ("order.orderDescription", "😀" * 256),
            ("order.orderDescription", "😀" * 257),
        ],
    )
    def test_they_agree_where_their_languages_differ(self, mode: TypeMode, path: str, value: Any) -> None:
        """Line ends, Unicode digits, integral floats, booleans as numbers, and what a character is."""
        body = parse(json.dumps(book_of(ENDPOINT, mode).body(tuple(path.split(".")), value)).encode())
        assert SCHEMAS[mode].accepts(ENDPOINT, body) == (SCHEMAS[mode].explain(ENDPOINT, body) == [])


class TestResolve:
    def test_follows_references_from_file_to_file(self) -> None:
        """An amount's currency is defined in codes.json, two references away."""
        rule, within = load().schemas.resolve(
            {"$ref": "../common.json#/$defs/Currency"}, "payments/createPaymentSession.json"
        )
        assert ("codes.json", "string") == (within, rule["type"])

    def test_leaves_a_schema_without_reference_alone(self) -> None:
        """It stays in the file it stands in."""
        assert ({"type": "string"}, "common.json") == load().schemas.resolve({"type": "string"}, "common.json")


class TestPointers:
    @pytest.mark.parametrize(
        ("name", "good", "bad", "fault"),
        [
            (f"{ADMIN_FILE}#/$defs/Choice", {"scenario": "a", "times": 1}, {"times": 0}, "scenario: missing"),
            (f"{ADMIN_FILE}#/$defs/Whom", {}, {"clientId": "a b"}, "clientId: expected a client id"),
            ("common.json#/$defs/Amount", {"currency": "EUR", "value": "1"}, {"currency": "EUR"}, "value: missing"),
            ("types.json#/$defs/Integer", 1, [], "body: expected"),
            ("codes.json#/$defs/Region", "DE", "XX", "body: expected"),
        ],
    )
    def test_name_a_definition_within_a_file(self, name: str, good: Any, bad: Any, fault: str) -> None:
        """Whatever it refers to in turn, for both validators."""
        schemas = load().schemas
        assert (True, []) == (schemas.accepts(name, good), schemas.explain(name, good))
        assert not schemas.accepts(name, bad)
        assert any(found.text.startswith(fault) for found in schemas.explain(name, bad))

    def test_follow_the_mode_of_types(self) -> None:
        """An integer is one in documented mode only."""
        name = "types.json#/$defs/Integer"
        assert [True, False] == [load(types=mode).schemas.accepts(name, 1) for mode in MODES]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("1", 0),
        ("[]", 1),
        ('{"a": [1, {}], "b": {}}', 3),
        ('{"[[[": "]]{{", "\\"[": 1}', 1),
        ('["\\\\", []]', 2),
        ("[" * 1000, 1000),
        ("]]]][", 1),
        ('["[[[[', 1),
        ("[{" * 100_000, 200_000),
        ('"' + "x" * 1_000_000, 0),
    ],
)
def test_nesting(text: str, expected: int) -> None:
    """Brackets that are open at once, whole or broken; those within strings do not count."""
    assert expected == nesting(text)

"""The schema files, and the two validators that use them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pycountry
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mock_alipay.apis.payments.endpoints import ENDPOINTS
from mock_alipay.config.kinds import HTTP_URL, URL
from mock_alipay.contracts.names import bare
from mock_alipay.contracts.schemas import nesting
from mock_alipay.contracts.validation import parse
from tests.bodies import change, valid_bodies
from tests.contracts.checks import SESSION
from tests.fields import BOOKS, CONTRACTS, MODES, PLACES, REQUESTS, read

TABLES = {"conditions.json", "figures.json", "paymentOptions.json", "results.json"}
"""Data files that are no schemas."""
SHARED = {
    *("admin.json", "codes.json", "common.json", "replies.json", "scenario.json"),
    *("types-documented.json", "types-strict.json"),
}
FILES = sorted(set(PLACES) - TABLES)
ADMIN_FILE = str(PLACES["admin.json"])
ADMIN = read("admin.json")
SCHEMAS = {mode: CONTRACTS[mode].schemas for mode in MODES}
NOTIFICATIONS = CONTRACTS["strict"].notifications


def everything(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a JSON document, with its path."""
    yield path, value
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from everything(inner, f"{path}/{key}")


def reachable(schema: Any, file: str) -> set[tuple[str, str]]:
    """Every definition to which a schema refers, directly or not: file and pointer."""
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


class TestFiles:
    @pytest.mark.parametrize("file", FILES)
    def test_a_schema_file_is_valid(self, file: str) -> None:
        """Against the meta-schema; its $id ends with its name, references lead somewhere, patterns are anchored."""
        content = read(file)
        Draft202012Validator.check_schema(content)
        if file != "scenario.json":
            name = "types.json" if file.startswith("types-") else file
            assert name == content["$id"].partition("/schemas/")[2]
        reachable(content, str(PLACES[file]) if file in ("admin.json", "scenario.json") else file)
        found = (value.get("pattern") for _, value in everything(content) if isinstance(value, dict))
        assert {"^$"} >= {text[0] + text[-1] for text in found if isinstance(text, str)}

    @pytest.mark.parametrize("file", PLACES.values(), ids=PLACES)
    def test_no_key_is_given_twice(self, file: Path) -> None:
        """The second one would silently replace the first."""

        def checked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            assert len(dict(pairs)) == len(pairs), [name for name, _ in pairs]
            return dict(pairs)

        json.loads(file.read_text("utf-8"), object_pairs_hook=checked)

    def test_patterns_of_requests_have_titles(self) -> None:
        """A fault shows the title instead of the regular expression."""
        files = [*(f"{name}.json" for name in REQUESTS), "common.json", "types-documented.json", "types-strict.json"]
        rules = [(file, rule) for file in files for _, rule in everything(read(file)) if isinstance(rule, dict)]
        assert [] == [pair for pair in rules if isinstance(pair[1].get("pattern"), str) and "title" not in pair[1]]

    def test_codes_are_those_of_the_iso_standards(self) -> None:
        """All assigned regions, and all active currencies except the two that name no currency."""
        codes = read("codes.json")["$defs"]
        assert sorted(country.alpha_2 for country in pycountry.countries) == codes["Region"]["enum"]
        currencies = {currency.alpha_3 for currency in pycountry.currencies} - {"XTS", "XXX"}
        assert sorted(currencies) == codes["Currency"]["enum"]


def test_every_endpoint_has_two_schemas_and_can_be_scripted() -> None:
    """Endpoints and notifications are keys of a scenario, with and without their family."""
    expected = {f"payments/{name}{ending}" for name in ENDPOINTS for ending in (".json", ".reply.json")}
    assert expected == set(FILES) - SHARED - {f"{name}.json" for name in NOTIFICATIONS}
    own = {"each", "description", "match", "count", "buyer", "*"}
    ids = {*(f"payments/{name}" for name in ENDPOINTS), *NOTIFICATIONS}
    assert ids | set(map(bare, ids)) == set(read("scenario.json")["else"]["properties"]) - own


class TestAdmin:
    def test_the_schemas_of_calls_are_valid(self) -> None:
        """The check of the file does not reach ``calls``."""
        for spec in ADMIN["calls"].values():
            parts = [spec.get(part) for part in ("body", "reply")]
            parts += [schema for part in ("query", "otherwise", "stream") for schema in spec.get(part, {}).values()]
            for schema in filter(None, parts):
                Draft202012Validator.check_schema(schema)
                assert {"$ref", "title"} & set(schema), schema

    def test_a_notification_url_has_the_pattern_of_the_flag(self) -> None:
        """Written without an inline flag, which not every reader of OpenAPI supports."""
        url = ADMIN["$defs"]["Notify"]["properties"]["url"]
        pattern = HTTP_URL.pattern.replace("(?i:https?)", "[Hh][Tt][Tt][Pp][Ss]?")
        assert (URL.expected, f"^{pattern}$") == (url["title"], url["pattern"])

    def test_a_client_id_is_visible_ascii_without_commas(self) -> None:
        """1 to 128 characters, as a header can have."""
        name, schemas = f"{ADMIN_FILE}#/$defs/ClientId", SCHEMAS["documented"]
        valid, invalid = ["!", "~", "a+b", "x" * 128], ["", "a b", "a,b", "a\n", "k\u00e4se", "\x7f", "x" * 129, None]
        assert [True] * 4 + [False] * 8 == [schemas.accepts(name, client_id) for client_id in valid + invalid]
        assert [False] * 4 + [True] * 8 == [bool(schemas.explain(name, client_id)) for client_id in valid + invalid]


class TestValidators:
    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_both_validators_agree(self, data: st.DataObject) -> None:
        """A body drawn from the schema is valid for both; a changed one is valid for both or for neither."""
        endpoint = data.draw(st.sampled_from([SESSION, "payments/pay", *REQUESTS]))
        mode, other = data.draw(st.permutations(MODES))
        body = data.draw(valid_bodies(mode, endpoint))
        valid = parse(json.dumps(body).encode())
        assert (True, []) == (SCHEMAS[mode].accepts(endpoint, valid), SCHEMAS[mode].explain(endpoint, valid))
        changed = copy.deepcopy(body)
        change(data.draw, changed)
        parsed = parse(json.dumps(changed).encode())
        for schemas in (SCHEMAS[mode], SCHEMAS[other]):
            assert schemas.accepts(endpoint, parsed) == (schemas.explain(endpoint, parsed) == [])

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("order.orderAmount.value", "100\n"),
            ("order.orderAmount.value", "\u0661\u0660\u0660"),
            ("paymentRedirectUrl", "https://shop.example/\u2028"),
            ("paymentNotifyUrl", "https://shop.example/\u00a0"),
            ("creditPayPlan.installmentNum", 2.0),
            ("creditPayPlan.installmentNum", 1e300),
            ("order.lodging.numberOfNights", 18446744073709551616),
            ("order.lodging.numberOfNights", True),
            ("paymentFactor.isAuthorization", 1.0),
            ("paymentQuote.quotePrice", -0.0),
            ("order.orderDescription", "😀" * 256),
            ("order.orderDescription", "😀" * 257),
        ],
    )
    def test_both_agree_where_rust_and_python_differ(self, path: str, value: Any) -> None:
        """Line ends, Unicode digits, integral floats, booleans as numbers, length of characters."""
        for mode in MODES:
            body = parse(json.dumps(BOOKS[mode].body(tuple(path.split(".")), value)).encode())
            assert SCHEMAS[mode].accepts(SESSION, body) == (SCHEMAS[mode].explain(SESSION, body) == [])


@pytest.mark.parametrize(
    ("name", "valid", "invalid", "fault"),
    [
        (f"{ADMIN_FILE}#/$defs/Choice", {"scenario": "a", "times": 1}, {"times": 0}, "scenario: missing"),
        ("common.json#/$defs/Amount", {"currency": "EUR", "value": "1"}, {"currency": "EUR"}, "value: missing"),
        ("types.json#/$defs/Integer", 1, [], "body: expected"),
    ],
)
def test_a_pointer_names_a_definition(name: str, valid: Any, invalid: Any, fault: str) -> None:
    """For both validators; a native integer is only valid in documented mode."""
    schemas = SCHEMAS["documented"]
    assert (True, []) == (schemas.accepts(name, valid), schemas.explain(name, valid))
    assert (name.startswith("types")) == (not SCHEMAS["strict"].accepts(name, valid))
    assert not schemas.accepts(name, invalid)
    assert any(found.text.startswith(fault) for found in schemas.explain(name, invalid))


def test_a_reference_is_followed_from_file_to_file() -> None:
    """A schema without a reference stays in its file."""
    rule, file = SCHEMAS["documented"].resolve({"$ref": "../common.json#/$defs/Currency"}, f"{SESSION}.json")
    assert ("codes.json", "string") == (file, rule["type"])
    assert ({"type": "string"}, "common.json") == SCHEMAS["documented"].resolve({"type": "string"}, "common.json")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": [1, {}], "b": {}}', 3),
        ('{"[[[": "]]{{", "\\"[": 1}', 1),
        ('["\\\\", []]', 2),
        ('["[[[[', 1),
        ("[{" * 100_000, 200_000),
    ],
)
def test_nesting_counts_open_brackets(text: str, expected: int) -> None:
    """In valid and broken JSON; brackets in strings do not count."""
    assert expected == nesting(text)

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

from mock_alipay.contract import parse
from mock_alipay.endpoints import ENDPOINTS
from mock_alipay.schema import Schemas
from mock_alipay.terms import TypeMode
from tests.bodies import changed_bodies, valid_bodies
from tests.fields import BOOKS, FOLDER, MODES, read

FILES = sorted(file.name for file in FOLDER.iterdir())
SHARED = {"codes.json", "common.json", "results.json", "scenario.json", "types-documented.json", "types-strict.json"}
SCHEMAS = {mode: Schemas(mode) for mode in MODES}
ENDPOINT = "createPaymentSession"

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
        if file != "results.json"
        for path, value in everything(read(file))
        if isinstance(value, dict) and isinstance(value.get("pattern"), str)
    ]


def outside_groups(pattern: str) -> str:
    """A regular expression without its escapes, character classes and groups."""
    plain = re.sub(r"\[\^?\]?[^\]]*\]", "", re.sub(r"\\.", "", pattern))
    while "(" in plain:
        plain = re.sub(r"\([^()]*\)", "", plain)
    return plain


class TestFiles:
    @pytest.mark.parametrize("file", [file for file in FILES if file != "results.json"])
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

        json.loads((FOLDER / file).read_text("utf-8"), object_pairs_hook=pairs)

    @pytest.mark.parametrize("place", patterns(), ids=lambda place: place[0])
    def test_patterns_are_anchored_at_both_ends(self, place: tuple[str, Any]) -> None:
        """No text slips through with something before or after what the pattern describes."""
        pattern = place[1]["pattern"]
        assert (pattern[0], pattern[-1]) == ("^", "$")
        assert "|" not in outside_groups(pattern)

    def test_patterns_of_requests_have_titles(self) -> None:
        """A fault shows the title, for nobody should have to read a regular expression."""
        untitled = [path for path, rule in patterns() if "title" not in rule and "scenario" not in path]
        assert [] == untitled

    def test_both_type_files_define_the_same(self) -> None:
        """Either file can stand behind types.json: same $id, same names."""
        documented, strict = read("types-documented.json"), read("types-strict.json")
        assert documented["$id"] == strict["$id"]
        assert list(documented["$defs"]) == list(strict["$defs"])

    def test_the_walk_over_all_fields_meets_them_all(self) -> None:
        """The tables of other tests are made from this walk: it must see every property of the two files."""
        walked = {step for field in BOOKS["documented"].fields for step in field.steps}
        written = {
            name
            for file in ("common.json", "createPaymentSession.json")
            for path, value in everything(read(file))
            if path.rpartition("/")[2] == "properties" and "/if/" not in path and isinstance(value, dict)
            for name in value
        }
        assert len(written) > 200
        assert set() == written - walked


class TestEndpoints:
    def test_every_schema_of_an_endpoint_has_a_function(self) -> None:
        """A schema file that is not shared is an endpoint's, and each endpoint has both."""
        assert {f"{name}.json" for name in ENDPOINTS} == set(FILES) - SHARED

    @pytest.mark.parametrize("name", ENDPOINTS)
    def test_the_function_bears_the_endpoint_s_name(self, name: str) -> None:
        """A reader finds inquiryPayment in endpoints/inquiry_payment.py."""
        snake = re.sub("([A-Z])", lambda found: "_" + found[1].lower(), name)
        module = importlib.import_module(f"mock_alipay.endpoints.{snake}")
        assert getattr(module, snake) is ENDPOINTS[name]

    @pytest.mark.parametrize("name", ENDPOINTS)
    def test_the_schema_bears_the_endpoint_s_name(self, name: str) -> None:
        """The $id ends with the file's name, which is how references find it."""
        assert read(f"{name}.json")["$id"].rpartition("/")[2] == f"{name}.json"

    def test_scenarios_may_script_every_endpoint(self) -> None:
        """The keys of a scenario beside its own three are the endpoints."""
        assert set(ENDPOINTS) == set(read("scenario.json")["properties"]) - {"description", "match", "count"}

    def test_scenarios_may_use_every_result_code(self) -> None:
        """scenario.json lists the codes again, for editors that complete them."""
        listed = read("scenario.json")["$defs"]["Step"]["properties"]["result"]["enum"]
        assert list(read("results.json")["results"]) == listed


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


class TestValidators:
    @pytest.mark.parametrize("mode", MODES)
    @slow
    @given(data=st.data())
    def test_bodies_drawn_from_the_schema_are_accepted(self, mode: TypeMode, data: st.DataObject) -> None:
        """Whatever the schema allows, in any mix of fields, passes both validators."""
        body = parse(json.dumps(data.draw(valid_bodies(mode))).encode())
        assert (True, []) == (SCHEMAS[mode].accepts(ENDPOINT, body), SCHEMAS[mode].explain(ENDPOINT, body))

    @pytest.mark.parametrize("mode", MODES)
    @slow
    @given(data=st.data())
    def test_they_never_disagree(self, mode: TypeMode, data: st.DataObject) -> None:
        """The one that decides says no exactly when the one that explains finds a fault."""
        body = parse(json.dumps(data.draw(changed_bodies(data.draw(st.sampled_from(MODES))))).encode())
        assert SCHEMAS[mode].accepts(ENDPOINT, body) == (SCHEMAS[mode].explain(ENDPOINT, body) == [])

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
    @pytest.mark.parametrize("mode", MODES)
    def test_they_agree_where_their_languages_differ(self, mode: TypeMode, path: str, value: Any) -> None:
        """Line ends, Unicode digits, integral floats, booleans as numbers, and what a character is."""
        body = parse(json.dumps(BOOKS[mode].body(tuple(path.split(".")), value)).encode())
        assert SCHEMAS[mode].accepts(ENDPOINT, body) == (SCHEMAS[mode].explain(ENDPOINT, body) == [])


class TestResolve:
    def test_follows_references_from_file_to_file(self) -> None:
        """An amount's currency is defined in codes.json, two references away."""
        rule, within = Schemas().resolve({"$ref": "common.json#/$defs/Currency"}, "createPaymentSession.json")
        assert ("codes.json", "string") == (within, rule["type"])

    def test_leaves_a_schema_without_reference_alone(self) -> None:
        """It stays in the file it stands in."""
        assert ({"type": "string"}, "common.json") == Schemas().resolve({"type": "string"}, "common.json")

    @pytest.mark.parametrize(("mode", "expected"), [("documented", ["integer", "string"]), ("strict", "string")])
    def test_types_stand_as_the_mode_says(self, mode: TypeMode, expected: Any) -> None:
        """types.json is one of two files."""
        rule, _ = Schemas(mode).resolve({"$ref": "types.json#/$defs/Integer"}, "common.json")
        assert expected == rule["type"]

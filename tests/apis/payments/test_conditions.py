"""The table of result codes and of what yields each here."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any

import pytest

from mock_alipay.apis.payments.endpoints import ENDPOINTS
from mock_alipay.apis.payments.notifications import NOTIFICATIONS
from tests.fields import read

TABLE = read("conditions.json")
RESULTS = read("results.json")["results"]


def rows() -> list[tuple[str, str, dict[str, Any]]]:
    """Every row: its group, its code, what is said of it."""
    groups = {"gateway": TABLE["gateway"], "payment": TABLE["payment"], **TABLE["endpoints"], **TABLE["notifications"]}
    return [(group, code, row) for group, codes in groups.items() for code, row in codes.items()]


def test_every_endpoint_and_notification_has_its_codes() -> None:
    """And so have the gateway as a whole, and payments."""
    assert {"$comment", "gateway", "payment", "endpoints", "notifications"} == set(TABLE)
    assert set(ENDPOINTS) == set(TABLE["endpoints"])
    assert set(NOTIFICATIONS) == set(TABLE["notifications"])


def test_every_result_code_stands_somewhere() -> None:
    """And no other does."""
    assert set(RESULTS) == {code for _, code, _ in rows()}


@pytest.mark.parametrize(("group", "code", "row"), rows(), ids=lambda part: part if isinstance(part, str) else "")
def test_a_row_is_a_short_sentence_or_null_with_its_source(group: str, code: str, row: dict[str, Any]) -> None:
    """Null where nothing but a scenario yields the code; the sources are those that the file explains."""
    assert {"when", "$comment"} == set(row)
    assert row["when"] is None or re.fullmatch(r"[A-Z0-9].{10,118}\.", row["when"])
    assert row["$comment"]


def test_abbreviated_sources_are_explained() -> None:
    """Words in capitals that are no result codes and no wire names."""
    known = set(re.findall(r"([A-Z][A-Z-]+) =", TABLE["$comment"]))
    used = {word for _, _, row in rows() for word in re.findall(r"\b[A-Z][A-Z-]{2,}\b(?!_)", row["$comment"])}
    assert known == used


@pytest.mark.parametrize("endpoint", TABLE["endpoints"])
def test_what_a_merchant_sees_most_has_a_condition(endpoint: str) -> None:
    """Success and a wrong field come from every endpoint, whatever the scenario."""
    codes = TABLE["endpoints"][endpoint]
    assert codes["SUCCESS"]["when"]
    assert codes["PARAM_ILLEGAL"]["when"]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_codes_that_a_function_names_have_conditions(endpoint: str) -> None:
    """Whoever writes a refusal into an endpoint says in the table when it comes."""
    source = inspect.getsource(sys.modules[ENDPOINTS[endpoint].decide.__module__])
    named = set(re.findall(r'"([A-Z_]+)"', " ".join(re.findall(r"Refusal\([^)]+", source)))) & set(RESULTS)
    told = {code for code, row in TABLE["endpoints"][endpoint].items() if row["when"]}
    # There is always something to offer a buyer: consult refuses nobody.
    assert bool(named) == (endpoint != "consult")
    assert set() == named - told


@pytest.mark.parametrize(
    ("endpoint", "code", "figure"),
    [
        ("capture", "PAYMENT_COUNT_EXCEED_LIMIT", "mostCaptures"),
        ("capture", "AUTH_EXPIRED", "authorizationLifetime"),
        ("refund", "MULTIPLE_REFUNDS_NOT_SUPPORTED", "mostRefunds"),
        ("refund", "REFUND_WINDOW_EXCEED", "refundWindow"),
        ("createPaymentSession", "PARAM_ILLEGAL", "longestOrderLifetime"),
        ("pay", "PARAM_ILLEGAL", "longestOrderLifetime"),
    ],
)
def test_figures_are_those_that_the_gateway_uses(endpoint: str, code: str, figure: str) -> None:
    """Days and hours without their letters, counts as they are."""
    number = re.sub(r"[A-Z]", "", str(read("figures.json")[figure]["is"]))
    assert re.search(rf"\b{number}\b", TABLE["endpoints"][endpoint][code]["when"])


def test_failures_of_payments_are_no_unknowns() -> None:
    """But for what is in process, and what is not known for good."""
    unknown = {code for code in TABLE["payment"] if RESULTS[code]["resultStatus"] == "U"}
    assert {"PAYMENT_IN_PROCESS", "UNKNOWN_EXCEPTION"} == unknown

"""conditions.json: the result codes of each endpoint, and when they come."""

from __future__ import annotations

import inspect
import re
import sys

import pytest

from mock_alipay.apis.payments.endpoints import ENDPOINTS
from mock_alipay.apis.payments.notifications import NOTIFICATIONS
from tests.fields import read

TABLE = read("conditions.json")
RESULTS = read("results.json")["results"]
GROUPS = {"gateway": TABLE["gateway"], "payment": TABLE["payment"], **TABLE["endpoints"], **TABLE["notifications"]}


def test_the_table_covers_everything() -> None:
    """Every endpoint and notification, and every result code."""
    assert (set(ENDPOINTS), set(NOTIFICATIONS)) == (set(TABLE["endpoints"]), set(TABLE["notifications"]))
    assert set(RESULTS) == {code for codes in GROUPS.values() for code in codes}
    assert all(codes["SUCCESS"]["when"] and codes["PARAM_ILLEGAL"]["when"] for codes in TABLE["endpoints"].values())


@pytest.mark.parametrize("group", GROUPS)
def test_a_row_has_a_short_condition_and_its_source(group: str) -> None:
    """The condition is null for codes that only a scenario gives."""
    for row in GROUPS[group].values():
        assert {"when", "$comment"} == set(row)
        assert row["when"] is None or re.fullmatch(r"[A-Z0-9].{10,118}\.", row["when"])
        assert row["$comment"]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_refusal_in_an_endpoints_source_has_a_condition(endpoint: str) -> None:
    """Only consult refuses nothing."""
    source = inspect.getsource(sys.modules[ENDPOINTS[endpoint].decide.__module__])
    raised = set(re.findall(r'"([A-Z_]+)"', " ".join(re.findall(r"Refusal\([^)]+", source)))) & set(RESULTS)
    assert bool(raised) == (endpoint != "consult")
    assert set() == raised - {code for code, row in TABLE["endpoints"][endpoint].items() if row["when"]}


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
def test_a_condition_has_the_figure_that_the_gateway_uses(endpoint: str, code: str, figure: str) -> None:
    """Days, hours or counts."""
    number = re.sub(r"[A-Z]", "", str(read("figures.json")[figure]["is"]))
    assert re.search(rf"\b{number}\b", TABLE["endpoints"][endpoint][code]["when"])

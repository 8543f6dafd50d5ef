"""``GET`` and ``PUT /state``."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live import Live, letters, live, sample
from tests.web.asking import connection_to, load, problem, until


@pytest.fixture(scope="module")
def gateway() -> Iterator[Live]:
    """A gateway of this module's own."""
    with live() as running:
        yield running


def filled(gateway: Live, client_id: str) -> dict[str, Any]:
    """The document of a client id with a payment, a clock, and a scenario that is loaded and set."""
    load(gateway, "tale", "createPaymentSession: [{result: RISK_REJECT}, {result: SUCCESS}]", client_id)
    gateway.create(sample("order"), client_id=client_id)
    gateway.create(sample("stepped"), client_id=client_id, extra={"mock-scenario": "tale"})
    gateway.admin("PUT", "/scenario", {"scenario": "tale", "clientId": client_id, "times": 3})
    gateway.admin("PUT", "/clock", {"freeze": "2026-11-22T12:00:00Z", "clientId": client_id})
    document: dict[str, Any] = gateway.admin("GET", f"/state?clientId={client_id}").body
    return document


def test_a_client_id_has_a_state_of_its_own(gateway: Live) -> None:
    """Loading it leaves other client ids alone."""
    mine, theirs = letters(), letters()
    document, other = filled(gateway, mine), filled(gateway, theirs)
    gateway.admin("POST", "/reset", {"clientId": mine})
    loaded = gateway.admin("PUT", f"/state?clientId={mine}", document)
    assert {"payments": 1, "scenarios": 1, "selections": 1, "clocks": 1} == loaded.body
    for client_id, expected in ((mine, document), (theirs, other)):
        assert expected == gateway.admin("GET", f"/state?clientId={client_id}").body
    assert "SUCCESS" == gateway.create(sample("stepped"), client_id=mine, extra={"mock-scenario": "tale"}).code
    assert [] == gateway.admin("GET", f"/calls?clientId={mine}&paymentRequestId=order").body["calls"]


def test_a_refused_document_changes_nothing(gateway: Live) -> None:
    """Whatever is wrong with it: its form, its version, a payment, a scenario, or that it is too large."""
    client_id = letters()
    document = filled(gateway, client_id)
    payment = document["aggregates"]["payments"][0]
    wrong = {**document["scenarios"][0], "scenario": {"description": "x", "pay": {"result": "NO"}}}
    unknown = [{"clientId": client_id, "scenario": "talee"}]
    for change, says in (
        (
            {"aggregates": {"payments": [payment, {**payment, "created": "now"}]}},
            "payments[1].created: expected a time",
        ),
        ({"aggregates": {"payments": [payment, payment]}}, "order is there twice"),
        ({"aggregates": {"subscriptions": []}}, "aggregates.subscriptions: expected one of payments"),
        ({"version": 2, "writtenBy": "mock-alipay 9.0"}, "version: expected 1, got 2, written by mock-alipay 9.0"),
        ({"scenarios": [wrong]}, "scenarios[0] (tale)"),
        ({"selections": unknown, "scenarios": []}, "there is no scenario 'talee'"),
        ({"clocks": [{"clientId": client_id, "ahead": 3e9}]}, "clocks[0]: expected a clock from 2000-01-01"),
        ({"clocks": [{"clientId": None}]}, f"clocks[0].clientId: expected {client_id}, got null"),
        ({"steps": [{"clientId": client_id, "key": ["x"] * 10_001, "played": 1}] * 2}, "is there twice"),
        ({"format": "zip"}, "format: expected"),
        ({"scenarios": document["scenarios"] * 2}, f"scenarios: {client_id} tale is there twice"),
        ({"clock": []}, "did you mean clocks?"),
    ):
        refused = gateway.admin("PUT", f"/state?clientId={client_id}", {**document, **change})
        assert 400 == refused.status
        assert says in problem(refused)["detail"]
        assert document == gateway.admin("GET", f"/state?clientId={client_id}").body
    for body in (b"", b"[", b"[]", b'{"a":' * 200, b"\xff"):
        answer = gateway.request("PUT", "/__admin/state", body, {"content-type": "application/json"})
        assert 400 == answer.status


def test_what_others_keep_is_respected(gateway: Live) -> None:
    """A scenario that is loaded for all may be set; an id of a session may not be that of another client id."""
    client_id, other = letters(), letters()
    load(gateway, "shared", "createPaymentSession: {result: RISK_REJECT}")
    gateway.create(sample("order"), client_id=client_id)
    gateway.admin("PUT", "/scenario", {"scenario": "shared", "clientId": client_id})
    document = gateway.admin("GET", f"/state?clientId={client_id}").body
    assert 200 == gateway.admin("PUT", f"/state?clientId={client_id}", document).status
    copied = json.loads(json.dumps(document).replace(client_id, other))
    refused = gateway.admin("PUT", f"/state?clientId={other}", copied)
    assert (400, True) == (refused.status, "is there twice" in problem(refused)["detail"])
    gateway.admin("POST", "/reset")
    refused = gateway.admin("PUT", f"/state?clientId={client_id}", document)
    assert (400, True) == (refused.status, "no scenario 'shared'" in problem(refused)["detail"])


def test_a_client_id_that_no_header_can_hold_is_refused(gateway: Live) -> None:
    """Nobody could call with it, see its payments or reset it."""
    document = filled(gateway, letters())
    payments = [{**document["aggregates"]["payments"][0], "clientId": "A\nB"}]
    for change, place in (
        ({"aggregates": {"payments": payments}}, "aggregates.payments[0]"),
        ({"clocks": [{"clientId": "A\nB", "ahead": 5}]}, "clocks[0]"),
        ({"selections": [{"clientId": "A\nB", "scenario": "slow"}]}, "selections[0]"),
    ):
        refused = gateway.admin("PUT", "/state", {"format": "mock-alipay-state", "version": 1, **change})
        assert f"{place}.clientId: expected 1 to 128 visible ASCII" in problem(refused)["detail"]


def test_limits_concern_the_whole_gateway(gateway: Live) -> None:
    """So that loading one state evicts nothing of others."""
    client_id = letters()
    steps = [{"clientId": client_id, "key": [str(number)], "played": 1} for number in range(10_001)]
    document = {"format": "mock-alipay-state", "version": 1, "steps": steps}
    refused = gateway.admin("PUT", f"/state?clientId={client_id}", document)
    assert (400, True) == (refused.status, "steps: expected at most 10000 in the whole gateway" in refused.raw.decode())


def test_one_transfer_at_a_time() -> None:
    """Documents are large, so others get 503 meanwhile; the slot is free again when a client goes away."""
    with live() as gateway:
        with contextlib.closing(connection_to(gateway)) as sending:
            sending.putrequest("PUT", "/__admin/state")
            sending.putheader("content-type", "application/json")
            sending.putheader("content-length", "1000000")
            sending.endheaders(b"{")
            until(lambda: 'used{limit="states"} 1.0' in gateway.admin("GET", "/metrics").raw.decode())
            assert 503 == gateway.admin("GET", "/state").status
        until(lambda: gateway.admin("GET", "/state").status == 200)


def test_a_document_of_the_whole_gateway_can_be_loaded_by_another(gateway: Live) -> None:
    """With what is set for all client ids."""
    client_id = letters()
    filled(gateway, client_id)
    gateway.admin("PUT", "/scenario", {"scenario": "slow"})
    gateway.admin("PUT", "/clock", {"advance": "1h"})
    document = gateway.admin("GET", "/state").body
    with live() as other:
        other.admin("PUT", "/state", json.loads(json.dumps(document)))
        assert document == other.admin("GET", "/state").body
        assert [None] == [row["clientId"] for row in document["selections"] if row["scenario"] == "slow"]

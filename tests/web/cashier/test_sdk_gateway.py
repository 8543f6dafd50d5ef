"""The front-end SDK asks for a session."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live import Answer, Live
from tests.web.cashier.conftest import Page, open_page

QUERY = "com.ipay.iexpcashier.sdkAction.query"
SHOP = "https://shop.example"


def ask(gateway: Live, body: Any, operation: str = QUERY) -> Answer:
    """A request of npm @alipay/ams-checkout."""
    headers = {"operation-type": operation, "origin": SHOP, "content-type": "application/json"}
    return gateway.request("POST", "/mgw.htm", body if isinstance(body, bytes) else json.dumps(body).encode(), headers)


def data_of(page: Page) -> str:
    """Its paymentSessionData."""
    return str(page.created.body["paymentSessionData"])


@pytest.mark.parametrize("parts", [1, 3, 4])
def test_a_session_is_found_by_the_first_part_of_its_data(page: Page, parts: int) -> None:
    """The SDK sends the first three parts; merchants may rewrite the fourth."""
    data = "&&".join(data_of(page).split("&&")[:parts])
    amount = {"currency": "BRL", "value": "100"}
    methods = [{"paymentMethodType": "CARD", "paymentMethodName": "CARD"}]
    assert {
        "success": True,
        "paymentMethods": methods,
        "orderAmountView": amount,
        "paymentAmountView": amount,
    } == ask(page.gateway, [{"paymentSessionData": data}]).body


@pytest.mark.parametrize(
    "body", [b"", b"[", [], {}, [1], [{"paymentSessionData": 1}], [{"paymentSessionData": "x&&SG"}]]
)
def test_what_names_no_session_is_answered_like_an_expired_one(gateway: Live, body: Any) -> None:
    """The front end shows the message."""
    answer = ask(gateway, body)
    assert (200, False, "INQUIRY_PAYMENT_SESSION_FAILED", "The payment session has expired.") == (
        answer.status,
        answer.body["success"],
        answer.body["errorCode"],
        answer.body["errorMessage"],
    )


def test_an_expired_session_is_told_apart_from_a_paid_one(own: Live) -> None:
    """A paid session is shown by its page."""
    paid, expired = open_page(own), open_page(own)
    paid.act("pay")
    own.admin("PUT", "/clock", {"advance": "1h"})
    assert [True, False] == [
        ask(own, [{"paymentSessionData": data_of(page)}]).body["success"] for page in (paid, expired)
    ]


def test_a_part_of_the_first_part_is_not_enough(page: Page) -> None:
    """It shares its beginning with the session's id."""
    for data in (data_of(page)[:60], page.id):
        assert not ask(page.gateway, [{"paymentSessionData": data}]).body["success"]


def test_other_operations_succeed(gateway: Live) -> None:
    """Nothing depends on them."""
    assert {"success": True} == ask(gateway, [{}], "com.ipay.iexpfront.one.account.query").body


def test_every_origin_reads_the_answer(page: Page) -> None:
    """With credentials, as the SDK asks; only here and for the scripts."""
    asked = {"access-control-request-headers": "operation-type,version", "origin": SHOP}
    preflight = page.gateway.request("OPTIONS", "/mgw.htm", headers=asked)
    answer = ask(page.gateway, [])
    assert (204, "operation-type,version", "POST") == (
        preflight.status,
        preflight.headers["access-control-allow-headers"],
        preflight.headers["access-control-allow-methods"],
    )
    for one in (preflight, answer):
        assert (SHOP, "true") == (
            one.headers["access-control-allow-origin"],
            one.headers["access-control-allow-credentials"],
        )
    assert ("1000", "Result-Status, Mgw-TraceId") == (
        answer.headers["result-status"],
        answer.headers["access-control-expose-headers"],
    )
    own = page.gateway.request("GET", page.path, headers={"origin": SHOP})
    assert not [name for name in own.headers if name.startswith("access-control")]

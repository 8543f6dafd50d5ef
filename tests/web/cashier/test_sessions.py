"""A page finds its payment, and its buyer acts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.live import Live, sample
from tests.web.asking import problem
from tests.web.cashier.conftest import Page, open_page

PAYS, ASKS, DECLINED = "4054695723100768", "4000000000003220", "4000000000000002"


def states(page: Page, *acts: tuple[str, str]) -> list[str]:
    """The states after acts; what an act has is its card or its code."""
    shown = []
    for action, value in acts:
        name = "card" if value.isdigit() and len(value) > 6 else "code"
        shown.append(page.act(action, **({name: value} if value else {}))["state"])
    return shown


@pytest.mark.parametrize(
    ("acts", "shown", "state"),
    [
        ([("submit", PAYS)], ["success"], "SUCCESS"),
        ([("submit", DECLINED)], ["fail"], "FAIL"),
        ([("submit", ASKS), ("leave", ""), ("submit", ASKS), ("verify", "123456")], None, "SUCCESS"),
        ([("submit", ASKS), ("verify", "000000")], ["challenge", "fail"], "FAIL"),
        ([("submit", ASKS), ("submit", PAYS)], ["challenge", "challenge"], "PROCESSING"),
        ([("decline", "RISK_REJECT")], ["fail"], "FAIL"),
        ([("decline", "PAYMENT_IN_PROCESS")], ["processing"], "PENDING"),
        ([("decline", "UNKNOWN_EXCEPTION")], ["fail"], "PENDING"),
        ([("pending", "")], ["processing"], "PENDING"),
        ([("challenge", ""), ("challenge", ""), ("pay", "")], ["challenge", "challenge", "success"], "SUCCESS"),
        ([("leave", ""), ("verify", "123456")], ["open", "open"], "OPEN"),
    ],
)
def test_a_click_acts_on_the_payment(page: Page, acts: Any, shown: list[str] | None, state: str) -> None:
    """Like the same act by the admin API; a check that another page has begun is shown, not passed by."""
    assert (shown or ["challenge", "open", "challenge", "success"]) == states(page, *acts)
    assert state == page.gateway.admin("GET", f"/payments/{page.name}").body["state"]


def test_the_first_of_two_pages_wins(page: Page) -> None:
    """The other is told that the payment has ended."""
    with ThreadPoolExecutor(8) as threads:
        bodies = [{"action": "pay"}, {"action": "decline"}] * 4
        answers = list(threads.map(lambda body: page.post("act", body), bodies))
    assert [200] + [409] * 7 == sorted(answer.status for answer in answers)
    (refused, *_) = (answer for answer in answers if answer.status == 409)
    assert "REPEAT_REQ_REJECT" == refused.body["result"]["resultCode"]
    assert 1 == len(page.view()["acts"])


def test_an_expired_session_refuses_its_buyer(own: Live) -> None:
    """With the code of the front-end SDK."""
    page = open_page(own)
    own.admin("PUT", "/clock", {"advance": "1h"})
    refused = page.post("act", {"action": "submit", "card": PAYS})
    assert (409, "INQUIRY_PAYMENT_SESSION_FAILED") == (refused.status, refused.body["result"]["resultCode"])
    assert ("expired", refused.body["result"]) == (page.view()["state"], page.view()["result"])


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"action": "submit"}, "card: expected the number that the buyer entered"),
        ({"action": "submit", "card": "4054 6957"}, "card: expected 12 to 19 digits"),
        ({"action": "submit", "card": PAYS, "method": "GCASH"}, "there is no method 'GCASH'"),
        ({"action": "decline", "code": "SUCCESS"}, "there is no code 'SUCCESS'"),
        ({"action": "decline", "code": "NO_SUCH"}, "there is no code 'NO_SUCH'"),
        ({"action": "buy"}, "action: expected"),
        ({"action": "pay", "cvv": "123"}, "there is no field 'cvv'"),
        ({}, "action: missing"),
        ([], "expected a JSON object, got an array"),
    ],
)
def test_a_body_that_is_not_documented_is_refused(page: Page, body: Any, word: str) -> None:
    """With what was expected; nothing changes."""
    answer = page.post("act", body)
    assert (400, True) == (answer.status, word in problem(answer)["detail"]), answer.body
    assert "open" == page.view()["state"]


def test_only_json_is_accepted(page: Page) -> None:
    """A page of another origin can send other types without asking."""
    assert 415 == page.post("act", {"action": "pay"}, media="text/plain").status


def test_the_method_that_the_buyer_chooses_is_that_of_the_payment(gateway: Live) -> None:
    """Among those that the session offers; a payment by wallet is not captured."""
    offered = [{"paymentMethodType": name} for name in ("CARD", "ALIPAY_CN")]
    page = open_page(
        gateway,
        paymentMethod=None,
        productScene="ELEMENT_PAYMENT",
        availablePaymentMethod={"paymentMethodTypeList": offered},
    )
    assert ["CARD", "ALIPAY_CN"] == page.view()["methods"]
    assert ("success", "ALIPAY_CN") == (page.act("submit", method="ALIPAY_CN")["state"], page.view()["method"])
    shown = gateway.admin("GET", f"/payments/{page.name}").body
    assert ("ALIPAY_CN", []) == (shown["paymentMethodType"], shown["transactions"])


def test_a_payment_is_found_by_every_form_of_its_id(gateway: Live) -> None:
    """The session's id percent-encoded, as it is, or URL-safe as in normalUrl; the paymentId of a reply of pay."""
    page = open_page(gateway)
    page.act("pay")
    ids = [
        page.path.rpartition("/")[2],
        page.id,
        page.id.translate(str.maketrans("+/", "-_")),
        page.view()["paymentId"],
    ]
    assert [200] * 4 == [gateway.request("GET", f"/cashier/sessions/{id_}").status for id_ in ids]


@pytest.mark.parametrize("change", [lambda id_: id_[:-1], lambda id_: id_[:-1] + "!", lambda _: "x", lambda _: ""])
def test_a_part_of_an_id_opens_nothing(page: Page, change: Any) -> None:
    """The whole id is what protects a session."""
    answer = page.gateway.request("GET", f"/cashier/sessions/{change(page.path.rpartition('/')[2])}")
    assert 404 == problem(answer)["status"]


def test_the_acts_of_a_page_are_its_own_to_play(page: Page) -> None:
    """Those of others belong to the page that claims them first."""
    assert 1 == page.act("challenge")["played"]
    page.act_by_admin("pay")
    assert (1, 2) == (page.view()["played"], page.view()["acts"][-1]["number"])
    claims = [page.post("played", {"number": number}).body["first"] for number in (1, 2, 2)]
    assert ([False, True, False], 2) == (claims, page.view()["played"])


def test_a_claim_reaches_no_further_than_the_acts(page: Page) -> None:
    """A number beyond the last act cannot hide later ones."""
    page.post("played", {"number": 99})
    page.act_by_admin("leave")
    assert page.post("played", {"number": 1}).body["first"]


def test_a_reset_forgets_what_was_played(own: Live) -> None:
    """A session with the same id is a new one."""
    pages = []
    for _ in range(2):
        pages.append(own.create(sample("again")).body["paymentSessionId"])
        page = Page(own, own.create(sample("again")), "again")
        assert 1 == page.act("leave")["played"]
        own.admin("POST", "/reset")
        assert 404 == own.request("GET", page.path).status
    assert pages[0] == pages[1]


def test_a_long_history_is_cut(page: Page) -> None:
    """The numbers go on."""
    for _ in range(12):
        page.act_by_admin("leave")
    assert list(range(5, 13)) == [act["number"] for act in page.view()["acts"]]


def test_a_buyer_of_the_scenario_acts_by_the_same_door(gateway: Live) -> None:
    """Nothing of it has been played yet."""
    view = open_page(gateway, "pays-at-once").view()
    assert ("success", ["pay"], 0) == (view["state"], [act["action"] for act in view["acts"]], view["played"])

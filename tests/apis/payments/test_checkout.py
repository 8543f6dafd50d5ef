"""What a click on the cashier page leads to."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from mock_alipay.apis.payments import buyer, checkout
from mock_alipay.apis.payments.model import Payment, State
from mock_alipay.contracts.names import Act
from tests.apis.payments.orders import ENVIRONMENT, opened, payment_in
from tests.calls import NOW

PAYS = "4054695723100768"
EXEMPT, ASKS = "4035501000000008", "4000000000003220"
DECLINED = {
    "4054692760174822": "CARD_NOT_SUPPORTED",
    "5162770472561357": "CARD_NOT_SUPPORTED",
    "4000000000000002": "DO_NOT_HONOR",
    "4000000000009995": "USER_BALANCE_NOT_ENOUGH",
}


def with_card(**card: Any) -> Payment:
    """A session whose request has a card."""
    method = {"paymentMethodType": "CARD", "paymentMethodMetaData": card}
    return opened(request=json.dumps({"paymentMethod": method}).encode())


def clicked(payment: Payment, card: str) -> tuple[str, str]:
    """The action and the code after a click on Pay."""
    act = checkout.submitted(payment, card, "CARD")
    return act.action, act.code


def test_the_card_decides() -> None:
    """Documented and own cards; every other one pays."""
    assert {("pay", "")} == {clicked(opened(), card) for card in (PAYS, EXEMPT, "5555555555554444")}
    assert DECLINED == {card: clicked(opened(), card)[1] for card in DECLINED}
    assert ("challenge", "") == clicked(opened(), ASKS)


@pytest.mark.parametrize("asked", [True, "true"])
def test_the_request_asks_for_3d_secure(asked: Any) -> None:
    """Whatever the card, but for the exempt one."""
    payment = with_card(is3DSAuthentication=asked)
    assert ["challenge", "challenge", "pay"] == [
        clicked(payment, card)[0] for card in (PAYS, next(iter(DECLINED)), EXEMPT)
    ]


@pytest.mark.parametrize("asked", [False, "false"])
def test_the_card_of_the_request_needs_no_form(asked: Any) -> None:
    """It decides like one that the buyer enters."""
    payment = with_card(cardNo=ASKS, is3DSAuthentication=asked)
    assert (False, ("challenge", "")) == (checkout.needs_card(payment), clicked(payment, ""))
    assert checkout.needs_card(with_card())


def test_another_method_pays_without_a_card() -> None:
    """The buyer's choice is part of the act."""
    assert Act("pay", method="ALIPAY_CN") == checkout.submitted(opened(), "", "ALIPAY_CN")


def test_the_one_time_code_passes_the_check() -> None:
    """Then the card decides; every other code is a decline."""
    assert "pay" == checkout.verified(opened(), ASKS, "123456").action
    assert "CARD_NOT_SUPPORTED" == checkout.verified(opened(), next(iter(DECLINED)), "123456").code
    for code in ("123457", "", "1234567"):
        assert Act("decline", code="USER_PAYMENT_VERIFICATION_FAILED") == checkout.verified(opened(), ASKS, code)


def test_a_page_shows_a_state() -> None:
    """A submitted order is open unless its check is under way; a result that is not known is shown as failed."""
    states = {state: checkout.page_state(payment_in(state)) for state in get_args(State)}
    assert {"open": {"OPEN", "PROCESSING"}, "processing": {"PENDING"}, "success": {"AUTHORIZED", "SUCCESS"}} | {
        "fail": {"FAIL"},
        "expired": {"EXPIRED", "CANCELLED"},
    } == {shown: {state for state in states if states[state] == shown} for shown in states.values()}
    assert "fail" == checkout.page_state(payment_in("PENDING", code="UNKNOWN_EXCEPTION"))


def test_a_check_can_be_left_and_begun_again() -> None:
    """The payment stays in process, and its page is open in between."""
    payment = opened()
    for action, shown in (
        ("challenge", "challenge"),
        ("leave", "open"),
        ("challenge", "challenge"),
        ("pay", "success"),
    ):
        payment = buyer.act(payment, Act(action), NOW, ENVIRONMENT)  # type: ignore[arg-type]
        assert shown == checkout.page_state(payment)
    assert ["challenge", "leave", "challenge", "pay"] == [act.action for act in payment.history]

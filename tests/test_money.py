"""Random histories of payments: money is neither made nor lost, and every view of a payment shows the same."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mock_alipay.apis.payments import buyer, captures_refunds
from mock_alipay.apis.payments.model import Payment, State
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.errors import NoSuchAggregate, NotPossibleNow
from tests.calls import NOW
from tests.driver import Body, Driver, amount, pay_body, result_of, session_body
from tests.memory import done

NAMES = st.sampled_from(["o1", "o2", "o3"])
IDS = st.sampled_from([f"x{n}" for n in range(8)])
MODES = st.sampled_from(["", "in-5s", "in-8d", "fails-5s", "fails-8d"])
PARTS = st.sampled_from([0.1, 0.1, 0.3, 0.5, 1, 1.001])
"""The requested part of what is left; also more than all of it."""

FINAL: Mapping[State, frozenset[State]] = {
    "FAIL": frozenset({"FAIL"}),
    "CANCELLED": frozenset({"CANCELLED"}),
    "SUCCESS": frozenset({"SUCCESS", "CANCELLED"}),
    "AUTHORIZED": frozenset({"AUTHORIZED", "SUCCESS", "CANCELLED"}),
}
"""The states that can follow a state; from others any state can follow."""


@cache
def shared() -> Driver:
    """One gateway for all runs, with scenarios for captures and refunds in process."""
    driver = Driver()
    for mode, code in (("in", "SUCCESS"), ("fails", "PROCESS_FAIL")):
        for after in ("5s", "8d"):
            steps = [
                f"{kind}: {{result: {kind.upper()}_IN_PROCESS, then: {{result: {code}, after: {after}}}}}\n"
                for kind in ("capture", "refund")
            ]
            driver.load_scenario("".join(steps), f"{mode}-{after}")
    acts = "[{action: challenge, after: 1m}, {action: pending, after: 1m}, {action: pay, after: 1h}]"
    driver.load_scenario(f"buyer: {acts}", "slow")
    return driver


def spent(transactions: list[Transaction]) -> int:
    """The sum of the transactions that have not failed."""
    return sum(t.amount.value for t in transactions if t.status != "FAIL")


def succeeded(transactions: list[Transaction]) -> int:
    """The sum of the successful transactions."""
    return sum(t.amount.value for t in transactions if t.status == "SUCCESS")


def received(payment: Payment) -> int:
    """What the merchant has received, before refunds."""
    if payment.paid is None or payment.state == "CANCELLED":
        return 0
    return succeeded(payment.captures) if payment.order.held or payment.captures else payment.order.amount.value


class Money(RuleBasedStateMachine):
    """One merchant with three orders and eight request ids, so that repeats are frequent."""

    def __init__(self) -> None:
        super().__init__()
        self.driver = shared()
        self.driver.clock.moment = NOW
        self.before: dict[str, Payment] = {}
        self.accepted: dict[tuple[str, str], tuple[Body, Body]] = {}
        """The request and first reply of accepted captures and refunds, by endpoint and request id."""
        self.cancelling = False

    def teardown(self) -> None:
        done(self.driver.components.repository.forget())
        done(self.driver.components.dispatcher.forget())

    def payments(self) -> dict[str, Payment]:
        """Every stored payment."""
        stored = done(self.driver.components.repository.store.browse(self.driver.client_id))
        return {payment.payment_request_id: payment for payment in stored if isinstance(payment, Payment)}

    def settle(self) -> None:
        """Apply what is due."""
        done(self.driver.components.scheduler.settle())

    def payment(self, name: str) -> Payment | None:
        """A payment after what is due has happened."""
        self.settle()
        return self.payments().get(name)

    @initialize()
    def begin(self) -> None:
        """Two payments to capture, and one to refund."""
        self.driver.paid("o1", manual=True)
        self.driver.paid("o2", manual=True)
        self.driver.paid("o3", method="GCASH")

    @rule(
        name=NAMES,
        pay=st.booleans(),
        value=st.sampled_from([0, 1, 1000]),
        method=st.sampled_from(["CARD", "GCASH"]),
        manual=st.booleans(),
        scenario=st.sampled_from([None, "slow", "pays-at-once"]),
    )
    def order(self, *, name: str, pay: bool, value: int, method: str, manual: bool, scenario: str | None) -> None:
        """A known id changes nothing, unless its session has expired."""
        known = self.payment(name)
        compose, endpoint = (pay_body, "pay") if pay else (session_body, "createPaymentSession")
        reply = self.driver.call(endpoint, compose(name, value, method=method, manual=manual), scenario=scenario)
        if known is None or (known.state == "EXPIRED" and not pay):
            assert result_of(reply) == ("PAYMENT_IN_PROCESS" if pay else "SUCCESS")
        else:
            assert known == self.payment(name)

    @rule(name=NAMES, action=st.sampled_from(["pay", "pay", "decline", "pending", "challenge", "leave"]))
    def act(self, name: str, action: Any) -> None:
        """A possible buyer action makes a new version; another one is refused."""
        known = self.payment(name)
        if known is not None and buyer.can(known, action):
            assert known.version + 1 == self.driver.act(name, action).version
            return
        with pytest.raises(NoSuchAggregate if known is None else NotPossibleNow):
            self.driver.act(name, action)
        assert known == self.payment(name)

    @rule(name=NAMES, request_id=IDS, part=PARTS, last=st.sampled_from([False, False, True]), mode=MODES)
    def capture(self, *, name: str, request_id: str, part: float, last: bool, mode: str) -> None:
        """A capture with a new id is accepted if and only if that amount is held."""
        payment = self.payment(name)
        if payment is None or payment.payment_id is None:
            return
        value = max(1, math.ceil(captures_refunds.balance(payment).held * part))
        valid = (
            payment.state == "AUTHORIZED"
            and self.driver.clock.now() < payment.closes
            and not any(t.last and t.status != "FAIL" for t in payment.captures)
            and value <= payment.order.amount.value - spent(payment.captures)
        )
        body = {"paymentId": payment.payment_id, "captureRequestId": request_id, "captureAmount": amount(value)}
        self.call("capture", request_id, {**body, "isLastCapture": last}, mode, valid=valid)

    @rule(name=NAMES, request_id=IDS, part=PARTS, of=st.sampled_from([None, None, 0, 1]), mode=MODES)
    def refund(self, *, name: str, request_id: str, part: float, of: int | None, mode: str) -> None:
        """A refund with a new id is accepted if and only if the merchant has received that amount."""
        payment = self.payment(name)
        if payment is None or payment.payment_id is None:
            return
        left = received(payment) - spent(payment.refunds)
        value = max(1, math.ceil(left * part))
        body = {"paymentId": payment.payment_id, "refundRequestId": request_id, "refundAmount": amount(value)}
        if of is not None and of < len(payment.captures):
            capture = payment.captures[of]
            left = min(left, succeeded([capture]) - spent([t for t in payment.refunds if t.capture_id == capture.id]))
            body["captureId"] = capture.id
        within = payment.paid is not None and self.driver.clock.now() <= payment.paid + timedelta(days=365)
        self.call("refund", request_id, body, mode, valid=within and value <= left)

    @rule(name=NAMES)
    def cancel(self, name: str) -> None:
        """A refused cancel changes nothing."""
        known = self.payment(name)
        reply = self.driver.call("cancel", {"paymentRequestId": name})
        payment = self.payment(name)
        if result_of(reply) == "SUCCESS":
            assert payment is not None
            assert payment.state == "CANCELLED"
            self.cancelling = True
        else:
            assert known == payment

    @rule(seconds=st.sampled_from([1, 5, 60, 3600, 86400]))
    def wait(self, seconds: int) -> None:
        """Let time pass; the next call applies what is due."""
        self.driver.clock.moment += timedelta(seconds=seconds)

    @rule(early=st.sampled_from([0, 0, 1]))
    def next(self, early: int) -> None:
        """Let time pass until the next change is due, or until just before."""
        due = [time for payment in self.payments().values() if (time := payment.due()) is not None]
        if due:
            self.driver.clock.moment = max(min(due) - timedelta(seconds=early), self.driver.clock.moment)

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """A repeat gets the first reply, or the later result; another amount is refused."""
        endpoint, request_id = data.draw(st.sampled_from(sorted(self.accepted)))
        body, first = self.accepted[endpoint, request_id]
        self.settle()
        payments = self.payments()
        again = self.driver.call(endpoint, body)
        if result_of(first) == "SUCCESS":
            assert first == again
        other = {**body, f"{endpoint}Amount": amount(int(body[f"{endpoint}Amount"]["value"]) + 1)}
        assert self.driver.code(endpoint, other) == "REPEAT_REQ_INCONSISTENT"
        assert payments == self.payments()

    def call(self, endpoint: str, request_id: str, body: Body, mode: str, *, valid: bool) -> None:
        """Call capture or refund: a new id is accepted when it is valid; a known id changes nothing."""
        known, payments = self.accepted.get((endpoint, request_id)), self.payments()
        reply = self.driver.call(endpoint, body, scenario=mode or None)
        code = result_of(reply)
        if known is None:
            assert valid == (code in ("SUCCESS", "CAPTURE_IN_PROCESS", "REFUND_IN_PROCESS"))
            if valid:
                self.accepted[endpoint, request_id] = (body, reply)
                return
        else:
            same = all(known[0][key] == body[key] for key in ("paymentId", f"{endpoint}Amount"))
            assert same or code == "REPEAT_REQ_INCONSISTENT"
        assert payments == self.payments()

    @invariant()
    def everything_adds_up(self) -> None:
        """Each payment that has changed is checked; every accepted id has exactly one transaction."""
        self.settle()
        for name, payment in self.payments().items():
            before = self.before.get(name)
            if before is not payment:
                self.check_sums(payment)
                self.check_history(before, payment)
                self.check_inquiry(payment)
                self.check_notifications(payment)
            self.before[name] = payment
        self.cancelling = False
        transactions = [t for payment in self.before.values() for t in payment.transactions]
        made = Counter((t.type.lower(), t.request_id) for t in transactions)
        assert all(made[key] == 1 for key in self.accepted)
        assert len(transactions) == len(self.accepted) + sum(t.id == t.request_id for t in transactions)

    def check_sums(self, payment: Payment) -> None:
        """Captures never exceed the authorization, and refunds never exceed what was received."""
        assert spent(payment.captures) <= payment.order.amount.value
        held, refundable = captures_refunds.balance(payment)
        assert min(held, refundable) >= 0
        if payment.state in ("AUTHORIZED", "SUCCESS"):
            assert refundable == received(payment) - spent(payment.refunds)
        else:
            assert (held, refundable) == (0, 0)
        assert payment.paid is not None or payment.transactions == ()
        if payment.state == "EXPIRED":
            assert (payment.paid, payment.cancelled, captures_refunds.captured(payment)) == (None, None, 0)
        if payment.state == "AUTHORIZED":
            whole = succeeded(payment.captures) == payment.order.amount.value > 0
            over = whole or any(t.last and t.status == "SUCCESS" for t in payment.captures)
            assert payment.capturing or not (over or self.driver.clock.now() >= payment.closes)
        else:
            assert not payment.capturing
        if payment.code == "AUTH_EXPIRED":
            assert (payment.state, succeeded(payment.captures)) == ("CANCELLED", 0)
        for capture in payment.captures:
            assert spent([t for t in payment.refunds if t.capture_id == capture.id]) <= succeeded([capture])

    def check_history(self, before: Payment | None, payment: Payment) -> None:
        """Only a cancel undoes a result; a transaction with a result never changes."""
        if before is None:
            return
        assert payment.state in FINAL.get(before.state, {payment.state})
        if before.state == "EXPIRED":
            assert before.session is not None
            assert payment.session is not None
            assert before.session.id != payment.session.id
            assert before.payment_id != payment.payment_id
        if before.state == "SUCCESS" and payment.state == "CANCELLED":
            assert self.cancelling
        if before.paid is not None:
            assert (before.paid, before.payment_id) == (payment.paid, payment.payment_id)
        for old, new in zip(before.transactions, payment.transactions, strict=False):
            assert old == new if old.status != "PROCESSING" else (old.id, old.amount) == (new.id, new.amount)
        assert len(before.transactions) <= len(payment.transactions)

    def check_inquiry(self, payment: Payment) -> None:
        """inquiryPayment and the admin API show what is stored."""
        reply, view = self.driver.inquiry(payment.payment_request_id), self.driver.view(payment.payment_request_id)
        if payment.payment_id is None:
            assert result_of(reply) == "ORDER_NOT_EXIST"
            return
        for name in ("paymentId", "paymentStatus", "paymentResultCode", "paymentCreateTime"):
            assert reply[name] == view[name]
        assert (payment.paid is not None and payment.state != "CANCELLED") == (reply["paymentStatus"] == "SUCCESS")
        listed = [
            tuple(t[f"transaction{name}"] for name in ("Type", "RequestId", "Amount", "Status"))
            for t in reply.get("transactions") or ()
        ]
        assert listed == [(t["type"], t["requestId"], t["amount"], t["status"]) for t in view["transactions"]]
        assert listed == [(t.type, t.request_id, t.amount.wire, t.status) for t in payment.transactions]

    def check_notifications(self, payment: Payment) -> None:
        """Each result is notified once: of the payment, and of each capture and refund."""
        bodies = self.driver.notified(payment.payment_request_id)
        own = [body for body in bodies if body["notifyType"] == "PAYMENT_RESULT"]
        results = [body for body in own if body["paymentId"] == payment.payment_id]
        assert len(results) == (payment.paid is not None or payment.state in ("FAIL", "EXPIRED"))
        for body in results:
            assert (body["result"]["resultStatus"] == "S") == (payment.paid is not None)
            assert payment.paid is not None or result_of(body) == payment.code
        final = [t for t in payment.transactions if t.status != "PROCESSING"]
        expected = [(f"{t.type}_RESULT", t.id, t.code, t.amount.wire) for t in final]
        found = [
            (body["notifyType"], body[f"{kind}Id"], result_of(body), body[f"{kind}Amount"])
            for kind in ("capture", "refund")
            for body in bodies
            if body["notifyType"] == f"{kind.upper()}_RESULT"
        ]
        assert sorted(map(str, expected)) == sorted(map(str, found))


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=30, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow])

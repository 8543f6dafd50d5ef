"""Money by chance: whatever merchants, buyers and time do, none is made or lost, and everybody is told the same."""

from __future__ import annotations

import asyncio
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
TIMES = st.sampled_from([1, 5, 60, 3600, 86400])
MODES = st.sampled_from(["", "in-5s", "in-8d", "fails-5s", "fails-8d"])
PARTS = st.sampled_from([0.1, 0.1, 0.3, 0.5, 1, 1.001])
"""How much is asked for of what there is; more than all of it, too."""

DONE: Mapping[State, frozenset[State]] = {
    "FAIL": frozenset({"FAIL"}),
    "CANCELLED": frozenset({"CANCELLED"}),
    "SUCCESS": frozenset({"SUCCESS", "CANCELLED"}),
    "AUTHORIZED": frozenset({"AUTHORIZED", "SUCCESS", "CANCELLED"}),
}
"""What may become of a payment that has come so far; of others anything may."""


@cache
def shared() -> Driver:
    """One gateway for all runs, which each leaves empty; scenarios that make captures and refunds take their time."""
    driver = Driver()
    for mode, code in (("in", "SUCCESS"), ("fails", "PROCESS_FAIL")):
        for after in ("5s", "8d"):
            steps = [
                f"{kind}: {{result: {kind.upper()}_IN_PROCESS, then: {{result: {code}, after: {after}}}}}\n"
                for kind in ("capture", "refund")
            ]
            driver.load_scenario("".join(steps), f"{mode}-{after}")
    driver.load_scenario(
        "buyer: [{action: challenge, after: 1m}, {action: pending, after: 1m}, {action: pay, after: 1h}]", "slow"
    )
    return driver


def total(transactions: list[Transaction], *, but: str) -> int:
    """The sum of those that do not have a status."""
    return sum(t.amount.value for t in transactions if t.status != but)


def succeeded(transactions: list[Transaction]) -> int:
    """The sum of those that went through."""
    return sum(t.amount.value for t in transactions if t.status == "SUCCESS")


def received(payment: Payment) -> int:
    """What the merchant has got, before refunds."""
    if payment.paid is None or payment.state == "CANCELLED":
        return 0
    return succeeded(payment.captures) if payment.order.held or payment.captures else payment.order.amount.value


class Money(RuleBasedStateMachine):
    """One merchant with a few orders, and few ids, so that repeats are frequent."""

    def __init__(self) -> None:
        super().__init__()
        self.driver = shared()
        self.driver.clock.moment = NOW
        self.before: dict[str, Payment] = {}
        self.calls: dict[tuple[str, str], tuple[Body, Body]] = {}
        """The request and the first reply of everything accepted, by endpoint and the merchant's id."""
        self.cancelling = False

    def teardown(self) -> None:
        asyncio.run(self.driver.components.repository.forget())
        done(self.driver.components.dispatcher.forget())

    def payment(self, name: str) -> Payment | None:
        """A payment as it stands now."""
        self.driver.settle()
        found = asyncio.run(self.driver.components.repository.store.load((self.driver.client_id, "payments", name)))
        assert found is None or isinstance(found, Payment)
        return found

    @initialize()
    def begin(self) -> None:
        """There is always something to be captured, and something to be refunded."""
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
        """Begin a payment, or one more time."""
        known = self.payment(name)
        compose, endpoint = (pay_body, "pay") if pay else (session_body, "createPaymentSession")
        told = self.driver.call(endpoint, compose(name, value, method=method, manual=manual), scenario=scenario)
        now = self.payment(name)
        if known is None or (known.state == "EXPIRED" and not pay):
            assert result_of(told) == ("PAYMENT_IN_PROCESS" if pay else "SUCCESS")
        else:
            assert known == now

    @rule(name=NAMES, action=st.sampled_from(["pay", "pay", "decline", "pending", "challenge", "leave"]))
    def act(self, name: str, action: Any) -> None:
        """Whoever can act does, and nobody else."""
        known = self.payment(name)
        if known is not None and buyer.can(known, action):
            assert known.version + 1 == self.driver.act(name, action).version
            return
        with pytest.raises(NoSuchAggregate if known is None else NotPossibleNow):
            self.driver.act(name, action)
        assert known == self.payment(name)

    @rule(name=NAMES, request_id=IDS, part=PARTS, last=st.sampled_from([False, False, True]), mode=MODES)
    def capture(self, *, name: str, request_id: str, part: float, last: bool, mode: str) -> None:
        """Capture; a new id is accepted if and only if so much is held."""
        payment = self.payment(name)
        if payment is None or payment.payment_id is None:
            return
        value = max(1, math.ceil(captures_refunds.balance(payment).held * part))
        fits = (
            payment.state == "AUTHORIZED"
            and self.driver.clock.now() < payment.closes
            and not any(t.last and t.status != "FAIL" for t in payment.captures)
            and value <= payment.order.amount.value - total(payment.captures, but="FAIL")
        )
        body = {"paymentId": payment.payment_id, "captureRequestId": request_id, "captureAmount": amount(value)}
        self.ask("capture", request_id, {**body, "isLastCapture": last}, mode, fits=fits)

    @rule(name=NAMES, request_id=IDS, part=PARTS, of=st.sampled_from([None, None, 0, 1]), mode=MODES)
    def refund(self, *, name: str, request_id: str, part: float, of: int | None, mode: str) -> None:
        """Refund; a new id is accepted if and only if so much is the merchant's."""
        payment = self.payment(name)
        if payment is None or payment.payment_id is None:
            return
        left = received(payment) - total(payment.refunds, but="FAIL")
        value = max(1, math.ceil(left * part))
        body = {"paymentId": payment.payment_id, "refundRequestId": request_id, "refundAmount": amount(value)}
        if of is not None and of < len(payment.captures):
            capture = payment.captures[of]
            spent = total([t for t in payment.refunds if t.capture_id == capture.id], but="FAIL")
            left = min(left, succeeded([capture]) - spent)
            body["captureId"] = capture.id
        within = payment.paid is not None and self.driver.clock.now() <= payment.paid + timedelta(days=365)
        self.ask("refund", request_id, body, mode, fits=within and value <= left)

    @rule(name=NAMES)
    def cancel(self, name: str) -> None:
        """Cancel; what is done once is done."""
        known = self.payment(name)
        told = self.driver.call("cancel", {"paymentRequestId": name})
        now = self.payment(name)
        if result_of(told) == "SUCCESS":
            assert now is not None
            assert now.state == "CANCELLED"
            self.cancelling = True
        else:
            assert known == now

    @rule(seconds=TIMES)
    def wait(self, seconds: int) -> None:
        """Let time pass; whoever looks first is the first to know."""
        self.driver.clock.moment += timedelta(seconds=seconds)

    @rule(early=st.sampled_from([0, 0, 1]))
    def next(self, early: int) -> None:
        """Let time pass until just before something happens by itself, or until it does."""
        due = [moment for payment in self.known().values() if (moment := payment.due()) is not None]
        if due:
            self.driver.clock.moment = max(min(due) - timedelta(seconds=early), self.driver.clock.moment)

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Whatever was accepted is answered again, the same or how it ended, and refused for another amount."""
        endpoint, request_id = data.draw(st.sampled_from(sorted(self.calls)))
        body, first = self.calls[endpoint, request_id]
        self.driver.settle()
        payments = self.known()
        again = self.driver.call(endpoint, body)
        if result_of(first) == "SUCCESS":
            assert first == again
        other = {**body, f"{endpoint}Amount": amount(int(body[f"{endpoint}Amount"]["value"]) + 1)}
        assert self.driver.code(endpoint, other) == "REPEAT_REQ_INCONSISTENT"
        assert payments == self.known()

    def ask(self, endpoint: str, request_id: str, body: Body, mode: str, *, fits: bool) -> None:
        """A capture or refund: a repeat is answered as the first was, a new one as it should be."""
        known = self.calls.get((endpoint, request_id))
        payments = self.known()
        told = self.driver.call(endpoint, body, scenario=mode or None)
        code = result_of(told)
        if known is None:
            assert fits == (code in ("SUCCESS", "CAPTURE_IN_PROCESS", "REFUND_IN_PROCESS"))
            if fits:
                self.calls[endpoint, request_id] = (body, told)
                return
        else:
            keys = ("paymentId", f"{endpoint}Amount")
            same = all(known[0][key] == body[key] for key in keys)
            assert same or code == "REPEAT_REQ_INCONSISTENT"
        assert payments == self.known()

    def known(self) -> dict[str, Payment]:
        """Every payment as it is kept."""
        found = asyncio.run(self.driver.components.repository.store.browse(self.driver.client_id))
        return {payment.payment_request_id: payment for payment in found if isinstance(payment, Payment)}

    @invariant()
    def everything_adds_up(self) -> None:
        """Every payment that has changed since it was looked at last."""
        self.driver.settle()
        for name, payment in self.known().items():
            before = self.before.get(name)
            if before is not payment:
                self.sums(payment)
                self.history(before, payment)
                self.inquiry(payment)
                self.news(payment)
            self.before[name] = payment
        self.cancelling = False
        made = Counter((t.type.lower(), t.request_id) for payment in self.before.values() for t in payment.transactions)
        assert all(made[key] == 1 for key in self.calls)
        assert sum(made.values()) == len(self.calls) + sum(
            t.id == t.request_id for payment in self.before.values() for t in payment.transactions
        )

    def sums(self, payment: Payment) -> None:
        """No more is captured than was authorised, and no more refunded than was received."""
        assert total(payment.captures, but="FAIL") <= payment.order.amount.value
        held, refundable = captures_refunds.balance(payment)
        assert min(held, refundable) >= 0
        if payment.state in ("AUTHORIZED", "SUCCESS"):
            assert refundable == received(payment) - total(payment.refunds, but="FAIL")
        else:
            assert (held, refundable) == (0, 0)
        if payment.paid is None:
            assert payment.transactions == ()
        if payment.state == "EXPIRED":
            assert (payment.paid, payment.cancelled, captures_refunds.captured(payment)) == (None, None, 0)
        waits = payment.capturing
        if payment.state == "AUTHORIZED":
            whole = succeeded(payment.captures) == payment.order.amount.value > 0
            assert waits or not (whole or any(t.last and t.status == "SUCCESS" for t in payment.captures))
            assert waits or self.driver.clock.now() < payment.closes
        else:
            assert not waits
        if payment.code == "AUTH_EXPIRED":
            assert (payment.state, succeeded(payment.captures)) == ("CANCELLED", 0)
        for capture in payment.captures:
            given = total([t for t in payment.refunds if t.capture_id == capture.id], but="FAIL")
            assert given <= succeeded([capture])

    def history(self, before: Payment | None, payment: Payment) -> None:
        """Nothing that has been decided is undone, but for what is cancelled."""
        if before is None:
            return
        assert payment.state in DONE.get(before.state, {payment.state})
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

    def inquiry(self, payment: Payment) -> None:
        """The merchant sees what the admin API shows, and what is kept."""
        told, shown = self.driver.inquiry(payment.payment_request_id), self.driver.view(payment.payment_request_id)
        if payment.payment_id is None:
            assert result_of(told) == "ORDER_NOT_EXIST"
            return
        for name in ("paymentId", "paymentStatus", "paymentResultCode", "paymentCreateTime"):
            assert told[name] == shown[name]
        assert (payment.paid is not None and payment.state != "CANCELLED") == (told["paymentStatus"] == "SUCCESS")
        listed = [
            (t["transactionType"], t["transactionRequestId"], t["transactionAmount"], t["transactionStatus"])
            for t in told.get("transactions") or ()
        ]
        assert listed == [(t["type"], t["requestId"], t["amount"], t["status"]) for t in shown["transactions"]]
        assert listed == [(t.type, t.request_id, t.amount.wire, t.status) for t in payment.transactions]

    def news(self, payment: Payment) -> None:
        """Every end is told once: of this payment one result, of each capture and refund one."""
        told = self.driver.notified(payment.payment_request_id)
        results = [
            body for body in told if body["notifyType"] == "PAYMENT_RESULT" and body["paymentId"] == payment.payment_id
        ]
        ended = payment.paid is not None or payment.state in ("FAIL", "EXPIRED")
        assert len(results) == ended
        for body in results:
            assert (body["result"]["resultStatus"] == "S") == (payment.paid is not None)
            assert payment.paid is not None or result_of(body) == payment.code
        ends = [
            (body["notifyType"], body.get("captureId") or body.get("refundId"), result_of(body), _amount(body))
            for body in told
            if body["notifyType"] in ("CAPTURE_RESULT", "REFUND_RESULT")
        ]
        assert sorted(ends) == sorted(
            (f"{t.type}_RESULT", t.id, t.code, str(t.amount.value))
            for t in payment.transactions
            if t.status != "PROCESSING"
        )


def _amount(body: Body) -> str:
    found = body.get("captureAmount") or body["refundAmount"]
    return str(found["value"])


TestMoney = Money.TestCase
TestMoney.settings = settings(
    max_examples=120, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

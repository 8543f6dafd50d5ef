"""How the chosen scenario changes a call: selection, results, messages, delays, set fields and faults."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.journal.exchange import Call
from mock_alipay.journal.log_lines import json_line, text_line
from mock_alipay.web.admin.call_views import whole_call_view
from tests.calls import ask, code, header, latest, parts_of, result, signed_call, with_scenario
from tests.gateway.test_gateway import is_signed, payments
from tests.live import SANDBOX_PATH, sample
from tests.memory import done


@pytest.mark.parametrize("name", ["card-not-supportd", "", "Success"])
def test_an_unknown_scenario_in_the_header_is_http_400(name: str) -> None:
    """With the known names; nothing is created, and the call is recorded."""
    components = parts_of()
    reply = ask(components, signed_call(sample("order-1"), extra={"mock-scenario": name}))
    problem, entry = json.loads(reply.body), latest(components)
    assert (400, "application/problem+json") == (reply.status, header(reply, "content-type"))
    assert (True, True) == (f"'{name}'" in problem["detail"], "card-not-supported" in problem["known"])
    assert ([], None, "order-1", "valid") == (
        payments(components),
        entry.result_code,
        entry.request_id,
        entry.verdict,
    )


def test_the_scenario_is_named_in_the_reply_and_the_journal() -> None:
    """The journal has the reason of the choice, too."""
    components = parts_of()
    reply = ask(components, signed_call(extra={"mock-scenario": "no-pay-options"}))
    assert ("NO_PAY_OPTIONS", "no-pay-options") == (code(reply), header(reply, "mock-scenario"))
    entry = latest(components)
    assert ("no-pay-options", "named by the mock-scenario header") == (entry.scenario, entry.reason)


def test_a_refused_call_explains_which_scenario_would_have_played() -> None:
    """It is not recorded as played, is not counted, and its delay does not apply."""
    components = parts_of()
    for body, extra in ((sample("slow--1", order=None), {}), (sample(order=None), {"mock-scenario": "slow"})):
        reply = ask(components, signed_call(body, extra=extra))
        entry = latest(components)
        assert ("PARAM_ILLEGAL", 0.0, None) == (code(reply), reply.delay, entry.scenario)
        assert "scenario slow would have played" in str(entry.explanation)
    done(components.selector.prefer("slow", times=1))
    ask(components, signed_call(sample(order=None)))
    assert [(None, "slow", 1)] == done(components.selector.preferences())
    ask(components, signed_call(sample()))
    assert [] == done(components.selector.preferences())


def test_a_scenario_without_a_step_for_the_endpoint_is_not_used_up() -> None:
    """The journal explains that the call does not count."""
    components = parts_of()
    done(components.selector.prefer("refund-merchant-balance", times=1))
    path = SANDBOX_PATH.replace("createPaymentSession", "cancel")
    assert "ORDER_NOT_EXIST" == code(ask(components, signed_call({"paymentId": "1"}, path=path)))
    entry = latest(components)
    assert "refund-merchant-balance" == entry.scenario
    assert "it has no step for cancel" in str(entry.reason)
    assert str(entry.reason) in str(entry.explanation)
    assert [(None, "refund-merchant-balance", 1)] == done(components.selector.preferences())


async def test_a_scenario_set_for_some_calls_plays_for_exactly_as_many_concurrent_calls() -> None:
    """Large bodies, which are validated in a thread, included; other client ids use up none."""
    components = parts_of()
    done(components.selector.prefer("process-fail", client_id=TEST_CLIENT_ID, times=25))

    def call(number: int) -> Call:
        padding = "x" * (20_000 if number % 3 == 0 else 1)
        client_id = "SANDBOX_OTHER" if number % 5 == 0 else TEST_CLIENT_ID
        return signed_call(sample(f"order-{number}", padding=padding), client_id=client_id)

    replies = await asyncio.gather(*(components.gateway.answer(call(number)) for number in range(60)))
    codes = [code(reply) for reply in replies]
    assert {"SUCCESS": 35, "PROCESS_FAIL": 25} == Counter(codes)
    assert ({"SUCCESS"}, []) == (set(codes[::5]), done(components.selector.preferences()))


def test_a_forced_failure_creates_nothing(tmp_path: Path) -> None:
    """The next call with the same id may succeed."""
    components = with_scenario(tmp_path, "createPaymentSession: [{result: PROCESS_FAIL, message: not today}, {}]")
    call = signed_call(sample("order-1"))
    reply = ask(components, call)
    failure = {"resultCode": "PROCESS_FAIL", "resultMessage": "not today", "resultStatus": "F"}
    assert ({"result": failure}, []) == (json.loads(reply.body), payments(components))
    assert ("SUCCESS", ["order-1"]) == (code(ask(components, call)), payments(components))


MESSAGES = {
    "very good": "very good",
    "": "",
    "ä" * 256: "ä" * 256,
    "${request.order.referenceOrderId}: ${request.order.orderDescription}": "42: " + "x" * 251 + "…",
}


@pytest.mark.parametrize("message", MESSAGES, ids=["text", "empty", "256 characters", "placeholders"])
@pytest.mark.parametrize("outcome", ["SUCCESS", "PROCESS_FAIL"])
def test_a_scenario_sets_the_message(tmp_path: Path, outcome: str, message: str) -> None:
    """Of successes and failures; placeholders are replaced, and the text is cut to 256 characters."""
    components = with_scenario(tmp_path, f'createPaymentSession: {{result: {outcome}, message: "{message}"}}')
    body = sample("order-1")
    body["order"] = {**body["order"], "referenceOrderId": "42", "orderDescription": "x" * 256}
    reply = ask(components, signed_call(body))
    assert (outcome, MESSAGES[message]) == (code(reply), result(reply)["resultMessage"])


def test_a_fixed_delay_applies_to_refusals_by_the_endpoint_too(tmp_path: Path) -> None:
    """Such as a repeated id with another body."""
    components = with_scenario(tmp_path, "createPaymentSession: {delay: 300ms}")
    replies = [ask(components, signed_call(sample("order-1", productScene=scene))) for scene in (None, "EASY_PAY")]
    assert [("SUCCESS", 0.3), ("REPEAT_REQ_INCONSISTENT", 0.3)] == [(code(r), r.delay) for r in replies]


def test_a_random_delay_depends_on_seed_call_and_id(tmp_path: Path) -> None:
    """It is within its range, and the same for the same seed."""

    def delays(seed: int) -> list[float]:
        components = with_scenario(tmp_path, "createPaymentSession: {delay: {min: 1s, max: 2s}}", seed=seed)
        return [ask(components, signed_call(sample(name))).delay for name in ("a", "a", "b", "a")]

    first = delays(1)
    assert all(1 <= delay <= 2 for delay in first)
    assert (4, True, False) == (len(set(first)), first == delays(1), first == delays(2))


def test_reply_fields_are_set(tmp_path: Path) -> None:
    """To values and placeholders, also nested and new ones; null removes a field."""
    components = with_scenario(
        tmp_path,
        "createPaymentSession:\n"
        "  set:\n"
        "    normalUrl: https://shop.example/${request.paymentRequestId}?by=${clientId}\n"
        "    amount: ${request.paymentAmount}\n"
        "    echo.deep.session: ${reply.paymentSessionId}\n"
        "    echo.authorized: ${request.paymentFactor.isAuthorization}\n"
        "    echo.shop: ${header.X-Shop}\n"
        "    echo.missing: ${request.not.there}\n"
        "    echo.at: ${now}\n"
        "    echo.plain: $${now}\n"
        "    paymentSessionData: null\n"
        "    not.there: null\n"
        "    result.resultMessage: set by ${clientId}\n",
    )
    reply = ask(components, signed_call(sample("order-1"), extra={"x-shop": "berlin"}))
    body = json.loads(reply.body)
    session = body.pop("paymentSessionId")
    assert (64, True) == (len(session), is_signed(reply))
    echo = {"deep": {"session": session}, "authorized": True, "shop": "berlin", "at": "2026-11-22T09:07:10+08:00"}
    assert {
        "paymentSessionExpiryTime": "2026-11-22T10:07:10+08:00",
        "normalUrl": f"https://shop.example/order-1?by={TEST_CLIENT_ID}",
        "amount": {"currency": "BRL", "value": "100"},
        "echo": {**echo, "plain": "${now}"},
        "result": {"resultCode": "SUCCESS", "resultMessage": f"set by {TEST_CLIENT_ID}", "resultStatus": "S"},
    } == body


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("result.resultCode: NEW_CODE", ("NEW_CODE", "S", "success.")),
        ("result.resultStatus: null", ("SUCCESS", None, "success.")),
        ("result.resultMessage: {a: 1}", ("SUCCESS", "S", "{'a': 1}")),
        ("result: null", (None, None, "")),
        ("result: text", (None, None, "")),
    ],
)
def test_a_set_result_is_recorded_as_sent(tmp_path: Path, written: str, expected: tuple[str | None, ...]) -> None:
    """Whatever its type, it is signed, shown and logged."""
    components = with_scenario(tmp_path, f"createPaymentSession:\n  set:\n    {written}\n")
    reply = ask(components, signed_call())
    entry = latest(components)
    assert (True, expected) == (is_signed(reply), (entry.result_code, entry.result_status, entry.message))
    assert json.loads(reply.body) == whole_call_view(entry, components.contract)["reply"]
    assert text_line(entry)
    assert json_line(entry)


def test_placeholders_that_expand_too_much_are_an_error(tmp_path: Path) -> None:
    """A plain HTTP error, recorded with the scenario."""
    fields = "\n".join(f"    f{n}: ${{request.more}}" for n in range(2_000))
    components = with_scenario(tmp_path, f"createPaymentSession:\n  set:\n{fields}")
    reply = ask(components, signed_call({**sample("order-1"), "more": "x" * 600}))
    problem, entry = json.loads(reply.body), latest(components)
    assert (500, "tale", problem["detail"]) == (reply.status, entry.scenario, entry.message)
    assert "f1747" in problem["detail"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("bad-signature", ("bad-signature", 0)), ("hang", ("hang", 0)), ("{status: 502}", ("status", 502))],
)
def test_an_injected_fault_does_not_undo_the_call(tmp_path: Path, fault: str, expected: Any) -> None:
    """The session is created, and the fault is applied to its reply."""
    components = with_scenario(tmp_path, f"createPaymentSession: {{fault: {fault}}}")
    reply = ask(components, signed_call(sample("order-1")))
    assert reply.fault is not None
    assert (["order-1"], expected) == (payments(components), (reply.fault.kind, reply.fault.status))
    assert (fault != "bad-signature") == is_signed(reply)

"""Replies: signed over exactly the sent bytes, unless a fault is injected."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from functools import partial
from typing import Any

import pytest

from mock_alipay.gateway.call import CallState
from mock_alipay.gateway.reply import compose
from mock_alipay.journal.exchange import Reply, Verdict
from mock_alipay.journal.faults import WireFault
from mock_alipay.scenarios import Choice, Step
from mock_alipay.signing import Signer, keys
from mock_alipay.signing.pool import SigningPool
from tests.calls import NOW, header, plain_call
from tests.gateway.test_gateway import is_signed

GATEWAY, FORGER = keys.shipped_gateway_key(), keys.shipped_forger_key()
STATE = CallState("12", plain_call(), 0.0, "SANDBOX_A", NOW, "paymentRequestId")
BODY = {"result": {"resultMessage": "schön"}}
HEADERS = ("signature", "client-id")


def pool(*, signing: bool = True) -> SigningPool:
    """The gateway's signatures."""
    return SigningPool(Signer(GATEWAY), partial(Signer, FORGER), enabled=signing)


def composed(
    kind: Any = None, *, scenario: str | None = None, signing: bool = True, delay: float = 0.0, **changes: Any
) -> Reply:
    """The reply to a call, in a scenario or with an injected fault; ``changes`` go to its state."""
    fault = WireFault(kind, 502) if kind else None
    choice = Choice(scenario or "", "", Step(fault=fault), 0) if scenario or fault else None
    state = dataclasses.replace(STATE, choice=choice, **changes)
    return asyncio.run(compose(state, BODY, pool(signing=signing), delay=delay))


def test_a_reply_has_exactly_these_headers() -> None:
    """In lower case, with the length of the body in bytes, signed by the gateway over the sent bytes."""
    reply = composed(scenario="slow")
    signature = str(header(reply, "signature"))
    assert [
        (b"content-type", b"application/json; charset=UTF-8"),
        (b"content-length", str(len(reply.body)).encode()),
        (b"client-id", b"SANDBOX_A"),
        (b"response-time", b"2026-11-22T09:07:10+08:00"),
        (b"signature", signature.encode()),
        (b"mock-call-id", b"12"),
        (b"mock-scenario", b"slow"),
    ] == list(reply.headers)
    assert (200, 0.0, None, BODY) == (reply.status, reply.delay, reply.fault, json.loads(reply.body))
    assert (True, False) == (is_signed(reply), is_signed(reply, key=FORGER))
    assert not is_signed(reply._replace(body=reply.body + b" "))


@pytest.mark.parametrize("scenario", [None, "bad-signature", "No-Signature-here", "late-response-time"])
def test_a_scenario_name_that_breaks_an_sdk_is_left_out(scenario: str | None) -> None:
    """No other header contains the words signature or response-time."""
    reply = composed(scenario=scenario)
    assert header(reply, "mock-scenario") is None
    text = b"\n".join(name + b": " + value for name, value in reply.headers).lower()
    assert (2, 1) == (text.count(b"signature"), text.count(b"response-time"))  # signature= is in the value, too


def test_the_reply_target_is_signed() -> None:
    """One SDK verifies over a path other than the one it sent."""
    call = STATE.call._replace(target="//x", reply_target="/x")
    assert is_signed(composed(call=call), target="/x")


def test_with_signatures_off_nothing_is_signed() -> None:
    """Also with a signature fault; the other headers stay."""
    for kind in (None, "wrong-key"):
        reply = composed(kind, signing=False)
        assert (None, "12") == (header(reply, "signature"), header(reply, "mock-call-id"))


@pytest.mark.parametrize(
    ("kind", "by_gateway", "by_forger", "over_other_body", "time"),
    [
        ("bad-signature", False, False, True, "2026-11-22T09:07:10+08:00"),
        ("wrong-key", False, True, False, "2026-11-22T09:07:10+08:00"),
        ("stale-time", True, False, False, "2026-11-21T09:07:10+08:00"),
    ],
)
def test_signature_faults(kind: str, by_gateway: bool, by_forger: bool, over_other_body: bool, time: str) -> None:
    """Each makes the signature wrong in its own way, or the time a day old; the body stays."""
    reply = composed(kind)
    other = is_signed(reply._replace(body=b"{}"))
    assert (by_gateway, by_forger, over_other_body) == (is_signed(reply), is_signed(reply, key=FORGER), other)
    assert (time, BODY) == (header(reply, "response-time"), json.loads(reply.body))


def test_other_faults_leave_the_rest_of_the_reply() -> None:
    """Without a signature; or complete, with fault and delay, which are left to the web layer."""
    unsigned, reset = composed("no-signature"), composed("reset", delay=1.5)
    assert (None, "SANDBOX_A", BODY) == (*map(partial(header, unsigned), HEADERS), json.loads(unsigned.body))
    assert (True, 1.5, WireFault("reset", 502)) == (is_signed(reset), reset.delay, reset.fault)


async def test_concurrent_replies_are_signed_separately() -> None:
    """Signing happens in threads; a malformed client id is sent back and signed as it came."""
    signing = pool()
    states = [dataclasses.replace(STATE, client_id=f"k\xe4se{number}") for number in range(20)]
    replies = await asyncio.gather(*(compose(state, {"n": state.client_id}, signing) for state in states))
    for state, reply in zip(states, replies, strict=True):
        assert ({"n": state.client_id}, state.client_id) == (json.loads(reply.body), header(reply, "client-id"))
        assert is_signed(reply)


@pytest.mark.parametrize(("verdict", "expected"), [("unverified", "no"), ("valid", None), ("unchecked", None)])
def test_a_reply_to_an_unverified_call_is_marked(verdict: Verdict, expected: str | None) -> None:
    """In a header of its own."""
    assert expected == header(composed(verdict=verdict), "mock-verified")

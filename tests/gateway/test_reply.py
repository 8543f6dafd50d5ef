"""Replies: composed once, signed over exactly those bytes, or spoilt as the scenario says."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from mock_alipay.gateway.call import CallState
from mock_alipay.gateway.reply import compose
from mock_alipay.journal.exchange import Reply, Verdict
from mock_alipay.journal.faults import WireFault
from mock_alipay.scenarios import Choice, Step
from mock_alipay.signing import Signer, content, fits, keys, parse, raw_signature
from mock_alipay.signing.pool import SigningPool
from tests.calls import NOW, header, plain_call
from tests.live import SANDBOX_PATH

GATEWAY, FORGER = keys.shipped_gateway_key(), keys.shipped_forger_key()
STATE = CallState("12", plain_call(), 0.0, "SANDBOX_A", NOW, "paymentRequestId")
BODY = {"result": {"resultMessage": "schön"}}


def pool(*, signing: bool = True) -> SigningPool:
    """The gateway's signatures."""
    return SigningPool(Signer(GATEWAY), partial(Signer, FORGER), enabled=signing)


def composed(
    fault: WireFault | None = None,
    *,
    state: CallState = STATE,
    scenario: str | None = None,
    signing: bool = True,
    delay: float = 0.0,
) -> Reply:
    """The reply to a call, in a scenario and with a fault of it if one is given."""
    choice = Choice(scenario or "", "", Step(fault=fault), 0) if scenario or fault else None
    state = dataclasses.replace(state, choice=choice)
    return asyncio.run(compose(state, BODY, pool(signing=signing), delay=delay))


def signed_by(reply: Reply, key: RSAPublicKey, target: str = SANDBOX_PATH) -> bool:
    """Whether the reply's signature is the key's over what a client verifies."""
    client_id, time = str(header(reply, "client-id")), str(header(reply, "response-time"))
    raw = raw_signature(parse(str(header(reply, "signature"))).value)
    return fits(key, raw, content("POST", target, client_id, time, reply.body))


def test_a_reply_is_signed_by_the_gateway() -> None:
    """Over the bytes that are sent, with its time and the caller's id."""
    reply = composed()
    assert (200, 0.0, None) == (reply.status, reply.delay, reply.fault)
    assert BODY == json.loads(reply.body)
    assert signed_by(reply, GATEWAY.public_key())
    assert not signed_by(reply, FORGER.public_key())
    assert not signed_by(reply._replace(body=reply.body + b" "), GATEWAY.public_key())


def test_a_reply_has_just_these_headers() -> None:
    """Lower case, in a fixed order, with the length of the body in bytes."""
    reply = composed(scenario="slow")
    assert [name.decode() for name, _ in reply.headers] == [
        "content-type",
        "content-length",
        "client-id",
        "response-time",
        "signature",
        "mock-call-id",
        "mock-scenario",
    ]
    assert header(reply, "content-type") == "application/json; charset=UTF-8"
    assert str(len(reply.body)) == header(reply, "content-length")
    assert header(reply, "client-id") == "SANDBOX_A"
    assert header(reply, "response-time") == "2026-11-22T09:07:10+08:00"
    assert header(reply, "mock-call-id") == "12"
    assert header(reply, "mock-scenario") == "slow"


@pytest.mark.parametrize("scenario", [None, "bad-signature", "No-Signature-here", "late-response-time"])
def test_a_scenarios_name_that_would_confuse_an_sdk_is_left_out(scenario: str | None) -> None:
    """No other header may hold the words signature or response-time."""
    reply = composed(scenario=scenario)
    assert header(reply, "mock-scenario") is None
    text = b"\n".join(name + b": " + value for name, value in reply.headers).lower()
    assert 2 == text.count(b"signature")  # the header's name, and signature= in its value
    assert 1 == text.count(b"response-time")


def test_the_reply_is_signed_over_the_target_that_the_client_verifies() -> None:
    """One SDK verifies over another path than it sent."""
    state = dataclasses.replace(STATE, call=STATE.call._replace(target="//x", reply_target="/x"))
    assert signed_by(composed(state=state), GATEWAY.public_key(), "/x")


def test_with_signatures_off_nothing_is_signed() -> None:
    """Not even by the forger."""
    for fault in (None, WireFault("wrong-key"), WireFault("bad-signature")):
        reply = composed(fault, signing=False)
        assert header(reply, "signature") is None
        assert header(reply, "response-time") == "2026-11-22T09:07:10+08:00"


def test_a_bad_signature_fits_no_body_that_was_sent() -> None:
    """It is the gateway's own, over another body."""
    reply = composed(WireFault("bad-signature"))
    assert not signed_by(reply, GATEWAY.public_key())
    assert signed_by(reply._replace(body=b"{}"), GATEWAY.public_key())


def test_no_signature_means_no_header() -> None:
    """Everything else is as ever."""
    reply = composed(WireFault("no-signature"))
    assert header(reply, "signature") is None
    assert BODY == json.loads(reply.body)


def test_a_wrong_key_is_the_forgers() -> None:
    """The signature is sound, but nobody trusts its key."""
    reply = composed(WireFault("wrong-key"))
    assert not signed_by(reply, GATEWAY.public_key())
    assert signed_by(reply, FORGER.public_key())


def test_a_stale_reply_is_correctly_signed_yesterday() -> None:
    """Only its response-time gives it away."""
    reply = composed(WireFault("stale-time"))
    assert signed_by(reply, GATEWAY.public_key())
    assert header(reply, "response-time") == "2026-11-21T09:07:10+08:00"


@pytest.mark.parametrize("kind", ["reset", "empty", "truncate", "garbage", "hang", "status"])
def test_faults_of_the_wire_are_left_to_the_edge(kind: Any) -> None:
    """The reply is sealed as ever, and says what is to be done to it, and when."""
    fault = WireFault(kind, 502)
    reply = composed(fault, delay=1.5)
    assert signed_by(reply, GATEWAY.public_key())
    assert (1.5, fault) == (reply.delay, reply.fault)


def test_a_client_id_of_any_bytes_is_sent_back() -> None:
    """Refusals answer callers whose id is malformed."""
    reply = composed(state=dataclasses.replace(STATE, client_id="k\xe4se"))
    assert header(reply, "client-id") == "k\xe4se"
    assert signed_by(reply, GATEWAY.public_key())
    assert header(composed(state=dataclasses.replace(STATE, client_id="")), "client-id") == ""


def test_many_replies_at_once_are_each_signed_rightly() -> None:
    """Signing happens in threads; nothing is mixed up there."""

    async def compose_all() -> list[Reply]:
        signing = pool()
        states = [dataclasses.replace(STATE, id=str(n), client_id=f"C{n}") for n in range(40)]
        return await asyncio.gather(*(compose(state, {"n": n}, signing) for n, state in enumerate(states)))

    for number, reply in enumerate(asyncio.run(compose_all())):
        assert {"n": number} == json.loads(reply.body)
        assert f"C{number}" == header(reply, "client-id")
        assert signed_by(reply, GATEWAY.public_key())


@pytest.mark.parametrize(("verdict", "expected"), [("unverified", "no"), ("valid", None), ("unchecked", None)])
def test_a_reply_to_an_unverified_call_says_so(verdict: Verdict, expected: str | None) -> None:
    """In a header in whose line no SDK sees another."""
    reply = composed(state=dataclasses.replace(STATE, verdict=verdict))
    assert expected == header(reply, "mock-verified")


def test_the_time_of_a_reply_is_that_of_the_clock() -> None:
    """Not the machine's."""
    reply = composed(state=dataclasses.replace(STATE, now=datetime(2031, 1, 1, tzinfo=UTC)))
    assert header(reply, "response-time") == "2031-01-01T08:00:00+08:00"

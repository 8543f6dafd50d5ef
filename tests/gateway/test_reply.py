"""Replies: composed once, signed over exactly those bytes, or spoilt as the scenario says."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from mock_alipay.gateway import reply as module
from mock_alipay.gateway.reply import Letter, Sealer, problem_reply
from mock_alipay.journal.exchange import Reply
from mock_alipay.journal.faults import WireFault
from mock_alipay.signing import Signer, content, fits, keys, parse, raw_signature
from tests.calls import NOW, header, plain_call
from tests.live import SANDBOX_PATH

GATEWAY, FORGER = keys.shipped_gateway_key(), keys.shipped_forger_key()
LETTER = Letter(plain_call(), "12", "SANDBOX_A", {"result": {"resultMessage": "schön"}}, NOW)


def seal(letter: Letter, *, signing: bool = True) -> Reply:
    """The sealed letter."""
    sealer = Sealer(Signer(GATEWAY) if signing else None, partial(Signer, FORGER))
    return asyncio.run(sealer.seal(letter))


def signed_by(reply: Reply, key: RSAPublicKey, target: str = SANDBOX_PATH) -> bool:
    """Whether the reply's signature is the key's over what a client verifies."""
    client_id, time = str(header(reply, "client-id")), str(header(reply, "response-time"))
    raw = raw_signature(parse(str(header(reply, "signature"))).value)
    return fits(key, raw, content("POST", target, client_id, time, reply.body))


def test_a_reply_is_signed_by_the_gateway() -> None:
    """Over the bytes that are sent, with its time and the caller's id."""
    reply = seal(LETTER)
    assert (200, 0.0, None) == (reply.status, reply.delay, reply.fault)
    assert LETTER.body == json.loads(reply.body)
    assert signed_by(reply, GATEWAY.public_key())
    assert not signed_by(reply, FORGER.public_key())
    assert not signed_by(reply._replace(body=reply.body + b" "), GATEWAY.public_key())


def test_a_reply_has_just_these_headers() -> None:
    """Lower case, in a fixed order, with the length of the body in bytes."""
    reply = seal(LETTER._replace(scenario="slow"))
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
    reply = seal(LETTER._replace(scenario=scenario))
    assert header(reply, "mock-scenario") is None
    text = b"\n".join(name + b": " + value for name, value in reply.headers).lower()
    assert 2 == text.count(b"signature")  # the header's name, and signature= in its value
    assert 1 == text.count(b"response-time")


def test_the_reply_is_signed_over_the_target_that_the_client_verifies() -> None:
    """One SDK verifies over another path than it sent."""
    letter = LETTER._replace(call=LETTER.call._replace(target="//x", reply_target="/x"))
    assert signed_by(seal(letter), GATEWAY.public_key(), "/x")


def test_with_signatures_off_nothing_is_signed() -> None:
    """Not even by the forger."""
    for fault in (None, WireFault("wrong-key"), WireFault("bad-signature")):
        reply = seal(LETTER._replace(fault=fault), signing=False)
        assert header(reply, "signature") is None
        assert header(reply, "response-time") == "2026-11-22T09:07:10+08:00"


def test_a_bad_signature_fits_no_body_that_was_sent() -> None:
    """It is the gateway's own, over another body."""
    reply = seal(LETTER._replace(fault=WireFault("bad-signature")))
    assert not signed_by(reply, GATEWAY.public_key())
    assert signed_by(reply._replace(body=b"{}"), GATEWAY.public_key())


def test_no_signature_means_no_header() -> None:
    """Everything else is as ever."""
    reply = seal(LETTER._replace(fault=WireFault("no-signature")))
    assert header(reply, "signature") is None
    assert LETTER.body == json.loads(reply.body)


def test_a_wrong_key_is_the_forgers() -> None:
    """The signature is sound, but nobody trusts its key."""
    reply = seal(LETTER._replace(fault=WireFault("wrong-key")))
    assert not signed_by(reply, GATEWAY.public_key())
    assert signed_by(reply, FORGER.public_key())


def test_a_stale_reply_is_correctly_signed_yesterday() -> None:
    """Only its response-time gives it away."""
    reply = seal(LETTER._replace(fault=WireFault("stale-time")))
    assert signed_by(reply, GATEWAY.public_key())
    assert header(reply, "response-time") == "2026-11-21T09:07:10+08:00"


@pytest.mark.parametrize("kind", ["reset", "empty", "truncate", "garbage", "hang", "status"])
def test_faults_of_the_wire_are_left_to_the_edge(kind: Any) -> None:
    """The reply is sealed as ever, and says what is to be done to it, and when."""
    fault = WireFault(kind, 502)
    reply = seal(LETTER._replace(fault=fault, delay=1.5))
    assert signed_by(reply, GATEWAY.public_key())
    assert (1.5, fault) == (reply.delay, reply.fault)


def test_a_client_id_of_any_bytes_is_sent_back() -> None:
    """Refusals answer callers whose id is malformed."""
    reply = seal(LETTER._replace(client_id="k\xe4se"))
    assert header(reply, "client-id") == "k\xe4se"
    assert signed_by(reply, GATEWAY.public_key())
    assert header(seal(LETTER._replace(client_id="")), "client-id") == ""


def test_many_letters_at_once_are_each_signed_rightly() -> None:
    """Signing happens in threads; nothing is mixed up there."""

    async def seal_all() -> list[Reply]:
        sealer = Sealer(Signer(GATEWAY), partial(Signer, FORGER))
        letters = [LETTER._replace(call_id=str(n), client_id=f"C{n}", body={"n": n}) for n in range(40)]
        return await asyncio.gather(*map(sealer.seal, letters))

    for number, reply in enumerate(asyncio.run(seal_all())):
        assert {"n": number} == json.loads(reply.body)
        assert f"C{number}" == header(reply, "client-id")
        assert signed_by(reply, GATEWAY.public_key())


@pytest.mark.parametrize("cores", [1, 2])
def test_what_is_sealed_after_the_end_is_signed_all_the_same(monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    """Closing lets the threads go, if there are any, also those that sign just then; a second time does nothing."""
    monkeypatch.setattr(module, "_cores", lambda: cores)

    before = set(threading.enumerate())

    def signing() -> set[threading.Thread]:
        return {one for one in threading.enumerate() if one.name.startswith("mock-alipay-sign")} - before

    async def scene() -> list[Reply]:
        sealer = Sealer(Signer(GATEWAY), partial(Signer, FORGER))
        replies = [await sealer.seal(LETTER)]
        began = signing()
        assert (cores > 1) == bool(began)
        under_way = asyncio.create_task(sealer.seal(LETTER))
        await asyncio.sleep(0)
        for _ in range(2):
            sealer.close()
        replies += [await under_way, await sealer.seal(LETTER)]
        for thread in began | signing():
            thread.join(10)
        assert set() == signing()
        return replies

    assert all(signed_by(reply, GATEWAY.public_key()) for reply in asyncio.run(scene()))


def test_a_problem_is_a_plain_http_error() -> None:
    """Unsigned problem JSON with the call's id."""
    problem = {"type": "about:blank", "title": "T", "status": 413, "detail": "D"}
    reply = problem_reply(problem, "7")
    assert (413, problem) == (reply.status, json.loads(reply.body))
    assert header(reply, "content-type") == "application/problem+json"
    assert header(reply, "mock-call-id") == "7"
    assert str(len(reply.body)) == header(reply, "content-length")
    assert header(reply, "signature") is None


def test_the_time_of_a_reply_is_that_of_the_clock() -> None:
    """Not the machine's."""
    reply = seal(LETTER._replace(now=datetime(2031, 1, 1, tzinfo=UTC)))
    assert header(reply, "response-time") == "2031-01-01T08:00:00+08:00"

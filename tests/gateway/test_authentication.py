"""Who is calling: headers, key versions and signatures, in the three modes."""

from __future__ import annotations

import base64
import re
import textwrap
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, unquote

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from mock_alipay import signing
from mock_alipay.config.config import SignatureMode
from mock_alipay.errors import Refusal
from mock_alipay.gateway import authentication as module
from mock_alipay.gateway.authentication import Authenticator
from mock_alipay.journal.exchange import Call
from mock_alipay.signing import Suspect, keys
from mock_alipay.signing.keys import KeyRing
from tests.calls import plain_call, signed_call

OLD, NEW, OTHER = (generate_private_key(65537, 1024) for _ in range(3))
GATEWAY = keys.shipped_gateway_key()


RING = KeyRing((client_id, key.public_key()) for client_id, key in (("A", OLD), ("A", NEW), ("B", OTHER)))
"""Two versions for A and one for B."""


def authenticator(mode: SignatureMode = "known") -> Authenticator:
    """One that knows the gateway's own key."""
    gateway = Suspect("the gateway's own key", GATEWAY.public_key())
    return Authenticator(mode, gateway=gateway, anonymous="NOBODY")


def refusal(call: Call, mode: SignatureMode = "known") -> Refusal:
    """Why a call is refused."""
    with pytest.raises(Refusal) as caught:
        authenticator(mode).authenticate(call, RING)
    return caught.value


def call_of(
    client_id: str = "A", key: RSAPrivateKey = NEW, *, key_version: str | None = "2", time: str = "1795309630000"
) -> Call:
    """A signed call that names a key version, or none."""
    call = signed_call(b"{}", client_id=client_id, key=key, time=time)
    version = "" if key_version is None else f"keyVersion={key_version},"
    signature = call.headers["signature"].replace("keyVersion=1,", version)
    return plain_call(call.body, {**call.headers, "signature": signature})


@pytest.mark.parametrize("mode", ["known", "required"])
def test_a_correct_signature_is_valid(mode: SignatureMode) -> None:
    """In both modes that verify."""
    assert ("A", "valid") == authenticator(mode).authenticate(call_of(), RING)


def test_an_unknown_client_passes_unverified_or_is_refused() -> None:
    """``known`` lets it pass, marked; ``required`` does not, and says how to add its key."""
    call = call_of("C", OTHER)
    assert ("C", "unverified") == authenticator("known").authenticate(call, RING)
    told = refusal(call, "required")
    assert told.code == "INVALID_CLIENT"
    assert "--merchant C=FILE or POST /__admin/merchants" in str(told.explanation)


def test_a_client_id_without_a_key_is_told_once_how_to_add_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a known one that is close; so many are remembered, and the oldest is told again."""
    monkeypatch.setattr(module, "_MOST_STRANGERS", 2)
    ring, known = KeyRing([("SANDBOX_SHOP", OLD.public_key())]), authenticator()
    add = "add its key with --merchant {0}=FILE or POST /__admin/merchants"
    assert [
        "unverified: client id SANDBOX_SHPO has no key here, did you mean SANDBOX_SHOP? " + add.format("SANDBOX_SHPO"),
        None,
        "unverified: client id OTHER has no key here; " + add.format("OTHER"),
    ] == [known.introduce(client_id, ring) for client_id in ("SANDBOX_SHPO", "SANDBOX_SHPO", "OTHER")]
    told = [bool(known.introduce(client_id, ring)) for client_id in ("THIRD", "OTHER", "SANDBOX_SHPO")]
    assert [True, False, True] == told


def test_an_api_key_is_refused_with_what_to_use() -> None:
    """Unless signatures are off; other credentials and signed calls are none of its business."""
    bearer = {"authorization": "Bearer isak_TEST_5Y1_secret"}
    told = refusal(plain_call(headers=bearer))
    assert ("PARAM_ILLEGAL", ()) == (told.code, told.faults)
    message = str(told.message)
    assert "API keys (ApiKeyAlipayClient) are not supported; call with DefaultAlipayClient" in message
    assert len(message) <= 256
    assert "secret" not in message
    for headers in ({"authorization": "Bearer other"}, {**bearer, "signature": "x"}):
        assert "header client-id" == refusal(plain_call(headers=headers)).faults[0].path
    assert ("NOBODY", "unchecked") == authenticator("off").authenticate(plain_call(headers=bearer), RING)


def test_with_signatures_off_nothing_is_needed() -> None:
    """No header at all, or a wrong signature: the client id is taken as it comes, or stands for the test merchant."""
    off = authenticator("off")
    assert ("NOBODY", "unchecked") == off.authenticate(plain_call(), RING)
    assert ("NOBODY", "unchecked") == off.authenticate(plain_call(headers={"client-id": ""}), RING)
    assert ("A", "unchecked") == off.authenticate(call_of("A", OTHER), RING)
    assert ("A", "unchecked") == off.authenticate(plain_call(headers={"client-id": "A", "signature": "?"}), RING)


def test_with_signatures_off_a_client_id_is_one_all_the_same() -> None:
    """What is kept for each client id is bounded by how many there are, not by how long they are."""
    with pytest.raises(Refusal) as refused:
        authenticator("off").authenticate(plain_call(headers={"client-id": "A" * 60_000}), RING)
    assert "1 to 128 visible ASCII characters" in refused.value.faults[0].text


@pytest.mark.parametrize("mode", ["known", "required"])
@pytest.mark.parametrize("name", ["client-id", "request-time", "signature"])
@pytest.mark.parametrize("client_id", ["A", "C"])
def test_a_missing_or_empty_header_is_named(mode: SignatureMode, name: str, client_id: str) -> None:
    """Whoever calls."""
    call = call_of(client_id)
    for headers in ({**call.headers, name: ""}, {k: v for k, v in call.headers.items() if k != name}):
        told = refusal(plain_call(headers=headers), mode)
        assert told.code == "PARAM_ILLEGAL"
        (fault,) = told.faults
        assert (f"header {name}", "nothing") == (fault.path, fault.found)


def test_headers_are_asked_for_in_order() -> None:
    """The first that is missing is named."""
    assert refusal(plain_call()).faults[0].path == "header client-id"
    assert refusal(plain_call(headers={"client-id": "A"})).faults[0].path == "header request-time"


@pytest.mark.parametrize("client_id", ["x", "SANDBOX_5Y1234", "a.b-c_d", "!~", "x" * 128])
def test_a_good_client_id_is_taken(client_id: str) -> None:
    """Visible ASCII, up to 128 characters."""
    assert (client_id, "unverified") == authenticator().authenticate(call_of(client_id, OTHER), RING)


@pytest.mark.parametrize("client_id", ["a b", " ", "a, a", "a,a", "ä", "a\tb", "\x7f", "x" * 129])
def test_a_malformed_client_id_is_told(client_id: str) -> None:
    """Blanks, other letters, too long, or sent twice and joined by a comma."""
    (fault,) = refusal(call_of(client_id, OTHER)).faults
    assert fault.path == "header client-id"
    assert "1 to 128 visible ASCII characters, sent once" in fault.expected
    assert client_id[:39] in fault.found
    assert len(fault.found) <= 42


@pytest.mark.parametrize(
    "time",
    [
        "1795309630000",
        "0000000000000",
        "2026-11-22T01:07:10Z",
        "2026-11-22T01:07:10+00:00",
        "2026-11-22T01:07:10+0000",
        "2026-11-22T09:07:10+08:00",
        "2026-11-22T01:07:10-0330",
        "2026-11-22T01:07:10.123Z",
        "2026-11-22T01:07:10.1234567+00:00",
        "2026-11-22T01:07:10.123456789Z",
        "2024-02-29T23:59:59Z",
    ],
)
def test_a_request_time_is_taken(time: str) -> None:
    """Epoch milliseconds, or ISO 8601 with an offset, as the official SDKs write them."""
    assert ("A", "valid") == authenticator().authenticate(call_of(time=time), RING)


@pytest.mark.parametrize(
    "time",
    [
        "1795309630",
        "179530963000",
        "17953096300000",
        "-795309630000",
        "1795309630000.0",
        "٠٧٩٥٣٠٩٦٣٠٠٠٠",
        "2026-11-22T01:07:10",
        "2026-11-22 01:07:10Z",
        "2026-11-22T01:07Z",
        "2026-11-22",
        "20261122T010710Z",
        "2026-11-22T01:07:10z",
        "2026-11-22T01:07:10 +00:00",
        "2026-11-22T01:07:10+00",
        "2026-11-22T01:07:10.Z",
        "2026-11-22T01:07:10.1234567890Z",
        "2026-11-22T01:07:10,5Z",
        "2026-13-22T01:07:10Z",
        "2026-02-29T01:07:10Z",
        "2026-11-22T25:07:10Z",
        "2026-11-22T01:60:10Z",
        "2026-11-22T01:07:10+25:00",
        "2026-11-22T01:07:10Z, 2026-11-22T01:07:10Z",
        "Sun, 22 Nov 2026 01:07:10 GMT",
        "now",
    ],
)
def test_a_malformed_request_time_is_told(time: str) -> None:
    """Other forms and moments that do not exist: what was expected, and what was found."""
    call = call_of()
    told = refusal(plain_call(headers={**call.headers, "request-time": time}))
    assert told.code == "PARAM_ILLEGAL"
    (fault,) = told.faults
    assert ("header request-time", "epoch milliseconds (13 digits) or ISO 8601 with an offset") == (
        fault.path,
        fault.expected,
    )
    assert time[:39] in fault.found


@pytest.mark.parametrize(
    ("signature", "words"),
    [("abc", "abc"), ("algorithm=RSA,signature=x", "algorithm=RSA"), ("signature=", "could not read its private key")],
)
@pytest.mark.parametrize("client_id", ["A", "C"])
def test_a_malformed_signature_header_is_told(client_id: str, signature: str, words: str) -> None:
    """Also for a client without a key, with the right form beside it."""
    told = refusal(plain_call(headers={**call_of(client_id).headers, "signature": signature}))
    assert told.code == "PARAM_ILLEGAL"
    (fault,) = told.faults
    assert fault.path == "header signature"
    assert "algorithm=RSA256, keyVersion=1, signature=<url-encoded base64>" in fault.expected
    assert words in fault.found


@pytest.mark.parametrize(("key_version", "key"), [("1", OLD), ("2", NEW), (None, NEW), ("", NEW), ("02", NEW)])
def test_the_key_version_says_which_key(key_version: str | None, key: RSAPrivateKey) -> None:
    """Without one it is the newest."""
    assert ("A", "valid") == authenticator().authenticate(call_of("A", key, key_version=key_version), RING)


@pytest.mark.parametrize("key_version", ["0", "3", "999999999"])
def test_an_unknown_key_version_is_told(key_version: str) -> None:
    """With those that there are."""
    told = refusal(call_of("A", NEW, key_version=key_version))
    assert told.code == "KEY_NOT_FOUND"
    assert f"keyVersion={int(key_version)}, but A has version 1, 2" in str(told.explanation)


@pytest.mark.parametrize(
    ("key", "key_version", "words"),
    [
        (OLD, "2", "it is made with the key of A (version 1), not with the key of A (version 2)"),
        (NEW, "1", "it is made with the key of A (version 2), not with the key of A (version 1)"),
        (OTHER, "2", "it is made with the key of B (version 1), not with the key of A (version 2)"),
        (GATEWAY, "2", "it is made with the gateway's own key, not with the key of A (version 2)"),
        (generate_private_key(65537, 1024), "2", "the private key is not the other half of the key of A (version 2)"),
    ],
)
def test_a_signature_of_another_key_is_explained(key: RSAPrivateKey, key_version: str, words: str) -> None:
    """An old version, another merchant's, the gateway's own, or nobody's."""
    told = refusal(call_of("A", key, key_version=key_version))
    assert told.code == "INVALID_SIGNATURE"
    assert words in str(told.explanation)


def test_a_wrong_signature_is_held_against_so_many_keys_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The merchant's own first, then those of others; a crowd of merchants makes no call slow."""
    stranger, last = generate_private_key(65537, 1024), generate_private_key(65537, 1024)
    others = [(f"M{number}", stranger) for number in range(module._MOST_SUSPECTS + 1)]
    held = [*others, ("LAST", last), ("A", OLD), ("A", NEW)]
    crowd = KeyRing((client_id, key.public_key()) for client_id, key in held)
    known: list[tuple[list[str], list[str]]] = []
    diagnose = signing.diagnose

    def noting(raw: bytes, *, others: list[Suspect], client_ids: list[str], **more: Any) -> str:
        known.append(([other.owner for other in others], client_ids))
        return diagnose(raw, others=others, client_ids=client_ids, **more)

    monkeypatch.setattr(signing, "diagnose", noting)
    told = []
    for key in (OLD, stranger, GATEWAY, last):
        with pytest.raises(Refusal) as caught:
            authenticator().authenticate(call_of("A", key), crowd)
        told.append(str(caught.value.explanation))
    words = ("with the key of A (version 1)", "with the key of M0 (version 1)", "with the gateway's own key")
    for expected, explanation in zip(words, told, strict=False):
        assert f"it is made {expected}" in explanation
    assert "LAST" not in told[-1]
    assert {(module._MOST_SUSPECTS, module._MOST_SUSPECTS)} == {(len(others), len(ids)) for others, ids in known}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": b"{}\n"}, "white space"),
        ({"target": "/ams/api/v1/payments/createPaymentSession"}, "with /sandbox"),
        ({"headers": {**call_of().headers, "request-time": "1795309631000"}}, "request time"),
    ],
)
def test_what_was_signed_otherwise_is_explained(changes: dict[str, Any], words: str) -> None:
    """Target, time and body are held against the signature as they stood on the wire."""
    told = refusal(call_of()._replace(**changes))
    assert told.code == "INVALID_SIGNATURE"
    assert words in str(told.explanation)


@pytest.mark.parametrize(("value", "words"), [("abc", "not base64"), ("a+b=", "not url-encoded")])
def test_broken_base64_is_explained(value: str, words: str) -> None:
    """Before any key is tried; a client without a key is not held to it."""
    told = refusal(plain_call(headers={**call_of().headers, "signature": f"signature={value}"}))
    assert told.code == "INVALID_SIGNATURE"
    assert words in str(told.explanation)
    unknown = plain_call(headers={**call_of("C").headers, "signature": f"signature={value}"})
    assert ("C", "unverified") == authenticator().authenticate(unknown, RING)


def encoded(call: Call, change: Callable[[str], str]) -> Call:
    """The call with another encoding of its signature, which ``change`` gets in base64."""
    head, _, value = call.headers["signature"].rpartition("=")
    return plain_call(call.body, {**call.headers, "signature": f"{head}={change(unquote(value))}"})


ENCODINGS: dict[str, Callable[[str], str]] = {
    "it is url-encoded twice": lambda text: quote_plus(quote_plus(text)),
    "it is base64url": lambda text: text.replace("+", "-").replace("/", "_"),
    "it has line breaks": lambda text: quote_plus("\n".join(textwrap.wrap(text, 76))),
    "its padding is missing": lambda text: quote_plus(text.rstrip("=")),
}


@pytest.mark.parametrize("words", ENCODINGS)
def test_a_signature_that_is_right_but_for_its_encoding_is_told_so(words: str) -> None:
    """It is refused, and only its encoding is blamed."""
    told = refusal(encoded(call_of(), ENCODINGS[words]))
    assert told.code == "INVALID_SIGNATURE"
    assert re.fullmatch(
        f"it is not base64 once url-decoded: {words}, [^;]*; it would be valid if it were encoded properly",
        str(told.explanation),
    )


@pytest.mark.parametrize("words", ENCODINGS)
def test_a_wrong_encoding_does_not_hide_another_mistake(words: str) -> None:
    """What else is wrong is named as well."""
    told = str(refusal(encoded(call_of(), ENCODINGS[words])._replace(body=b"{}\n")).explanation)
    assert re.fullmatch(f".*: {words}, [^;]*; the body was signed without the white space around it", told)


def test_plain_base64_fails_only_by_its_plus_signs() -> None:
    """Slashes and equals signs may stand as they are."""
    call = call_of()
    match = re.search("signature=(.*)", call.headers["signature"])
    assert match
    plain = match[1].replace("%2F", "/").replace("%3D", "=")
    assert base64.b64decode(plain.replace("%2B", "+"))
    header = f"keyVersion=2,signature={plain}"
    assert ("A", "valid") == authenticator().authenticate(
        plain_call(call.body, {**call.headers, "signature": header}), RING
    )

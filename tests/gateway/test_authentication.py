"""Authentication: headers, key versions and signatures, in the three modes."""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import quote_plus

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
from tests.live import PATH

OLD, NEW, OTHER, STRANGER = (generate_private_key(65537, 1024) for _ in range(4))
GATEWAY = keys.shipped_gateway_key()

RING = KeyRing((client_id, key.public_key()) for client_id, key in (("A", OLD), ("A", NEW), ("B", OTHER)))
"""Two versions for A and one for B."""
MODES: tuple[SignatureMode, ...] = ("known", "required")
HEADERS = ["client-id", "request-time", "signature"]


def authenticator(mode: SignatureMode = "known") -> Authenticator:
    """One that knows the gateway's own key."""
    gateway = Suspect("the gateway's own key", GATEWAY.public_key())
    return Authenticator(mode, gateway=gateway, anonymous="ANONYMOUS")


def refusal(call: Call, mode: SignatureMode = "known", ring: KeyRing = RING) -> Refusal:
    """Why a call is refused."""
    with pytest.raises(Refusal) as caught:
        authenticator(mode).authenticate(call, ring)
    return caught.value


def call_of(
    client_id: str = "A", key: RSAPrivateKey = NEW, *, key_version: str | None = "2", time: str = "1795309630000"
) -> Call:
    """A signed call that names a key version, or none."""
    call = signed_call(b"{}", client_id=client_id, key=key, time=time)
    version = "" if key_version is None else f"keyVersion={key_version},"
    return with_headers(call, signature=call.headers["signature"].replace("keyVersion=1,", version))


def with_headers(call: Call, **headers: str) -> Call:
    """The call with some headers replaced; underscores stand for hyphens."""
    return call._replace(headers={**call.headers, **{name.replace("_", "-"): text for name, text in headers.items()}})


@pytest.mark.parametrize(
    ("key_version", "key"), [("1", OLD), ("02", NEW), (None, NEW), ("", NEW)], ids=["old", "new", "none", "empty"]
)
def test_a_correct_signature_is_valid(key_version: str | None, key: RSAPrivateKey) -> None:
    """With the key of the given version, or the newest without one."""
    for mode in MODES:
        assert ("A", "valid") == authenticator(mode).authenticate(call_of("A", key, key_version=key_version), RING)


def test_an_unknown_key_version_is_refused() -> None:
    """The explanation lists the known versions."""
    for version in ("0", "3"):
        refused = refusal(call_of("A", NEW, key_version=version))
        expected = f"keyVersion={version}, but A has version 1, 2"
        assert ("KEY_NOT_FOUND", expected) == (refused.code, refused.explanation)


def test_an_unknown_client_id_is_unverified_or_refused() -> None:
    """``known`` accepts it as unverified, ``required`` refuses it and explains how to add its key."""
    call = call_of("C", OTHER)
    assert ("C", "unverified") == authenticator("known").authenticate(call, RING)
    refused = refusal(call, "required")
    assert ("INVALID_CLIENT", True) == (refused.code, "--merchant C=FILE or POST" in str(refused.explanation))


def test_the_hint_how_to_add_a_key_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a similar known client id; the oldest of too many client ids gets it again."""
    monkeypatch.setattr(module, "_MOST_STRANGERS", 2)
    ring, known = KeyRing([("SANDBOX_SHOP", OLD.public_key())]), authenticator()
    names = ("SANDBOX_SHPO", "SANDBOX_SHPO", "OTHER", "THIRD", "OTHER", "SANDBOX_SHPO")
    hints = [str(known.introduce(client_id, ring)) for client_id in names]
    assert "did you mean SANDBOX_SHOP? add its key with --merchant SANDBOX_SHPO=FILE" in hints[0]
    assert "OTHER has no key here; add its key" in hints[2]
    assert [False, True, False, False, True, False] == [hint == "None" for hint in hints]


def test_api_keys_are_not_supported() -> None:
    """The message names the alternative and never the key; other credentials and signed calls are unaffected."""
    bearer = {"authorization": "Bearer isak_TEST_5Y1_secret"}
    refused = refusal(plain_call(headers=bearer))
    message = str(refused.message)
    assert ("PARAM_ILLEGAL", (), True) == (refused.code, refused.faults, "DefaultAlipayClient" in message)
    assert (False, True) == ("secret" in message, len(message) <= 256)
    for headers in ({"authorization": "Bearer other"}, {**bearer, "signature": "x"}):
        assert "header client-id" == refusal(plain_call(headers=headers)).faults[0].path
    assert ("ANONYMOUS", "unchecked") == authenticator("off").authenticate(plain_call(headers=bearer), RING)


@pytest.mark.parametrize("client_id", ["", "A"])
def test_with_signatures_off_nothing_is_checked(client_id: str) -> None:
    """A call without a client id is the test merchant's."""
    call = plain_call(headers={"client-id": client_id, "signature": "?"})
    assert (client_id or "ANONYMOUS", "unchecked") == authenticator("off").authenticate(call, RING)


@pytest.mark.parametrize("client_id", ["x", "a.b-c_d!~", "x" * 128])
def test_a_client_id_is_accepted(client_id: str) -> None:
    """Visible ASCII, up to 128 characters."""
    assert (client_id, "unverified") == authenticator().authenticate(call_of(client_id, OTHER), RING)


MALFORMED = {
    "client-id": ["a b", "a,a", "ä", "\x7f", "x" * 129],
    "request-time": [
        *("179530963000", "17953096300000", "1795309630000.0", "٠٧٩٥٣٠٩٦٣٠٠٠٠"),
        *("2026-11-22T01:07:10", "2026-11-22 01:07:10Z", "2026-11-22T01:07Z", "2026-11-22T01:07:10z"),
        *("2026-11-22T01:07:10+00", "2026-11-22T01:07:10.Z", "2026-11-22T01:07:10.1234567890Z"),
        *("2026-02-29T01:07:10Z", "2026-11-22T25:07:10Z", "2026-11-22T01:07:10+25:00"),
        "2026-11-22T01:07:10Z, 2026-11-22T01:07:10Z",
    ],
    "signature": ["rubbish"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in HEADERS for value in MALFORMED[name]])
def test_a_malformed_header_is_refused(name: str, value: str) -> None:
    """With and without a key; the fault quotes the value, shortened. A client id also with signatures off."""
    for client_id in ("A", "C"):
        call = with_headers(call_of(client_id), **{name: value})
        for mode in get_args(SignatureMode) if name == "client-id" else MODES:
            refused = refusal(call, mode)
            (fault,) = refused.faults
            assert ("PARAM_ILLEGAL", f"header {name}", True) == (refused.code, fault.path, value[:39] in fault.found)
            assert len(fault.found) <= 60


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("client_id", ["A", "C"], ids=["with a key", "without"])
def test_a_missing_or_empty_header_is_named(client_id: str, name: str) -> None:
    """Of several missing headers the first is named."""
    complete = call_of(client_id).headers
    before = {other: complete[other] for other in HEADERS[: HEADERS.index(name)]}
    for mode in MODES:
        for incomplete in (before, {**complete, name: ""}):
            refused = refusal(plain_call(headers=incomplete), mode)
            (fault,) = refused.faults
            assert ("PARAM_ILLEGAL", f"header {name}", "nothing") == (refused.code, fault.path, fault.found)


@pytest.mark.parametrize(
    "time",
    [
        *("1795309630000", "1795309630000000000", "2026-11-22T01:07:10+0000", "2026-11-22T09:07:10+08:00"),
        *("2026-11-22T01:07:10.1Z", "2026-11-22T01:07:10.123456789-0330", "2024-02-29T23:59:59Z"),
    ],
)
def test_a_request_time_is_accepted(time: str) -> None:
    """Epoch milliseconds or nanoseconds, or ISO 8601 with an offset, as the official SDKs write them."""
    assert ("A", "valid") == authenticator().authenticate(call_of(time=time), RING)


SIGNED = call_of(key_version=None)
WITH_OLD = "it was made with the key of A (version 1), not with the key of A (version 2)"
WITH_NEW = "it was made with the key of A (version 2), not with the key of A (version 1)"


INVALID = {
    "old key": (call_of("A", OLD), WITH_OLD),
    "new key": (call_of("A", NEW, key_version="1"), WITH_NEW),
    "another merchant": (call_of("A", OTHER), "with the key of B (version 1), not with the key of A (version 2)"),
    "gateway": (call_of("A", GATEWAY), "with the gateway's own key, not with the key of A (version 2)"),
    "unknown key": (call_of("A", STRANGER), "the private key does not belong to the key of A (version 2)"),
    "body": (SIGNED._replace(body=b"{}\n"), "white space"),
    "target": (SIGNED._replace(target=PATH), "with /sandbox"),
    "method": (SIGNED._replace(method="PUT"), "no known mistake"),
    "time": (with_headers(SIGNED, request_time="1795309631000"), "request time"),
    "client id": (with_headers(SIGNED, client_id="B"), "made with the key of A (version 2)"),
    "encoding": (with_headers(SIGNED, signature="signature=not.base64"), "then url-encode that"),
}


@pytest.mark.parametrize(("call", "explanation"), INVALID.values(), ids=INVALID)
def test_an_invalid_signature_is_explained(call: Call, explanation: str) -> None:
    """It was made with another key, or a part of the call was changed after signing."""
    refused = refusal(call)
    assert ("INVALID_SIGNATURE", True) == (refused.code, explanation in str(refused.explanation))


def test_a_diagnosis_tries_a_limited_number_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The merchant's own first, then others, so that many merchants make no call slow."""
    last = generate_private_key(65537, 1024)
    others = [(f"M{number}", STRANGER) for number in range(module._MOST_SUSPECTS + 1)]
    pairs = [*others, ("LAST", last), ("A", OLD), ("A", NEW)]
    ring = KeyRing((client_id, key.public_key()) for client_id, key in pairs)
    tried: set[tuple[int, int]] = set()
    diagnose = signing.diagnose

    def counting(raw: bytes, *, others: list[Suspect], client_ids: list[str], **more: Any) -> str:
        tried.add((len(others), len(client_ids)))
        return diagnose(raw, others=others, client_ids=client_ids, **more)

    monkeypatch.setattr(signing, "diagnose", counting)
    explanations = [str(refusal(call_of("A", key), ring=ring).explanation) for key in (OLD, STRANGER, GATEWAY, last)]
    owners = ("the key of A (version 1)", "the key of M0 (version 1)", "the gateway's own key", "no known key")
    assert [True] * 4 == [owner in explanation for owner, explanation in zip(owners, explanations, strict=True)]
    assert {(module._MOST_SUSPECTS, module._MOST_SUSPECTS)} == tried


@pytest.mark.parametrize(
    ("body", "diagnosis"), [(b"{}", "it would be valid if it were encoded properly"), (b"{}\n", "the body was signed")]
)
def test_a_wrong_encoding_is_explained(body: bytes, diagnosis: str) -> None:
    """Alone, and together with another mistake."""
    start, _, value = SIGNED.headers["signature"].partition("signature=")
    call = with_headers(SIGNED, signature=f"{start}signature={quote_plus(value)}")._replace(body=body)
    refused = refusal(call)
    assert "INVALID_SIGNATURE" == refused.code
    expected = f"it is not base64 once url-decoded: it is url-encoded twice, encode it once; {diagnosis}"
    assert str(refused.explanation).startswith(expected)


def test_an_unknown_encoding_is_not_checked_without_a_key() -> None:
    """The call is unverified."""
    call = with_headers(SIGNED, signature="signature=not.base64", client_id="C")
    assert ("C", "unverified") == authenticator().authenticate(call, RING)

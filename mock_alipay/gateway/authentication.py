"""Who is calling: the headers that every call must carry, and its signature."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING

from mock_alipay import signing
from mock_alipay.config.config import SignatureMode
from mock_alipay.errors import Fault, Refusal
from mock_alipay.journal.exchange import Call, Verdict
from mock_alipay.signing import BadEncoding, SignatureHeader, Suspect
from mock_alipay.signing.keys import KeyRing
from mock_alipay.text.wording import close, short

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_CLIENT_ID = re.compile(r"[!-+\--~]{1,128}")
"""Visible ASCII without commas (a repeated header is joined by one). The longest real id is unknown."""

_MOST_SUSPECTS = 50
"""Keys, the merchant's own first, and client ids that a wrong signature is held against: each takes its time."""

_MOST_STRANGERS = 1_000
"""Client ids without a key that are remembered, so that each is told once how to add one."""

_EPOCH = re.compile(r"[0-9]{13}(?:[0-9]{6})?")
"""Milliseconds; the Go SDK sent nanoseconds before it sent these."""

_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})")
"""All forms in the wild: Python ``+00:00``, PHP ``+0000``, .NET seven decimals and ``Z``."""


_API_KEY = "Bearer isak_"
"""What the Python SDK's ApiKeyAlipayClient sends, in place of a client id and a signature (from 1.6.0)."""

_NO_API_KEYS = (
    "header Authorization: API keys (ApiKeyAlipayClient) are not supported; call with DefaultAlipayClient and the "
    "client id and keys that mock-alipay env prints, or start the gateway with --signatures off"
)


class Authenticator:
    """Holds calls against keys."""

    def __init__(self, mode: SignatureMode, *, gateway: Suspect, anonymous: str) -> None:
        self._mode = mode
        self._gateway = gateway
        self._anonymous = anonymous
        self._strangers: dict[str, None] = {}

    def authenticate(self, call: Call, keys: KeyRing) -> tuple[str, Verdict]:
        """The caller's client id, and whether its signature is valid.

        A Refusal names the header that is missing or malformed, or why the signature is wrong.
        """
        off = self._mode == "off"
        client_id = call.headers.get("client-id") or self._anonymous if off else _required(call, "client-id")
        if not _CLIENT_ID.fullmatch(client_id):
            raise _illegal("client-id", "1 to 128 visible ASCII characters, sent once", client_id)
        if off:
            return client_id, "unchecked"
        _check_time(_required(call, "request-time"))
        header = _signature_header(_required(call, "signature"))
        versions = keys.versions(client_id)
        if not versions:
            if self._mode == "required":
                raise Refusal("INVALID_CLIENT", explanation=self._no_key(client_id, keys))
            return client_id, "unverified"
        version = max(versions) if header.key_version is None else header.key_version
        if version not in versions:
            known = ", ".join(map(str, versions))
            raise Refusal("KEY_NOT_FOUND", explanation=f"keyVersion={version}, but {client_id} has version {known}")
        self._check_signature(call, client_id, header, version, keys)
        return client_id, "valid"

    def introduce(self, client_id: str, keys: KeyRing) -> str | None:
        """How to add the key of a client id that has none, the first time that it calls; None after that."""
        if client_id in self._strangers:
            return None
        if len(self._strangers) >= _MOST_STRANGERS:
            del self._strangers[next(iter(self._strangers))]
        self._strangers[client_id] = None
        return f"unverified: {self._no_key(client_id, keys)}"

    def _no_key(self, client_id: str, keys: KeyRing) -> str:
        meant = close(client_id, islice(keys.client_ids, _MOST_SUSPECTS))
        hint = f", did you mean {meant}?" if meant else ";"
        add = f"add its key with --merchant {client_id}=FILE or POST /__admin/merchants"
        return f"client id {client_id} has no key here{hint} {add}"

    def _check_signature(
        self, call: Call, client_id: str, header: SignatureHeader, version: int, keys: KeyRing
    ) -> None:
        versions = keys.versions(client_id)
        key = versions[version]
        raw, slip = _decoded(header)
        time = call.headers["request-time"]
        if not slip and signing.fits(key, raw, signing.content(call.method, call.target, client_id, time, call.body)):
            return
        own = ((client_id, number, held) for number, held in versions.items())
        suspects = islice(chain(own, keys), _MOST_SUSPECTS)
        why = signing.diagnose(
            raw,
            method=call.method,
            target=call.target,
            client_id=client_id,
            time=time,
            body=call.body,
            expected=_suspect(client_id, version, key),
            others=[
                *(_suspect(*other) for other in suspects if other[2] != key),
                self._gateway,
            ],
            host=call.headers.get("host", ""),
            client_ids=[other for other in islice(keys.client_ids, _MOST_SUSPECTS) if other != client_id],
        )
        why = why or "it would be valid if it were encoded properly"
        raise Refusal("INVALID_SIGNATURE", explanation="; ".join(filter(None, [slip, why])))


def _decoded(header: SignatureHeader) -> tuple[bytes, str]:
    """The signature's bytes, and what is wrong with their encoding, if anything is."""
    try:
        return signing.raw_signature(header.value), ""
    except BadEncoding as error:
        if error.raw is None:
            raise Refusal("INVALID_SIGNATURE", explanation=str(error)) from None
        return error.raw, str(error)


def _suspect(client_id: str, version: int, key: RSAPublicKey) -> Suspect:
    return Suspect(f"the key of {client_id} (version {version})", key)


def _required(call: Call, name: str) -> str:
    value = call.headers.get(name)
    if not value:
        if call.headers.get("authorization", "").startswith(_API_KEY) and "signature" not in call.headers:
            raise Refusal("PARAM_ILLEGAL", _NO_API_KEYS)
        raise Refusal("PARAM_ILLEGAL", faults=[Fault(f"header {name}", "a value", "nothing")])
    return value


def _check_time(time: str) -> None:
    if _EPOCH.fullmatch(time):
        return
    found = _ISO.fullmatch(time)
    try:
        if found:
            # Only whether such a moment exists: how far it may be off at the real gateway is unknown.
            datetime.fromisoformat(found[1] + found[2])
            return
    except ValueError:
        pass
    raise _illegal("request-time", "epoch milliseconds (13 digits) or ISO 8601 with an offset", time)


def _signature_header(value: str) -> SignatureHeader:
    try:
        return signing.parse(value)
    except ValueError as error:
        expected = "algorithm=RSA256, keyVersion=1, signature=<url-encoded base64>"
        raise Refusal("PARAM_ILLEGAL", faults=[Fault("header signature", expected, str(error))]) from None


def _illegal(name: str, expected: str, found: str) -> Refusal:
    return Refusal("PARAM_ILLEGAL", faults=[Fault(f"header {name}", expected, f'"{short(found)}"')])

"""Authenticates calls: the required headers, and the signature."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING

from mock_alipay import signing
from mock_alipay.config.config import SignatureMode
from mock_alipay.errors import Fault, Refusal
from mock_alipay.journal.exchange import Call, Verdict
from mock_alipay.signing import BadEncoding, SignatureHeader, Suspect
from mock_alipay.signing.keys import KeyRing
from mock_alipay.text.client_id import CLIENT_ID
from mock_alipay.text.wording import close, short

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_MOST_SUSPECTS = 50
"""The limit on keys, the merchant's own first, and on client ids that a diagnosis tries, as each takes time."""

_MOST_STRANGERS = 1_000
"""The limit on remembered client ids without a key; each gets the hint how to add one once."""

_EPOCH = re.compile(r"[0-9]{13}(?:[0-9]{6})?")
"""Milliseconds; older versions of the Go SDK sent nanoseconds."""

_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})")
"""The forms of the official SDKs: Python ``+00:00``, PHP ``+0000``, .NET seven decimals and ``Z``."""


_API_KEY = "Bearer isak_"
"""The Python SDK's ApiKeyAlipayClient (from 1.6.0) sends this instead of a client id and a signature."""

_NO_API_KEYS = (
    "header Authorization: API keys (ApiKeyAlipayClient) are not supported; call with DefaultAlipayClient and the "
    "client id and keys that mock-alipay env prints, or start the gateway with --signatures off"
)


class Authenticator:
    """Checks the headers and signatures of calls."""

    def __init__(self, mode: SignatureMode, *, gateway: Suspect, anonymous: str) -> None:
        self._mode = mode
        self._gateway = gateway
        self._anonymous = anonymous
        self._strangers: dict[str, None] = {}

    def authenticate(self, call: Call, keys: KeyRing) -> tuple[str, Verdict]:
        """The client id of a call, and the verdict on its signature.

        The Refusal names the missing or malformed header, or explains why the signature is invalid.
        """
        off = self._mode == "off"
        client_id = call.headers.get("client-id") or self._anonymous if off else _required(call, "client-id")
        if not CLIENT_ID.fullmatch(client_id):
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
        """The hint how to add the key of a client id without one, on its first call; None on later calls."""
        if client_id in self._strangers:
            return None
        if len(self._strangers) >= _MOST_STRANGERS:
            del self._strangers[next(iter(self._strangers))]
        self._strangers[client_id] = None
        return f"unverified: {self._no_key(client_id, keys)}"

    def _no_key(self, client_id: str, keys: KeyRing) -> str:
        similar = close(client_id, islice(keys.client_ids, _MOST_SUSPECTS))
        hint = f", did you mean {similar}?" if similar else ";"
        add = f"add its key with --merchant {client_id}=FILE or POST /__admin/merchants"
        return f"client id {client_id} has no key here{hint} {add}"

    def _check_signature(
        self, call: Call, client_id: str, header: SignatureHeader, version: int, keys: KeyRing
    ) -> None:
        versions = keys.versions(client_id)
        key = versions[version]
        raw, encoding_mistake = _decoded(header)
        time = call.headers["request-time"]
        signed = signing.content(call.method, call.target, client_id, time, call.body)
        if not encoding_mistake and signing.fits(key, raw, signed):
            return
        own = ((client_id, number, own_key) for number, own_key in versions.items())
        suspects = islice(chain(own, keys), _MOST_SUSPECTS)
        diagnosis = signing.diagnose(
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
        diagnosis = diagnosis or "it would be valid if it were encoded properly"
        raise Refusal("INVALID_SIGNATURE", explanation="; ".join(filter(None, [encoding_mistake, diagnosis])))


def _decoded(header: SignatureHeader) -> tuple[bytes, str]:
    """The signature's bytes, and the mistake in their encoding; empty for none."""
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


@lru_cache(maxsize=128)
def _check_time(time: str) -> None:
    """Refusal for a malformed time. Cached, as all calls in a second tend to have the same one."""
    if _EPOCH.fullmatch(time):
        return
    match = _ISO.fullmatch(time)
    try:
        if match:
            # Checks only that the time exists: the tolerance of the real gateway is unknown.
            datetime.fromisoformat(match[1] + match[2])
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

"""Keys: the gateway's own key pair, the shipped test key pairs, and merchants' public keys."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from mock_alipay.errors import SettingName, SetupError, under
from mock_alipay.storage import Settings

_SHIPPED = Path(__file__).parent / "test_keys"


def shipped_merchant_key() -> RSAPrivateKey:
    """The private key of the shipped test merchant."""
    return _shipped("test_merchant_private_key.pem")


def shipped_gateway_key() -> RSAPrivateKey:
    """The private key that signs replies by default."""
    return _shipped("test_gateway_private_key.pem")


def gateway_key(file: Path | None) -> RSAPrivateKey:
    """The private key that signs replies: the one in ``file``, or the shipped one."""
    if file is None:
        return shipped_gateway_key()
    with under(SettingName("gateway_key"), " "):
        return read_private_key(file)


def shipped_forger_key() -> RSAPrivateKey:
    """A key that no client trusts; ``wrong-key`` faults sign with it."""
    return _shipped("test_forger_private_key.pem")


def new_private_key() -> RSAPrivateKey:
    """A new RSA key of 2048 bits."""
    return generate_private_key(65537, 2048)


def _shipped(name: str) -> RSAPrivateKey:
    # Validating an RSA key takes 45 ms; a test validates these.
    key = load_pem_private_key((_SHIPPED / name).read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"{name} is not an RSA key")
    return key


def read_private_key(path: Path) -> RSAPrivateKey:
    """An RSA private key in PEM, or as bare base64 of PKCS#8 or PKCS#1 (the form that SDKs use)."""
    if looks_like_a_key(str(path)):
        # The name is not repeated: it would be the key.
        raise SetupError("expected the name of a file, found what looks like the key itself")
    data = _read(path)
    if b"PUBLIC KEY" in data:
        raise SetupError(f"{path}: expected an RSA private key, found a public key")
    try:
        key = load_pem_private_key(data, None) if b"-----BEGIN" in data else load_der_private_key(_der(data), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        actual = _actual(error)
        raise SetupError(f"{path}: expected an RSA private key, PEM or bare base64, unencrypted: {actual}") from None
    if not isinstance(key, RSAPrivateKey):
        raise SetupError(f"{path}: expected an RSA private key, found another kind of key")
    return key


def looks_like_a_key(name: str) -> bool:
    """Whether the name of a file is more likely the text of a private key."""
    return "PRIVATE KEY" in name or "\n" in name or re.match(r"MI[IGEC][A-Za-z0-9+/]{200}", name) is not None


def read_public_key(path: Path) -> RSAPublicKey:
    """An RSA public key in PEM, or as bare base64 of its SubjectPublicKeyInfo."""
    return parse_public_key(_read(path), str(path))


def parse_public_key(data: bytes, origin: str) -> RSAPublicKey:
    """The same from bytes; ``origin`` names their source in errors."""
    try:
        key = load_pem_public_key(data) if b"-----BEGIN" in data else load_der_public_key(_der(data))
    except (ValueError, UnsupportedAlgorithm) as error:
        if _is_private(data):
            raise SetupError(f"{origin}: expected the merchant's public key, found a private key") from None
        raise SetupError(f"{origin}: expected an RSA public key, PEM or bare base64: {_actual(error)}") from None
    if not isinstance(key, RSAPublicKey):
        raise SetupError(f"{origin}: expected an RSA public key, found another kind of key")
    return key


def _actual(error: Exception) -> str:
    """A description of the data; the messages of the cryptography library do not help users."""
    match error:
        case _NotBase64Error():
            return "it is neither PEM nor base64"
        case TypeError():
            return "the key is encrypted"
        case _:
            return "the data is not such a key, or damaged"


def _is_private(data: bytes) -> bool:
    try:
        return b"PRIVATE KEY" in data or bool(load_der_private_key(_der(data), None))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def bare_private_key(key: RSAPrivateKey) -> str:
    """PKCS#8 as one line of bare base64: the form that every official SDK accepts."""
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(der).decode()


def bare_public_key(key: RSAPublicKey) -> str:
    """SubjectPublicKeyInfo as one line of bare base64: the form that every official SDK accepts."""
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


class KeyRing:
    """Public keys by client id and key version; versions count from 1, and each key has one version."""

    def __init__(self, keys: Iterable[tuple[str, RSAPublicKey]] = ()) -> None:
        """``keys``: client ids and their keys, in the order in which they were added."""
        self._keys: dict[str, dict[int, RSAPublicKey]] = {}
        for client_id, key in keys:
            versions = self._keys.setdefault(client_id, {})
            if key not in versions.values():
                versions[len(versions) + 1] = key

    def versions(self, client_id: str) -> Mapping[int, RSAPublicKey]:
        """The keys of a client id by version, newest last; empty when the client id is unknown."""
        return self._keys.get(client_id, {})

    @property
    def client_ids(self) -> list[str]:
        """All client ids that have a key."""
        return list(self._keys)

    def __iter__(self) -> Iterator[tuple[str, int, RSAPublicKey]]:
        for client_id, versions in self._keys.items():
            for version, key in versions.items():
                yield client_id, version, key


class MerchantKeys:
    """The public keys of merchants: those configured at startup, and those added later."""

    def __init__(
        self, configured: Iterable[tuple[str, RSAPublicKey]], added: Settings[tuple[RSAPublicKey, ...]]
    ) -> None:
        self._configured = tuple(configured)
        self._added = added
        self._snapshot: Mapping[str | None, tuple[RSAPublicKey, ...]] = {}
        self._ring = KeyRing(self._configured)

    def ring(self) -> KeyRing:
        """All current keys; the same object until a key is added or removed."""
        added = self._added.snapshot()
        if added is not self._snapshot:
            self._snapshot = added
            new = ((client_id or "", key) for client_id, keys in added.items() for key in keys)
            self._ring = KeyRing((*self._configured, *new))
        return self._ring

    async def add(self, client_id: str, key: RSAPublicKey) -> int:
        """Add a merchant's key; returns its version, also when the merchant has the key already.

        SetupError when the limit is reached.
        """

        def joined(own: tuple[RSAPublicKey, ...] | None) -> tuple[RSAPublicKey, ...]:
            own = own or ()
            return own if key in own else (*own, key)

        known = self.ring().versions(client_id).values()
        if key not in known and not await self._added.change(client_id, joined):
            raise SetupError(f"{self._added.most} keys were added already; remove some")
        versions = self.ring().versions(client_id)
        return next(version for version, known in versions.items() if known == key)

    async def remove(self, client_id: str) -> int:
        """Remove the added keys of a merchant; returns how many there were."""
        before = len(self.ring().versions(client_id))
        await self._added.forget(client_id)
        return before - len(self.ring().versions(client_id))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetupError(f"{path}: cannot be read: {error.strerror}") from None


class _NotBase64Error(ValueError):
    """The data is neither PEM nor base64."""


def _der(data: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error:
        raise _NotBase64Error from None

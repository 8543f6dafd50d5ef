"""The key ring: the gateway's own pair, the shipped test pairs, and merchants' public keys."""

from __future__ import annotations

import base64
import binascii
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
    """The private key that signs replies unless another is configured."""
    return _shipped("test_gateway_private_key.pem")


def gateway_key(file: Path | None) -> RSAPrivateKey:
    """The private key that signs replies: the one in ``file``, or the shipped one."""
    if file is None:
        return shipped_gateway_key()
    with under(SettingName("gateway_key"), " "):
        return read_private_key(file)


def shipped_forger_key() -> RSAPrivateKey:
    """A key that nobody trusts; ``wrong-key`` faults sign with it."""
    return _shipped("test_forger_private_key.pem")


def new_private_key() -> RSAPrivateKey:
    """A key that nobody else has."""
    return generate_private_key(65537, 2048)


def _shipped(name: str) -> RSAPrivateKey:
    # Checking an RSA key costs 45 ms; these were checked when they were packaged.
    key = load_pem_private_key((_SHIPPED / name).read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"{name} is no RSA key")
    return key


def read_private_key(path: Path) -> RSAPrivateKey:
    """An RSA private key in PEM, or as bare base64 of PKCS#8 or PKCS#1 (as SDKs take it)."""
    data = _read(path)
    if b"PUBLIC KEY" in data:
        raise SetupError(f"{path}: expected an RSA private key, found a public one")
    try:
        key = load_pem_private_key(data, None) if b"-----BEGIN" in data else load_der_private_key(_der(data), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        found = _found(error)
        raise SetupError(f"{path}: expected an RSA private key, PEM or bare base64, unencrypted: {found}") from None
    if not isinstance(key, RSAPrivateKey):
        raise SetupError(f"{path}: expected an RSA private key, found another kind of key")
    return key


def read_public_key(path: Path) -> RSAPublicKey:
    """An RSA public key in PEM, or as bare base64 of its SubjectPublicKeyInfo."""
    return parse_public_key(_read(path), str(path))


def parse_public_key(data: bytes, origin: str) -> RSAPublicKey:
    """The same from bytes; ``origin`` names them in the error."""
    try:
        key = load_pem_public_key(data) if b"-----BEGIN" in data else load_der_public_key(_der(data))
    except (ValueError, UnsupportedAlgorithm) as error:
        if _is_private(data):
            raise SetupError(f"{origin}: this is a private key; the gateway wants the merchant's public key") from None
        raise SetupError(f"{origin}: expected an RSA public key, PEM or bare base64: {_found(error)}") from None
    if not isinstance(key, RSAPublicKey):
        raise SetupError(f"{origin}: expected an RSA public key, found another kind of key")
    return key


def _found(error: Exception) -> str:
    """What is there instead of a key, in words: those of the library that reads keys are no help."""
    match error:
        case _NoBase64():
            return "it is neither PEM nor base64"
        case TypeError():
            return "this one is encrypted"
        case _:
            return "what is there is no such key, or a damaged one"


def _is_private(data: bytes) -> bool:
    try:
        return b"PRIVATE KEY" in data or bool(load_der_private_key(_der(data), None))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def bare_private_key(key: RSAPrivateKey) -> str:
    """PKCS#8 as one line of bare base64: the form that every official SDK takes."""
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(der).decode()


def bare_public_key(key: RSAPublicKey) -> str:
    """SubjectPublicKeyInfo as one line of bare base64: the form that every official SDK takes."""
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


class KeyRing:
    """Public keys by client id and key version; versions count from 1, and a key has but one."""

    def __init__(self, keys: Iterable[tuple[str, RSAPublicKey]] = ()) -> None:
        """``keys`` of client ids in the order in which they were added."""
        self._keys: dict[str, dict[int, RSAPublicKey]] = {}
        for client_id, key in keys:
            versions = self._keys.setdefault(client_id, {})
            if key not in versions.values():
                versions[len(versions) + 1] = key

    def versions(self, client_id: str) -> Mapping[int, RSAPublicKey]:
        """A client's keys by version, newest last; empty when the client is unknown."""
        return self._keys.get(client_id, {})

    @property
    def client_ids(self) -> list[str]:
        """Every client id that has a key."""
        return list(self._keys)

    def __iter__(self) -> Iterator[tuple[str, int, RSAPublicKey]]:
        for client_id, versions in self._keys.items():
            for version, key in versions.items():
                yield client_id, version, key


class MerchantKeys:
    """The keys of merchants: those from the start, and those added while the gateway runs."""

    def __init__(self, lasting: Iterable[tuple[str, RSAPublicKey]], added: Settings[tuple[RSAPublicKey, ...]]) -> None:
        self._lasting = tuple(lasting)
        self._added = added
        self._seen: Mapping[str | None, tuple[RSAPublicKey, ...]] = {}
        self._ring = KeyRing(self._lasting)

    async def ring(self) -> KeyRing:
        """All of them as they are now; made anew only when one has been added or taken away."""
        added = await self._added.snapshot()
        if added is not self._seen:
            self._seen = added
            new = ((client_id or "", key) for client_id, keys in added.items() for key in keys)
            self._ring = KeyRing((*self._lasting, *new))
        return self._ring

    async def add(self, client_id: str, key: RSAPublicKey) -> int:
        """Add a merchant's next key until it is taken away; its version, also when the merchant had it already.

        SetupError when there are too many.
        """

        def joined(own: tuple[RSAPublicKey, ...] | None) -> tuple[RSAPublicKey, ...]:
            own = own or ()
            return own if key in own else (*own, key)

        known = (await self.ring()).versions(client_id).values()
        if key not in known and not await self._added.change(client_id, joined):
            raise SetupError(f"{self._added.most} keys were added already; take some away")
        versions = (await self.ring()).versions(client_id)
        return next(version for version, known in versions.items() if known == key)

    async def remove(self, client_id: str) -> int:
        """Take away the keys of a merchant that were added; how many there were."""
        before = len((await self.ring()).versions(client_id))
        await self._added.forget(client_id)
        return before - len((await self.ring()).versions(client_id))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetupError(f"{path}: cannot be read: {error.strerror}") from None


class _NoBase64(ValueError):
    """Neither of the two forms that keys come in."""


def _der(data: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error:
        raise _NoBase64 from None

"""The key ring: the gateway's own pair, the shipped test pairs, and merchants' public keys."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
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

from mock_alipay.errors import SetupError

_SHIPPED = Path(__file__).parent / "test_keys"


def shipped_merchant_key() -> RSAPrivateKey:
    """The private key of the shipped test merchant."""
    return _shipped("test_merchant_private_key.pem")


def shipped_gateway_key() -> RSAPrivateKey:
    """The private key that signs replies unless another is configured."""
    return _shipped("test_gateway_private_key.pem")


def gateway_key(file: Path | None) -> RSAPrivateKey:
    """The private key that signs replies: the one in ``file``, or the shipped one."""
    return shipped_gateway_key() if file is None else read_private_key(file)


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
        raise SetupError(f"{path}: expected an RSA private key, PEM or bare base64, unencrypted: {error}") from None
    if not isinstance(key, RSAPrivateKey):
        raise SetupError(f"{path}: expected an RSA private key, found another kind of key")
    return key


def read_public_key(path: Path) -> RSAPublicKey:
    """An RSA public key in PEM, or as bare base64 of its SubjectPublicKeyInfo."""
    data = _read(path)
    if b"PRIVATE KEY" in data:
        raise SetupError(f"{path}: this is a private key; the gateway wants the merchant's public key")
    return parse_public_key(data, str(path))


def parse_public_key(data: bytes, origin: str) -> RSAPublicKey:
    """The same from bytes; ``origin`` names them in the error."""
    try:
        key = load_pem_public_key(data) if b"-----BEGIN" in data else load_der_public_key(_der(data))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SetupError(f"{origin}: expected an RSA public key, PEM or bare base64: {error}") from None
    if not isinstance(key, RSAPublicKey):
        raise SetupError(f"{origin}: expected an RSA public key, found another kind of key")
    return key


def bare_private_key(key: RSAPrivateKey) -> str:
    """PKCS#8 as one line of bare base64: the form that every official SDK takes."""
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(der).decode()


def bare_public_key(key: RSAPublicKey) -> str:
    """SubjectPublicKeyInfo as one line of bare base64: the form that every official SDK takes."""
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


MOST_KEYS = 20_000
"""Public keys that a ring holds, of all client ids together."""


class KeyRing:
    """Public keys by client id and key version; versions count from 1 in the order added."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[int, RSAPublicKey]] = {}
        self._count = 0

    def add(self, client_id: str, key: RSAPublicKey) -> int:
        """Register a merchant's next key and return its version; the key that it has already keeps its version."""
        versions = self._keys.get(client_id, {})
        known = next((version for version, held in versions.items() if held == key), None)
        if known is not None:
            return known
        if self._count >= MOST_KEYS:
            raise SetupError(f"the key ring holds {MOST_KEYS} keys, that is all it can; start the gateway anew")
        self._count += 1
        self._keys[client_id] = {**versions, len(versions) + 1: key}
        return len(versions) + 1

    def versions(self, client_id: str) -> Mapping[int, RSAPublicKey]:
        """A client's keys by version, newest last; empty when the client is unknown."""
        return self._keys.get(client_id, {})

    @property
    def client_ids(self) -> list[str]:
        """Every client id that has a key."""
        return list(self._keys)

    def __iter__(self) -> Iterator[tuple[str, int, RSAPublicKey]]:
        # A copy: a merchant may be added while another's signature is looked into.
        for client_id, versions in list(self._keys.items()):
            for version, key in versions.items():
                yield client_id, version, key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetupError(f"{path}: cannot be read: {error.strerror}") from None


def _der(data: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error:
        raise ValueError("it is neither PEM nor base64") from None

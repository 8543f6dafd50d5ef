"""Keys in all the forms that people have them in, and the key ring."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

import mock_alipay
from mock_alipay.errors import SetupError
from mock_alipay.signing import keys
from mock_alipay.signing.keys import KeyRing, MerchantKeys
from mock_alipay.storage import Settings
from tests.memory import done

KEY = generate_private_key(65537, 1024)
CURVE = ec.generate_private_key(ec.SECP256R1())
SHIPPED = Path(mock_alipay.__file__).parent / "signing" / "test_keys"
PKCS1, PKCS8, SPKI = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8, PublicFormat.SubjectPublicKeyInfo


def private(
    encoding: Encoding, form: PrivateFormat = PKCS8, key: RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY
) -> bytes:
    """A private key in a form."""
    return key.private_bytes(encoding, form, NoEncryption())


def wrapped(der: bytes) -> bytes:
    """Base64 in lines, as copied from a web page: blanks before, line ends within and after."""
    return b"  " + base64.encodebytes(der).replace(b"\n", b"\r\n") + b"\n"


PRIVATE_PEM, PUBLIC_PEM = private(Encoding.PEM), KEY.public_key().public_bytes(Encoding.PEM, SPKI)
PUBLIC_DER = KEY.public_key().public_bytes(Encoding.DER, SPKI)
ENCRYPTED = KEY.private_bytes(Encoding.PEM, PKCS8, BestAvailableEncryption(b"secret"))
PRIVATE_FORMS = {
    "PEM of PKCS#8": PRIVATE_PEM,
    "PEM of PKCS#1": private(Encoding.PEM, PKCS1),
    "comment and CRLF": (b"# comment\n" + PRIVATE_PEM).replace(b"\n", b"\r\n"),
    "base64 of PKCS#8": keys.bare_private_key(KEY).encode(),
    "base64 of PKCS#1": base64.b64encode(private(Encoding.DER, PKCS1)),
    "base64 in lines": wrapped(private(Encoding.DER)),
}
PRIVATE_BUT_USELESS = [
    *(PRIVATE_PEM[:-200], ENCRYPTED, private(Encoding.PEM, key=CURVE)),
    base64.b64encode(private(Encoding.DER, key=CURVE)),
]
FOUND_PRIVATE = r"key: expected the merchant's public key, found a private key$"
PUBLIC_FORMS = {
    "PEM of SPKI": PUBLIC_PEM,
    "PEM of PKCS#1": KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1),
    "comment on a private key": b"# made from MY PRIVATE KEY\r\n" + PUBLIC_PEM.replace(b"\n", b"\r\n"),
    "base64": keys.bare_public_key(KEY.public_key()).encode(),
    "base64 in lines": wrapped(PUBLIC_DER),
}


@pytest.mark.parametrize("form", PRIVATE_FORMS)
def test_a_private_key_is_read(tmp_path: Path, form: str) -> None:
    """PEM or bare base64, PKCS#8 or PKCS#1, in one line or many; where a public key is expected it is named."""
    (tmp_path / "key").write_bytes(PRIVATE_FORMS[form])
    assert KEY.private_numbers() == keys.read_private_key(tmp_path / "key").private_numbers()
    with pytest.raises(SetupError, match=FOUND_PRIVATE):
        keys.read_public_key(tmp_path / "key")


@pytest.mark.parametrize("form", PUBLIC_FORMS)
def test_a_public_key_is_read(tmp_path: Path, form: str) -> None:
    """PEM or bare base64, in one line or many; where a private key is expected it is refused."""
    (tmp_path / "key").write_bytes(PUBLIC_FORMS[form])
    assert KEY.public_key() == keys.read_public_key(tmp_path / "key")
    with pytest.raises(SetupError, match="a public key" if b"-----BEGIN" in PUBLIC_FORMS[form] else "damaged"):
        keys.read_private_key(tmp_path / "key")


NOT_KEYS = {
    # data: what both errors say of it
    b"": "damaged",
    "schlüssel".encode(): "",
    b"YWJj": "damaged",
    b"-----BEGIN PUBLIC KEY-----\nYWJj\n-----END PUBLIC KEY-----\n": "",
    b"-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n": "damaged",
    b"rubbish!": "neither PEM nor base64",
}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        *NOT_KEYS.items(),
        (ENCRYPTED, "encrypted"),
        (PRIVATE_PEM[:-200], "damaged"),
        (private(Encoding.PEM, key=CURVE), "another kind of key"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_a_file_without_an_rsa_private_key_is_refused(tmp_path: Path, data: bytes, found: str) -> None:
    """The error names the setting, the file and what was found, without a message of the cryptography library."""
    (tmp_path / "key").write_bytes(data)
    with pytest.raises(SetupError) as caught:
        keys.gateway_key(tmp_path / "key")
    assert str(caught.value).startswith(f"setting gateway_key {tmp_path / 'key'}: expected an RSA private key")
    assert (True, False) == (found in str(caught.value), "[" in str(caught.value))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        *NOT_KEYS.items(),
        (PUBLIC_PEM[:-100], "damaged"),
        (CURVE.public_key().public_bytes(Encoding.PEM, SPKI), "another kind of key"),
        (base64.b64encode(CURVE.public_key().public_bytes(Encoding.DER, SPKI)), "another kind of key"),
        *((data, "found a private key") for data in PRIVATE_BUT_USELESS),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_data_without_an_rsa_public_key_is_refused(data: bytes, found: str) -> None:
    """The error names the origin and what was found, without a message of the cryptography library."""
    with pytest.raises(SetupError) as caught:
        keys.parse_public_key(data, "publicKey")
    assert str(caught.value).startswith("publicKey: expected ")
    assert (True, False) == (found in str(caught.value), "[" in str(caught.value))


@pytest.mark.parametrize("read", [keys.read_private_key, keys.read_public_key])
def test_an_unreadable_file_is_named(tmp_path: Path, read: Callable[[Path], object]) -> None:
    """A missing file and a folder."""
    for path in (tmp_path / "missing.pem", tmp_path):
        with pytest.raises(SetupError, match=f"^{path}: cannot be read: "):
            read(path)


def test_the_bare_forms_are_one_line_of_pkcs8_and_spki() -> None:
    """In base64 without armour."""
    assert base64.b64encode(private(Encoding.DER)).decode() == keys.bare_private_key(KEY)
    assert base64.b64encode(PUBLIC_DER).decode() == keys.bare_public_key(KEY.public_key())


def test_shipped_keys_are_labelled_sound_and_different() -> None:
    """Test keys by name and first line, of 2048 bits, valid, and in pairs with their public files."""
    for path in SHIPPED.iterdir():
        label, _, rest = path.read_text("ascii").partition("\n")
        assert (True, True) == (path.name.startswith("test_") and "TEST KEY" in label, rest.startswith("-----BEGIN P"))
    shipped = {"forger": keys.shipped_forger_key(), "gateway": keys.gateway_key(None)}
    shipped["merchant"] = keys.shipped_merchant_key()
    assert 3 == len({keys.bare_public_key(key.public_key()) for key in shipped.values()})
    for name, key in shipped.items():
        validated = load_pem_private_key((SHIPPED / f"test_{name}_private_key.pem").read_bytes(), None)
        assert (2048, key.private_numbers()) == (key.key_size, validated.private_numbers())  # type: ignore[union-attr]
        if name != "forger":
            public_file = SHIPPED / f"test_{name}_public_key.pem"
            assert key.public_key() == load_pem_public_key(public_file.read_bytes())


def test_a_new_key_has_2048_bits() -> None:
    """And the usual exponent."""
    key = keys.new_private_key()
    assert (2048, 65537) == (key.key_size, key.public_key().public_numbers().e)


ONE, TWO, THREE = (key.public_key() for key in (KEY, keys.shipped_merchant_key(), keys.shipped_gateway_key()))


def test_a_ring_counts_the_versions_of_each_client_id() -> None:
    """From 1, each key once; an unknown client id has none."""
    again = keys.parse_public_key(PUBLIC_PEM, "the same")
    ring = KeyRing([("A", ONE), ("A", again), ("B", TWO), ("A", TWO), ("A", again)])
    assert ({1: ONE, 2: TWO}, {}) == (ring.versions("A"), ring.versions("C"))
    assert ([("A", 1, ONE), ("A", 2, TWO), ("B", 1, TWO)], ["A", "B"]) == (list(ring), ring.client_ids)


def test_keys_are_added_and_removed() -> None:
    """A known key keeps its version, configured keys stay, and a ring in use does not change."""
    merchants = MerchantKeys([("A", ONE)], Settings(10, len))
    before = merchants.ring()
    pairs = (("A", ONE), ("A", TWO), ("A", TWO), ("A", THREE), ("B", TWO))
    assert [1, 2, 2, 3, 1] == [done(merchants.add(client_id, key)) for client_id, key in pairs]
    assert ([("A", 1, ONE)], {1: ONE, 2: TWO, 3: THREE}) == (list(before), merchants.ring().versions("A"))
    assert merchants.ring() is merchants.ring()
    assert [2, 0, 1, 0] == [done(merchants.remove(client_id)) for client_id in "AABC"]
    assert [("A", 1, ONE)] == list(merchants.ring())
    assert [2, 1] == [done(merchants.add(client_id, THREE)) for client_id in "AB"]


def test_the_number_of_added_keys_is_limited() -> None:
    """Configured and known keys do not count, and a removed key frees its place."""
    merchants = MerchantKeys([("A", ONE), ("B", ONE)], Settings(2, len))
    assert [2, 1] == [done(merchants.add(client_id, TWO)) for client_id in ("A", "C")]
    before = list(merchants.ring())
    assert [1, 2] == [done(merchants.add("A", key)) for key in (ONE, TWO)]
    for client_id in "ABCD":
        with pytest.raises(SetupError, match="2 keys were added already"):
            done(merchants.add(client_id, THREE))
    assert (before, 1, 1) == (list(merchants.ring()), done(merchants.add("C", TWO)), done(merchants.remove("A")))
    assert 2 == done(merchants.add("C", THREE))

"""Keys in all the forms that people have them in; wrong files are refused by name."""

from __future__ import annotations

import base64
import re
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
    load_der_private_key,
    load_der_public_key,
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
OTHER = generate_private_key(65537, 1024).public_key()
CURVE = ec.generate_private_key(ec.SECP256R1())
SHIPPED = Path(mock_alipay.__file__).parent / "signing" / "test_keys"


def private(encoding: Encoding, form: PrivateFormat) -> bytes:
    """The private key in a form."""
    return KEY.private_bytes(encoding, form, NoEncryption())


def public(encoding: Encoding, form: PublicFormat) -> bytes:
    """The public key in a form."""
    return KEY.public_key().public_bytes(encoding, form)


def bare(der: bytes) -> bytes:
    """One line of base64."""
    return base64.b64encode(der)


def wrapped(der: bytes) -> bytes:
    """Base64 in lines, as it is copied from a web page: blanks before, line ends within and after."""
    return b"  " + base64.encodebytes(der).replace(b"\n", b"\r\n") + b"\n"


def file(folder: Path, data: bytes) -> Path:
    """A key file."""
    path = folder / "key.pem"
    path.write_bytes(data)
    return path


PKCS1, PKCS8 = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8
PRIVATE_PEM = private(Encoding.PEM, PKCS8)
PUBLIC_PEM = public(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PUBLIC_DER = public(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "data",
    [
        PRIVATE_PEM,
        private(Encoding.PEM, PKCS1),
        b"# a comment before it\n" + PRIVATE_PEM,
        PRIVATE_PEM.replace(b"\n", b"\r\n"),
        bare(private(Encoding.DER, PKCS8)),
        bare(private(Encoding.DER, PKCS1)),
        wrapped(private(Encoding.DER, PKCS8)),
        wrapped(private(Encoding.DER, PKCS1)),
    ],
    ids=lambda _: "data",
)
def test_a_private_key_is_read(tmp_path: Path, data: bytes) -> None:
    """PEM or bare base64, PKCS#8 or PKCS#1, in one line or many."""
    assert KEY.private_numbers() == keys.read_private_key(file(tmp_path, data)).private_numbers()


@pytest.mark.parametrize(
    "data",
    [
        PUBLIC_PEM,
        public(Encoding.PEM, PublicFormat.PKCS1),
        b"# a comment before it\n" + PUBLIC_PEM,
        PUBLIC_PEM.replace(b"\n", b"\r\n"),
        bare(PUBLIC_DER),
        bare(PUBLIC_DER) + b"\n",
        wrapped(PUBLIC_DER),
    ],
    ids=lambda _: "data",
)
def test_a_public_key_is_read(tmp_path: Path, data: bytes) -> None:
    """PEM or bare base64, in one line or many."""
    expected = KEY.public_key().public_numbers()
    assert expected == keys.read_public_key(file(tmp_path, data)).public_numbers()
    assert expected == keys.parse_public_key(data, "the request").public_numbers()


ENCRYPTED = KEY.private_bytes(Encoding.PEM, PKCS8, BestAvailableEncryption(b"secret"))
CURVE_PRIVATE = CURVE.private_bytes(Encoding.PEM, PKCS8, NoEncryption())
CURVE_PUBLIC = CURVE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
CURVE_PUBLIC_DER = CURVE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
NO_PRIVATE_KEY = b"-----BEGIN PRIVATE KEY-----\nYWJj\n-----END PRIVATE KEY-----\n"
RUBBISH = [
    b"",
    b"rubbish!",
    b"\x00\xff",
    "schlüssel".encode(),
    b"YWJj",
    b"-----BEGIN PUBLIC KEY-----\nYWJj\n-----END PUBLIC KEY-----\n",
    b"-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n",
]


@pytest.mark.parametrize(
    "data",
    [*RUBBISH, NO_PRIVATE_KEY, ENCRYPTED, CURVE_PRIVATE, PUBLIC_PEM, bare(PUBLIC_DER), PRIVATE_PEM[:-200]],
    ids=lambda _: "data",
)
def test_a_file_that_holds_no_rsa_private_key_is_refused(tmp_path: Path, data: bytes) -> None:
    """Another kind, encrypted, public, cut off or rubbish: the file is named, and what was wanted."""
    path = file(tmp_path, data)
    with pytest.raises(SetupError) as caught:
        keys.read_private_key(path)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{path}: expected an RSA private key")
    assert "[" not in problem, "what a library says is no help"


@pytest.mark.parametrize(
    "data", [*RUBBISH, CURVE_PUBLIC, bare(CURVE_PUBLIC_DER), PUBLIC_PEM[:-100]], ids=lambda _: "data"
)
def test_a_file_that_holds_no_rsa_public_key_is_refused(tmp_path: Path, data: bytes) -> None:
    """Another kind, cut off or rubbish: the file is named, and what was wanted."""
    path = file(tmp_path, data)
    with pytest.raises(SetupError) as caught:
        keys.read_public_key(path)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{path}: expected an RSA public key")
    assert "[" not in problem, "what a library says is no help"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"no key", "it is neither PEM nor base64"),
        (ENCRYPTED, "this one is encrypted"),
        (PRIVATE_PEM[:-200], "what is there is no such key, or a damaged one"),
        (bare(b"no key"), "what is there is no such key, or a damaged one"),
    ],
    ids=lambda _: "data",
)
def test_what_is_there_instead_of_a_private_key_is_told(tmp_path: Path, data: bytes, found: str) -> None:
    """In words of our own, under the setting where it was configured."""
    path = file(tmp_path, data)
    with pytest.raises(SetupError) as caught:
        keys.gateway_key(path)
    expected = "expected an RSA private key, PEM or bare base64, unencrypted"
    assert f"setting gateway_key {path}: {expected}: {found}" == str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        *(PRIVATE_PEM, private(Encoding.PEM, PKCS1), PRIVATE_PEM[:-200], NO_PRIVATE_KEY, ENCRYPTED, CURVE_PRIVATE),
        *(bare(private(Encoding.DER, form)) for form in (PKCS8, PKCS1)),
        wrapped(private(Encoding.DER, PKCS8)),
        bare(CURVE.private_bytes(Encoding.DER, PKCS8, NoEncryption())),
    ],
    ids=lambda _: "data",
)
def test_a_private_key_in_place_of_a_public_one_is_told_as_such(tmp_path: Path, data: bytes) -> None:
    """A merchant's private key has no business here, in whatever form and wherever it comes from."""
    path = file(tmp_path, data)
    told = "this is a private key; the gateway wants the merchant's public key"
    with pytest.raises(SetupError) as caught:
        keys.read_public_key(path)
    assert f"{path}: {told}" == str(caught.value)
    with pytest.raises(SetupError) as caught:
        keys.parse_public_key(data, "publicKey")
    assert f"publicKey: {told}" == str(caught.value)


def test_a_public_key_beside_words_on_a_private_one_is_read() -> None:
    """Only a file in which there is no public key is taken for a private one's."""
    data = b"# made from MY PRIVATE KEY\n" + PUBLIC_PEM
    assert KEY.public_key() == keys.parse_public_key(data, "publicKey")


@pytest.mark.parametrize("read", [keys.read_private_key, keys.read_public_key])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, read: Callable[[Path], object]) -> None:
    """A missing one and a folder."""
    with pytest.raises(SetupError, match=r"missing\.pem: cannot be read: "):
        read(tmp_path / "missing.pem")
    with pytest.raises(SetupError, match=f"^{re.escape(str(tmp_path))}: cannot be read: "):
        read(tmp_path)


def test_bad_bytes_are_named_by_their_origin() -> None:
    """Keys also come from requests."""
    with pytest.raises(SetupError, match=r"^publicKey: expected an RSA public key, PEM or bare base64: .*neither PEM"):
        keys.parse_public_key(b"?", "publicKey")


def test_the_bare_forms_are_one_line_that_sdks_take() -> None:
    """PKCS#8 and SubjectPublicKeyInfo, without armour or line ends, and they load again."""
    secret, open_ = keys.bare_private_key(KEY), keys.bare_public_key(KEY.public_key())
    for text in (secret, open_):
        assert text.isascii()
        assert not any(letter.isspace() or letter == "-" for letter in text)
    assert base64.b64decode(secret, validate=True) == private(Encoding.DER, PKCS8)
    assert base64.b64decode(open_, validate=True) == PUBLIC_DER
    loaded = load_der_private_key(base64.b64decode(secret), None)
    assert isinstance(loaded, RSAPrivateKey)
    assert KEY.private_numbers() == loaded.private_numbers()
    assert load_der_public_key(base64.b64decode(open_)) == KEY.public_key()


def test_the_bare_forms_are_read_back(tmp_path: Path) -> None:
    """What ``env`` prints can be given to a flag."""
    secret, open_ = keys.bare_private_key(KEY).encode(), keys.bare_public_key(KEY.public_key()).encode()
    assert KEY.private_numbers() == keys.read_private_key(file(tmp_path, secret)).private_numbers()
    assert KEY.public_key() == keys.read_public_key(file(tmp_path, open_))


@pytest.mark.parametrize("path", sorted(SHIPPED.iterdir()), ids=lambda path: path.name)
def test_shipped_keys_are_labelled_as_test_keys(path: Path) -> None:
    """In the file's name and in its first line, before the armour."""
    assert path.name.startswith("test_")
    label, _, rest = path.read_text("ascii").partition("\n")
    assert "TEST KEY" in label
    assert "Never use it beyond tests" in label
    assert rest.startswith("-----BEGIN P")


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*_private_key.pem")), ids=lambda path: path.name)
def test_shipped_private_keys_are_sound(path: Path) -> None:
    """They pass the full check that is skipped at start, are 2048 bits long, and belong to their public files."""
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    assert (2048, 65537) == (key.key_size, key.public_key().public_numbers().e)
    twin = path.with_name(path.name.replace("private", "public"))
    if twin.exists():
        assert load_pem_public_key(twin.read_bytes()) == key.public_key()


def test_the_shipped_keys_are_three_different_ones() -> None:
    """The forger's is not the gateway's, and both the merchant and the gateway have a public file."""
    found = [keys.shipped_merchant_key(), keys.shipped_gateway_key(), keys.shipped_forger_key()]
    assert len({key.public_key().public_numbers().n for key in found}) == 3
    assert ["test_gateway_public_key.pem", "test_merchant_public_key.pem"] == sorted(
        path.name for path in SHIPPED.glob("*public*")
    )


ONE, TWO = KEY.public_key(), keys.shipped_merchant_key().public_key()


def test_a_ring_counts_the_versions_of_each_client() -> None:
    """From 1, newest last, each client by itself and each key once; an unknown client has none."""
    again = keys.parse_public_key(PUBLIC_PEM, "the same")
    ring = KeyRing([("A", ONE), ("A", again), ("B", TWO), ("A", TWO), ("A", again)])
    assert {1: ONE, 2: TWO} == ring.versions("A")
    assert {} == ring.versions("C")
    assert ([("A", 1, ONE), ("A", 2, TWO), ("B", 1, TWO)], ["A", "B"]) == (list(ring), ring.client_ids)


def test_keys_may_be_added_while_others_look() -> None:
    """Who looks sees the keys as they were; a key that the merchant has keeps its version."""
    merchants = MerchantKeys([("A", ONE)], Settings(10, len))
    before = done(merchants.ring())
    keys_of = (("A", ONE), ("A", TWO), ("A", TWO), ("B", TWO))
    assert [1, 2, 2, 1] == [done(merchants.add(client_id, key)) for client_id, key in keys_of]
    assert ([("A", 1, ONE)], {1: ONE, 2: TWO}) == (list(before), done(merchants.ring()).versions("A"))
    assert done(merchants.ring()) is done(merchants.ring())


def test_there_may_be_only_so_many_keys() -> None:
    """Those from the start do not count, those that the merchant has may still be added, and who goes makes room."""
    merchants = MerchantKeys([("A", ONE), ("B", ONE)], Settings(2, len))
    assert [2, 1] == [done(merchants.add(client_id, TWO)) for client_id in ("A", "C")]
    before = list(done(merchants.ring()))
    for client_id in "ABCD":
        with pytest.raises(SetupError, match="2 keys were added already; take some away"):
            done(merchants.add(client_id, OTHER))
    assert (before, 1, 1) == (list(done(merchants.ring())), done(merchants.add("C", TWO)), done(merchants.remove("A")))
    assert 2 == done(merchants.add("C", OTHER))


def test_only_keys_that_were_added_are_taken_away() -> None:
    """Those from the start keep their versions; whose keys are all gone is unknown again, and versions begin anew."""
    merchants = MerchantKeys([("A", ONE)], Settings(10, len))
    for client_id, key in (("A", ONE), ("A", TWO), ("A", OTHER), ("B", TWO)):
        done(merchants.add(client_id, key))
    assert [2, 0, 1, 0] == [done(merchants.remove(client_id)) for client_id in "AABC"]
    assert [("A", 1, ONE)] == list(done(merchants.ring()))
    assert [2, 1] == [done(merchants.add(client_id, OTHER)) for client_id in "AB"]


def test_a_new_key_is_nobody_else_s() -> None:
    """And as long as Alipay asks for."""
    one, other = keys.new_private_key(), keys.new_private_key()
    assert (2048, 65537) == (one.key_size, one.public_key().public_numbers().e)
    assert one.public_key() != other.public_key()

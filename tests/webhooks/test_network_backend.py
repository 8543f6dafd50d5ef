"""Names are looked up once and checked; certificates are, where the address is public."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import trustme

from mock_alipay.errors import AddressNotAllowed, DeliveryError
from mock_alipay.webhooks import Answer, HttpClient, network_backend
from tests.webhooks.merchant import Serve, listening, posted, read_request

HOST = "shop.test"


class Resolver:
    """A name server that gives one answer after the other; it notes what was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers: Iterator[Sequence[str]] = iter(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return next(self._answers)


async def test_a_name_that_changes_its_mind_leads_nowhere_else() -> None:
    """DNS rebinding: it is looked up once a connection, and the next look-up is checked as the first was."""
    names = Resolver(["127.0.0.1"], ["169.254.169.254"])

    async with listening() as merchant:
        url = merchant.url(host=HOST)
        answer = await posted(url, http_client := HttpClient(resolve=names))
        with pytest.raises(AddressNotAllowed, match=r"shop.test \(169.254.169.254\)"):
            await posted(url, http_client)
        assert f"host: {HOST}:{merchant.port}".encode() in merchant.requests[0]
        assert b"ok" == answer.body
    assert [HOST, HOST] == names.asked


async def test_one_forbidden_address_of_a_name_forbids_it() -> None:
    """Though the first of them would do."""
    async with listening() as merchant:
        with pytest.raises(AddressNotAllowed):
            await posted(merchant.url(host=HOST), HttpClient(resolve=Resolver(["127.0.0.1", "::ffff:169.254.169.254"])))
        assert 0 == merchant.connections


async def test_the_addresses_of_a_name_are_tried_in_order() -> None:
    """A server need listen at one of them only, as localhost has two."""
    async with listening() as merchant:
        assert (
            b"ok"
            == (await posted(merchant.url(host=HOST), HttpClient(resolve=Resolver(["127.0.0.2", "127.0.0.1"])))).body
        )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1"])
async def test_hosts_are_what_the_system_says(host: str) -> None:
    """Odd spellings of addresses too."""
    async with listening() as merchant:
        assert b"ok" == (await posted(merchant.url(host=host), HttpClient())).body


@pytest.mark.parametrize("host", ["0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518", "[::]", "0"])
def test_odd_spellings_hide_nothing(host: str) -> None:
    """What they resolve to is judged."""
    with pytest.raises(AddressNotAllowed):
        asyncio.run(posted(f"http://{host}:9/", HttpClient([host])))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (socket.gaierror(socket.EAI_NONAME, "the system's words"), "is unknown: "),
        (OSError("other words"), "is unknown: "),
        (None, "has no address$"),
    ],
)
def test_a_name_that_cannot_be_looked_up_is_told(error: OSError | None, why: str) -> None:
    """By the name."""

    async def resolve(_: str, __: int) -> Sequence[str]:
        if error is not None:
            raise error
        return []

    with pytest.raises(DeliveryError, match=f"^the name {HOST} {why}"):
        asyncio.run(posted(f"http://{HOST}/", HttpClient(resolve=resolve)))


def test_a_public_address_is_not_even_connected_to() -> None:
    """What comes before the message is a look-up, nothing else."""
    with pytest.raises(
        AddressNotAllowed, match=r"shop.test \(192.0.2.1\) is not on this machine.*--notify-allow shop.test$"
    ):
        asyncio.run(posted(f"http://{HOST}/", HttpClient(["other.test"], resolve=Resolver(["192.0.2.1"]))))


AUTHORITY = trustme.CA(key_type=trustme.KeyType.ECDSA)


def identity(*names: str) -> ssl.SSLContext:
    """What a server of these names shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(*names, key_type=trustme.KeyType.ECDSA).configure_cert(context)
    return context


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's addresses count as public ones where certificates are concerned."""
    monkeypatch.setattr(network_backend, "classify", lambda _: ("public", ""))


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The test authority is one of the system's."""
    AUTHORITY.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


async def post_encrypted(certificate: ssl.SSLContext, host: str = HOST) -> Answer:
    """Post over TLS to a server with this certificate."""
    async with listening(tls=certificate) as merchant:
        url = merchant.url(scheme="https", host=host)
        return await posted(url, HttpClient(resolve=Resolver(["127.0.0.1"])))


def test_a_near_shop_may_sign_its_certificate_itself() -> None:
    """It is asked for by its name all the same."""
    certificate = identity("other.test")
    asked: list[str | None] = []
    certificate.sni_callback = lambda _, name, __: asked.append(name)
    assert b"ok" == asyncio.run(post_encrypted(certificate)).body
    assert [HOST] == asked


@pytest.mark.usefixtures("public", "trusted")
def test_a_public_shops_certificate_is_checked_against_the_authorities() -> None:
    """SSL_CERT_FILE names them."""
    assert b"ok" == asyncio.run(post_encrypted(identity(HOST))).body


@pytest.mark.usefixtures("public", "trusted")
def test_a_public_shops_certificate_must_be_its_own() -> None:
    """A trusted one of another name will not do."""
    with pytest.raises(DeliveryError, match=r"^the certificate of shop.test:\d+ is not trusted; "):
        asyncio.run(post_encrypted(identity("other.test")))


@pytest.mark.usefixtures("public")
def test_a_public_shop_may_not_sign_its_certificate_itself() -> None:
    """The message says what can be done."""
    with pytest.raises(DeliveryError, match=r"is not trusted; SSL_CERT_FILE can name authorities to trust"):
        asyncio.run(post_encrypted(identity(HOST)))


def test_a_shop_without_tls_is_told() -> None:
    """Plain HTTP on an https URL is the usual mistake."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async def scene(serve: Serve) -> None:
        async with listening(serve) as merchant:
            await posted(merchant.url(scheme="https"), HttpClient())

    with pytest.raises(DeliveryError, match=r"^127.0.0.1:\d+ does not speak TLS, which https URLs need"):
        asyncio.run(scene(serve))


async def test_connections_are_shared_by_name_not_by_address() -> None:
    """One shop's certificate says nothing of another at the same address."""
    asked: list[str | None] = []
    certificate = identity(HOST)
    certificate.sni_callback = lambda _, name, __: asked.append(name)

    async with listening(tls=certificate) as merchant:
        http_client = HttpClient(resolve=Resolver(["127.0.0.1"], ["127.0.0.1"]))
        for host in (HOST, HOST, "other.test"):
            await http_client.post(merchant.url(scheme="https", host=host), {}, b"")
        await http_client.close()
        assert 2 == merchant.connections
    assert [HOST, "other.test"] == asked


async def test_a_handshake_that_hangs_leaves_no_connection_behind() -> None:
    """The server sees it close when patience ends."""

    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(hang) as merchant:
        http_client = HttpClient(timeout=0.2)
        with pytest.raises(DeliveryError, match=r"did not answer within 0\.2 s"):
            await http_client.post(merchant.url(scheme="https"), {}, b"")
        async with asyncio.timeout(60):
            await merchant.left.wait()
        await http_client.close()


async def test_a_request_is_read_whole_before_it_is_answered() -> None:
    """A body larger than the sockets' buffers arrives."""
    body = b"x" * 8_000_000
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await read_request(reader))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    async with listening(serve, tls=identity(HOST)) as merchant:
        await posted(merchant.url(scheme="https"), HttpClient(), body)
    assert got[0].endswith(b"\r\n\r\n" + body)

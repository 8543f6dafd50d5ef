"""Names are resolved once and checked; certificates are verified for public addresses."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import trustme

from mock_alipay.errors import AddressNotAllowed, DeliveryError
from mock_alipay.webhooks import HttpClient, network_backend
from tests.webhooks.merchant import listening, posted, read_request

HOST = "shop.test"


class Resolver:
    """A resolver with one result per look-up; an exception is raised."""

    def __init__(self, *results: Sequence[str] | OSError) -> None:
        self._results: Iterator[Sequence[str] | OSError] = iter(results)
        self.names: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.names.append(host)
        result = next(self._results)
        if isinstance(result, OSError):
            raise result
        return result


async def test_a_name_is_resolved_once_per_connection() -> None:
    """DNS rebinding: the address that was checked is the one connected to, and the next look-up is checked too."""
    resolver = Resolver(["127.0.0.1"], ["169.254.169.254"])
    async with listening() as merchant:
        url, http_client = merchant.url(host=HOST), HttpClient(resolve=resolver)
        assert b"ok" == (await posted(url, http_client)).body
        with pytest.raises(AddressNotAllowed, match=r"shop.test \(169.254.169.254\)"):
            await posted(url, http_client)
    assert f"host: {HOST}:{merchant.port}".encode() in merchant.requests[0]
    assert [HOST, HOST] == resolver.names


@pytest.mark.parametrize(
    ("addresses", "why"),
    [
        (["127.0.0.1", "::ffff:169.254.169.254"], r"never go to shop.test \(::ffff:169.254.169.254\)"),
        (["192.0.2.1"], r"shop.test \(192.0.2.1\) is not on this machine.*--notify-allow shop.test$"),
        (["127.0.0.1"], "this gateway listens there"),
    ],
)
async def test_addresses_that_are_not_allowed_are_not_connected_to(addresses: list[str], why: str) -> None:
    """All addresses of a name must be allowed, and the gateway's own ports never are."""
    async with listening() as merchant:
        http_client = HttpClient(["other.test"], own_ports=[merchant.port], resolve=Resolver(addresses))
        with pytest.raises(AddressNotAllowed, match=why):
            await posted(merchant.url(host=HOST), http_client)
        assert 0 == merchant.connections


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", HOST])
async def test_all_addresses_of_a_host_are_tried(host: str) -> None:
    """The system resolves unusual spellings; addresses are tried in order, as a server may listen on one only."""
    resolve = Resolver(["127.0.0.2", "127.0.0.1"]) if host == HOST else None
    async with listening() as merchant:
        assert b"ok" == (await posted(merchant.url(host=host), HttpClient(resolve=resolve))).body


@pytest.mark.parametrize("host", ["0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518", "[::]", "0"])
async def test_unusual_spellings_hide_no_address(host: str) -> None:
    """The resolved address is checked, even of an allowed host."""
    with pytest.raises(AddressNotAllowed):
        await posted(f"http://{host}:9/", HttpClient([host]))


@pytest.mark.parametrize(
    ("result", "why"),
    [(OSError(2, "words"), "is unknown: words"), (OSError("more"), "is unknown: more"), ([], "has no address$")],
)
async def test_a_name_without_an_address_is_explained(result: Sequence[str] | OSError, why: str) -> None:
    """The message names it."""
    with pytest.raises(DeliveryError, match=f"^the name {HOST} {why}"):
        await posted(f"http://{HOST}/", HttpClient(resolve=Resolver(result)))


AUTHORITY = trustme.CA(key_type=trustme.KeyType.ECDSA)


def server_context(name: str) -> ssl.SSLContext:
    """The TLS context of a server with this name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(name, key_type=trustme.KeyType.ECDSA).configure_cert(context)
    return context


@pytest.mark.parametrize(
    ("public", "trusted", "name", "problem"),
    [
        (False, False, "other.test", None),
        (True, True, HOST, None),
        (True, True, "other.test", "is not trusted"),
        (True, False, HOST, "is not trusted; SSL_CERT_FILE can name"),
    ],
    ids=["near", "public", "another name", "self-signed"],
)
async def test_certificates_are_verified_for_public_addresses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, public: bool, trusted: bool, name: str, problem: str | None
) -> None:
    """A public shop needs a certificate for its name from a trusted authority; a near shop may sign its own."""
    if public:
        monkeypatch.setattr(network_backend, "classify", lambda _: ("public", ""))
    if trusted:
        AUTHORITY.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    async with listening(tls=server_context(name)) as merchant:
        request = posted(merchant.url(scheme="https", host=HOST), HttpClient(resolve=Resolver(["127.0.0.1"])))
        if problem is None:
            assert b"ok" == (await request).body
        else:
            with pytest.raises(DeliveryError, match=rf"^the certificate of shop.test:\d+ {problem}"):
                await request


async def test_a_server_without_tls_is_explained() -> None:
    """Plain HTTP behind an https URL is the usual mistake."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with listening(serve) as merchant:
        with pytest.raises(DeliveryError, match=r"^127.0.0.1:\d+ does not speak TLS"):
            await posted(merchant.url(scheme="https"), HttpClient())


async def test_connections_are_shared_by_name() -> None:
    """Shops at one address have their own connections, because their certificates differ; large bodies arrive."""
    names: list[str | None] = []
    bodies: list[bytes] = []
    context = server_context(HOST)
    context.sni_callback = lambda _, name, __: names.append(name)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            bodies.append((await read_request(reader)).partition(b"\r\n\r\n")[2])
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    async with listening(serve, tls=context) as merchant:
        http_client = HttpClient(resolve=Resolver(["127.0.0.1"], ["127.0.0.1"]))
        for host in (HOST, HOST, "other.test"):
            await http_client.post(merchant.url(scheme="https", host=host), {}, b"x" * 2_000_000)
        await http_client.close()
        assert 2 == merchant.connections
    assert [HOST, "other.test"] == names
    assert 3 * [b"x" * 2_000_000] == bodies

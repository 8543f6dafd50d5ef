"""Where signatures are made: inline, or in threads too."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import cryptography
import pytest

from mock_alipay.signing import Signer, fits, keys, parse, pool, raw_signature
from mock_alipay.signing.pool import SigningPool

GATEWAY, FORGER = keys.shipped_gateway_key(), keys.shipped_forger_key()


def new_pool(monkeypatch: pytest.MonkeyPatch, *, cores: int = 2, version: str = "45.0.0") -> SigningPool:
    """A pool as it is with this many cores and this version of cryptography."""
    monkeypatch.setattr(pool, "_cores", lambda: cores)
    monkeypatch.setattr(cryptography, "__version__", version)
    return SigningPool(Signer(GATEWAY), partial(Signer, FORGER))


def threads() -> set[threading.Thread]:
    """The threads of all pools."""
    return {one for one in threading.enumerate() if one.name.startswith("mock-alipay-sign")}


def is_valid(header: bytes, *, forged: bool = False) -> bool:
    """Whether a header is the signature of ``b"text"``."""
    key = (FORGER if forged else GATEWAY).public_key()
    return fits(key, raw_signature(parse(header.decode()).value), b"text")


async def sign_at_once(signing: SigningPool, count: int) -> list[bytes]:
    """As many signatures in one iteration of the event loop."""
    return await asyncio.gather(*(signing.sign(b"text") for _ in range(count)))


@pytest.mark.parametrize(
    ("cores", "version", "expected"),
    [
        (2, "42.0.8", False),
        (2, "44.0.3", False),
        (2, "45.0.0", True),
        (2, "50.1", True),
        (2, "51.0.dev1", True),
        (2, "unknown", True),
        (1, "50.1", False),
    ],
)
async def test_threads_need_two_cores_and_a_cryptography_that_releases_the_gil(
    monkeypatch: pytest.MonkeyPatch, cores: int, version: str, *, expected: bool
) -> None:
    """A version that cannot be parsed counts as new."""
    before = threads()
    signing = new_pool(monkeypatch, cores=cores, version=version)
    assert all(map(is_valid, await sign_at_once(signing, 2)))
    started = threads() - before
    signing.close()
    assert expected == bool(started)


@pytest.mark.parametrize("forged", [False, True])
def test_signing_without_threads_does_not_suspend(monkeypatch: pytest.MonkeyPatch, *, forged: bool) -> None:
    """The coroutine needs no event loop."""
    signing = new_pool(monkeypatch, version="44.0.3")
    with pytest.raises(StopIteration) as ended:
        signing.sign(b"text", forged=forged).send(None)
    assert is_valid(ended.value.value, forged=forged)


async def test_a_thread_signs_only_when_the_event_loop_has_signed_in_the_same_iteration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So calls that arrive one by one are signed inline."""
    signers: list[str] = []

    class Recorded(Signer):
        def header(self, signed: bytes) -> bytes:
            signers.append(threading.current_thread().name[:16])
            return super().header(signed)

    monkeypatch.setattr(pool, "_cores", lambda: 2)
    monkeypatch.setattr(cryptography, "__version__", "45.0.0")
    signing, inline = SigningPool(Recorded(GATEWAY), partial(Signer, FORGER)), threading.current_thread().name[:16]
    for _ in range(3):
        await signing.sign(b"text")
        await asyncio.sleep(0)
    assert [inline] * 3 == signers
    assert all(map(is_valid, await sign_at_once(signing, 3)))
    assert [inline] * 4 + ["mock-alipay-sign"] * 2 == signers
    signing.close()


@pytest.mark.parametrize("version", ["44.0.3", "45.0.0"])
async def test_the_pool_signs_before_and_after_closing(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """Closing stops its threads, if any; pending and later signatures are still made."""
    before = threads()
    signing = new_pool(monkeypatch, version=version)
    pending = asyncio.create_task(sign_at_once(signing, 3))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    started = threads() - before
    for _ in range(2):
        signing.close()
    headers = [*await pending, await signing.sign(b"text"), *await sign_at_once(signing, 2)]
    for thread in started:
        thread.join(60)
    assert ((version == "45.0.0"), set()) == (bool(started), threads() - before)
    assert all(map(is_valid, headers))

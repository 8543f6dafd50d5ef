"""Signatures made in threads."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest

from mock_alipay.signing import Signer, fits, keys, parse, pool, raw_signature
from mock_alipay.signing.pool import SigningPool

GATEWAY = keys.shipped_gateway_key()


@pytest.mark.parametrize("cores", [1, 2])
def test_signatures_are_made_after_closing_all_the_same(monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    """Closing lets the threads go, if there are any, also those that sign just then; a second time does nothing."""
    monkeypatch.setattr(pool, "_cores", lambda: cores)
    before = set(threading.enumerate())

    def threads() -> set[threading.Thread]:
        return {one for one in threading.enumerate() if one.name.startswith("mock-alipay-sign")} - before

    async def scene() -> list[bytes]:
        signing = SigningPool(Signer(GATEWAY), partial(Signer, keys.shipped_forger_key()))
        made = [await signing.sign(b"text")]
        begun = threads()
        assert (cores > 1) == bool(begun)
        under_way = asyncio.create_task(signing.sign(b"text"))
        await asyncio.sleep(0)
        for _ in range(2):
            signing.close()
        made += [await under_way, await signing.sign(b"text")]
        for thread in begun | threads():
            thread.join(60)
        assert set() == threads()
        return made

    for header in asyncio.run(scene()):
        assert fits(GATEWAY.public_key(), raw_signature(parse(header.decode()).value), b"text")

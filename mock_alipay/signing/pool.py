"""Signs in threads, so that other calls go on while a signature is computed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from mock_alipay.signing.signer import Signer


class SigningPool:
    """The gateway's signatures; not ``enabled``: replies and notifications go unsigned."""

    def __init__(self, signer: Signer, forger: Callable[[], Signer], *, enabled: bool = True) -> None:
        """``forger`` makes the signer of ``wrong-key`` faults, whose key nobody trusts."""
        self.enabled = enabled
        self._signer = signer
        self._forger = forger
        # A signature takes a quarter of a millisecond, in which other calls could go on; with one core they cannot.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="mock-alipay-sign") if _cores() > 1 else None

    async def sign(self, text: bytes, *, forged: bool = False) -> bytes:
        """The value of the ``signature`` header over a text."""
        signer = self._forger() if forged else self._signer
        if self._threads is None:
            return signer.header(text)
        return await asyncio.get_running_loop().run_in_executor(self._threads, signer.header, text)

    def close(self) -> None:
        """Let the threads go; later signatures are made in the caller's thread."""
        if self._threads is not None:
            self._threads.shutdown(wait=False)
            self._threads = None


def _cores() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1

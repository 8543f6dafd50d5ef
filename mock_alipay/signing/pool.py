"""Signs in threads, so that computing a signature does not block other calls."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from mock_alipay.signing.signer import Signer


class SigningPool:
    """Makes the gateway's signatures; when not ``enabled``, replies and notifications are sent unsigned."""

    def __init__(self, signer: Signer, forger: Callable[[], Signer], *, enabled: bool = True) -> None:
        """``forger``: returns the signer of ``wrong-key`` faults."""
        self.enabled = enabled
        self._signer = signer
        self._forger = forger
        # A signature takes 0.25 ms, in which other calls can proceed only on a second core.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="mock-alipay-sign") if _cores() > 1 else None

    async def sign(self, text: bytes, *, forged: bool = False) -> bytes:
        """The value of the ``signature`` header over a text."""
        signer = self._forger() if forged else self._signer
        if self._threads is None:
            return signer.header(text)
        return await asyncio.get_running_loop().run_in_executor(self._threads, signer.header, text)

    def close(self) -> None:
        """Stop the threads; later signatures are made in the caller's thread."""
        if self._threads is not None:
            self._threads.shutdown(wait=False)
            self._threads = None


def _cores() -> int:
    """The number of processors available to this process."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1

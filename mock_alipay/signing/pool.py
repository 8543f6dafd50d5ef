"""Makes the gateway's signatures, in threads too where that is faster."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import cryptography

from mock_alipay.signing.signer import Signer

_FIRST_PARALLEL = 45
"""The first major version of cryptography that releases the GIL while it signs."""


class SigningPool:
    """Makes the gateway's signatures; when not ``enabled``, replies and notifications are sent unsigned.

    A signature takes most of a call's time. In threads, several are made at once if there are several cores and
    cryptography releases the GIL.
    """

    def __init__(self, signer: Signer, forger: Callable[[], Signer], *, enabled: bool = True) -> None:
        """``forger``: returns the signer of ``wrong-key`` faults."""
        self.enabled = enabled
        self._signer = signer
        self._forger = forger
        parallel = _cores() > 1 and releases_gil(cryptography.__version__)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="mock-alipay-sign") if parallel else None
        self._loop_signed = False

    async def sign(self, text: bytes, *, forged: bool = False) -> bytes:
        """The value of the ``signature`` header over a text; without threads, this does not suspend.

        The first signature in an iteration of the event loop is made inline: a single client does not wait for a
        thread, and under load the loop's core signs as well.
        """
        signer = self._forger() if forged else self._signer
        if self._threads is None:
            return signer.header(text)
        loop = asyncio.get_running_loop()
        if self._loop_signed:
            return await loop.run_in_executor(self._threads, signer.header, text)
        self._loop_signed = True
        loop.call_soon(self._begin_iteration)
        return signer.header(text)

    def close(self) -> None:
        """Stop the threads; later signatures are made in the caller's thread."""
        if self._threads is not None:
            self._threads.shutdown(wait=False)
            self._threads = None

    def _begin_iteration(self) -> None:
        self._loop_signed = False


def _cores() -> int:
    """The number of processors available to this process."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def releases_gil(version: str) -> bool:
    """Whether this version of cryptography releases the GIL while it signs; True if it cannot be parsed."""
    major = version.partition(".")[0]
    return not major.isdecimal() or int(major) >= _FIRST_PARALLEL

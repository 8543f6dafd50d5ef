"""Name resolution with limits, so that a name server that does not answer blocks nothing."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from ipaddress import ip_address

_TIMEOUT = 3.0
"""Seconds for a look-up; the system's own timeout can be half a minute."""

_FAILURE_TTL = 30.0
"""Seconds for which a failed look-up is not repeated."""

_MAX_FAILURES = 1_000
_MAX_CONCURRENT = 8

_LOOPBACK = ("127.0.0.1", "::1")
"""Addresses of names under ``.localhost``, which need no name server (RFC 6761, section 6.3)."""


class Resolver:
    """The system's resolver with a timeout, a concurrency limit, shared look-ups and a cache of failures."""

    def __init__(
        self,
        lookup: Callable[[str, int], Sequence[str]] | None = None,
        *,
        timeout: float = _TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``lookup`` may block: it runs in its own thread."""
        self._lookup = lookup or system_lookup
        self._timeout = timeout
        self._clock = clock
        self._slots = asyncio.Semaphore(_MAX_CONCURRENT)
        self._in_progress: dict[str, asyncio.Task[Sequence[str]]] = {}
        self._failed: OrderedDict[str, tuple[float, OSError]] = OrderedDict()

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """A host's addresses; OSError if it is unknown or no name server answers in time."""
        with contextlib.suppress(ValueError):
            return [str(ip_address(host))]
        if host.lower().rstrip(".").endswith(".localhost"):
            return _LOOPBACK
        when, error = self._failed.get(host, (0.0, None))
        if error is not None and self._clock() < when + _FAILURE_TTL:
            raise OSError(error.errno, f"{error.strerror or error} (cached for {_FAILURE_TTL:.0f} s)")
        if host not in self._in_progress:
            task = asyncio.create_task(self._resolve(host, port))
            self._in_progress[host] = task
            task.add_done_callback(lambda task: self._on_done(host, task))
        return await asyncio.shield(self._in_progress[host])

    def _on_done(self, host: str, task: asyncio.Task[Sequence[str]]) -> None:
        self._in_progress.pop(host, None)
        if not task.cancelled():
            # Marks the exception as retrieved: all callers may have been cancelled.
            task.exception()

    async def _resolve(self, host: str, port: int) -> Sequence[str]:
        try:
            async with asyncio.timeout(self._timeout), self._slots:
                return await _in_a_thread(lambda: self._lookup(host, port))
        except TimeoutError:
            failure = OSError(None, f"no name server answered within {self._timeout:g} s")
        except OSError as error:
            failure = error
        self._failed[host] = (self._clock(), failure)
        self._failed.move_to_end(host)
        if len(self._failed) > _MAX_FAILURES:
            self._failed.popitem(last=False)
        raise failure


def system_lookup(host: str, port: int) -> Sequence[str]:
    """Look a name up with ``getaddrinfo``, which also accepts other spellings of addresses, such as ``0x7f.1``."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in entries))


async def _in_a_thread(lookup: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Run ``lookup`` in a daemon thread: unlike the threads of a pool, it does not delay the end of the process."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[Sequence[str]] = loop.create_future()

    def set_result(addresses: Sequence[str] | None, error: OSError | None) -> None:
        if not result.done():
            result.set_exception(error) if error else result.set_result(addresses or [])

    def run() -> None:
        addresses, failure = None, None
        try:
            addresses = lookup()
        except OSError as error:
            failure = error
        except UnicodeError:
            failure = OSError(None, "it is not a valid name")
        # The loop may have been closed meanwhile.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(set_result, addresses, failure)

    threading.Thread(target=run, name="mock-alipay-names", daemon=True).start()
    return await result

"""Looks names up, without anyone having to wait for a name server that does not answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from ipaddress import ip_address

_PATIENCE = 3.0
"""Seconds for a look-up: the system's own patience can be half a minute."""

_REMEMBERED = 30.0
"""Seconds for which a name that could not be found is not looked up again."""

_MOST_REMEMBERED = 1_000
_AT_ONCE = 8

_LOOPBACK = ("127.0.0.1", "::1")
"""Where names under ``.localhost`` lead: no name server needs to know them (RFC 6761, section 6.3)."""


class Resolver:
    """The system's look-up, bounded: so many at a time, one for each name, each for so long."""

    def __init__(
        self,
        ask: Callable[[str, int], Sequence[str]] | None = None,
        *,
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``ask`` may block: it is called in a thread of its own."""
        self._ask = ask or ask_the_system
        self._patience = patience
        self._clock = clock
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._asking: dict[str, asyncio.Task[Sequence[str]]] = {}
        self._failed: OrderedDict[str, tuple[float, OSError]] = OrderedDict()

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """A host's addresses; OSError when it has none, or when nobody says."""
        with contextlib.suppress(ValueError):
            return [str(ip_address(host))]
        if host.lower().rstrip(".").endswith(".localhost"):
            return _LOOPBACK
        when, error = self._failed.get(host, (0.0, None))
        if error is not None and self._clock() < when + _REMEMBERED:
            raise OSError(error.errno, f"{error.strerror or error}, as of a moment ago")
        if host not in self._asking:
            task = asyncio.create_task(self._look_up(host, port))
            self._asking[host] = task
            task.add_done_callback(lambda done: self._asked(host, done))
        return await asyncio.shield(self._asking[host])

    def _asked(self, host: str, done: asyncio.Task[Sequence[str]]) -> None:
        self._asking.pop(host, None)
        if not done.cancelled():
            # Perhaps nobody waits for it any more: then nobody need hear of it.
            done.exception()

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        try:
            async with asyncio.timeout(self._patience), self._turn:
                return await _in_a_thread(lambda: self._ask(host, port))
        except TimeoutError:
            error = OSError(None, f"no name server answered within {self._patience:g} s")
        except OSError as found:
            error = found
        self._failed[host] = (self._clock(), error)
        self._failed.move_to_end(host)
        if len(self._failed) > _MOST_REMEMBERED:
            self._failed.popitem(last=False)
        raise error


def ask_the_system(host: str, port: int) -> Sequence[str]:
    """It also reads odd spellings of addresses, such as ``0x7f.1``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def _in_a_thread(work: Callable[[], Sequence[str]]) -> Sequence[str]:
    """What ``work`` returns. A pool's threads would be waited for when the server stops; these are not."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Sequence[str]] = loop.create_future()

    def tell(found: Sequence[str] | None, error: OSError | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(found or [])

    def run() -> None:
        found, failure = None, None
        try:
            found = work()
        except OSError as error:
            failure = error
        except UnicodeError:
            failure = OSError(None, "it is no name")
        # Whoever asked may be gone, and its loop with it.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, found, failure)

    threading.Thread(target=run, name="mock-alipay-names", daemon=True).start()
    return await done

"""A gateway in a process with limits, for clients that misbehave: what their calls cost it, and whether it lives on.

A test that uses the fixture ``limited`` sends what a hostile client would, over ``gateway.wire()`` byte by byte or with
``gateway.request(...)``, and compares processor time or memory with a reference that it measures itself:

    def test_many_headers_cost_what_their_bytes_cost(limited: LimitedGateway, record_property: Record) -> None:
        plain, many = limited.cost(lambda: limited.exchange(PLAIN)), limited.cost(lambda: limited.exchange(MANY))
        record_property("8,000 headers against one of the same size, times the processor time", round(many / plain, 1))
        assert many < 10 * plain

``size(bounded, long)`` says how much to try in CI and in ``python -m tests.abuse``, which also prints what the tests
record. At the end of each test the fixture checks that the gateway answers.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.cli.process import FREE, Running, serving
from tests.raw import RawReply, Wire, connect

T = TypeVar("T")

Record = Callable[[str, object], None]
"""pytest's ``record_property``: a figure's name and value, for the report of the long run."""

LONG_VARIABLE = "ABUSE_LONG"
"""The environment variable that makes tests try as much as the long run does."""

MEMORY = 1024 * 2**20
"""Bytes of address space that a gateway may take beyond what it has after its start: a thread reserves 64 MiB of it."""


@dataclass(frozen=True)
class LimitedGateway(Running):
    """A gateway that is measured from outside its process."""

    def wire(self) -> AbstractContextManager[Wire]:
        """A connection on which bytes are sent as they are."""
        return connect(self.port)

    def exchange(self, data: bytes) -> RawReply:
        """The reply to these bytes, on a connection of their own."""
        with self.wire() as wire:
            return wire.send(data).reply()

    def metrics(self) -> dict[str, float]:
        """What ``/__admin/metrics`` shows, by name and labels as they stand there."""
        lines = self.request("GET", "/__admin/metrics").raw.decode().splitlines()
        pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}

    def kept_bytes(self) -> float:
        """The bytes that the gateway says it keeps, in all its stores."""
        return sum(value for name, value in self.metrics().items() if re.fullmatch(r"mock_alipay_\w+_bytes", name))

    def resident(self) -> int:
        """The bytes of memory that the process holds."""
        return self._status("VmRSS")

    def address_space(self) -> int:
        """The bytes of addresses that the process has reserved."""
        return self._status("VmSize")

    def growth(self, act: Callable[[], object]) -> int:
        """The bytes by which the process holds more after ``act`` than before."""
        before = self.resident()
        act()
        return self.resident() - before

    def peak_growth(self, act: Callable[[], object]) -> int:
        """The bytes by which the process held more at any moment of ``act`` than before."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")  # the peak starts again at what is held now
        before = self.resident()
        act()
        return self._status("VmHWM") - before

    def cost(self, act: Callable[[], object]) -> float:
        """The seconds of processor time that the process spends while ``act`` runs, in all its threads."""
        clock = ~self.process.pid << 3 | 2  # clock_getcpuclockid(3) of Linux
        before = time.clock_gettime(clock)
        act()
        return time.clock_gettime(clock) - before

    def check_alive(self) -> None:
        """Fail unless the process runs, answers, and has logged no traceback."""
        assert self.process.poll() is None, f"the gateway has ended:\n{self.log[-2000:]}"
        health = self.request("GET", "/__admin/health")
        assert (200, "ok") == (health.status, health.body["status"])
        assert "Traceback" not in self.log, self.log[-4000:]

    def _status(self, name: str) -> int:
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(rf"^{name}:\s+([0-9]+) kB$", text, re.MULTILINE)
        assert found is not None, text
        return int(found[1]) * 1024


@contextlib.contextmanager
def limited_gateway(
    home: Path, *flags: str, memory: int | None = MEMORY, files: int | None = None
) -> Iterator[LimitedGateway]:
    """A gateway in a process of its own, on a free port unless ``flags`` name one.

    ``memory`` is how many bytes of address space it may take beyond those it has after its start, ``files`` how many
    files it may hold open; None sets no limit.
    """
    with serving(home, *(flags if "--port" in flags else (*FREE, *flags))) as running:
        gateway = LimitedGateway(running.process, running.banner, running.log_file)
        if sys.platform == "linux":
            from resource import RLIMIT_AS, RLIMIT_NOFILE, prlimit

            if memory is not None:
                prlimit(gateway.process.pid, RLIMIT_AS, (gateway.address_space() + memory,) * 2)
            if files is not None:
                prlimit(gateway.process.pid, RLIMIT_NOFILE, (files, files))
        yield gateway


def size(bounded: T, long: T) -> T:
    """How much a test tries: ``bounded`` in CI, ``long`` in ``python -m tests.abuse``."""
    return long if os.environ.get(LONG_VARIABLE) else bounded

"""A gateway in a process with limits, to measure what hostile clients cost it.

A test with the fixture ``limited`` sends bytes over ``gateway.wire()`` or calls with ``gateway.request(...)``, compares
memory with what the gateway reports, and records figures with ``record_property``.
``size(bounded, long)`` sets how much to try in CI and in ``python -m tests.abuse``, which also prints the recorded
figures. After each test the fixture checks that the gateway still replies.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.cli.process import FREE, Running, serving
from tests.raw import RawReply, Wire, connect

T = TypeVar("T")

Record = Callable[[str, object], None]
"""pytest's ``record_property``: name and value of a figure in the report of the long run."""

LONG_VARIABLE = "ABUSE_LONG"
"""The environment variable that selects the long run."""

MEMORY = 1024 * 2**20
"""Bytes of address space that a gateway may take after its start; a thread reserves 64 MiB."""


@dataclass(frozen=True)
class LimitedGateway(Running):
    """A gateway whose process is measured from outside."""

    def wire(self) -> AbstractContextManager[Wire]:
        """A raw connection."""
        return connect(self.port)

    def exchange(self, data: bytes) -> RawReply:
        """The reply to these bytes on a connection of their own."""
        with self.wire() as wire:
            return wire.send(data).reply()

    def metrics(self) -> dict[str, float]:
        """The values of ``/__admin/metrics`` by name and labels."""
        lines = self.request("GET", "/__admin/metrics").raw.decode().splitlines()
        pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}

    def kept_bytes(self) -> float:
        """The bytes in all stores, as the gateway reports them."""
        return sum(value for name, value in self.metrics().items() if re.fullmatch(r"mock_alipay_\w+_bytes", name))

    def resident(self) -> int:
        """The resident memory of the process in bytes."""
        return self._status("VmRSS")

    def address_space(self) -> int:
        """The address space of the process in bytes."""
        return self._status("VmSize")

    def growth(self, act: Callable[[], object]) -> int:
        """The growth of resident memory during ``act`` in bytes."""
        before = self.resident()
        act()
        return self.resident() - before

    def check_alive(self) -> None:
        """Fail unless the process runs, replies, and has logged no traceback."""
        assert self.process.poll() is None, f"the gateway has ended:\n{self.log[-2000:]}"
        health = self.request("GET", "/__admin/health")
        assert (200, "ok") == (health.status, health.body["status"])
        assert "Traceback" not in self.log, self.log[-4000:]

    def _status(self, name: str) -> int:
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        match = re.search(rf"^{name}:\s+([0-9]+) kB$", text, re.MULTILINE)
        assert match is not None, text
        return int(match[1]) * 1024


@contextlib.contextmanager
def limited_gateway(home: Path, *flags: str) -> Iterator[LimitedGateway]:
    """A gateway in a process of its own with limited memory, on a free port unless ``flags`` name one."""
    with serving(home, *(flags if "--port" in flags else (*FREE, *flags))) as running:
        gateway = LimitedGateway(running.process, running.banner, running.log_file)
        if sys.platform == "linux":
            from resource import RLIMIT_AS, prlimit

            prlimit(gateway.process.pid, RLIMIT_AS, (gateway.address_space() + MEMORY,) * 2)
        yield gateway


def size(bounded: T, long: T) -> T:
    """``bounded`` in CI, ``long`` in ``python -m tests.abuse``."""
    return long if os.environ.get(LONG_VARIABLE) else bounded

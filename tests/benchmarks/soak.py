"""Resident memory over a million mixed calls: ``python -m tests.benchmarks.soak [CALLS]``.

Eight connections open sessions and payments, ask about them, cancel and refund, and send wrong bodies, with webhooks to
a shop that acknowledges them; every hundredth call is an admin call. They pause while more than ``MOST_UNDER_WAY``
notifications are under way: those that wait need memory too, and would hide a leak. Signatures are off, because they
need most of the time and no memory. Goals: at most 200 MiB at any time, and in the second half a trend of at most
4 MiB.

Before the calls it prints the memory of the idle gateway (goal: 60 MiB), and that of a Python that has only imported
the same libraries.
"""

from __future__ import annotations

import asyncio
import collections
import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.load import SAMPLE, TARGET, Server, free_port, mock_alipay, running

CALLS, CONNECTIONS = 1_000_000, 8
GOAL_MIB, GOAL_IDLE_MIB, GOAL_TREND_MIB = 200, 60, 4
MOST_UNDER_WAY = 500
SETTLED = 3.0
"""Seconds after which a buyer has paid, and a payment can be refunded."""

_LOADED = """
import sys
import mock_alipay.cli.serve, mock_alipay.journal.log, mock_alipay.server.run, mock_alipay.server.state_file
from mock_alipay.apis.fake_buyers import FakeBuyers
from mock_alipay.web.app import create_app
create_app()
FakeBuyers(1).load()
print(*(name for name in sys.modules if name.partition(".")[0] not in ("__main__", "mock_alipay")))
"""
_RESIDENT = """
import contextlib, importlib, subprocess, sys, os
for name in sys.argv[1:]:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
print(subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, check=True).stdout.decode())
"""

_PATH = TARGET.removesuffix("createPaymentSession")
_SESSION = json.loads(SAMPLE.read_text())
_CODE = re.compile(rb'"resultCode":"(\w+)"')
_PAYMENT_ID = re.compile(rb'"paymentId":"(\w+)"')
_ADMIN = ("/__admin/health", "/__admin/calls?limit=20", "/__admin/payments?limit=20", "/__admin/metrics")


class Soak:
    """The merchants, and what they have sent."""

    def __init__(self, gateway: Server, shop_port: int, calls: int) -> None:
        self.gateway = gateway
        self.left = calls
        self._step = max(1, calls // 20)
        self.codes: collections.Counter[str] = collections.Counter()
        self.resident: list[float] = []
        """MiB after each twentieth of the calls."""
        self._url = f"http://127.0.0.1:{shop_port}/notify"
        self._numbers = itertools.count(1)
        self._pausing = asyncio.Lock()
        self._done = 0

    async def run(self) -> None:
        """Send all calls."""
        await asyncio.gather(*(self._merchant() for _ in range(CONNECTIONS)))

    async def _merchant(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.gateway.port, limit=2**24)
        paid: collections.deque[tuple[float, str]] = collections.deque()
        while self.left > 0:
            for endpoint, body in self._order(paid):
                async with self._pausing:
                    pass  # another connection waits for notifications
                reply = await self._exchange(reader, writer, _post(_PATH + endpoint, body))
                self._count(endpoint, reply)
                if endpoint == "pay" and (found := _PAYMENT_ID.search(reply)):
                    paid.append((time.monotonic(), found[1].decode()))
                if self._done % 100 == 0:
                    await self._exchange(reader, writer, _get(_ADMIN[self._done // 100 % len(_ADMIN)]))
                    await self._pause(reader, writer)
        writer.close()

    async def _pause(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Wait for notifications; all connections wait."""
        async with self._pausing:
            while await self._under_way(reader, writer) > MOST_UNDER_WAY:  # noqa: ASYNC110 - in another process
                await asyncio.sleep(0.05)

    async def _under_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        clock = json.loads(await self._exchange(reader, writer, _get("/__admin/clock")))
        return int(clock["notificationsUnderWay"])

    def _order(self, paid: collections.deque[tuple[float, str]]) -> Iterator[tuple[str, dict[str, object]]]:
        """The calls of one order; a refund is one of a payment of an earlier order."""
        number = next(self._numbers)
        session, order = f"order-{number:036d}", f"pays-at-once--{number:036d}"
        body = {**_SESSION, "paymentNotifyUrl": self._url}
        wallet = {**body, "paymentMethod": {"paymentMethodType": "GCASH"}, "env": {"terminalType": "WEB"}}
        wallet.pop("paymentFactor", None)
        yield "createPaymentSession", {**body, "paymentRequestId": session}
        yield "createPaymentSession", {**body, "paymentRequestId": session, "paymentAmount": {"value": "x"}}  # refused
        yield "inquiryPayment", {"paymentRequestId": session}
        yield "pay", {**wallet, "paymentRequestId": order}
        yield "inquiryPayment", {"paymentRequestId": order}
        yield "cancel", {"paymentRequestId": session}
        while paid and paid[0][0] < time.monotonic() - SETTLED:
            _, payment_id = paid.popleft()
            refund = {"paymentId": payment_id, "refundRequestId": f"refund-{payment_id}"}
            yield "refund", {**refund, "refundAmount": _SESSION["paymentAmount"], "refundNotifyUrl": self._url}

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> bytes:
        writer.write(data)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        return await (reader.readexactly(int(length[1])) if length else reader.readuntil(b"\r\n0\r\n\r\n"))

    def _count(self, endpoint: str, reply: bytes) -> None:
        code = _CODE.search(reply)
        self.codes[f"{endpoint} {code[1].decode() if code else reply[:100]!r}"] += 1
        self.left -= 1
        self._done += 1
        if self._done % self._step == 0:
            self.resident.append(self.gateway.resident_bytes() / 2**20)
            print(f"{self._done:>9,} calls  {self.resident[-1]:6.1f} MiB", flush=True)


def main(calls: int) -> None:
    """Measure and print."""
    shop_port, port = free_port(), free_port()
    shop = [sys.executable, str(Path(__file__).with_name("notifications.py")), "sink", str(shop_port)]
    _print_libraries()
    with (
        running(shop, shop_port, core=None),
        running(mock_alipay(port, "--signatures", "off"), port, core=None) as gateway,
    ):
        time.sleep(SETTLED)  # it imports Faker a second after the start
        _print("idle", gateway.resident_bytes() / 2**20, GOAL_IDLE_MIB)
        soak = Soak(gateway, shop_port, calls)
        asyncio.run(soak.run())
        for name, count in sorted(soak.codes.items()):
            print(f"{count:>9,} {name}")
        metrics = gateway.request("GET", "/__admin/metrics").decode()
        print(
            "\n".join(re.findall(r"^mock_alipay_\w+_(?:kept|bytes|total{notification.*}) .*$", metrics, re.MULTILINE))
        )
    if soak.resident:
        _print("most", max(soak.resident), GOAL_MIB)
        half = soak.resident[len(soak.resident) // 2 :]
        _print("trend of the second half", _trend(half), GOAL_TREND_MIB)


def _print(what: str, mib: float, goal: float) -> None:
    print(f"{what}: {mib:.1f} MiB, {'meets' if mib <= goal else 'MISSES'} the goal of {goal} MiB", flush=True)


def _print_libraries() -> None:
    """The resident memory of a Python that imports nothing, and of one that imports what the gateway has imported."""
    libraries = _output(_LOADED).split()
    for what, names in (("Python alone", []), ("Python with the libraries of the gateway", libraries)):
        print(f"{what}: {int(_output(_RESIDENT, *names)) / 1024:.1f} MiB", flush=True)


def _output(program: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, check=True, text=True
    ).stdout


def _trend(values: list[float]) -> float:
    """The growth of the least-squares line from the first to the last value."""
    count = len(values)
    if count < 2:
        return 0.0
    middle, mean = (count - 1) / 2, sum(values) / count
    slope = sum((at - middle) * (value - mean) for at, value in enumerate(values))
    return slope / sum((at - middle) ** 2 for at in range(count)) * (count - 1)


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()


def _post(path: str, body: dict[str, object]) -> bytes:
    raw = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nclient-id: SANDBOX_SHOP\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(raw)}\r\n\r\n".encode() + raw


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS)

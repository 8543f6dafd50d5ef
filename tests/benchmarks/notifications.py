"""Deliveries per second, and calls meanwhile: ``python tests/benchmarks/notifications.py [ROUNDS]``.

The gateway has one core, the shop and the clients share another. Ratios within one run are printed, because figures of
one machine mean little on another:

(d)  3,000 signed notifications that are due at once, against an HTTP client alone with the same bytes, eight at a time,
     unsigned and unrecorded; goal: 0.7 of its rate. The client is httpcore2, the library below httpx2, with a time
     limit and a size limit as the gateway has them. A signature costs about as much as one of its requests.
(e)  signed calls of inquiryPayment, against those of createPaymentSession; goal: 0.85 of their rate
(f)  signed calls of createPaymentSession while one notification is delivered per ten calls, at random times, against
     the same calls while none is due; goal: 0.9 of their rate. Deliveries and calls share one core and are equal, so
     the ratio shows what a delivery costs in calls. It says nothing about a backlog: while thousands of notifications
     are due, the client ids' limits of eight deliveries each decide how much remains for calls.

``cpu`` compares the CPU time of the gateway with that of the other side (Linux only).
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import re
import statistics
import subprocess
import sys
import time

import httpcore2

from tests.benchmarks.load import SAMPLE, TARGET, Server, drive, free_port, mock_alipay, pin, report, running, signed

NOTIFICATIONS, CALLS = 3_000, 1_200
ACKNOWLEDGEMENT = b'{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'
REPLY = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(ACKNOWLEDGEMENT), ACKNOWLEDGEMENT)
SESSION = json.loads(SAMPLE.read_text())
INQUIRY = TARGET.replace("createPaymentSession", "inquiryPayment")


class Sink(asyncio.Protocol):
    """A shop that acknowledges every request."""

    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Reply to each complete request."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n") + 4) > 3:
            length = re.search(rb"content-length: (\d+)", self._buffer[:end])
            end += int(length[1]) if length else 0
            if len(self._buffer) < end:
                return
            self._buffer = self._buffer[end:]
            self._transport.write(REPLY)


async def sink(port: int) -> None:
    """Run the shop."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


async def http_client(port: int, count: int) -> tuple[float, float]:
    """Seconds and CPU seconds in which httpcore2 alone delivers this many notifications, eight at a time."""
    url, body = f"http://127.0.0.1:{port}/notify", b"x" * 480
    head = [
        ("host", f"127.0.0.1:{port}"),
        ("user-agent", "mock-alipay"),
        ("accept-encoding", "identity"),
        ("content-type", "application/json; charset=UTF-8"),
        ("client-id", "SANDBOX_MOCK_MERCHANT"),
        ("request-time", "2026-11-22T01:07:10Z"),
        ("mock-notification-id", "1000"),
        ("signature", "algorithm=RSA256,keyVersion=1,signature=" + "x" * 350),
        ("content-length", str(len(body))),
    ]
    left = iter(range(count))

    async def deliver() -> None:
        for _ in left:
            answer = b""
            async with asyncio.timeout(10), pool.stream("POST", url, headers=head, content=body) as response:
                async for chunk in response.aiter_stream():
                    answer += chunk
                    if len(answer) > 64 * 1024:
                        break
            if (response.status, answer) != (200, ACKNOWLEDGEMENT):
                raise RuntimeError(f"status {response.status}: {answer!r}")

    async with httpcore2.AsyncConnectionPool(max_connections=100, keepalive_expiry=1) as pool:
        await pool.request("POST", url, headers=head, content=body)
        began, used = time.perf_counter(), time.process_time()
        await asyncio.gather(*(deliver() for _ in range(8)))
        return time.perf_counter() - began, time.process_time() - used


def main(rounds: int) -> None:
    """Measure and print."""
    pin(0, 1)
    shop_port, port = free_port(), free_port()
    shop_command = [sys.executable, __file__, "sink", str(shop_port)]
    with running(shop_command, shop_port, core=1), running(mock_alipay(port), port) as gateway:
        _deliveries(gateway, shop_port, rounds)
        _inquiries(gateway, rounds)
        _calls_meanwhile(gateway, shop_port, rounds)


def _deliveries(gateway: Server, shop_port: int, rounds: int) -> None:
    ours, theirs, url = [], [], f"http://127.0.0.1:{shop_port}/notify"
    sessions = signed(lambda number: _paid(number, "notify-late", url))
    for _ in range(rounds + 1):
        gateway.request("POST", "/__admin/reset", {})
        drive(gateway.port, itertools.islice(sessions, NOTIFICATIONS))
        gateway.request("PUT", "/__admin/clock", {"advance": "PT1S"})  # notifications are due in 10 minutes
        began, used = time.perf_counter(), gateway.cpu_seconds()
        gateway.request("PUT", "/__admin/clock", {"advance": "PT10M"})  # returns when all are delivered, or after 20 s
        while json.loads(gateway.request("GET", "/__admin/clock"))["notificationsUnderWay"]:
            time.sleep(0.01)
        ours.append((time.perf_counter() - began, gateway.cpu_seconds() - used))
        command = [sys.executable, __file__, "client", str(shop_port), str(NOTIFICATIONS)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            pin(process.pid, 0)
            seconds, cpu = process.communicate()[0].split()
            theirs.append((float(seconds), float(cpu)))
    _report("(d) notifications delivered, against an HTTP client alone", NOTIFICATIONS, ours, theirs, 0.7)


def _inquiries(gateway: Server, rounds: int) -> None:
    gateway.request("POST", "/__admin/reset", {})
    opening = list(itertools.islice(signed(_paid), CALLS))
    paid = [json.loads(request.partition(b"\r\n\r\n")[2])["paymentRequestId"] for request in opening]
    drive(gateway.port, opening)
    gateway.request("PUT", "/__admin/clock", {"advance": "PT1S"})
    sessions, again = signed(), itertools.cycle(paid)
    inquiries = signed(lambda _: json.dumps({"paymentRequestId": next(again)}).encode(), INQUIRY)
    ours, theirs = [], []
    for _ in range(rounds + 1):
        ours.append(CALLS / drive(gateway.port, list(itertools.islice(inquiries, CALLS))))
        theirs.append(CALLS / drive(gateway.port, list(itertools.islice(sessions, CALLS))))
    report("(e) inquiryPayment, against createPaymentSession", ours[1:], theirs[1:], 0.85)


def _calls_meanwhile(gateway: Server, shop_port: int, rounds: int) -> None:
    url, calls, numbers = f"http://127.0.0.1:{shop_port}/notify", signed(), itertools.count()

    def measured(earliest: float, latest: float) -> tuple[float, float]:
        """One round of calls, begun one second after notifications were caused that are delayed so many seconds."""
        name, prepared = f"spread-{next(numbers)}", list(itertools.islice(calls, CALLS))
        scenario = {
            "name": name,
            "description": "Spreads its notifications.",
            "buyer": [{"action": "pay"}],
            "notifyPayment": {"delay": {"min": f"{earliest * 1000:.0f}ms", "max": f"{latest * 1000:.0f}ms"}},
        }
        gateway.request("POST", "/__admin/reset", {})
        gateway.request("POST", "/__admin/scenarios", scenario)
        paid = signed(functools.partial(_paid, scenario=name, url=url))
        opening, began = list(itertools.islice(paid, CALLS // 10)), time.perf_counter()
        drive(gateway.port, opening)
        time.sleep(max(began + 1 - time.perf_counter(), 0))
        used = gateway.cpu_seconds()
        return drive(gateway.port, prepared), gateway.cpu_seconds() - used

    alone, meanwhile = [], []
    for _ in range(rounds + 1):
        alone.append(measured(3600, 3600))
        meanwhile.append(measured(1, 1 + alone[-1][0]))
    _report("(f) calls while notifications are delivered, against calls alone", CALLS, meanwhile, alone, 0.9)


def _report(
    title: str, number: int, ours: list[tuple[float, float]], theirs: list[tuple[float, float]], goal: float
) -> None:
    """Print the ratios of two series of seconds and CPU seconds, without the first round, which warms up."""
    own_rates, other_rates = ([number / seconds for seconds, _ in side[1:]] for side in (ours, theirs))
    report(title, own_rates, other_rates, goal)
    ratios = [other / own for (_, own), (_, other) in zip(ours[1:], theirs[1:], strict=True) if own]
    if ratios:
        cpu = [statistics.median(used for _, used in side[1:]) / number * 1e6 for side in (ours, theirs)]
        print(f"    cpu: {cpu[0]:.0f} µs against {cpu[1]:.0f} µs: {statistics.median(ratios):.2f}", flush=True)


def _paid(number: int, scenario: str = "pays-at-once", url: str | None = None) -> bytes:
    """The body of a session whose buyer pays at once with a wallet."""
    wallet = {"paymentMethod": {"paymentMethodType": "GCASH"}, "paymentFactor": None, "paymentNotifyUrl": url}
    return json.dumps({**SESSION, **wallet, "paymentRequestId": f"{scenario}--{number:036d}"}).encode()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["sink", port]:
            asyncio.run(sink(int(port)))
        case ["client", port, count]:
            print(*asyncio.run(http_client(int(port), int(count))))
        case arguments:
            main(int(arguments[0]) if arguments else 5)

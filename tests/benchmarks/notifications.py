"""Deliveries per second, and inquiries: ``python tests/benchmarks/notifications.py [ROUNDS]``.

The gateway has one core, the shop and the clients share another. Ratios within one run are printed, because figures of
one machine mean little on another:

(d)  3,000 signed notifications that are due at once, against the HTTP client alone with the same bytes, eight at a
     time, unsigned and unrecorded; goal: 0.3 of its rate
(e)  signed calls of inquiryPayment, against those of createPaymentSession; goal: 0.85 of their rate
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import subprocess
import sys
import time

from mock_alipay.webhooks import HttpClient
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


async def http_client(port: int, count: int) -> float:
    """Seconds in which the HTTP client alone delivers this many notifications, eight at a time."""
    head = {
        "content-type": "application/json; charset=UTF-8",
        "client-id": "SANDBOX_MOCK_MERCHANT",
        "request-time": "2026-11-22T01:07:10Z",
        "mock-notification-id": "1000",
        "signature": "algorithm=RSA256,keyVersion=1,signature=" + "x" * 350,
    }
    left, client = iter(range(count)), HttpClient()

    async def deliver() -> None:
        for _ in left:
            await client.post(f"http://127.0.0.1:{port}/notify", head, b"x" * 480)

    await client.post(f"http://127.0.0.1:{port}/notify", head, b"x")
    began = time.perf_counter()
    await asyncio.gather(*(deliver() for _ in range(8)))
    seconds = time.perf_counter() - began
    await client.close()
    return seconds


def main(rounds: int) -> None:
    """Measure and print."""
    pin(0, 1)
    shop_port, port = free_port(), free_port()
    shop_command = [sys.executable, __file__, "sink", str(shop_port)]
    with running(shop_command, shop_port, core=1), running(mock_alipay(port), port) as gateway:
        _deliveries(gateway, shop_port, rounds)
        _inquiries(gateway, rounds)


def _deliveries(gateway: Server, shop_port: int, rounds: int) -> None:
    ours, theirs, url = [], [], f"http://127.0.0.1:{shop_port}/notify"
    sessions = signed(lambda number: _paid(number, "notify-late", url))
    for _ in range(rounds + 1):
        gateway.request("POST", "/__admin/reset", {})
        drive(gateway.port, itertools.islice(sessions, NOTIFICATIONS))
        gateway.request("PUT", "/__admin/clock", {"advance": "PT1S"})  # notifications are due in 10 minutes
        began = time.perf_counter()
        gateway.request("PUT", "/__admin/clock", {"advance": "PT10M"})  # returns when all are delivered, or after 20 s
        while json.loads(gateway.request("GET", "/__admin/clock"))["notificationsUnderWay"]:
            time.sleep(0.01)
        ours.append(NOTIFICATIONS / (time.perf_counter() - began))
        command = [sys.executable, __file__, "client", str(shop_port), str(NOTIFICATIONS)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            pin(process.pid, 0)
            theirs.append(NOTIFICATIONS / float(process.communicate()[0]))
    report("(d) notifications delivered, against the HTTP client alone", ours[1:], theirs[1:], 0.3)


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


def _paid(number: int, scenario: str = "pays-at-once", url: str | None = None) -> bytes:
    """The body of a session whose buyer pays at once with a wallet."""
    wallet = {"paymentMethod": {"paymentMethodType": "GCASH"}, "paymentFactor": None, "paymentNotifyUrl": url}
    return json.dumps({**SESSION, **wallet, "paymentRequestId": f"{scenario}--{number:036d}"}).encode()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["sink", port]:
            asyncio.run(sink(int(port)))
        case ["client", port, count]:
            print(asyncio.run(http_client(int(port), int(count))))
        case arguments:
            main(int(arguments[0]) if arguments else 5)

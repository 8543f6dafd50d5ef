"""How fast notifications are delivered, and what merchants' calls lose by it: ``… notifications.py [ROUNDS]``.

Run as ``python tests/benchmarks/notifications.py``. The gateway has a core to itself, the shop and the clients share
another; as elsewhere here, ratios within one run are told, for figures of one machine say little on another:

(d)  some thousand signed notifications that fall due at once, beside the courier alone with the same bytes, eight at a
     time, unsigned and unrecorded; goal: 0.3 of its rate
(e)  signed calls of inquiryPayment beside those of createPaymentSession; goal: 0.85 of their rate
(f)  signed calls of createPaymentSession while thousands of notifications are due, beside none due: no goal, for both
     share one core; that calls are answered all along is what counts
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import itertools
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mock_alipay.webhooks import HttpClient
from tests.benchmarks.load import TARGET, Server, drive, free_port, mock_alipay, pin, running, signed

NOTIFICATIONS, CALLS = 3_000, 1_200
ACKNOWLEDGEMENT = b'{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'
HERE = Path(__file__)
INQUIRY = TARGET.replace("createPaymentSession", "inquiryPayment")


class Sink(asyncio.Protocol):
    """A shop that acknowledges everything, and says how much that was to whoever gets."""

    count = 0

    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n") + 4) > 3:
            at = self._buffer.find(b"content-length: ", 0, end)
            length = int(self._buffer[at + 16 : self._buffer.find(b"\r", at)]) if at >= 0 else 0
            if len(self._buffer) < end + length:
                return
            got, self._buffer = self._buffer[:4], self._buffer[end + length :]
            Sink.count += got == b"POST"
            body = ACKNOWLEDGEMENT if got == b"POST" else str(Sink.count).encode()
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))


async def sink(port: int) -> None:
    """Run the shop."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


async def http_client(port: int, count: int) -> float:
    """Seconds in which the courier alone delivers so many notifications, eight at a time."""
    head = {
        "content-type": "application/json; charset=UTF-8",
        "client-id": "SANDBOX_MOCK_MERCHANT",
        "request-time": "2026-11-22T01:07:10Z",
        "mock-notification-id": "1000",
        "signature": "algorithm=RSA256,keyVersion=1,signature=" + "x" * 350,
    }
    left, sender = iter(range(count)), HttpClient()

    async def carry() -> None:
        for _ in left:
            await sender.post(f"http://127.0.0.1:{port}/notify", head, b"x" * 480)

    await sender.post(f"http://127.0.0.1:{port}/notify", head, b"x")
    began = time.perf_counter()
    await asyncio.gather(*(carry() for _ in range(8)))
    taken = time.perf_counter() - began
    await sender.close()
    return taken


def main(rounds: int) -> None:
    """Measure and tell."""
    pin(0, 1)
    shop_port, port = free_port(), free_port()
    shop_command = [sys.executable, str(HERE), "sink", str(shop_port)]
    with running(shop_command, shop_port, pinned=False) as shop, running(mock_alipay(port), port) as gateway:
        pin(shop.process.pid, 1)
        _deliveries(gateway, shop, rounds)
        _inquiries(gateway, rounds)
        _calls_meanwhile(gateway, shop, rounds)


def _deliveries(gateway: Server, shop: Server, rounds: int) -> None:
    ours, theirs = [], []
    for _ in range(rounds + 1):
        _have_due(gateway, shop)
        before = _count(shop)
        began = time.perf_counter()
        with _winding(gateway):
            _arrived(shop, before + NOTIFICATIONS)
            ours.append(NOTIFICATIONS / (time.perf_counter() - began))
        theirs.append(NOTIFICATIONS / _courier_alone(shop))
    _tell("(d) notifications delivered, beside the courier alone", ours[1:], theirs[1:], 0.3)


def _inquiries(gateway: Server, rounds: int) -> None:
    _ask(gateway, "POST", "/reset", {})
    wanted = list(itertools.islice(signed(_paid), CALLS))
    paid = [json.loads(request.partition(b"\r\n\r\n")[2])["paymentRequestId"] for request in wanted]
    drive(gateway.port, wanted)
    _ask(gateway, "PUT", "/clock", {"advance": "PT1S"})
    creations, again = signed(), itertools.cycle(paid)
    inquiries = signed(lambda _: json.dumps({"paymentRequestId": next(again)}).encode(), INQUIRY)
    ours, theirs = [], []
    for _ in range(rounds + 1):
        ours.append(CALLS / drive(gateway.port, list(itertools.islice(inquiries, CALLS))))
        theirs.append(CALLS / drive(gateway.port, list(itertools.islice(creations, CALLS))))
    _tell("(e) inquiryPayment, beside createPaymentSession", ours[1:], theirs[1:], 0.85)


def _calls_meanwhile(gateway: Server, shop: Server, rounds: int) -> None:
    creations = signed()
    ours, theirs, left = [], [], []
    for _ in range(rounds + 1):
        _ask(gateway, "POST", "/reset", {})
        theirs.append(CALLS / drive(gateway.port, list(itertools.islice(creations, CALLS))))
        _have_due(gateway, shop)
        requests, before = list(itertools.islice(creations, CALLS)), _count(shop)
        with _winding(gateway):
            _arrived(shop, before + 1)
            ours.append(CALLS / drive(gateway.port, requests))
            left.append(NOTIFICATIONS - (_count(shop) - before))
            _arrived(shop, before + NOTIFICATIONS)
    _tell("(f) calls while notifications are due, beside none due", ours[1:], theirs[1:], None)
    print(f"    of {NOTIFICATIONS:,} notifications {statistics.median(left[1:]):,.0f} were still to come at its end")


def _tell(title: str, ours: list[float], theirs: list[float], goal: float | None) -> None:
    ratios = sorted(one / other for one, other in zip(ours, theirs, strict=True))
    ratio = statistics.median(ratios)
    verdict = "" if goal is None else f" ({'meets' if ratio >= goal else 'MISSES'} the goal of {goal})"
    print(f"{title}: {ratio:.2f} of its rate{verdict}")
    print(f"    {statistics.median(ours):,.0f}/s beside {statistics.median(theirs):,.0f}/s;", end=" ")
    print(f"ratios {ratios[0]:.2f} to {ratios[-1]:.2f} in {len(ours)} rounds", flush=True)


def _have_due(gateway: Server, shop: Server) -> None:
    """Payments that are paid, each with one notification that is ten minutes away."""
    _ask(gateway, "POST", "/reset", {})
    url = f"http://127.0.0.1:{shop.port}/notify"
    drive(gateway.port, itertools.islice(signed(lambda number: _paid(number, "notify-late", url)), NOTIFICATIONS))
    _ask(gateway, "PUT", "/clock", {"advance": "PT1S"})


def _paid(number: int, scenario: str = "pays-at-once", url: str | None = None) -> bytes:
    """The body of a session that its buyer pays in at once, from a wallet."""
    amount = {"currency": "USD", "value": "1000"}
    order = {"referenceOrderId": "order-1", "orderDescription": "a cup of tea", "orderAmount": amount}
    body: dict[str, Any] = {
        "productCode": "CASHIER_PAYMENT",
        "paymentRequestId": f"{scenario}--{number:036d}",
        "order": order,
        "paymentAmount": amount,
        "paymentMethod": {"paymentMethodType": "GCASH"},
        "paymentRedirectUrl": "http://127.0.0.1/return",
        "settlementStrategy": {"settlementCurrency": "USD"},
    }
    return json.dumps(body | ({"paymentNotifyUrl": url} if url else {})).encode()


@contextlib.contextmanager
def _winding(gateway: Server) -> Iterator[None]:
    """Wind the clock by ten minutes while the block runs: the answer comes when all is delivered."""
    winding = threading.Thread(target=_ask, args=(gateway, "PUT", "/clock", {"advance": "PT10M"}))
    winding.start()
    yield
    winding.join()


def _courier_alone(shop: Server) -> float:
    command = [sys.executable, str(HERE), "courier", str(shop.port), str(NOTIFICATIONS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        pin(process.pid, 0)
        return float(process.communicate()[0])


def _ask(server: Server, method: str, path: str, body: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request(method, f"/__admin{path}", json.dumps(body), {"content-type": "application/json"})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{method} {path}: {said!r}")


def _count(shop: Server) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=20)
    connection.request("GET", "/")
    count = int(connection.getresponse().read())
    connection.close()
    return count


def _arrived(shop: Server, count: int) -> None:
    """Return as soon as the shop has got so many in all."""
    until = time.monotonic() + 60
    while _count(shop) < count:
        if time.monotonic() > until:
            raise TimeoutError("the notifications do not come")
        time.sleep(0.005)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["sink", port]:
            asyncio.run(sink(int(port)))
        case ["courier", port, count]:
            print(asyncio.run(http_client(int(port), int(count))))
        case arguments:
            main(int(arguments[0]) if arguments else 5)

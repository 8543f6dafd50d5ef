"""``tail``: calls and notifications in the terminal."""

from __future__ import annotations

import contextlib
import importlib
import json
import re
import signal
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.request import Request, urlopen

import pytest

from mock_alipay import serve
from mock_alipay.client import Event, EventStream, Mock
from tests.cli.conftest import Command
from tests.live import PATH, Live, live, sample
from tests.shop import ACKNOWLEDGED, FAULTY, open_shop

TAIL = importlib.import_module("mock_alipay.cli.tail")
GREEN, YELLOW, RED, DIM, PLAIN = "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[2m", ""


@pytest.fixture
def hooked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Calls ``listening`` whenever ``tail`` has begun to listen; presses Ctrl-C after the ``last`` event."""
    listen, show = Mock.events, TAIL._show

    def hook(listening: Callable[[], None], last: Callable[[Event], bool]) -> None:
        def events(mock: Mock, **how: Any) -> EventStream:
            stream = listen(mock, **how)
            listening()
            return stream

        def shown(event: Event) -> None:
            show(event)
            if last(event):
                raise KeyboardInterrupt

        monkeypatch.setattr(Mock, "events", events)
        monkeypatch.setattr(TAIL, "_show", shown)

    # A tail that never ends is a failure after a minute.
    watchdog = threading.Timer(60, signal.pthread_kill, (threading.get_ident(), signal.SIGINT))
    watchdog.start()
    yield hook
    watchdog.cancel()


def shop_work(gateway: Live, notify_url: str) -> None:
    """Calls with each verdict, and a notification that is accepted at the second attempt."""
    gateway.create(sample("stranger"), client_id="SANDBOX_STRANGER")
    gateway.create(sample("wrong", productCode="\x1b[2J\u202e"))
    gateway.create(sample("order", paymentMethod={"paymentMethodType": "ALIPAY_CN"}, paymentNotifyUrl=notify_url))
    with Mock(gateway.config.url) as mock:
        mock.payment("order").pay()
        mock.notifications.wait()
        mock.clock.advance("2m")


def test_calls_and_notifications(command: Command, hooked: Callable[..., None]) -> None:
    """Success is green, doubt yellow, refusals red; details are below; texts of requests cannot control a terminal."""
    with open_shop() as shop, live() as gateway:
        shop.says("/notify", FAULTY, ACKNOWLEDGED)
        hooked(
            lambda: shop_work(gateway, shop.url("/notify")),
            lambda event: event.kind == "notification" and event.record.status == "ACCEPTED",
        )
        ended = command("tail", "--url", gateway.config.url, env={"FORCE_COLOR": "1"})
    assert (130, f"calls and notifications at {gateway.config.url}; Ctrl-C to quit\n\n") == (ended.code, ended.err)
    call = "..:..:.. #%d createPaymentSession "
    expected = [
        (YELLOW, call % 1 + r"S SUCCESS \(unverified\)  \[.*\]  stranger"),
        (DIM, "    unverified: client id SANDBOX_STRANGER has no key here; .*"),
        (RED, call % 2 + r"F PARAM_ILLEGAL  \[no scenario\]  wrong"),
        (PLAIN, r"    productCode: .*\\x1b\[2J\\u202e.*"),
        (GREEN, call % 3 + r"S SUCCESS  \[.*\]  order"),
        (YELLOW, r"..:..:.. !1 notifyPayment PENDING  \[success\]  order"),
        (PLAIN, "    the HTTP status was 500, expected 200"),
        (GREEN, r"..:..:.. !1 notifyPayment ACCEPTED, attempt 2  \[success\]  order"),
    ]
    for (colour, form), line in zip(expected, re.sub(r"\x1b\[(0|22)m", "", ended.out).splitlines(), strict=True):
        assert re.fullmatch(re.escape(colour) + form, line), line


def test_json_and_the_latest_entries(command: Command, hooked: Callable[..., None]) -> None:
    """One line of JSON each; the latest come first, and what happens meanwhile is printed once."""
    with live() as gateway:
        gateway.create(sample("one"))
        wallet = {"paymentMethod": {"paymentMethodType": "ALIPAY_CN"}, "paymentNotifyUrl": "http://127.0.0.1:9/"}
        gateway.create(sample("pays-at-once--2", **wallet))
        gateway.admin("GET", "/notifications/wait")
        hooked(lambda: gateway.create(sample("meanwhile")), lambda _: False)
        shown = TAIL._show_json

        def show(event: Event) -> None:
            shown(event)
            if event.kind == "call" and event.record.payment_request_id == "meanwhile":
                gateway.create(sample("later"))
            elif event.kind == "call" and event.record.payment_request_id == "later":
                raise KeyboardInterrupt

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(TAIL, "_show_json", show)
            ended = command("tail", "--json", "--last", "3", "--url", gateway.config.url)
    found = [json.loads(line) for line in ended.out.splitlines()]
    names = [line["paymentRequestId"] for line in found if line["kind"] == "call"]
    assert ["pays-at-once--2", "meanwhile", "later"] == names
    assert ["PENDING"] == [line["status"] for line in found if line["kind"] == "notification"]


def test_a_gateway_that_comes_back(
    command: Command, hooked: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever the gateway stops, tail waits until it is back and shows its first call, of one client id if so told."""
    gateway = contextlib.ExitStack()
    pauses: list[float] = []
    port = int(gateway.enter_context(serve(signatures="off")).url.rpartition(":")[2])

    def restart(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) in (2, 4):
            gateway.enter_context(serve(port=port, signatures="off"))
            for client_id in ("STRANGER", "SHOP"):
                body = json.dumps(sample(f"{client_id}-{len(pauses)}")).encode()
                urlopen(Request(f"http://127.0.0.1:{port}{PATH}", body, {"client-id": client_id}), timeout=60).close()

    def second(event: Event) -> bool:
        if event.kind == "call":
            gateway.close()
        return event.kind == "call" and len(pauses) == 4

    monkeypatch.setattr(TAIL, "time", SimpleNamespace(sleep=restart))
    hooked(lambda: None if pauses else gateway.close(), second)
    ended = command("tail", "--port", str(port), "--client-id", "SHOP")
    assert ["SHOP-2", "SHOP-4"] == [line.split()[-1] for line in ended.out.splitlines()]
    told = ["the gateway has stopped; waiting for it", "the gateway is back"] * 2
    assert (130, told) == (ended.code, ended.err.splitlines()[1:-1])

"""``calls``, ``payments``, ``notifications``, ``show``, ``resend`` and ``trigger``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.config.config import TEST_CLIENT_ID
from tests.cli.conftest import Command
from tests.live import Live, live, sample
from tests.shop import ACKNOWLEDGED, FAULTY, Shop, open_shop

Ask = Any
OTHER = "SANDBOX_OTHER"


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A shop that acknowledges at the second attempt."""
    with open_shop() as shop:
        yield shop


@pytest.fixture(scope="module")
def gateway(shop: Shop) -> Iterator[Live]:
    """A gateway with a refused call, an open session, and a paid payment whose notification failed once."""
    with live() as running:
        running.create(sample("wrong", productCode="x"))
        running.create(sample("open"))
        shop.says("/notify", FAULTY, ACKNOWLEDGED)
        wallet = {"paymentMethod": {"paymentMethodType": "ALIPAY_CN"}, "paymentNotifyUrl": shop.url("/notify")}
        running.create(sample("pays-at-once--7", **wallet), client_id=OTHER)
        running.admin("GET", "/notifications/wait")
        yield running


@pytest.fixture
def ask(command: Command, gateway: Live) -> Ask:
    """Runs a command at the gateway."""

    def run(name: str, *arguments: str) -> Any:
        return command(name, *arguments, "--url", gateway.config.url)

    return run


def test_calls_are_listed_newest_first(ask: Ask) -> None:
    """With their faults, and as many as wanted."""
    ended = ask("calls")
    lines = [line for line in ended.out.splitlines() if line[:1] != " "]
    assert ["#3", "#2", "#1"] == [line.split()[1] for line in lines]
    assert "    productCode: " in ended.out
    assert ["#3"] == [line.split()[1] for line in ask("calls", "--limit", "1").out.splitlines() if line[:1] != " "]


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (("--result-code", "PARAM_ILLEGAL"), ["wrong"]),
        (("--client-id", OTHER), ["pays-at-once--7"]),
        (("--payment-request-id", "open", "--endpoint", "createPaymentSession"), ["open"]),
        (("--scenario", "pays-at-once"), ["pays-at-once--7"]),
        (("--q", "code:success open"), ["open"]),
        (("--after", "1", "--before", "3"), ["open"]),
    ],
)
def test_filters_select_calls(ask: Ask, arguments: tuple[str, ...], ids: list[str]) -> None:
    """Those of the admin API; JSON is its reply."""
    listed = json.loads(ask("calls", "--json", *arguments).out)["calls"]
    assert ids == [call["paymentRequestId"] for call in listed]


def test_payments_and_notifications_are_listed(ask: Ask) -> None:
    """State and amount; status and problem. An empty list says so on standard error."""
    listed = ask("payments").out.splitlines()
    assert [["SUCCESS", "pays-at-once--7"], ["OPEN", "open"]] == [line.split()[:2] for line in listed]
    assert "paymentAmount" in json.loads(ask("payments", "--json").out)["payments"][1]
    ended = ask("notifications", "--status", "PENDING")
    ended.expect(0, ("!1 notifyPayment PENDING", "the HTTP status was 500"))
    ask("notifications", "--status", "DROPPED").expect(0, (), "no notifications")
    assert [["OPEN", "open"]] == [line.split()[:2] for line in ask("payments", "--q", "status:open").out.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("calls", "--endpoint", "pyay"), "did you mean pay?"),
        (("calls", "--after", "x"), "after: expected a whole number"),
        (("notifications", "--status", "DONE"), "status: expected PENDING or ACCEPTED"),
        (("payments", "--limit", "0"), "--limit: expected a whole number from 1 to 1000, got '0'"),
    ],
)
def test_a_wrong_filter_is_refused(ask: Ask, arguments: tuple[str, ...], message: str) -> None:
    """With what was expected."""
    ask(*arguments).expect(2, (), message)


@pytest.mark.parametrize(
    ("entry", "key", "value"),
    [("#2", "paymentRequestId", "open"), ("2", "paymentRequestId", "open"), ("!1", "notification", "notifyPayment")],
)
def test_show_finds_calls_and_notifications_by_number(ask: Ask, entry: str, key: str, value: str) -> None:
    """As the log and the lists print it."""
    assert value == json.loads(ask("show", entry).out)[key]


def test_show_finds_payments(ask: Ask) -> None:
    """By paymentRequestId."""
    assert "OPEN" == json.loads(ask("show", "open", "--json").out)["state"]


def test_show_lists_several_matches(ask: Ask) -> None:
    """A number that a call and a notification have; the error says how to name one of them."""
    several = "several have the id 1: '#1' is the call, '!1' the notification"
    ask("show", "1").expect(1, (" #1 createPaymentSession F PARAM_ILLEGAL", " !1 notifyPayment "), several)


@pytest.mark.parametrize("entry", ["#99", "!x", "unknown", ""])
def test_show_refuses_other_ids(ask: Ask, entry: str) -> None:
    """With what was expected."""
    ask("show", entry).expect(1, (), f"nothing has the id '{entry}': expected #NUMBER, !NUMBER or a paymentRequestId")


@pytest.mark.parametrize(
    ("entry", "owner", "other"),
    [("#1", TEST_CLIENT_ID, OTHER), ("#3", OTHER, TEST_CLIENT_ID), ("!1", OTHER, TEST_CLIENT_ID)],
)
def test_records_of_other_client_ids_are_refused(ask: Ask, entry: str, owner: str, other: str) -> None:
    """With whose they are."""
    refused = f"--client-id {other}: '{entry}' is of client id {owner}; omit the flag, or name it"
    ask("show", entry, "--client-id", other).expect(1, (), refused)
    assert 0 == ask("show", entry, "--client-id", owner).code
    if entry == "!1":
        ask("resend", entry, "--client-id", other).expect(1, (), refused)


def test_a_bare_number_is_that_of_the_given_client_id(ask: Ask) -> None:
    """Where a call of one and a notification of another client id have it."""
    assert "endpoint" in json.loads(ask("show", "1", "--client-id", TEST_CLIENT_ID).out)
    assert "notification" in json.loads(ask("show", "1", "--client-id", OTHER).out)


@pytest.mark.parametrize("entry", ["x", "#1", "", "!../reset?x="])
def test_resend_refuses_what_is_no_number(ask: Ask, entry: str) -> None:
    """Before anything is sent."""
    ask("resend", entry).expect(2, (), f"ID: expected the number of a notification, such as '!7', got '{entry}'")


def test_resend_and_trigger_deliver_now(ask: Ask, shop: Shop) -> None:
    """Fields can be changed, and the address; without an id the latest payment is meant."""
    before = len(shop.got("/notify"))
    ask("resend", "!1").expect(0, "!1 notifyPayment ACCEPTED")
    ask("trigger", "notifyPayment", "--set", "paymentAmount.value=7", "--set", "extra:=[1]").expect(0, "ACCEPTED")
    *_, resent, triggered = shop.got("/notify")
    assert before + 2 == len(shop.got("/notify"))
    assert ("7", [1]) == (triggered.body["paymentAmount"]["value"], triggered.body["extra"])
    assert resent.body["paymentAmount"]["value"] != "7"
    ended = ask("trigger", "notifyPayment", "pays-at-once--7", "--to", shop.url("/elsewhere"), "--json")
    assert ("ACCEPTED", 1) == (json.loads(ended.out)["status"], len(shop.got("/elsewhere")))


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("notifyPayment", "open", "--set", "amount"), 2, "--set: expected PATH=TEXT"),
        (("notifyPayment", "open", "--set", "a:=x"), 2, "--set: a: expected JSON"),
        (("notifyPaymnt", "open"), 2, "did you mean notifyPayment?"),
        (("notifyPayment", "unknown"), 1, "no session or payment was created"),
    ],
)
def test_trigger_names_the_mistake(ask: Ask, arguments: tuple[str, ...], code: int, message: str) -> None:
    """The flag, or the gateway's reason."""
    ask("trigger", *arguments).expect(code, (), message)


def test_trigger_needs_a_payment(command: Command) -> None:
    """Without one it says how to create one."""
    with live() as empty:
        command("trigger", "notifyPayment", "--url", empty.config.url).expect(2, (), "there is no payment yet")


def test_trigger_sends_a_body_without_a_payment(ask: Ask, command: Command, shop: Shop, tmp_path: Path) -> None:
    """From a file, with changed fields, for the test merchant."""
    file = tmp_path / "body.json"
    file.write_text('{"notifyType": "PAYMENT_RESULT", "paymentId": "1"}')
    to = ("--to", shop.url("/free"))
    ask("trigger", "notifyPayment", "--body", str(file), "--set", "paymentId=2", *to).expect(0, "ACCEPTED")
    (received,) = shop.got("/free")
    assert {"notifyType": "PAYMENT_RESULT", "paymentId": "2"} == received.body
    assert "SANDBOX_MOCK_MERCHANT" == received.headers["client-id"]
    ask("trigger", "notifyPayment", "open", "--body", str(file), *to).expect(0, ("ACCEPTED", "  open\n"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[]", "expected a JSON object, got an array"),
        (b"{", "expected a JSON object, it is not JSON at line 1, column 2"),
        (b"\xff", "expected a JSON object, it is not UTF-8 text"),
    ],
)
def test_trigger_refuses_other_bodies(command: Command, tmp_path: Path, content: bytes, message: str) -> None:
    """With flag and file."""
    file = tmp_path / "body.json"
    file.write_bytes(content)
    ended = command("trigger", "notifyPayment", "--body", str(file), "--to", "http://127.0.0.1:9/")
    ended.expect(1, (), f"--body: {file}: {message}")


def test_a_body_without_a_payment_needs_an_address(command: Command, tmp_path: Path) -> None:
    """The flag is named."""
    file = tmp_path / "body.json"
    file.write_text("{}")
    command("trigger", "notifyPayment", "--body", str(file)).expect(2, (), "--to: missing")

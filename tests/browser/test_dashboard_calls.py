"""The dashboard's calls: the list and its filter, and a call with its faults where they are."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from playwright.sync_api import CDPSession, expect

from mock_alipay.config.config import TEST_CLIENT_ID
from tests.browser.buyer import Buyer
from tests.browser.dashboard import Dashboard, call, call_id, calls
from tests.browser.fixtures import NewBuyer
from tests.browser.merchant import Merchant
from tests.live import letters, sample

NO_SUCH_PATH = "/ams/sandbox/api/v1/payments/cancle"
ORDER = {"currency": "USD", "value": 100}

ROWS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["createPaymentSession", "order-row", "SUCCESS", "success"]),
    ({"productCode": 5}, ["PARAM_ILLEGAL", "order-row", "productCode: expected a JSON string, got the number 5"]),
    ({"scenario": "card-not-supported"}, ["CARD_NOT_SUPPORTED", "card-not-supported"]),
    ({"scenario": "bad-gateway"}, ["SUCCESS", "status", "bad-gateway"]),
    ({"path": NO_SUCH_PATH}, ["unknown endpoint", "NO_INTERFACE_DEF", "did you mean"]),
]


@pytest.mark.parametrize(("what", "shown"), ROWS)
def test_a_row_tells_what_happened(buyer: Buyer, merchant: Merchant, what: dict[str, Any], shown: list[str]) -> None:
    """Outcome, injected fault, endpoint, paymentRequestId, scenario or first fault, time and milliseconds."""
    board = Dashboard(buyer).open()
    row = board.row(call_id(call(merchant, "order-row", **what)))
    for words in shown:
        expect(row).to_contain_text(words)
    expect(row).to_contain_text(" ms")
    expect(row.get_by_title("GMT")).to_contain_text(":")


def test_new_calls_come_at_once_or_wait(new_buyer: NewBuyer, merchant: Merchant) -> None:
    """At its top the list takes new rows; below, nothing moves, and a button tells how many wait."""
    old = calls(merchant, 30)
    board = Dashboard(new_buyer(viewport={"width": 1280, "height": 600})).open()
    expect(board.rows().first).to_have_attribute("data-id", old[-1])
    new = calls(merchant, 1, start=31)
    expect(board.rows().first).to_have_attribute("data-id", new[0])
    board.rows().first.hover()
    board.page.mouse.wheel(0, 500)
    row = board.row(old[18])
    expect(row).to_be_in_viewport()
    board.page.wait_for_function("document.querySelector('.scroll').scrollTop === 500")
    before = row.bounding_box()
    new += calls(merchant, 3, start=32)
    waiting = board.page.get_by_test_id("new-calls")
    expect(waiting).to_have_text("3 new calls")
    assert before == row.bounding_box()
    expect(board.row(new[-1])).to_have_count(0)
    waiting.click()
    expect(board.rows().first).to_have_attribute("data-id", new[-1])
    assert new[::-1] == board.ids()[:4]
    expect(waiting).to_have_count(0)


def test_faults_are_on_their_lines(buyer: Buyer, merchant: Merchant) -> None:
    """A fault stands below its line, a missing field below its parent's, an unknown one below its own."""
    body = merchant.body(productCode=5, merchantRegon="US", paymentMethod={"paymentMethodRegionCode": "BR"})
    del body["order"]["orderDescription"]
    body["order"]["orderAmount"] = ORDER
    answer = merchant.gateway.create(body, client_id=merchant.client_id)
    board = Dashboard(buyer).open(id=call_id(answer))
    expect(board.page.get_by_test_id("fault").first).to_be_visible()
    entry = merchant.gateway.entry(answer)
    paths = {fault["path"] for fault in entry["faults"]} | {text.split(":")[0] for text in entry["unknownFields"]}
    faults = {path: (line, text) for path, line, text in board.faults()}
    assert paths == faults.keys()
    assert ('"productCode": 5,', "expected a JSON string, got the number 5") == faults["productCode"]
    assert ('"value": 100', "expected a JSON string, got the number 100") == faults["order.orderAmount.value"]
    line, text = faults["order.orderDescription"]
    assert '"order": {' == line
    assert text.startswith("orderDescription: missing")
    line, text = faults["merchantRegon"]
    assert '"merchantRegon": "US"' == line.rstrip(",")
    assert "unknown field, did you mean merchantRegion?" == text


def test_a_call_tells_everything(buyer: Buyer, merchant: Merchant) -> None:
    """Request and reply side by side, why this scenario played, headers, and what was signed."""
    answer = call(merchant, "order-all", scenario="card-not-supported")
    board = Dashboard(buyer).open(id=call_id(answer))
    entry = board.entry(f"Call {call_id(answer)}")
    whole = merchant.gateway.entry(answer)
    expect(entry).to_contain_text(f"card-not-supported · {whole['reason']}")
    request, reply = (entry.get_by_role("region", name=name, exact=True) for name in ("Request", "Reply"))
    expect(request).to_contain_text('"paymentRequestId": "order-all"')
    expect(reply).to_contain_text('"resultCode": "CARD_NOT_SUPPORTED"')
    left, right = request.bounding_box(), reply.bounding_box()
    assert left
    assert right
    assert left["y"] == right["y"]
    assert left["x"] < right["x"]
    expect(entry.get_by_role("region", name="Signature")).to_contain_text(whole["signed"]["request"][:60])
    for title, header in (("Request headers", "request-time"), ("Reply headers", "mock-call-id")):
        entry.get_by_text(title).click()
        expect(entry.get_by_text(header, exact=True)).to_be_visible()


def test_a_wrong_signature_says_what_it_fits(new_buyer: NewBuyer, merchant: Merchant) -> None:
    """The explanation of the gateway is shown once, beside the verdict."""
    sent = {"request-time": "2026-11-22T01:07:09+00:00"}
    answer = merchant.gateway.create(sample(), extra=sent)
    board = Dashboard(new_buyer(), everyone=True).open(id=call_id(answer))
    signature = board.page.get_by_role("region", name="Signature")
    expect(signature).to_contain_text("invalid")
    expect(signature).to_contain_text("another request time was signed than was sent")


def copied(board: Dashboard, button: str) -> str:
    """What a button copies."""
    board.buyer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    board.page.evaluate("navigator.clipboard.writeText('')")
    board.button(button).click()
    return str(board.page.wait_for_function("navigator.clipboard.readText()").json_value())


@pytest.mark.parametrize("text", ["tea", 'it\'s $(exit 3) `exit 4` "$HOME" \\ !x ; é\n\t茶'])
def test_copy_as_curl(buyer: Buyer, merchant: Merchant, text: str) -> None:
    """The command of a call of the test merchant is signed afresh and repeats it in a shell."""
    order = sample()["order"] | {"orderDescription": text}
    answer = merchant.gateway.create(sample(f"order-{letters()}", order=order))
    board = Dashboard(buyer, everyone=True).open(id=call_id(answer))
    command = copied(board, "Copy as curl")
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=True, timeout=60)
    assert "SUCCESS" == json.loads(done.stdout)["result"]["resultCode"], command
    assert TEST_CLIENT_ID in command
    assert board.page.url == copied(board, "Copy link")
    expect(board.page.get_by_text("stale")).to_have_count(0)


def test_the_curl_of_others_is_stale(buyer: Buyer, merchant: Merchant) -> None:
    """Only the test merchant's private key is public."""
    board = Dashboard(buyer).open(id=call_id(call(merchant, "order-stale")))
    expect(board.page.get_by_text("The signature in this command is stale")).to_be_visible()


def test_show_in_payments(buyer: Buyer, merchant: Merchant) -> None:
    """A call leads to its payment, and the payment to its calls."""
    answer = call(merchant, "order-both")
    board = Dashboard(buyer).open(id=call_id(answer))
    board.link("Show in payments").click()
    expect(board.entry("Payment order-both")).to_be_visible()
    board.link("Show in calls").click()
    expect(board.row(call_id(answer))).to_be_visible()


def test_long_strings_are_cut(buyer: Buyer, merchant: Merchant) -> None:
    """A paymentSessionData is shown whole after "Show all"."""
    answer = call(merchant, "order-long", productScene="ELEMENT_PAYMENT")
    board = Dashboard(buyer).open(id=call_id(answer))
    reply = board.page.get_by_role("region", name="Reply", exact=True)
    data = answer.body["paymentSessionData"]
    expect(reply).to_contain_text(f'"{data[:100]}')
    expect(reply).not_to_contain_text(data)
    reply.get_by_role("button", name="Show all").first.click()
    expect(reply).to_contain_text(data)


FILTERS = [
    ("order-1", "1 of 5 calls"),
    ("ORDER-1 createpaymentsession", "1 of 5 calls"),
    ("got the number 5", "1 of 5 calls"),
    ("card-not-SUPPORTED", "1 of 5 calls"),
    ("order-", "5 of 5 calls"),
    ("status:F", "2 of 5 calls"),
    ("status:f order-2", "1 of 5 calls"),
    ("endpoint:createPaymentSession", "5 of 5 calls"),
    ("endpoint:create", "0 of 5 calls"),
    ("code:PARAM_ILLEGAL", "1 of 5 calls"),
    ("scenario:card-not-supported", "1 of 5 calls"),
    ("order-1 order-2", "0 of 5 calls"),
]


def test_the_filter(buyer: Buyer, merchant: Merchant) -> None:
    """All words must appear, in any case; words with a colon compare a field; the count tells what is hidden."""
    calls(merchant, 3)
    call(merchant, "order-20", productCode=5)
    call(merchant, "order-30", scenario="card-not-supported")
    board = Dashboard(buyer).open()
    expect(board.counted).to_have_text("5 calls")
    for words, counted in FILTERS:
        board.filter.fill(words)
        expect(board.counted, words).to_have_text(counted)
        expect(board.rows()).to_have_count(int(counted.split()[0]))
    board.button("Clear").click()
    expect(board.rows()).to_have_count(5)
    expect(board.filter).to_have_value("")


def test_new_calls_pass_the_filter(buyer: Buyer, merchant: Merchant) -> None:
    """A new row appears only if it fits, and the count follows."""
    board = Dashboard(buyer).open(q="code:PARAM_ILLEGAL")
    expect(board.filter).to_have_value("code:PARAM_ILLEGAL")
    call(merchant, "order-good")
    bad = call_id(call(merchant, "order-bad", productCode=5))
    expect(board.row(bad)).to_be_visible()
    expect(board.rows()).to_have_count(1)
    expect(board.counted).to_have_text("1 of 2 calls")


BODIES = {
    "not JSON": (b"<xml>tea & cakes</xml>", "<xml>tea & cakes</xml>"),
    "1 MiB": (json.dumps({"tea": "x" * (1024 * 1024 - 20)}).encode(), '"tea": '),
    "10,000 keys": (json.dumps({f"key-{number}": number for number in range(10_000)}).encode(), '"key-9999": 9999'),
    "200 levels": (b'{"a":' * 200 + b"1" + b"}" * 200, '"a": {'),
    "an array": (b"[" * 31 + b"]" * 31, "[]"),
    "no body": (b"", ""),
}


@pytest.mark.parametrize("name", BODIES)
def test_odd_bodies_are_shown(buyer: Buyer, merchant: Merchant, name: str) -> None:
    """A body of any size and shape is shown within a second, as text where need be."""
    body, shown = BODIES[name]
    answer = merchant.gateway.create(body, client_id=merchant.client_id)
    board = Dashboard(buyer).open()
    metrics = buyer.context.new_cdp_session(board.page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})  # processor time: other tests run, too
    before = task_seconds(metrics)
    board.row(call_id(answer)).click()
    expect(board.page.get_by_role("group", name="Request body")).to_contain_text(shown)
    assert 1 > task_seconds(metrics) - before


def task_seconds(metrics: CDPSession) -> float:
    """The processor time of all tasks of the page so far."""
    named = {each["name"]: each["value"] for each in metrics.send("Performance.getMetrics")["metrics"]}
    return float(named["TaskDuration"])

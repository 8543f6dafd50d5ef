"""Notifications: listed, shown, awaited and resent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.live import Answer, Live, live
from tests.shop import ACKNOWLEDGED, FAULTY, Shop
from tests.web.asking import CARD, Driver, problem, until


@pytest.fixture(scope="module")
def quiet() -> Iterator[Live]:
    """A gateway of this module, whose listeners can be counted."""
    with live() as running:
        yield running


@pytest.fixture
def driver(quiet: Live, shop: Shop, path: str, client_id: str) -> Driver:
    """Payments of a client id of the test's own at that gateway."""
    return Driver(quiet, shop, path, client_id)


Waiting = Callable[[str], Future[Answer]]


@pytest.fixture
def waiting(quiet: Live) -> Iterator[Waiting]:
    """Begins a wait, and returns once the gateway has subscribed it."""
    with ThreadPoolExecutor(1) as threads:

        def begin(path: str) -> Future[Answer]:
            answer = threads.submit(quiet.admin, "GET", f"/notifications/{path}")
            until(lambda: quiet.components.events.listeners == 1)
            return answer

        yield begin


def resend(driver: Driver, notification_id: str) -> Answer:
    """Send a notification once more."""
    return driver.live.admin("POST", f"/notifications/{notification_id}/resend")


def test_a_notification_is_shown_as_the_shop_got_it(driver: Driver) -> None:
    """With body, URL, headers and the response; one alone has the signed text, too."""
    driver.paid("p")
    (received,) = driver.shop.wait(1, driver.path)
    (shown,) = driver.listed()
    assert received.genuine(str(driver.live.components.env["gatewayPublicKey"]))
    sent = (received.body, received.headers["mock-notification-id"], driver.url, "ACCEPTED")
    assert sent == tuple(shown[name] for name in ("request", "id", "url", "status"))
    (attempt,) = shown["attempts"]
    request_time = received.headers["request-time"]
    assert (200, True, request_time) == (attempt["httpStatus"], attempt["accepted"], f"{attempt['time'][:19]}Z")
    assert {"client-id", "signature"} <= attempt["requestHeaders"].keys()
    assert received.headers.items() >= attempt["requestHeaders"].items()
    signed = f"POST {driver.path}\n{driver.client_id}.{request_time}.{received.raw.decode()}"
    assert {**shown, "signed": signed} == driver.live.admin("GET", f"/notifications/{shown['id']}").body


def test_the_list_is_filtered_and_newest_first(driver: Driver) -> None:
    """Each filter fits its field; several filters must all fit."""
    driver.paid("p1", paymentMethod=CARD)
    driver.open("p2", paymentNotifyUrl=None)
    driver.act("p2", "decline")
    capture, payment = driver.notified("p1", 2)
    (refused,) = driver.notified("p2")
    for query, expected in {
        "": [refused, capture, payment],
        "&notification=notifyCapture": [capture],
        "&paymentRequestId=p1": [capture, payment],
        "&status=REFUSED&paymentRequestId=p2": [refused],
        "&status=REFUSED&paymentRequestId=p1": [],
        "&limit=2": [refused, capture],
        f"&after={payment['id']}&limit=1": [refused],
        f"&after={refused['id']}": [],
    }.items():
        assert expected == driver.listed(query), query
    assert "--notify-url is not set" in refused["problem"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "999999999"), ("GET", "01"), ("GET", "%ff/wait"), ("POST", "999999999/resend")]
)
def test_an_unknown_id_is_not_found(gateway: Live, method: str, path: str) -> None:
    """Whether it is shown, awaited or resent."""
    assert 404 == problem(gateway.admin(method, f"/notifications/{path}"))["status"]


def test_a_wait_ends_with_the_last_missing_notification(driver: Driver, waiting: Waiting) -> None:
    """One that has been sent counts while it has the status, unless a reset deletes it."""
    path = f"wait?clientId={driver.client_id}&status="
    driver.shop.says(driver.path, FAULTY)
    driver.paid("p1")
    answer = waiting(f"{path}PENDING&count=2")
    driver.live.admin("POST", "/reset", {"clientId": driver.client_id})
    driver.shop.says(driver.path, FAULTY, ACKNOWLEDGED, FAULTY)
    driver.paid("p1")
    driver.advance("2m")
    for status, expected in (("ACCEPTED", 200), ("PENDING", 408)):
        assert expected == driver.live.admin("GET", f"/notifications/{path}{status}&timeout=0").status
    for name in ("p2", "p3"):
        assert not answer.done()
        driver.paid(name)
    body = answer.result(60).body
    assert (2, ["p3", "p2"]) == (body["count"], [each["paymentRequestId"] for each in body["notifications"]])


def test_a_notification_that_is_never_sent_counts_at_once(driver: Driver) -> None:
    """Its status and problem say why, and no attempt follows."""
    driver.paid("p")
    for url, status, attempts in ((None, "DROPPED", 0), ("http://169.254.169.254/", "REFUSED", 1)):
        driver.notify(notification="notifyPayment", paymentRequestId="p", **({"url": url} if url else {"drop": True}))
        newest = driver.notified("p", 2 + attempts)[0]
        assert (status, attempts, None) == (newest["status"], newest["attemptCount"], newest["nextAttempt"])
        assert newest["problem"]


def test_one_notification_is_awaited_by_its_id(driver: Driver, waiting: Waiting) -> None:
    """The reply comes after the first attempt; a status that is given must be reached, too."""
    driver.shop.says(driver.path, FAULTY, ACKNOWLEDGED)
    driver.open("p")
    (payment,) = driver.act("p").body["notifications"]
    sent = driver.await_id(payment).body
    assert (1, sent) == (sent["attemptCount"], driver.live.admin("GET", f"/notifications/{payment}").body)
    late = problem(driver.await_id(payment, "&timeout=0&status=ACCEPTED"))
    summary = {key: value for key, value in driver.listed()[0].items() if key != "request"}
    assert (408, payment, [summary]) == (late["status"], late["id"], late["latest"])
    answer = waiting(f"{payment}/wait?status=ACCEPTED")
    driver.advance("2m")
    assert "ACCEPTED" == answer.result(60).body["status"]
    assert answer.result().body == driver.await_id(payment).body


def test_a_wait_for_a_deleted_notification_ends(driver: Driver, waiting: Waiting) -> None:
    """A reset of its client id ends the wait with 404; a reset of another one does not."""
    driver.paid("p")
    (held,) = driver.notify(notification="notifyPayment", paymentRequestId="p", delay="1h").body["notifications"]
    answer = waiting(f"{held['id']}/wait")
    for name in ("OTHER", driver.client_id):
        assert not answer.done()
        driver.live.admin("POST", "/reset", {"clientId": name})
    assert 404 == answer.result(60).status


def test_a_timeout_reports_the_count_and_the_latest_others(driver: Driver) -> None:
    """As data, and in words that explain why the latest is not sent or not acknowledged."""

    def missed(query: str = "") -> dict[str, Any]:
        return problem(driver.live.admin("GET", f"/notifications/wait?clientId={driver.client_id}&timeout=0{query}"))

    assert (0, []) == ((nothing := missed())["count"], nothing["latest"])
    assert "has the buyer acted?" in nothing["detail"]
    driver.shop.says(driver.path, FAULTY)
    driver.paid("p")
    many, other = missed("&count=3"), missed("&paymentRequestId=x&notification=notifyRefund")
    (listed,) = driver.listed()
    summary = {name: value for name, value in listed.items() if name != "request"}
    assert (3, 1, 0, [summary]) == (many["expected"], many["count"], other["count"], many["latest"])
    assert f"#{listed['id']} notifyPayment of p is PENDING: the HTTP status was 500" in many["detail"]
    assert many["latest"] == other["latest"]
    driver.notify(notification="notifyPayment", body={}, url="http://169.254.169.254/", delay="0s")
    until(lambda: driver.listed()[0]["status"] == "REFUSED")
    assert "notifyPayment is REFUSED: notifications never go to 169.254" in missed("&count=3")["detail"]
    driver.notify(notification="notifyPayment", paymentRequestId="p", after="notifyRefund")
    assert "is PENDING, it waits for notifyRefund" in missed("&count=3")["detail"]


def test_a_resend_is_signed_again_and_keeps_an_accepted_status(driver: Driver) -> None:
    """The body is the same, the request-time is new, and the attempt counts as made by hand."""
    driver.paid("p")
    driver.advance("1h")
    driver.shop.says(driver.path, FAULTY)
    after = resend(driver, driver.listed()[0]["id"]).body
    first, second = driver.shop.wait(2, driver.path)
    assert (first.raw, "ACCEPTED") == (second.raw, after["status"])
    assert first.headers["request-time"] < second.headers["request-time"]
    assert second.genuine(str(driver.live.components.env["gatewayPublicKey"]))
    assert [(False, True), (True, False)] == [(each["byHand"], each["accepted"]) for each in after["attempts"]]


def test_a_dropped_notification_can_be_resent_but_not_one_without_url(driver: Driver) -> None:
    """A resend overrides the scenario, but needs a URL."""
    driver.open("notify-dropped--p")
    driver.open("q", paymentNotifyUrl=None)
    (dropped,) = driver.notified("notify-dropped--p")
    assert ("DROPPED", "ACCEPTED") == (dropped["status"], resend(driver, dropped["id"]).body["status"])
    found = problem(resend(driver, *driver.act("q").body["notifications"]))
    assert (409, True) == (found["status"], "--notify-url is not set" in found["detail"])


def test_resends_are_limited_and_shown_in_pages(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a resend is refused; a page has the attempts after a number."""
    monkeypatch.setattr("mock_alipay.webhooks.dispatcher.MAX_MANUAL_RESENDS", 2)
    driver.shop.says(driver.path, FAULTY)
    driver.paid("p")
    (shown,) = driver.listed()
    assert [200, 200, 409] == [resend(driver, shown["id"]).status for _ in range(3)]
    page = driver.live.admin("GET", f"/notifications/{shown['id']}?attemptsAfter=1").body
    (listed,) = driver.listed()
    assert ([True, True], listed["attempts"][1:]) == ([each["byHand"] for each in page["attempts"]], page["attempts"])
    assert shown["nextAttempt"] == listed["nextAttempt"]

"""Notifications: listed, shown, awaited and resent."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.live import Answer, Live
from tests.shop import ACKNOWLEDGED, FAULTY, Shop
from tests.web.asking import CARD, Driver, problem, until


@pytest.fixture
def alone(own: Live, shop: Shop, path: str) -> Driver:
    """Payments at a gateway of the test's own, whose listeners can be counted."""
    return Driver(own, shop, path, "A")


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """A thread for a client that waits."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def waiting(threads: ThreadPoolExecutor, driver: Driver, path: str) -> Future[Answer]:
    """A wait, once the gateway has subscribed it."""
    answer = threads.submit(driver.live.admin, "GET", f"/notifications/{path}")
    until(lambda: driver.live.components.events.listeners == 1)
    return answer


# --- listed and shown -------------------------------------------------------------------------------------------------


def test_a_notification_is_shown_as_the_shop_got_it(driver: Driver) -> None:
    """With body, URL, headers and the response; one alone has the signed text, too."""
    driver.paid("p")
    (received,) = driver.shop.wait(1, driver.path)
    (shown,) = driver.listed()
    assert received.genuine(str(driver.live.components.env["gatewayPublicKey"]))
    assert (received.body, received.headers["mock-notification-id"], driver.url, "ACCEPTED") == (
        shown["request"],
        shown["id"],
        shown["url"],
        shown["status"],
    )
    (attempt,) = shown["attempts"]
    assert (200, True, f"{attempt['time'][:19]}Z") == (
        attempt["httpStatus"],
        attempt["accepted"],
        received.headers["request-time"],
    )
    assert received.headers.items() >= attempt["requestHeaders"].items() >= {"client-id": driver.client_id}.items()
    assert received.headers["signature"] == attempt["requestHeaders"]["signature"]
    signed = f"POST {driver.path}\n{driver.client_id}.{received.headers['request-time']}.{received.raw.decode()}"
    assert {**shown, "signed": signed} == driver.live.admin("GET", f"/notifications/{shown['id']}").body


def test_the_list_is_filtered_and_newest_first(driver: Driver) -> None:
    """Each filter fits its field; several filters must all fit."""
    driver.paid("p1", paymentMethod=CARD)
    driver.paid("p2")
    driver.open("p3", paymentNotifyUrl=None)
    driver.act("p3", "decline")
    capture, payment = driver.notified("p1", 2)
    later, refused = driver.notified("p2")[0], driver.notified("p3")[0]
    for query, expected in {
        "": [refused, later, capture, payment],
        "&notification=notifyCapture": [capture],
        "&paymentRequestId=p1": [capture, payment],
        "&status=ACCEPTED&paymentRequestId=p2": [later],
        "&status=REFUSED&paymentRequestId=p2": [],
        "&limit=2": [refused, later],
        f"&after={payment['id']}&limit=1": [refused],
        f"&after={refused['id']}": [],
    }.items():
        assert expected == driver.listed(query), query
    assert "--notify-url is not set" in refused["problem"]


@pytest.mark.parametrize("name", ["999999999", "%ff", "01"])
@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("GET", "/wait"), ("POST", "/resend")])
def test_an_unknown_id_is_not_found(gateway: Live, method: str, rest: str, name: str) -> None:
    """Whatever is asked of it."""
    assert 404 == problem(gateway.admin(method, f"/notifications/{name}{rest}"))["status"]


# --- awaited ----------------------------------------------------------------------------------------------------------


def test_a_wait_ends_with_the_last_missing_notification(alone: Driver, threads: ThreadPoolExecutor) -> None:
    """A notification counts once it has been sent, acknowledged or not; those that a reset deletes don't count."""
    alone.shop.says(alone.path, FAULTY, ACKNOWLEDGED)
    for name in ("p1", "p2", "p3"):
        alone.open(name)
    alone.act("p3")
    alone.notified("p3")
    answer = waiting(threads, alone, "wait?clientId=A&count=2")
    alone.live.admin("POST", "/reset", {"clientId": "A"})
    alone.shop.says(alone.path, FAULTY, ACKNOWLEDGED)
    for name in ("p1", "p2"):
        assert not answer.done()
        alone.paid(name)
    body = answer.result(60).body
    assert (2, [("p2", "ACCEPTED"), ("p1", "PENDING")]) == (
        body["count"],
        [(each["paymentRequestId"], each["status"]) for each in body["notifications"]],
    )


@pytest.mark.parametrize(
    ("how", "expected"), [({"drop": True}, ("DROPPED", 0)), ({"url": "http://169.254.169.254/"}, ("REFUSED", 1))]
)
def test_a_notification_that_is_never_sent_counts_at_once(
    driver: Driver, how: dict[str, Any], expected: tuple[str, int]
) -> None:
    """Its status and problem say why, and no attempt follows."""
    driver.paid("p")
    driver.notify(notification="notifyPayment", paymentRequestId="p", **how)
    newest = driver.notified("p", 2)[0]
    assert (*expected, None, True) == (
        newest["status"],
        len(newest["attempts"]),
        newest["nextAttempt"],
        bool(newest["problem"]),
    )
    driver.advance("25h")
    assert expected[1] == len(driver.listed()[0]["attempts"])


def test_a_wait_for_a_status_counts_the_current_status(alone: Driver, threads: ThreadPoolExecutor) -> None:
    """A notification that has been acknowledged meanwhile no longer counts as PENDING."""
    alone.shop.says(alone.path, FAULTY, ACKNOWLEDGED, FAULTY)
    answer = waiting(threads, alone, "wait?status=PENDING&count=2")
    alone.paid("p1")
    alone.advance("2m")
    assert 200 == alone.live.admin("GET", "/notifications/wait?status=ACCEPTED&timeout=0").status
    assert 408 == alone.live.admin("GET", "/notifications/wait?status=PENDING&timeout=0").status
    alone.paid("p2")
    alone.paid("p3")
    body = answer.result(60).body
    assert (2, ["p3", "p2"]) == (body["count"], [each["paymentRequestId"] for each in body["notifications"]])


def test_one_notification_is_awaited_by_its_id(alone: Driver, threads: ThreadPoolExecutor) -> None:
    """The reply comes after the first attempt; a status that is given must be reached, too."""
    alone.shop.says(alone.path, FAULTY, ACKNOWLEDGED)
    alone.open("p", paymentMethod=CARD)
    payment, capture = alone.act("p").body["notifications"]
    for notification_id, name in ((payment, "notifyPayment"), (capture, "notifyCapture")):
        sent = alone.await_id(notification_id).body
        assert (name, 1) == (sent["notification"], sent["attemptCount"])
        assert sent == alone.live.admin("GET", f"/notifications/{notification_id}").body
    late = problem(alone.await_id(payment, "&timeout=0&status=ACCEPTED"))
    summary = {key: value for key, value in alone.listed()[-1].items() if key != "request"}
    assert (408, payment, [summary]) == (late["status"], late["id"], late["latest"])
    answer = waiting(threads, alone, f"{payment}/wait?status=ACCEPTED")
    alone.advance("2m")
    assert "ACCEPTED" == answer.result(60).body["status"]


def test_a_wait_for_a_deleted_notification_ends(alone: Driver, threads: ThreadPoolExecutor) -> None:
    """A reset of its client id ends the wait with 404; a reset of another one does not."""
    alone.paid("p")
    (held,) = alone.notify(notification="notifyPayment", paymentRequestId="p", delay="1h").body["notifications"]
    answer = waiting(threads, alone, f"{held['id']}/wait")
    for name in ("B", "A"):
        alone.live.admin("POST", "/reset", {"clientId": name})
    assert 404 == answer.result(60).status


def missed(driver: Driver, query: str = "") -> dict[str, Any]:
    """The problem of a wait with timeout 0."""
    return problem(driver.live.admin("GET", f"/notifications/wait?clientId={driver.client_id}&timeout=0{query}"))


def test_a_timeout_reports_the_count_and_the_latest_others(driver: Driver) -> None:
    """As data, and in words that explain why the latest is not sent or not acknowledged."""
    assert (0, []) == ((nothing := missed(driver))["count"], nothing["latest"])
    assert "has the buyer acted?" in nothing["detail"]
    driver.shop.says(driver.path, FAULTY)
    driver.paid("p")
    many, other = missed(driver, "&count=3"), missed(driver, "&paymentRequestId=x&notification=notifyRefund")
    (listed,) = driver.listed()
    summary = {name: value for name, value in listed.items() if name != "request"}
    assert (3, 1, 0, [summary]) == (many["expected"], many["count"], other["count"], many["latest"])
    assert f"#{listed['id']} notifyPayment of p is PENDING: the HTTP status was 500" in many["detail"]
    assert many["latest"] == other["latest"]
    driver.open("q", paymentNotifyUrl="http://169.254.169.254/latest")
    driver.act("q")
    driver.notified("q")
    assert "q is REFUSED: notifications never go to 169.254" in missed(driver, "&status=ACCEPTED")["detail"]
    driver.notify(notification="notifyPayment", paymentRequestId="p", after="notifyRefund")
    assert "is PENDING, it waits for notifyRefund" in missed(driver, "&count=3")["detail"]


# --- resent -----------------------------------------------------------------------------------------------------------


def test_a_resend_is_signed_again_and_keeps_an_accepted_status(driver: Driver) -> None:
    """The body is the same, the request-time is new, and the attempt counts as made by hand."""
    driver.paid("p")
    (before,) = driver.listed()
    driver.advance("1h")
    driver.shop.says(driver.path, FAULTY)
    after = driver.live.admin("POST", f"/notifications/{before['id']}/resend").body
    first, second = driver.shop.wait(2, driver.path)
    assert (first.raw, before["request"], "ACCEPTED") == (second.raw, after["request"], after["status"])
    assert f".{second.headers['request-time']}." in after["signed"]
    assert first.headers["request-time"] < second.headers["request-time"]
    assert second.genuine(str(driver.live.components.env["gatewayPublicKey"]))
    assert [(False, True), (True, False)] == [(each["byHand"], each["accepted"]) for each in after["attempts"]]


def test_a_resend_does_not_change_the_retry_schedule(driver: Driver) -> None:
    """Neither the time nor the number of the attempts that follow; an acknowledgement ends them."""
    driver.shop.says(driver.path, FAULTY)
    driver.paid("p")
    driver.paid("q")
    q, p = driver.listed()
    after = driver.live.admin("POST", f"/notifications/{p['id']}/resend").body
    assert (p["nextAttempt"], "PENDING") == (after["nextAttempt"], after["status"])
    driver.shop.says(driver.path, ACKNOWLEDGED, FAULTY)
    accepted = driver.live.admin("POST", f"/notifications/{q['id']}/resend").body
    assert ("ACCEPTED", None) == (accepted["status"], accepted["nextAttempt"])
    driver.advance("25h")
    q, p = driver.listed()
    assert [("ACCEPTED", 2), ("GIVEN_UP", 9)] == [(each["status"], each["attemptCount"]) for each in (q, p)]


def test_a_dropped_notification_can_be_resent_but_not_one_without_url(driver: Driver) -> None:
    """A resend overrides the scenario, but needs a URL."""
    driver.open("notify-dropped--p")
    driver.open("q", paymentNotifyUrl=None)
    (dropped,) = driver.notified("notify-dropped--p")
    (refused,) = driver.act("q").body["notifications"]
    assert "DROPPED" == dropped["status"]
    assert "ACCEPTED" == driver.live.admin("POST", f"/notifications/{dropped['id']}/resend").body["status"]
    found = problem(driver.live.admin("POST", f"/notifications/{refused}/resend"))
    assert (409, True) == (found["status"], "--notify-url is not set" in found["detail"])


def test_resends_are_limited_and_shown_in_pages(driver: Driver) -> None:
    """The limit is 100; the latest 20 attempts are shown, and the others page by page."""
    driver.shop.says(driver.path, FAULTY)
    driver.paid("p")
    path = f"/notifications/{driver.listed()[0]['id']}"
    for _ in range(100):
        sent = driver.live.admin("POST", f"{path}/resend").body
    assert 409 == problem(driver.live.admin("POST", f"{path}/resend"))["status"]
    pages = [driver.live.admin("GET", f"{path}?attemptsAfter={n}").body for n in range(0, 120, 20)]
    attempts = [attempt for page in pages for attempt in page["attempts"]]
    assert [20, 20, 20, 20, 20, 1] == [len(page["attempts"]) for page in pages]
    assert [False, *[True] * 100] == [attempt["byHand"] for attempt in attempts]
    assert sent["attempts"] == attempts[-20:] == driver.listed()[0]["attempts"]

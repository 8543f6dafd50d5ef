"""Notifications looked at, waited for and sent again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live import Live
from tests.shop import ACKNOWLEDGED, FAULTY, Shop
from tests.web.asking import CARD, Driver, problem, until


def ids(found: list[dict[str, str]]) -> list[int]:
    """The ids of notifications, which count up."""
    return [int(one["id"]) for one in found]


# --- looking ----------------------------------------------------------------------------------------------------------


def test_a_notification_is_what_the_shop_got(driver: Driver) -> None:
    """Its body, its URL and its headers stand in it, beside what the shop answered; one alone has what was signed."""
    payment = driver.paid("p")
    (received,) = driver.shop.wait(1, driver.path)
    (found,) = driver.listed()
    assert received.genuine(str(driver.live.components.env["gatewayPublicKey"]))
    assert (received.body, received.headers["mock-notification-id"]) == (found["request"], found["id"])
    assert (driver.client_id, "p", payment["paymentId"]) == (
        received.headers["client-id"],
        found["paymentRequestId"],
        found["request"]["paymentId"],
    )
    assert ("notifyPayment", "ACCEPTED", driver.url, None, None) == (
        found["notification"],
        found["status"],
        found["url"],
        found["problem"],
        found["nextAttempt"],
    )
    (attempt,) = found["attempts"]
    assert (200, True, None, False) == (attempt["httpStatus"], attempt["accepted"], attempt["why"], attempt["byHand"])
    assert f"{attempt['time'][:19]}Z" == received.headers["request-time"]
    assert received.headers.items() >= attempt["requestHeaders"].items() >= {"client-id": driver.client_id}.items()
    assert received.headers["signature"] == attempt["requestHeaders"]["signature"]
    signed = f"POST {driver.path}\n{driver.client_id}.{received.headers['request-time']}.{received.raw.decode()}"
    assert {**found, "signed": signed} == driver.live.admin("GET", f"/notifications/{found['id']}").body


def test_newest_first(driver: Driver) -> None:
    """The list begins with the newest; each filter picks by its field, several together what fits all."""
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
        "&status=REFUSED": [refused],
        "&status=ACCEPTED&paymentRequestId=p2": [later],
        "&status=REFUSED&paymentRequestId=p2": [],
        "&limit=2": [refused, later],
        f"&after={capture['id']}": [refused, later],
        f"&after={payment['id']}&limit=1": [refused],
        f"&after={refused['id']}": [],
    }.items():
        assert expected == driver.listed(query), query
    assert "there is no URL for it: the request names none, and --notify-url is not set" == refused["problem"]


@pytest.mark.parametrize("name", ["999999999", "x", "%ff", "1.0", "-1", "01"])
def test_no_such_notification(gateway: Live, name: str) -> None:
    """One that never was is told so; odd ids are no trouble."""
    for method, rest in (("GET", ""), ("POST", "/resend")):
        found = problem(gateway.admin(method, f"/notifications/{name}{rest}"))
        assert (404, "No such notification") == (found["status"], found["title"])


# --- waiting ----------------------------------------------------------------------------------------------------------


def test_waiting_for_what_is_to_come(own: Live, shop: Shop, path: str) -> None:
    """The answer comes with the last that was missing; one that is not acknowledged has been sent all the same."""
    driver = Driver(own, shop, path, "A")
    shop.says(path, FAULTY, ACKNOWLEDGED)
    for name in ("p1", "p2"):
        driver.open(name)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(own.admin, "GET", "/notifications/wait?clientId=A&count=2")
        until(lambda: own.components.events.listeners == 1)
        driver.act("p1")
        shop.wait(1, path)
        assert not answer.done()
        driver.act("p2")
        found = answer.result(60).body
    assert (2, ["p2", "p1"]) == (found["count"], [one["paymentRequestId"] for one in found["notifications"]])
    assert ["ACCEPTED", "PENDING"] == [one["status"] for one in found["notifications"]]


@pytest.mark.parametrize(
    "how",
    [
        {"drop": True},
        {"url": "http://169.254.169.254/"},
    ],
)
def test_what_will_never_be_sent_is_not_waited_for(driver: Driver, how: dict[str, str]) -> None:
    """One that the gateway keeps back, or that it sends nowhere, is the answer at once; the status says which."""
    driver.paid("p")
    driver.notify(notification="notifyPayment", paymentRequestId="p", **how)
    newest = driver.notified("p", 2)[0]
    expected = ("DROPPED", 0) if "drop" in how else ("REFUSED", 1)
    assert expected == (newest["status"], len(newest["attempts"]))
    assert (None, True) == (newest["nextAttempt"], bool(newest["problem"]))
    assert ("drop" in how) == (newest["problem"] == "dropped by whoever sent it")
    driver.advance("25h")
    assert expected[1] == len(driver.listed()[0]["attempts"])


def test_what_is_to_be_sent_later_is_waited_for(driver: Driver) -> None:
    """By the client's clock: once that has been moved it has been sent, and fits."""
    driver.paid("p")
    driver.notify(notification="notifyPayment", paymentRequestId="p", delay="1h")
    query = f"/notifications/wait?clientId={driver.client_id}&count=2&timeout=0"
    early = problem(driver.live.admin("GET", query))
    driver.advance("1h")
    assert (408, 200) == (early["status"], driver.live.admin("GET", query).status)


def test_a_wait_begins_anew_with_a_reset(own: Live, shop: Shop, path: str) -> None:
    """What was sent before is forgotten, and does not count."""
    driver = Driver(own, shop, path, "A")
    driver.paid("p1")
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(own.admin, "GET", "/notifications/wait?clientId=A&count=2")
        until(lambda: own.components.events.listeners == 1)
        own.admin("POST", "/reset", {"clientId": "A"})
        driver.paid("p2")
        assert not answer.done()
        driver.paid("p3")
        found = answer.result(60).body["notifications"]
    assert ["p3", "p2"] == [one["paymentRequestId"] for one in found]


def test_a_status_that_passes(driver: Driver) -> None:
    """Whoever waits for a status gets what has it now, not what once had it."""
    driver.shop.says(driver.path, FAULTY, ACKNOWLEDGED)
    driver.paid("p")
    query = f"/notifications/wait?clientId={driver.client_id}&timeout=0&status="
    before = [driver.live.admin("GET", f"{query}{status}").status for status in ("PENDING", "ACCEPTED")]
    driver.advance("2m")
    after = [driver.live.admin("GET", f"{query}{status}").status for status in ("PENDING", "ACCEPTED")]
    assert ([200, 408], [408, 200]) == (before, after)


def test_one_notification_is_awaited_by_its_id(driver: Driver) -> None:
    """The reply comes after the first attempt; a status that is given has to be reached, too."""
    driver.shop.says(driver.path, FAULTY, ACKNOWLEDGED)
    driver.open("p", paymentMethod=CARD)
    payment, capture = driver.act("p").body["notifications"]
    assert "notifyCapture" == driver.await_id(capture).body["notification"]
    found = driver.await_id(payment)
    assert ("PENDING", 1, found.body) == (
        found.body["status"],
        found.body["attemptCount"],
        driver.live.admin("GET", f"/notifications/{payment}").body,
    )
    late = problem(driver.await_id(payment, "&timeout=0&status=ACCEPTED"))
    summary = driver.listed()[-1]
    del summary["request"]
    assert (408, payment, [summary]) == (late["status"], late["id"], late["latest"])
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(driver.await_id, payment, "&status=ACCEPTED")
        until(lambda: driver.live.components.events.listeners == 1)
        driver.advance("2m")
        assert "ACCEPTED" == answer.result(60).body["status"]


def test_a_wait_for_a_deleted_notification_ends(own: Live, shop: Shop, path: str) -> None:
    """A reset of its client id ends the wait with 404; a reset of another one does not."""
    driver = Driver(own, shop, path, "A")
    driver.paid("p")
    (held,) = driver.notify(notification="notifyPayment", paymentRequestId="p", delay="1h").body["notifications"]
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(driver.await_id, held["id"])
        until(lambda: own.components.events.listeners == 1)
        own.admin("POST", "/reset", {"clientId": "B"})
        own.admin("POST", "/reset", {"clientId": "A"})
        assert 404 == answer.result(60).status


def test_what_no_longer_fits_does_not_count(own: Live, shop: Shop, path: str) -> None:
    """One that has been accepted meanwhile is not among those that wait for their next attempt."""
    driver = Driver(own, shop, path, "A")
    shop.says(path, FAULTY, ACKNOWLEDGED, FAULTY)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(own.admin, "GET", "/notifications/wait?status=PENDING&count=2")
        until(lambda: own.components.events.listeners == 1)
        driver.paid("p1")
        driver.advance("2m")
        driver.paid("p2")
        driver.paid("p3")
        found = answer.result(60).body
    assert (2, ["p3", "p2"]) == (found["count"], [one["paymentRequestId"] for one in found["notifications"]])


def missed(driver: Driver, query: str = "") -> dict[str, object]:
    """The problem of a wait that had no time."""
    return problem(driver.live.admin("GET", f"/notifications/wait?clientId={driver.client_id}&timeout=0{query}"))


def test_what_came_instead(driver: Driver) -> None:
    """Without an answer in time it is told how many came, and how the latest one stands."""
    nothing = missed(driver)
    driver.shop.says(driver.path, FAULTY)
    driver.paid("p")
    (told,) = driver.listed()
    many, other = missed(driver, "&count=3"), missed(driver, "&paymentRequestId=x&notification=notifyRefund")
    whose = f"clientId={driver.client_id}"
    none = f"waited 0 s for 1 notification with {whose}; none came. There is no other one either: has the buyer acted?"
    assert none == nothing["detail"]
    latest = f"The latest of 1: #{told['id']} notifyPayment of p is PENDING: the HTTP status was 500, expected 200"
    assert f"waited 0 s for 3 notifications with {whose}; 1 came. {latest}" == many["detail"]
    asked = f"{whose} and notification=notifyRefund and paymentRequestId=x"
    assert f"waited 0 s for 1 notification with {asked}; none came. {latest}" == other["detail"]
    assert (3, 1, 0) == (many["expected"], many["count"], other["count"])
    summary = {name: value for name, value in told.items() if name != "request"}
    assert [summary] == many["latest"] == other["latest"]


def test_why_nothing_was_sent(driver: Driver) -> None:
    """A wait for an accepted one tells why the latest is not sent at all."""
    driver.open("p", paymentNotifyUrl="http://169.254.169.254/latest")
    driver.act("p")
    driver.notified("p")
    detail = missed(driver, "&status=ACCEPTED")["detail"]
    assert "notifyPayment of p is REFUSED: notifications never go to 169.254.169.254" in str(detail)


def test_what_the_latest_waits_for(driver: Driver) -> None:
    """One that waits for another has not been sent, which is told with what it waits for."""
    driver.paid("p")
    (held,) = driver.notify(notification="notifyPayment", paymentRequestId="p", after="notifyRefund").body[
        "notifications"
    ]
    found = missed(driver, "&count=2")
    latest = f"The latest of 2: #{held['id']} notifyPayment of p is PENDING, it waits for notifyRefund"
    assert str(found["detail"]).endswith(f"1 came. {latest}"), found["detail"]


# --- again ------------------------------------------------------------------------------------------------------------


def test_sent_again(driver: Driver) -> None:
    """At once, as it was, under a new time; it counts as sent by hand, and one that was accepted stays so."""
    driver.paid("p")
    (before,) = driver.listed()
    driver.advance("1h")
    driver.shop.says(driver.path, FAULTY)
    after = driver.live.admin("POST", f"/notifications/{before['id']}/resend").body
    first, second = driver.shop.wait(2, driver.path)
    assert (first.raw, before["request"]) == (second.raw, after["request"])
    assert f".{second.headers['request-time']}." in after["signed"]
    assert first.headers["request-time"] < second.headers["request-time"]
    assert second.genuine(str(driver.live.components.env["gatewayPublicKey"]))
    assert [(False, True), (True, False)] == [(one["byHand"], one["accepted"]) for one in after["attempts"]]
    assert "ACCEPTED" == after["status"]


def test_sent_again_until_it_is_accepted(driver: Driver) -> None:
    """What the shop did not acknowledge may be sent by hand before its time, and is not sent again after that."""
    driver.shop.says(driver.path, FAULTY, ACKNOWLEDGED)
    driver.paid("p")
    (before,) = driver.listed()
    after = driver.live.admin("POST", f"/notifications/{before['id']}/resend").body
    driver.advance("25h")
    assert ("PENDING", "ACCEPTED", None) == (before["status"], after["status"], after["nextAttempt"])
    assert 2 == len(driver.shop.got(driver.path))


def test_attempts_by_hand_do_not_count(driver: Driver) -> None:
    """They leave the time of the next attempt, and the number of those that are left, as they were."""
    driver.shop.says(driver.path, FAULTY)
    driver.paid("p")
    (before,) = driver.listed()
    after = driver.live.admin("POST", f"/notifications/{before['id']}/resend").body
    assert (before["nextAttempt"], "PENDING") == (after["nextAttempt"], after["status"])
    driver.advance("25h")
    (given_up,) = driver.listed()
    assert ("GIVEN_UP", 9, 1) == (
        given_up["status"],
        len(given_up["attempts"]),
        sum(attempt["byHand"] for attempt in given_up["attempts"]),
    )


def test_what_was_kept_back_can_be_sent(driver: Driver) -> None:
    """A notification that a scenario drops goes out when somebody says so."""
    driver.open("notify-dropped--p")
    driver.act("notify-dropped--p")
    (kept,) = driver.notified("notify-dropped--p")
    after = driver.live.admin("POST", f"/notifications/{kept['id']}/resend").body
    assert ("DROPPED", "ACCEPTED", 1) == (kept["status"], after["status"], len(driver.shop.got(driver.path)))


def test_nowhere_to_send_it(driver: Driver) -> None:
    """One without a URL cannot be sent again either."""
    driver.open("p", paymentNotifyUrl=None)
    driver.act("p")
    (found,) = driver.notified("p")
    refused = problem(driver.live.admin("POST", f"/notifications/{found['id']}/resend"))
    assert (409, True) == (refused["status"], "--notify-url is not set" in refused["detail"])


def test_sent_again_up_to_a_limit_and_shown_in_pages(driver: Driver) -> None:
    """The latest 20 attempts are shown, the others page by page in the order in which they were made."""
    driver.shop.says(driver.path, FAULTY)
    driver.paid("p")
    (found,) = driver.listed()
    path = f"/notifications/{found['id']}"
    for _ in range(100):
        sent = driver.live.admin("POST", f"{path}/resend").body
    refused = problem(driver.live.admin("POST", f"{path}/resend"))
    assert (409, "Too many attempts") == (refused["status"], refused["title"])
    pages = [driver.live.admin("GET", f"{path}?attemptsAfter={n}").body for n in range(0, 120, 20)]
    assert [20, 20, 20, 20, 20, 1] == [len(page["attempts"]) for page in pages]
    assert {101} == {page["attemptCount"] for page in pages}
    attempts = [attempt for page in pages for attempt in page["attempts"]]
    assert [False, *[True] * 100] == [attempt["byHand"] for attempt in attempts]
    assert sent["attempts"] == attempts[-20:] == driver.listed()[0]["attempts"]

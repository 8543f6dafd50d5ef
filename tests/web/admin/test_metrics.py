"""Metrics as Prometheus reads them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from mock_alipay import Mock, __version__
from mock_alipay.config.config import Config
from mock_alipay.journal.events import Event
from mock_alipay.journal.metrics import BOUNDS
from tests.journal.test_log_lines import ENTRY
from tests.live import Live, live, sample
from tests.shop import HANGS, open_shop
from tests.web.asking import until

WALLET = {"paymentMethodType": "GCASH"}


def samples(gateway: Live) -> list[Sample]:
    """What Prometheus makes of the metrics."""
    answer = gateway.admin("GET", "/metrics")
    assert (200, "text/plain") == (answer.status, answer.headers["content-type"].partition(";")[0])
    return [one for family in text_string_to_metric_families(answer.raw.decode()) for one in family.samples]


def found(gateway: Live, name: str) -> dict[tuple[str, ...], float]:
    """The values of a metric by its labels, in the order of their names."""
    return {
        tuple(label for _, label in sorted(one.labels.items())): one.value
        for one in samples(gateway)
        if one.name == f"mock_alipay_{name}"
    }


def test_calls(own: Live) -> None:
    """Calls stand by endpoint, HTTP status and result code."""
    own.create(sample())
    own.create(sample(), extra={"mock-scenario": "card-not-supported"})
    own.create(sample(productCode="X"))
    own.create(sample(productCode="Y"))
    own.request("GET", "/favicon.ico")
    assert {
        ("createPaymentSession", "200", "SUCCESS"): 1.0,
        ("createPaymentSession", "200", "CARD_NOT_SUPPORTED"): 1.0,
        ("createPaymentSession", "200", "PARAM_ILLEGAL"): 2.0,
        ("none", "404", "none"): 1.0,
    } == found(own, "calls_total")


def test_latency(own: Live) -> None:
    """The histogram has every bound, counts up, and ends with all calls."""
    own.create(sample())
    own.create(sample())
    buckets = found(own, "call_duration_seconds_bucket")
    assert [("createPaymentSession", text) for text in [*map(str, BOUNDS), "+Inf"]] == list(buckets)
    counts = list(buckets.values())
    assert (sorted(counts), 2.0) == (counts, counts[-1])
    total = found(own, "call_duration_seconds_sum")["createPaymentSession",]
    assert 0 < total < 60
    assert {("createPaymentSession",): 2.0} == found(own, "call_duration_seconds_count")


def test_notifications(own: Live) -> None:
    """Notifications stand by name and by how they ended, attempts to deliver them by what came of each."""
    with open_shop() as shop, Mock(own.config.url) as mock:
        for name in ("one", "two"):
            own.create(sample(name, paymentNotifyUrl=shop.url(), paymentMethod=WALLET))
        mock.payment("one").pay()
        mock.notifications.wait(payment_request_id="one", status="ACCEPTED")
    own.create(sample("three", paymentNotifyUrl="http://192.0.2.1/", paymentMethod=WALLET))
    with Mock(own.config.url) as mock:
        mock.payment("three").pay()
        mock.notifications.wait(payment_request_id="three", status="REFUSED")
    assert {("notifyPayment", "ACCEPTED"): 1.0, ("notifyPayment", "REFUSED"): 1.0} == found(own, "notifications_total")
    assert {("notifyPayment", "accepted"): 1.0} == found(own, "notification_attempts_total")


def test_what_is_kept(own: Live) -> None:
    """The gauges tell how much journal and store hold; a reset empties them, and takes no count back."""
    own.create(sample())
    kept = {name: found(own, name)[()] for name in ("journal_kept", "journal_bytes", "payments_kept", "payments_bytes")}
    assert (1.0, 1.0) == (kept["journal_kept"], kept["payments_kept"])
    assert kept["journal_bytes"] > 2000
    assert kept["payments_bytes"] > 500
    own.admin("POST", "/reset", {})
    assert dict.fromkeys(kept, 0.0) == {name: found(own, name)[()] for name in kept}
    assert 1.0 == sum(found(own, "calls_total").values())


def test_every_limit_is_told_with_what_is_used(own: Live) -> None:
    """What is kept, what is set for client ids, what waits and what is open: all that a client can make more of."""
    own.create(sample(), extra={"mock-scenario": "unknown-then-success"})
    own.admin("PUT", "/scenario", {"scenario": "success", "clientId": "A"})
    own.admin("PUT", "/clock", {"clientId": "A", "advance": "PT1M"})
    used, limits = found(own, "used"), found(own, "limit")
    assert used.keys() == limits.keys()
    assert all(0 <= used[name] < limits[name] for name in used)
    assert {"calls", "steps", "selections", "clocks", "connections"} == {
        name for (name,), amount in used.items() if amount
    }


def test_a_moment_is_told(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted while the text is composed, aside and not in the loop's own thread, is for the next time."""
    threads = []

    def composed(registry: CollectorRegistry) -> bytes:
        threads.append(threading.current_thread().name)
        own.components.metrics.record(Event(1, "call", None, ENTRY._replace(endpoint="pay"), 0))
        return generate_latest(registry)

    monkeypatch.setattr("prometheus_client.generate_latest", composed)
    assert ({}, {("pay", "200", "SUCCESS"): 1.0}) == (found(own, "calls_total"), found(own, "calls_total"))
    assert [True, True] == [name.startswith("mock-alipay-admin") for name in threads]


def test_the_process(own: Live) -> None:
    """The version and the process's own figures are there."""
    names = {one.name: one for one in samples(own)}
    assert {"version": __version__} == names["mock_alipay_info"].labels
    assert names["process_resident_memory_bytes"].value > 10_000_000


def test_two_gateways_count_apart(own: Live) -> None:
    """Two gateways of one process have nothing in common."""
    with live() as other:
        other.create(sample())
        assert ({}, 1) == (found(own, "calls_total"), len(found(other, "calls_total")))


def test_a_token_is_asked_for() -> None:
    """Where the admin API wants a token, the metrics want it too; Prometheus can carry one."""
    with live(Config(admin_token="12345678")) as guarded:
        answers = [
            guarded.request("GET", "/__admin/metrics", headers=headers)
            for headers in ({}, {"authorization": "Bearer 12345678"})
        ]
    assert [401, 200] == [answer.status for answer in answers]


def test_deliveries_under_way(own: Live) -> None:
    """Those that a shop has not answered yet, attempts by hand apart from the others; none once it has."""
    with open_shop() as shop:
        shop.says("/notify", HANGS)
        own.create(
            sample("p", paymentMethod=WALLET, paymentNotifyUrl=shop.url()), extra={"mock-scenario": "pays-at-once"}
        )
        shop.wait(1)
        with ThreadPoolExecutor(2) as threads:
            again = [threads.submit(own.admin, "POST", "/notifications/1/resend") for _ in range(2)]
            shop.wait(3)
            used = found(own, "used")
            assert (1.0, 2.0) == (used["deliveries",], used["deliveries_out_of_turn",])
            shop.let_go()
            assert [200, 200] == [one.result().status for one in again]
        until(lambda: {0.0} == {found(own, "used")[name,] for name in ("deliveries", "deliveries_out_of_turn")})

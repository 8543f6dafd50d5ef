"""Metrics as Prometheus reads them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from mock_alipay import __version__
from mock_alipay.journal.events import Event
from mock_alipay.journal.metrics import BOUNDS
from tests.journal.test_log_lines import ENTRY
from tests.live import Live, sample
from tests.shop import ACKNOWLEDGED, HANGS, open_shop
from tests.web.asking import WALLET, until


def samples(gateway: Live) -> list[Sample]:
    """What Prometheus reads."""
    answer = gateway.admin("GET", "/metrics")
    assert (200, "text/plain") == (answer.status, answer.headers["content-type"].partition(";")[0])
    return [each for family in text_string_to_metric_families(answer.raw.decode()) for each in family.samples]


def values(gateway: Live, name: str) -> dict[tuple[str, ...], float]:
    """The values of a metric by its labels, in the order of their names."""
    return {
        tuple(label for _, label in sorted(each.labels.items())): each.value
        for each in samples(gateway)
        if each.name == f"mock_alipay_{name}"
    }


def test_calls_latency_sizes_and_limits(own: Live) -> None:
    """Calls by endpoint, HTTP status and result code; a reset empties the stores, and does not change counters."""
    own.create(extra={"mock-scenario": "unknown-then-success"})
    own.create()
    for _ in range(2):
        own.create(sample(productCode="X"))
    own.request("GET", "/favicon.ico")
    own.admin("PUT", "/scenario", {"scenario": "success", "clientId": "A"})
    own.admin("PUT", "/clock", {"clientId": "A", "advance": "PT1M"})
    counted = {
        ("createPaymentSession", "200", "SUCCESS"): 1.0,
        ("createPaymentSession", "200", "UNKNOWN_EXCEPTION"): 1.0,
        ("createPaymentSession", "200", "PARAM_ILLEGAL"): 2.0,
        ("none", "404", "none"): 1.0,
    }
    assert counted == values(own, "calls_total")
    buckets = values(own, "call_duration_seconds_bucket")
    ours = {bound: count for (endpoint, bound), count in buckets.items() if endpoint == "createPaymentSession"}
    assert ([*map(str, BOUNDS), "+Inf"], sorted(ours.values()), 4.0) == ([*ours], [*ours.values()], ours["+Inf"])
    assert 0 < values(own, "call_duration_seconds_sum")["createPaymentSession",] < 60

    used, limits = values(own, "used"), values(own, "limit")
    assert used.keys() == limits.keys()
    assert all(0 <= used[name] < limits[name] for name in used)
    assert {"aggregates", "aggregates_due", "calls", "steps", "selections", "clocks", "connections"} == {
        name for (name,), amount in used.items() if amount
    }
    names = ("journal_kept", "payments_kept", "journal_bytes", "payments_bytes")
    entries, payments, size, payments_size = (values(own, name)[()] for name in names)
    assert (5.0, 1.0, True, True) == (entries, payments, size > 4000, payments_size > 500)
    own.admin("POST", "/reset", {})
    assert [0.0] * 4 == [values(own, name)[()] for name in names]
    assert counted == values(own, "calls_total")


def test_a_snapshot_is_rendered_in_the_worker(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that is counted meanwhile is in the next one; version and process are described, too."""
    threads = []

    def slow(registry: CollectorRegistry) -> bytes:
        threads.append(threading.current_thread().name)
        own.components.metrics.record(Event(1, "call", None, ENTRY._replace(endpoint="pay"), 0))
        return generate_latest(registry)

    monkeypatch.setattr("prometheus_client.generate_latest", slow)
    assert ({}, {("pay", "200", "SUCCESS"): 1.0}) == (values(own, "calls_total"), values(own, "calls_total"))
    assert [True, True] == [name.startswith("mock-alipay-admin") for name in threads]
    by_name = {each.name: each for each in samples(own)}
    assert {"version": __version__} == by_name["mock_alipay_info"].labels
    assert by_name["process_resident_memory_bytes"].value > 10_000_000


def test_notifications_and_deliveries_in_progress(own: Live) -> None:
    """Notifications once per final status, each attempt by outcome; resends in progress apart from other deliveries."""
    with open_shop() as shop:
        shop.says("/notify", HANGS, HANGS, HANGS, ACKNOWLEDGED)
        for name, url in (("p", shop.url()), ("refused", "http://192.0.2.1/")):
            body = sample(name, paymentMethod=WALLET, paymentNotifyUrl=url)
            own.create(body, extra={"mock-scenario": "pays-at-once"})
        shop.wait(1)
        with ThreadPoolExecutor(2) as threads:
            again = [threads.submit(own.admin, "POST", "/notifications/1/resend") for _ in range(2)]
            shop.wait(3)
            used = values(own, "used")
            assert (1.0, 2.0) == (used["deliveries",], used["deliveries_out_of_turn",])
            assert "ACCEPTED" == own.admin("POST", "/notifications/1/resend").body["status"]
            shop.let_go()
            assert [200, 200] == [each.result().status for each in again]
        until(lambda: {0.0} == {values(own, "used")[name,] for name in ("deliveries", "deliveries_out_of_turn")})
    expected = {("notifyPayment", "ACCEPTED"): 1.0, ("notifyPayment", "REFUSED"): 1.0}
    assert expected == values(own, "notifications_total")
    assert {("notifyPayment", "accepted"): 4.0} == {
        labels: count for labels, count in values(own, "notification_attempts_total").items() if labels[1] == "accepted"
    }

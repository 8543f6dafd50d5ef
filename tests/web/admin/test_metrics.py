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
from tests.live import Live, live, sample
from tests.shop import HANGS, Shop, open_shop
from tests.web.asking import WALLET, Driver, until


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


def test_calls_and_latency(own: Live) -> None:
    """By endpoint, HTTP status and result code; two gateways of one process count separately."""
    with live() as other:
        other.create()
        own.create()
        own.create(extra={"mock-scenario": "card-not-supported"})
        own.create(sample(productCode="X"))
        own.create(sample(productCode="Y"))
        own.request("GET", "/favicon.ico")
        assert {("createPaymentSession", "200", "SUCCESS"): 1.0} == values(other, "calls_total")
    assert {
        ("createPaymentSession", "200", "SUCCESS"): 1.0,
        ("createPaymentSession", "200", "CARD_NOT_SUPPORTED"): 1.0,
        ("createPaymentSession", "200", "PARAM_ILLEGAL"): 2.0,
        ("none", "404", "none"): 1.0,
    } == values(own, "calls_total")
    buckets = values(own, "call_duration_seconds_bucket")
    ours = {bound: count for (endpoint, bound), count in buckets.items() if endpoint == "createPaymentSession"}
    assert [*map(str, BOUNDS), "+Inf"] == list(ours)
    assert (sorted(ours.values()), 4.0) == (list(ours.values()), ours["+Inf"])
    assert 0 < values(own, "call_duration_seconds_sum")["createPaymentSession",] < 60


def test_notifications(own: Live, shop: Shop, path: str) -> None:
    """By name and final status; attempts by outcome."""
    driver = Driver(own, shop, path, "A")
    driver.open("pending")
    driver.paid("accepted")
    driver.paid("refused", paymentNotifyUrl="http://192.0.2.1/")
    expected = {("notifyPayment", "ACCEPTED"): 1.0, ("notifyPayment", "REFUSED"): 1.0}
    assert expected == values(own, "notifications_total")
    assert {("notifyPayment", "accepted"): 1.0} == values(own, "notification_attempts_total")


def test_sizes_and_limits(own: Live) -> None:
    """A reset empties the stores, and does not change counters."""
    own.create(extra={"mock-scenario": "unknown-then-success"})
    own.create()
    own.admin("PUT", "/scenario", {"scenario": "success", "clientId": "A"})
    own.admin("PUT", "/clock", {"clientId": "A", "advance": "PT1M"})
    used, limits = values(own, "used"), values(own, "limit")
    assert used.keys() == limits.keys()
    assert all(0 <= used[name] < limits[name] for name in used)
    assert {"aggregates", "aggregates_due", "calls", "steps", "selections", "clocks", "connections"} == {
        name for (name,), amount in used.items() if amount
    }
    names = ("journal_kept", "journal_bytes", "payments_kept", "payments_bytes")
    entries, size, payments, payments_size = (values(own, name)[()] for name in names)
    assert (2.0, 1.0, True, True) == (entries, payments, size > 4000, payments_size > 500)
    own.admin("POST", "/reset", {})
    assert [0.0] * 4 == [values(own, name)[()] for name in names]
    assert 2.0 == sum(values(own, "calls_total").values())


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


def test_deliveries_in_progress(own: Live) -> None:
    """Resends apart from the others, until the shop responds."""
    with open_shop() as shop:
        shop.says("/notify", HANGS)
        body = sample("p", paymentMethod=WALLET, paymentNotifyUrl=shop.url())
        own.create(body, extra={"mock-scenario": "pays-at-once"})
        shop.wait(1)
        with ThreadPoolExecutor(2) as threads:
            again = [threads.submit(own.admin, "POST", "/notifications/1/resend") for _ in range(2)]
            shop.wait(3)
            used = values(own, "used")
            assert (1.0, 2.0) == (used["deliveries",], used["deliveries_out_of_turn",])
            shop.let_go()
            assert [200, 200] == [each.result().status for each in again]
        until(lambda: {0.0} == {values(own, "used")[name,] for name in ("deliveries", "deliveries_out_of_turn")})

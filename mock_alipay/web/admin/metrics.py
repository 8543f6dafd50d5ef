"""Metrics in the Prometheus text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.responses import Response

from mock_alipay.journal.metrics import BOUNDS, CallKey, Latency
from mock_alipay.version import __version__
from mock_alipay.web.admin.context import AdminContext, AdminRequest

if TYPE_CHECKING:
    from prometheus_client import Metric


class _Kept(NamedTuple):
    """What one of the gateway's memories holds."""

    name: str
    what: str
    entries: int
    size: int


async def metrics(context: AdminContext, _ask: AdminRequest) -> Any:
    """What has been counted since the start, and how much is kept now."""
    payments, payment_bytes = await context.repository.store.held()
    journal = context.dispatcher.journal
    metrics = context.metrics
    found = _Collector(
        calls=dict(metrics.calls),
        latencies={endpoint: Latency(list(one.counts), one.seconds) for endpoint, one in metrics.latencies.items()},
        attempts=dict(metrics.attempts),
        notifications=dict(metrics.notifications),
        kept=(
            _Kept("journal", "Calls in the journal", len(context.journal), context.journal.size),
            _Kept("payments", "Payments and sessions in the store", payments, payment_bytes),
            _Kept("notifications", "Notifications with their attempts in the journal", len(journal), journal.size),
        ),
    )
    return await context.worker.do(lambda: _exposed(found))


def _exposed(collector: _Collector) -> Response:
    # Imported when first asked for: most gateways are never watched.
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest

    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


@dataclass(frozen=True, eq=False)
class _Collector:
    """A moment's figures, as the client library asks for them."""

    calls: Mapping[CallKey, int]
    latencies: Mapping[str | None, Latency]
    attempts: Mapping[tuple[str, str], int]
    notifications: Mapping[tuple[str, str], int]
    kept: Iterable[_Kept]

    def collect(self) -> Iterator[Metric]:
        """Every metric once."""
        from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily

        yield InfoMetricFamily("mock_alipay", "Which gateway this is.", {"version": __version__})
        yield _counter(
            "mock_alipay_calls",
            "Merchants' calls by endpoint, resultCode and the HTTP status sent.",
            ("endpoint", "result_code", "http_status"),
            self.calls,
        )
        yield self._latency()
        yield _counter(
            "mock_alipay_notification_attempts",
            "Attempts to deliver notifications: accepted, or not accepted.",
            ("notification", "outcome"),
            self.attempts,
        )
        yield _counter(
            "mock_alipay_notifications",
            "Notifications that came to an end, by the status that they ended in.",
            ("notification", "status"),
            self.notifications,
        )
        for name, what, entries, size in self.kept:
            yield GaugeMetricFamily(f"mock_alipay_{name}_kept", f"{what}.", value=entries)
            yield GaugeMetricFamily(f"mock_alipay_{name}_bytes", f"{what}: bytes, roughly.", value=size)

    def _latency(self) -> Metric:
        from prometheus_client.metrics_core import HistogramMetricFamily

        latency = HistogramMetricFamily(
            "mock_alipay_call_duration_seconds",
            "From a call to its reply, the scripted delay not counted.",
            labels=("endpoint",),
        )
        bounds = [*map(str, BOUNDS), "+Inf"]
        for endpoint, one in self.latencies.items():
            latency.add_metric([_word(endpoint)], list(zip(bounds, accumulate(one.counts), strict=True)), one.seconds)
        return latency


def _counter(name: str, what: str, labels: Sequence[str], counts: Mapping[Any, int]) -> Metric:
    from prometheus_client.metrics_core import CounterMetricFamily

    counter = CounterMetricFamily(name, what, labels=labels)
    for values, count in counts.items():
        counter.add_metric([_word(value) for value in values], count)
    return counter


def _word(value: str | int | None) -> str:
    """A label; Prometheus takes an empty one for none, which is hard to see."""
    return "none" if value is None else str(value)

"""Admin API: metrics in the Prometheus text format.

The hot path counts in plain dicts, which a collector reads on request: a Counter and a Histogram of
prometheus_client add 1 to 4 µs to a call, take 20 ms to import, and add ``_created`` series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from mock_alipay.journal.metrics import BOUNDS, Endpoint
from mock_alipay.server.accepting import MAX_OPEN
from mock_alipay.server.extensions import CONNECTION, Connection
from mock_alipay.version import __version__
from mock_alipay.web.admin.context import AdminContext, AdminRequest

if TYPE_CHECKING:
    from prometheus_client import Metric

_COUNTERS = (
    ("calls", "Merchants' calls by endpoint, resultCode and the HTTP status sent.", "endpoint result_code http_status"),
    (
        "notification_attempts",
        "Attempts to deliver notifications by outcome: accepted or not accepted.",
        "notification outcome",
    ),
    ("notifications", "Notifications by final status.", "notification status"),
)
"""Name, description and labels."""


async def metrics(context: AdminContext, request: AdminRequest) -> Any:
    """Show the counters since the start, and the sizes and limits now."""
    counted, sent = context.metrics, context.dispatcher.journal
    # Copies, because a thread renders them while calls are counted.
    collector = _Collector(
        counts=[
            {(_spoken(context, key[:2]), *key[2:]): count for key, count in counted.calls.items()},
            dict(counted.attempts),
            dict(counted.notifications),
        ],
        durations={
            _spoken(context, endpoint): (list(counts), counted.seconds[endpoint])
            for endpoint, counts in counted.durations.items()
        },
        kept=(
            ("journal", "Calls in the journal", *await context.journal.held()),
            ("payments", "Payments and sessions in the store", *await context.repository.store.held()),
            ("loaded_scenarios", "Scenarios loaded at run time", *await context.selector.registry.held()),
            ("notifications", "Notifications with their attempts in the journal", *await sent.held()),
        ),
        usage={**await context.storage.usage(), **_open(context, request)},
    )
    return await context.worker.do(lambda: _exposed(collector))


def _open(context: AdminContext, request: AdminRequest) -> dict[str, tuple[int, int]]:
    """Usage and limit of each concurrency limit, by name."""
    limits = {
        "event_streams": context.streams,
        "waits": context.waits,
        "lists": context.lists,
        "pages": context.pages,
        "states": context.states,
    }
    connection: Connection | None = request.http.scope.get("extensions", {}).get(CONNECTION)
    served = {} if connection is None else {"connections": (connection.open_connections, MAX_OPEN)}
    return {name: (limit.taken, limit.most) for name, limit in limits.items()} | served | context.dispatcher.usage()


def _spoken(context: AdminContext, endpoint: Endpoint) -> str | None:
    """An endpoint as users write it; None for calls that reached no endpoint."""
    family, name = endpoint
    return name and context.vocabulary.spoken(f"{family}/{name}")


def _exposed(collector: _Collector) -> Response:
    # Imported on the first request: most gateways are never monitored.
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest

    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


@dataclass(frozen=True, eq=False)
class _Collector:
    """A snapshot of the figures, as a collector of prometheus_client."""

    counts: Iterable[Mapping[Any, int]]
    """One for each of ``_COUNTERS``."""
    durations: Mapping[str | None, tuple[list[int], float]]
    kept: Iterable[tuple[str, str, int, int]]
    """Name, description, entries and bytes of each store."""
    usage: Mapping[str, tuple[int, int]]
    """Usage and limit, by the name of the limit."""

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        from prometheus_client import metrics_core

        yield metrics_core.InfoMetricFamily("mock_alipay", "Which gateway this is.", {"version": __version__})
        for (name, description, labels), counts in zip(_COUNTERS, self.counts, strict=True):
            counter = metrics_core.CounterMetricFamily(f"mock_alipay_{name}", description, labels=labels.split())
            for values, count in counts.items():
                counter.add_metric([_word(value) for value in values], count)
            yield counter
        yield self._latency()
        for name, description, entries, size in self.kept:
            yield metrics_core.GaugeMetricFamily(f"mock_alipay_{name}_kept", f"{description}.", value=entries)
            yield metrics_core.GaugeMetricFamily(
                f"mock_alipay_{name}_bytes", f"{description}: approximate bytes.", value=size
            )

        used = metrics_core.GaugeMetricFamily("mock_alipay_used", "Current usage, by limit.", labels=["limit"])
        most = metrics_core.GaugeMetricFamily("mock_alipay_limit", "The limits.", labels=["limit"])
        for name, (amount, limit) in self.usage.items():
            used.add_metric([name], amount)
            most.add_metric([name], limit)
        yield from (used, most)

    def _latency(self) -> Metric:
        from prometheus_client.metrics_core import HistogramMetricFamily

        name = "mock_alipay_call_duration_seconds"
        description = "Time from a call to its reply, without the delay of its scenario."
        latency = HistogramMetricFamily(name, description, labels=["endpoint"])
        bounds = [*map(str, BOUNDS), "+Inf"]
        for endpoint, (counts, seconds) in self.durations.items():
            buckets = list(zip(bounds, accumulate(counts), strict=True))
            latency.add_metric([_word(endpoint)], buckets, seconds)
        return latency


def _word(value: str | int | None) -> str:
    """A label's value; ``none`` is easier to see than the empty value that Prometheus uses for a missing label."""
    return "none" if value is None else str(value)

"""Metrics in the Prometheus text format.

The hot path counts in plain dicts, which a collector reads when it is asked: a Counter and a Histogram of
prometheus_client cost a call 1 to 4 µs more, take 20 ms to import, and add ``_created`` series.
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
    ("notification_attempts", "Attempts to deliver notifications: accepted, or not accepted.", "notification outcome"),
    ("notifications", "Notifications that came to an end, by the status that they ended in.", "notification status"),
)
"""Name, description and labels."""


async def metrics(context: AdminContext, request: AdminRequest) -> Any:
    """What has been counted since the start, and how much is kept now."""
    counted, sent = context.metrics, context.dispatcher.journal
    # Copies: what is counted while the text is composed is for the next time.
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
    """How many are open of what there may be so many of at a time, and how many that is."""
    limits = {"event_streams": context.streams, "waits": context.waits, "lists": context.lists}
    connection: Connection | None = request.http.scope.get("extensions", {}).get(CONNECTION)
    served = {} if connection is None else {"connections": (connection.open_connections, MAX_OPEN)}
    return {name: (limit.taken, limit.most) for name, limit in limits.items()} | served | context.dispatcher.usage()


def _spoken(context: AdminContext, endpoint: Endpoint) -> str | None:
    """What users call an endpoint; None for calls that reached none."""
    family, name = endpoint
    return name and context.vocabulary.spoken(f"{family}/{name}")


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

    counts: Iterable[Mapping[Any, int]]
    """One for each of ``_COUNTERS``."""
    durations: Mapping[str | None, tuple[list[int], float]]
    kept: Iterable[tuple[str, str, int, int]]
    """Name, description, entries and bytes of each of the gateway's memories."""
    usage: Mapping[str, tuple[int, int]]
    """By name, how much there is of what is limited, and the limit."""

    def collect(self) -> Iterator[Metric]:
        """Every metric once."""
        from prometheus_client import metrics_core

        yield metrics_core.InfoMetricFamily("mock_alipay", "Which gateway this is.", {"version": __version__})
        for (name, what, labels), counts in zip(_COUNTERS, self.counts, strict=True):
            counter = metrics_core.CounterMetricFamily(f"mock_alipay_{name}", what, labels=labels.split())
            for values, count in counts.items():
                counter.add_metric([_word(value) for value in values], count)
            yield counter
        yield self._latency()
        for name, what, entries, size in self.kept:
            yield metrics_core.GaugeMetricFamily(f"mock_alipay_{name}_kept", f"{what}.", value=entries)
            yield metrics_core.GaugeMetricFamily(f"mock_alipay_{name}_bytes", f"{what}: bytes, roughly.", value=size)

        used = metrics_core.GaugeMetricFamily("mock_alipay_used", "How much there is, by limit.", labels=["limit"])
        most = metrics_core.GaugeMetricFamily("mock_alipay_limit", "The most that there may be.", labels=["limit"])
        for name, (amount, limit) in self.usage.items():
            used.add_metric([name], amount)
            most.add_metric([name], limit)
        yield from (used, most)

    def _latency(self) -> Metric:
        from prometheus_client.metrics_core import HistogramMetricFamily

        name, what = "mock_alipay_call_duration_seconds", "From a call to its reply, the scripted delay not counted."
        latency = HistogramMetricFamily(name, what, labels=["endpoint"])
        bounds = [*map(str, BOUNDS), "+Inf"]
        for endpoint, (counts, seconds) in self.durations.items():
            buckets = list(zip(bounds, accumulate(counts), strict=True))
            latency.add_metric([_word(endpoint)], buckets, seconds)
        return latency


def _word(value: str | int | None) -> str:
    """A label; Prometheus takes an empty one for none, which is hard to see."""
    return "none" if value is None else str(value)

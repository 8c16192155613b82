"""Figures as Prometheus' text format 0.0.4 has them. The only user of prometheus_client."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from feeds.metrics import BEYOND, COUNTERS, TIMES, Figure, Key


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure as it is now: its values by those of its labels."""

    name: str
    told: str
    values: Mapping[tuple[str, ...], float]
    labels: tuple[str, ...] = ()


class _Figures:
    """A collector of what is given."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def expose(values: Mapping[Key, float] | None, gauges: Iterable[Gauge]) -> bytes:
    """Write counters and times by their keys in feeds.metrics (None: they are not known), and gauges."""
    families: list[Metric] = []
    if values is not None:
        families += [_counter(name, figure, values) for name, figure in COUNTERS.items()]
        families += [_histogram(name, figure, values) for name, figure in TIMES.items()]
    for gauge in gauges:
        family = GaugeMetricFamily(gauge.name, gauge.told, labels=gauge.labels)
        for key, value in sorted(gauge.values.items()):
            family.add_metric(key, value)
        families.append(family)
    registry = CollectorRegistry()
    registry.register(_Figures(families))
    return bytes(generate_latest(registry))


def _counter(name: str, figure: Figure, values: Mapping[Key, float]) -> Metric:
    family = CounterMetricFamily(name, figure.told, labels=figure.labels)
    for (own, labels), value in sorted(values.items()):
        if own == name:
            family.add_metric(labels, value)
    return family


def _histogram(name: str, figure: Figure, values: Mapping[Key, float]) -> Metric:
    family = HistogramMetricFamily(name, figure.told, labels=figure.labels)
    known = {labels for own, labels in values if own == f"{name}_sum"}
    ends = [*(str(end) for end in figure.ends), BEYOND]
    for labels in sorted(known or ([()] if not figure.labels else [])):
        counts = accumulate(values.get((f"{name}_bucket", (*labels, end)), 0.0) for end in ends)
        buckets = list(zip((str(float(end)) if end != BEYOND else end for end in ends), counts, strict=True))
        family.add_metric(labels, buckets, values.get((f"{name}_sum", labels), 0.0))
    return family

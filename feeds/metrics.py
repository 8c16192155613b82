"""Figures of the running processes for Prometheus: counted anywhere, read at `/metrics`.

Web and worker are separate processes: each writes to files of its own in a folder of its role, which `serve` names by
the environment, and whoever is asked reads them all together. Without it (commands, tests, other WSGI servers) figures
are kept in memory.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # read by the library when it is first imported
_COUNTERS = {
    "feeds_http_requests": ("Requests answered.", ("kind", "status")),
    "feeds_regenerated": ("Documents looked at by the builder, three formats as one.", ("result",)),
    "feeds_polls": ("Polls of partners' feeds.", ("outcome",)),
    "feeds_faults": ("Faults: what an operator should see.", ("kind",)),
}
_SECONDS = {
    "feeds_publish_seconds": (
        "From the commit of a change to its stored documents.",
        (),
        (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600),
    ),
    "feeds_job_seconds": ("Runs of the worker's jobs.", ("job",), (0.01, 0.1, 1, 10, 60, 600)),
}
_made: dict[str, "Counter | Histogram"] = {}
_children: dict[tuple[str, tuple[str, ...]], "Counter | Histogram"] = {}


def count(name: str, *labels: str) -> None:
    """Count one more of a counter, whose name here lacks `_total`."""
    _child(name, labels).inc()  # type: ignore[union-attr]  # a counter by its name


def observe(name: str, seconds: float, *labels: str) -> None:
    """Note how long something took."""
    _child(name, labels).observe(max(0.0, seconds))  # type: ignore[union-attr]  # a histogram by its name


def _child(name: str, labels: tuple[str, ...]) -> "Counter | Histogram":
    """Give a figure with its labels, found once: the library looks them up for longer than it counts."""
    found = _children.get((name, labels))
    if found is None:
        figure = _of(name)
        found = _children[name, labels] = figure.labels(*labels) if labels else figure
    return found


def expose(gauges: Iterable[tuple[str, str, dict[tuple[str, ...], float], tuple[str, ...]]]) -> bytes:
    """Write all figures in Prometheus' text format 0.0.4, with gauges: (name, help, {label values: value}, labels)."""
    # The library is slow to import, and must be imported after `set_up`.
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.multiprocess import MultiProcessCollector

    for name in (*_COUNTERS, *_SECONDS):
        _of(name)
    families = []
    for name, told, values, labels in gauges:
        family = GaugeMetricFamily(name, told, labels=labels)
        for key, value in values.items():
            family.add_metric(key, value)
        families.append(family)
    if (folder := os.environ.get(FOLDER)) is None:
        mine = (family for family in REGISTRY.collect() if family.name.startswith("feeds_"))
    else:
        files = [str(path) for path in Path(folder).parent.glob("*/*.db")]
        mine = iter(MultiProcessCollector.merge(files, accumulate=True))  # type: ignore[no-untyped-call]  # as it comes

    class _All:
        def collect(self) -> Iterable[object]:
            yield from mine
            yield from families

    registry = CollectorRegistry()
    registry.register(_All())  # type: ignore[arg-type]  # a collector by its one method
    return bytes(generate_latest(registry))


def _of(name: str) -> "Counter | Histogram":
    found = _made.get(name)
    if found is None:
        from prometheus_client import Counter, Histogram

        if name in _COUNTERS:
            found = Counter(name, *_COUNTERS[name])
        else:
            told, labels, buckets = _SECONDS[name]
            found = Histogram(name, told, labels, buckets=buckets)
        _made[name] = found
    return found

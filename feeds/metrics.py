"""Figures of this process, counted anywhere in a fraction of a microsecond, and handed on every few seconds.

Web and worker are separate processes: whoever gives a sign of life for his own (pipeline/presence) takes what was
counted and adds it to one table (store/counters), from which `/metrics` tells. Nothing here reads a clock or a store.
"""

import threading
from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple

Key = tuple[str, tuple[str, ...]]  # a name, and the values of its labels


class Figure(NamedTuple):
    """A figure: what it tells, the names of its labels, and for times the upper ends (seconds) of their classes."""

    told: str
    labels: tuple[str, ...] = ()
    ends: tuple[float, ...] = ()


# Names without `_total`, which Prometheus' format adds to counters.
COUNTERS: Mapping[str, Figure] = {
    "feeds_http_requests": Figure("Requests answered.", ("kind", "status")),
    "feeds_regenerated": Figure("Documents looked at by the builder, three formats as one.", ("result",)),
    "feeds_polls": Figure("Polls of partners' feeds.", ("outcome",)),
    "feeds_pushes": Figure("Changed documents that hubs were told of, or not.", ("outcome",)),
    "feeds_faults": Figure("Faults: what an operator should see.", ("kind",)),
}
TIMES: Mapping[str, Figure] = {
    "feeds_publish_seconds": Figure(
        "From the commit of a change to its stored documents, which are served some 20 ms later.",
        (),
        (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600),
    ),
    "feeds_job_seconds": Figure("Runs of the worker's jobs.", ("job",), (0.01, 0.1, 1, 10, 60, 600)),
}
BEYOND = "+Inf"  # the class of what is past the last end

_lock = threading.Lock()
_counted: dict[Key, float] = {}


def count(name: str, *labels: str) -> None:
    """Count one more of a counter, whose name here lacks `_total`."""
    key = name, labels
    with _lock:
        _counted[key] = _counted.get(key, 0) + 1


def observe(name: str, seconds: float, *labels: str) -> None:
    """Note how long something took."""
    ends = TIMES[name].ends
    seconds = max(0.0, seconds)
    at = bisect_left(ends, seconds)
    within = f"{name}_bucket", (*labels, str(ends[at]) if at < len(ends) else BEYOND)
    total = f"{name}_sum", labels
    with _lock:
        _counted[within] = _counted.get(within, 0) + 1
        _counted[total] = _counted.get(total, 0) + seconds


def take() -> dict[Key, float]:
    """Take what was counted since the last time, to hand it on."""
    global _counted  # as loggers are: one for the process
    with _lock:
        taken, _counted = _counted, {}
    return taken


def give_back(taken: Mapping[Key, float]) -> None:
    """Keep for the next time what could not be handed on."""
    with _lock:
        for key, value in taken.items():
            _counted[key] = _counted.get(key, 0) + value

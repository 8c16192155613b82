"""`/metrics`: Prometheus, for `server.metrics_from` alone (CONTRACT section 10)."""

import contextlib
import logging
import threading

from flask import Blueprint, Response, current_app, request

from feeds.errors import Refusal, StoreError
from feeds.logs import event
from feeds.model.source import State
from feeds.pipeline.presence import Presence
from feeds.store import articles, aside, counters, dirty, sources
from feeds.web.auth import room
from feeds.web.exposition import Gauge, expose
from feeds.web.origin import is_in, origin_of

blueprint = Blueprint("figures", __name__)
COUNTED_FOR = 15.0  # seconds that the count of articles is good for: it walks an index
_lock = threading.Lock()
_log = logging.getLogger(__name__)


@blueprint.get("/metrics")
def show() -> Response:
    """Give the figures of all processes; of a database out of reach, that it is."""
    server = room().settings.server
    client = origin_of(
        request.environ.get("REMOTE_ADDR"),
        forwarded=request.headers.get("Forwarded"),
        forwarded_for=request.headers.get("X-Forwarded-For"),
        proxies=server.trusted_proxies,
    )
    if not is_in(client, server.metrics_from):
        raise Refusal(403, "The figures are not for you.")
    _hand_on()
    try:
        with room().store.read() as connection:
            values = counters.load(connection)
            dirty_channels, _ = dirty.backlog(connection)
            set_aside = aside.count(connection)
            states = sources.count_by_state(connection)
        gauges = [
            Gauge("feeds_dirty_channels", "Channels to be regenerated.", {(): dirty_channels}),
            Gauge("feeds_set_aside", "Articles that cannot be rendered.", {(): set_aside}),
            Gauge("feeds_articles", "Articles by status.", _articles(), ("status",)),
            Gauge(
                "feeds_sources", "Partners' sources by state.", {(str(one),): states[one] for one in State}, ("state",)
            ),
        ]
        is_up = 1
    except StoreError as error:
        event(_log, "figures", level=logging.ERROR, reason=str(error))
        values, gauges, is_up = None, [], 0
    gauges.append(Gauge("feeds_database_up", "Whether the database can be read.", {(): is_up}))
    headers = {"Cache-Control": "no-store"}
    return Response(expose(values, gauges), content_type="text/plain; version=0.0.4; charset=utf-8", headers=headers)


def _hand_on() -> None:
    """Hand on what this process counted, so that who asks sees it; others' is some seconds old."""
    presence: Presence = current_app.extensions["presence"]
    with contextlib.suppress(StoreError):
        if room().store.refusal(patience=0.2) is None:  # else it is handed on later: nobody waits for it here
            presence.beat()


def _articles() -> dict[tuple[str, ...], float]:
    now = room().clock.monotonic()
    with _lock:
        kept: tuple[float, dict[tuple[str, ...], float]] | None = current_app.extensions.get("article counts")
        if kept is None or now - kept[0] > COUNTED_FOR:
            with room().store.read() as connection:
                counts: dict[tuple[str, ...], float] = {
                    (status,): count for status, count in articles.count_by_status(connection).items()
                }
            kept = now, counts
            current_app.extensions["article counts"] = kept
        return kept[1]

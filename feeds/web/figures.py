"""`/metrics`: Prometheus, for `server.metrics_from` alone (CONTRACT section 10)."""

import threading

from flask import Blueprint, Response, current_app, request

from feeds import metrics
from feeds.errors import Refusal
from feeds.store import articles, aside, dirty
from feeds.web.auth import room
from feeds.web.origin import is_in, origin_of

blueprint = Blueprint("figures", __name__)
COUNTED_FOR = 15.0  # seconds that the count of articles is good for: it walks an index
_lock = threading.Lock()


@blueprint.get("/metrics")
def show() -> Response:
    """Give the figures of all processes."""
    server = room().settings.server
    client = origin_of(
        request.environ.get("REMOTE_ADDR"),
        forwarded=request.headers.get("Forwarded"),
        forwarded_for=request.headers.get("X-Forwarded-For"),
        proxies=server.trusted_proxies,
    )
    if not is_in(client, server.metrics_from):
        raise Refusal(403, "The figures are not for you.")
    with room().store.read() as connection:
        dirty_channels, _ = dirty.backlog(connection)
        set_aside = aside.count(connection)
    body = metrics.expose(
        [
            ("feeds_dirty_channels", "Channels to be regenerated.", {(): dirty_channels}, ()),
            ("feeds_set_aside", "Articles that cannot be rendered.", {(): set_aside}, ()),
            ("feeds_articles", "Articles by status.", _articles(), ("status",)),
        ]
    )
    headers = {"Cache-Control": "no-store"}
    return Response(body, content_type="text/plain; version=0.0.4; charset=utf-8", headers=headers)


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

"""`/healthz`: this process is up. `/readyz`: it may take traffic: store, watcher and worker are well."""

import time

from flask import Blueprint, Response, current_app

from feeds.errors import StoreError
from feeds.pipeline.presence import is_alive
from feeds.store.changes import Watcher
from feeds.web.auth import room
from feeds.web.problems import problem

blueprint = Blueprint("health", __name__)
WATCHER_STALE = 5.0  # seconds since the watcher last looked


@blueprint.get("/healthz")
def health() -> Response:
    """Say that the process is up."""
    return Response("ok\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether the process may take traffic, and if not, why."""
    reasons = []
    watcher: Watcher = current_app.extensions["watcher"]
    if time.monotonic() - watcher.beat > WATCHER_STALE:
        reasons.append("the watcher for changes does not look")
    try:
        if not is_alive(room(), "worker"):
            reasons.append("no worker is alive: nothing is regenerated; start one: python app.py serve --role worker")
    except StoreError as error:
        reasons.append(str(error))
    if reasons:
        return problem(503, "; ".join(reasons), headers={"Retry-After": "1", "Cache-Control": "no-store"})
    return Response("ready\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})

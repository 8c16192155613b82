"""`POST /api/sources:test`: what a feed would bring, found out by a child process of its own.

The child has the settings of this process, one runs at a time, and it ends with its parent: it holds a pipe that the
kernel closes.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from flask import Blueprint, Response

import feeds
from feeds.errors import Refusal
from feeds.model.source_submission import SentSourceTest
from feeds.model.submission import validated
from feeds.settings import for_children
from feeds.web.api.bodies import answer, read_json
from feeds.web.auth import require, room

blueprint = Blueprint("trial", __name__)
ROOT = Path(feeds.__file__).parents[1]
GRACE = 15.0  # seconds to start and to read, past `ingest.timeout`
_one_at_a_time = threading.Lock()


@blueprint.post("/api/sources:test")
def test() -> Response:
    """Tell what would be published of a feed; nothing is stored."""
    require("admin")
    sent = validated(SentSourceTest, read_json(), "The address cannot be looked at.")
    if not _one_at_a_time.acquire(blocking=False):
        raise Refusal(503, "Another address is being looked at.", retry_after=5)
    try:
        return answer(_ask(sent.url))
    finally:
        _one_at_a_time.release()


def _ask(url: str) -> object:
    reading, writing = os.pipe()  # the writing end stays here: the child ends when it closes
    try:
        argv = [sys.executable, "app.py", "sources", "test", url, "--json", "--lifeline", str(reading)]
        done = subprocess.run(
            argv,
            cwd=ROOT,
            env={**for_children(os.environ), "FEEDS_INSTANCE": str(room().settings.instance)},
            pass_fds=(reading,),
            capture_output=True,
            timeout=room().settings.ingest.timeout.total_seconds() + GRACE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refusal(503, "Looking at the address took too long.", retry_after=30) from error
    finally:
        os.close(reading)
        os.close(writing)
    if done.returncode != 0:
        detail = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it could not be looked at"]
        raise Refusal(422, detail[0][:300])
    return json.loads(done.stdout)

"""`/api/status`: what `doctor --json` shows."""

from flask import Blueprint, Response

from feeds.pipeline.status import status
from feeds.web.api.bodies import answer
from feeds.web.auth import require, room

blueprint = Blueprint("overview", __name__)


@blueprint.get("/api/status")
def show() -> Response:
    """Tell how the newsroom is."""
    require("read")
    made = answer(status(room()))
    made.headers["Cache-Control"] = "no-store"
    return made

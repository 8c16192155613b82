"""`POST /api/media`: pictures for articles and authors (CONTRACT section 5)."""

from flask import Blueprint, Response, request

from feeds.pipeline import pictures
from feeds.web.api.bodies import answer
from feeds.web.auth import require, room

blueprint = Blueprint("media", __name__)


@blueprint.post("/api/media")
def take() -> Response:
    """Keep a picture; the same bytes again are the same address."""
    require("write")
    medium, is_new = pictures.take(room(), request.get_data(cache=False), request.mimetype)
    told = {"url": f"/media/{medium.name}", **{name: getattr(medium, name) for name in TOLD}}
    headers = {"Location": f"{room().site.url}/media/{medium.name}"} if is_new else {}
    return answer(told, 201 if is_new else 200, headers)


TOLD = ("type", "length", "width", "height")

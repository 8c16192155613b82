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
    url = pictures.address_of(medium)
    told = {"url": url, **{name: getattr(medium, name) for name in pictures.MEASURES}}
    return answer(told, 201 if is_new else 200, {"Location": room().site.url + url} if is_new else {})

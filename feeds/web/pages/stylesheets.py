"""`/static/…`: the style sheets of pages and of documents. They are few and small, and lie in memory."""

from pathlib import Path

from flask import Blueprint, Response

from feeds.errors import Refusal

blueprint = Blueprint("stylesheets", __name__)
CACHE_CONTROL = "max-age=3600"
_SHEETS = {path.name: path.read_bytes() for path in Path(__file__).with_name("static").glob("*.css")}


@blueprint.get("/static/<name>")
def show(name: str) -> Response:
    """Give a style sheet."""
    if name not in _SHEETS:
        raise Refusal(404, "There is nothing at this address.")
    return Response(_SHEETS[name], content_type="text/css; charset=utf-8", headers={"Cache-Control": CACHE_CONTROL})

"""Addresses that people type, or with a slash too many: each leads to the fitting one (CONTRACT section 6)."""

from urllib.parse import quote

from flask import Blueprint, Response, request

from feeds.model.label import Kind
from feeds.store import labels
from feeds.web.auth import room

blueprint = Blueprint("redirects", __name__)

TYPED = {
    "rss": "rss",
    "feed": "rss",
    "rss.xml": "rss",
    "feed.xml": "rss",
    "index.xml": "rss",
    "atom.xml": "atom",
    "feed.json": "json",
}


def _typed(name: str) -> Response:
    return _moved(f"/feeds/site.{TYPED[name]}")


for _name in TYPED:
    blueprint.add_url_rule(f"/{_name}", f"typed_{_name.replace('.', '_')}", _typed, defaults={"name": _name})


@blueprint.get("/<any(tags, authors, sections):kind>/<slug>/feed")
def channel(kind: str, slug: str) -> Response:
    """Lead from a label's page and `/feed` to its documents; where it was renamed, in one step."""
    with room().store.read() as connection:
        renamed = labels.find_redirect(connection, Kind(kind), slug)
    return _moved(f"/feeds/{renamed.key if renamed else f'{kind}/{slug}'}.rss")


@blueprint.before_app_request
def slash() -> Response | None:
    """Lead from an address with a slash at its end to the one without; never off the site."""
    if request.path == "/" or not request.path.endswith("/") or request.method not in ("GET", "HEAD"):
        return None
    return _moved(request.path.rstrip("/") or "/", request.query_string.decode("latin-1"))


def _moved(path: str, query: str = "") -> Response:
    location = room().site.url + quote(path, safe="/:@!$&'()*+,;=~-._")
    if query:
        location += "?" + quote(query, safe="/?:@!$&'()*+,;=~-._%", encoding="latin-1")
    return Response("", 301, {"Location": location, "Cache-Control": "max-age=60"})

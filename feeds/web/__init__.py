"""The doors: the front for documents, the API, the pages. `create_app` makes the WSGI application of one process."""

from flask import Flask, Response

from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.presence import Presence
from feeds.pipeline.printer import Printer
from feeds.pipeline.serving import Kitchen
from feeds.store import documents
from feeds.store.changes import Watcher
from feeds.web import changed, figures, health, pages, pictures, problems
from feeds.web.api import articles, batch, channels, labels, lists, media, overview, reference, sources, trial
from feeds.web.counted import Counted
from feeds.web.cupboard import Cupboard
from feeds.web.front import Front
from feeds.web.mixes import Mixes
from feeds.web.rate import Rate
from feeds.web.readership import Readership
from feeds.web.shelf import Shelf
from feeds.web.validated import validate

API_CALLS = 8  # under way at a time in one process; the server has more threads, so that documents never wait


def create_app(room: Newsroom) -> Flask:
    """Make the application that serves a newsroom, and start its watcher for changes."""
    app = Flask("feeds.web", static_folder=None, template_folder="pages/templates")
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # GET and HEAD are the methods of what is read; others are 405
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider's, not the interface's
    app.extensions["newsroom"] = room
    app.extensions["rate"] = Rate(room.settings.server.api_rate)
    app.extensions["views"] = readership = Readership(room)
    readership.start()
    app.extensions["presence"] = presence = Presence(room, "web")
    presence.start()
    problems.register(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(figures.blueprint)
    app.register_blueprint(pictures.blueprint)
    app.register_blueprint(changed.blueprint)
    for door in (articles, lists, batch, labels, channels, sources, trial, media, overview, reference):
        app.register_blueprint(door.blueprint)
    pages.register(app)
    app.after_request(_safe)
    app.after_request(validate)  # runs first
    cupboard, mixes = _stores(app, room)
    front = Front(
        app.wsgi_app,
        cupboard=cupboard,
        mixes=mixes,
        clock=room.clock,
        hosts=room.settings.hosts,
        max_body=room.settings.server.max_body,
        api_calls=API_CALLS,
        hubs=room.site.hubs,
    )
    app.wsgi_app = Counted(front)  # type: ignore[method-assign]  # Flask's documented way to put middleware ahead
    return app


def farewell(app: Flask) -> None:
    """Write what this process still holds, and sign it out; where the store is out of reach, that is lost."""
    app.extensions["views"].write()
    app.extensions["presence"].leave()


def _stores(app: Flask, room: Newsroom) -> tuple[Cupboard, Mixes]:
    """Make what keeps documents ready, with a watcher that takes changed ones off the shelf."""
    memory = room.settings.serving.memory // room.settings.server.processes
    for_mixes = memory // 8
    shelf = Shelf(memory - for_mixes)
    printer = Printer(room.site, room.settings)
    kitchen = Kitchen(room, printer)
    cupboard = Cupboard(kitchen, shelf, room.site.url)
    with room.store.read() as connection:
        seen = documents.newest_notice(connection)

    def look() -> None:
        nonlocal seen
        with room.store.read() as connection:
            newest, changed = documents.noticed(connection, seen)
        cupboard.drop(changed)
        seen = newest  # only now: whoever looks meanwhile drops them as well, and goes on with nothing stale

    watcher = Watcher(room.store, look)
    app.extensions["watcher"] = watcher
    watcher.start()
    return cupboard, Mixes(room, printer, kitchen, shelf, for_mixes)


def _safe(response: Response) -> Response:
    """Say on every answer what a browser may do with it; pages set a policy of their own."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    return response

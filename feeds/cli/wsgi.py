"""The WSGI application as any server wants it: settings read, newsroom opened, `app.py` hands it out."""

import atexit

from flask import Flask

from feeds.cli.instance import read_settings
from feeds.clock import SystemClock
from feeds.logs import set_up_logging
from feeds.pipeline.newsroom import open_newsroom
from feeds.web import create_app, farewell


def build() -> Flask:
    """Make the application of this process; raises BroadsheetError where the instance cannot be served."""
    settings = read_settings()
    set_up_logging(format=settings.log.format, level=settings.log.level, process="web")
    app = create_app(open_newsroom(settings, SystemClock()))
    atexit.register(farewell, app)
    return app

"""The pages that people read, beside the documents that programs poll."""

from flask import Flask

from feeds.web.pages import article, front, redirects


def register(app: Flask) -> None:
    """Add the pages to the application."""
    for module in (front, article, redirects):
        app.register_blueprint(module.blueprint)

"""The pages that people read, beside the documents that programs poll."""

from flask import Flask

from feeds.web.pages import archive, article, front, labels, listings, redirects, search, stylesheets


def register(app: Flask) -> None:
    """Add the pages to the application."""
    for module in (front, article, labels, archive, search, listings, redirects, stylesheets):
        app.register_blueprint(module.blueprint)

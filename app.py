"""Broadsheet's one file at the top: the commands (`python app.py COMMAND`), and the application for WSGI servers.

`app` is made at the first look at it (`flask --app app run`, `gunicorn app:app`); importing this file builds nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    app: Flask


def __getattr__(name: str) -> "Flask":
    """Make `app` when a server asks for it, once (PEP 562)."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from feeds.cli.wsgi import build

    made = build()
    globals()["app"] = made
    return made


if __name__ == "__main__":
    from feeds.cli.main import main

    main()

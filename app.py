"""Broadsheet's one file at the top: the commands (`python app.py COMMAND`), and the application for WSGI servers.

The commands run in `.venv` whichever Python is called, where that one lacks the packages.
`app` is made at the first look at it (`flask --app app run`, `gunicorn app:app`); importing this file builds nothing.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
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


def _enter_environment() -> None:
    """Go on in `.venv` where the Python that was called lacks what Broadsheet needs; returns where it has it."""
    if find_spec("nh3") is not None and find_spec("granian") is not None:
        return
    environment = Path(__file__).resolve().parent / ".venv"
    python = environment / "bin" / "python"
    if python.exists() and Path(sys.prefix).resolve() != environment.resolve():
        os.execv(python, [str(python), *sys.argv])
    sys.exit("app.py: this Python lacks the packages that Broadsheet needs; run: script/environment requirements.txt")


if __name__ == "__main__":
    _enter_environment()
    from feeds.cli.main import main

    main()

"""The application over a test's newsroom, asked as clients and readers do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from feeds.store import tokens
from feeds.web import create_app
from tests.conftest import Desk
from tests.web.served import served

__all__ = ["served"]  # a fixture of the run

SITE = "https://news.example"


class Door:
    """The doors of a newsroom, with a token of every scope."""

    def __init__(self, desk: Desk, app: Flask) -> None:
        self.desk = desk
        self.app = app
        self.client = Client(app)
        self.tokens = {scope: tokens.make() for scope in tokens.SCOPES}
        with desk.room.store.write() as connection:
            for scope, token in self.tokens.items():
                tokens.insert(connection, token, name=scope, scope=scope, now_us=0)

    def settle(self) -> None:
        """Have the process that serves hear of all that was stored, without its watcher's next look."""
        self.app.extensions["watcher"]._on_change()

    def admin(self) -> dict[str, str]:
        """Give the header fields of a call with the admin's token."""
        return {"Authorization": f"Bearer {self.tokens['admin']}"}

    def get(self, path: str, **headers: str) -> TestResponse:
        """Read as anyone may; header fields by their names with _ for -."""
        return self.ask("GET", path, **headers)

    def ask(self, method: str, path: str, **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(path, method=method, base_url=SITE, headers=sent, buffered=True)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        scope: str = "admin",
        type: str = "application/json",
        **headers: str,
    ) -> TestResponse:
        """Call the API with a token; bytes are sent as they are, all else as JSON."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Authorization", f"Bearer {self.tokens.get(scope, scope)}")
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        extra: dict[str, Any] = {} if data is None else {"data": data, "content_type": type}
        return self.client.open(path, method=method, base_url=SITE, headers=sent, buffered=True, **extra)


@pytest.fixture
def door(desk: Desk) -> Iterator[Door]:
    app = create_app(desk.room)
    yield Door(desk, app)
    app.extensions["presence"].stop()
    app.extensions["views"].stop()
    app.extensions["watcher"].stop()
    app.extensions["watcher"]._thread.join(5)


def problem(answer: TestResponse, status: int, *pointers: str) -> dict[str, Any]:
    """Check that an answer is a refusal with problem details (RFC 9457) and give them."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    told = json.loads(answer.get_data())
    assert {"type", "title", "status", "detail", "errors"} <= told.keys()
    assert told["status"] == status
    assert told["detail"]
    for fault in told["errors"]:
        assert fault.keys() == {"pointer", "detail"}
        assert fault["pointer"] == "" or fault["pointer"].startswith("/")
    if pointers:
        assert {fault["pointer"] for fault in told["errors"]} == set(pointers)
    return dict(told)

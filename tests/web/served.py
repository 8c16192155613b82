"""A newsroom behind granian and a real socket, asked byte by byte; one for all tests of a run."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.pipeline.newsroom import open_newsroom
from feeds.settings import load_settings
from feeds.store import tokens
from feeds.web.cupboard import _base36
from tests.conftest import ROOT, Desk
from tests.fakes import FixedClock
from tests.waiting import wait_for

STAMP = datetime.fromisoformat("2026-05-01T08:30:00.250000+00:00")
TOKEN = "bs_" + "t" * 40
HOST = "news.example"


@dataclass(frozen=True)
class Answer:
    """One answer: status, fields as they came, body."""

    status: int
    reason: str
    fields: list[tuple[str, str]]
    body: bytes

    def get(self, name: str) -> str | None:
        found = [value for field, value in self.fields if field.lower() == name.lower()]
        assert len(found) <= 1, (name, found)
        return found[0] if found else None


class Served:
    """The server's address, and its clock."""

    def __init__(self, port: int, clock: Path, former_tag: str) -> None:
        """`former_tag` is of the Atom document of `tags/harbour`, one story ago."""
        self.port = port
        self.former_tag = former_tag
        self._clock = clock

    def set_clock(self, instant: datetime) -> None:
        beside = self._clock.with_suffix(".new")
        beside.write_text(instant.isoformat())
        beside.replace(self._clock)

    def settle(self) -> None:
        """Put the clock half an hour past the stamp."""
        self.set_clock(STAMP + timedelta(minutes=30))

    @contextmanager
    def connect(self) -> Iterator["Wire"]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            yield Wire(connection)

    def ask(self, method: str, target: str, *lines: str, body: bytes = b"", host: str | None = HOST) -> Answer:
        with self.connect() as wire:
            return wire.ask(method, target, *lines, body=body, host=host)


class Wire:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._read = b""

    def ask(self, method: str, target: str, *lines: str, body: bytes = b"", host: str | None = HOST) -> Answer:
        self.send(method, target, *lines, body=body, host=host)
        return self.answer(method)

    def send(self, method: str, target: str, *lines: str, body: bytes = b"", host: str | None = HOST) -> None:
        head = [f"{method} {target} HTTP/1.1", *([] if host is None else [f"Host: {host}"]), *lines]
        if body:
            head.append(f"Content-Length: {len(body)}")
        self.connection.sendall("\r\n".join([*head, "", ""]).encode("latin-1") + body)

    def answer(self, method: str = "GET") -> Answer:
        """Read one answer; fails where the connection ends before it does."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, self._read = self._read.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        _, status, reason = [*first.split(" ", 2), ""][:3]
        fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        length = next((int(value) for name, value in fields if name.lower() == "content-length"), 0)
        if method == "HEAD" or int(status) in (204, 304):
            length = 0
        while len(self._read) < length:
            self._more()
        body, self._read = self._read[:length], self._read[length:]
        return Answer(int(status), reason, fields, body)

    def is_closed(self) -> bool:
        """Say whether the server ended the connection, with nothing more to say."""
        try:
            return not self._read and self.connection.recv(1) == b""
        except (ConnectionError, TimeoutError):
            return True

    def _more(self) -> None:
        some = self.connection.recv(65536)
        assert some, f"the connection ended behind {self._read!r}"
        self._read += some


@pytest.fixture(scope="session")
def served(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    environ = {"FEEDS_INSTANCE": str(folder / "instance"), "FEEDS_SITE__URL": f"http://{HOST}"}
    environ["FEEDS_SERVER__MAX_BODY"] = "10KiB"
    former_tag = _fill(environ, migrated)
    clock = folder / "clock"
    clock.write_text((STAMP + timedelta(minutes=30)).isoformat())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    hold, held = os.pipe()
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("granian_server.py")), str(hold), str(port)],
        env={**os.environ, **environ, "SERVED_ROOT": str(ROOT), "SERVED_CLOCK": str(clock)},
        pass_fds=(hold,),
        stderr=subprocess.DEVNULL,
    )
    os.close(hold)
    found = Served(port, clock, former_tag)
    try:
        wait_for(lambda: _is_up(found), seconds=30, what="the server")
        yield found
    finally:
        os.close(held)
        child.terminate()
        child.wait(10)


def _is_up(server: Served) -> bool:
    try:
        return server.ask("GET", "/healthz").status == 200
    except (OSError, AssertionError):
        return False


def _fill(environ: dict[str, str], migrated: Path) -> str:
    """Make a newsroom in which every kind of answer can be had; its last change is at STAMP. Give the former tag."""
    settings = load_settings(root=ROOT, environ=environ)
    settings.instance.mkdir()
    shutil.copy(migrated, settings.instance / "broadsheet.db")
    clock = FixedClock("2026-05-01T08:00:00+00:00")
    room = open_newsroom(settings, clock)
    desk = Desk(room)
    with room.store.write() as connection:
        tokens.insert(connection, TOKEN, name="test", scope="admin", now_us=0)
    for name, tag in (("gone", "Old"), ("gone", "Ships"), ("a", "Harbour"), ("b", "Harbour")):
        desk.put(name, f"Story {name}", tags=[tag], content_html="<p>Words</p>" * 40)
        desk.build()
    _give_up(desk)
    desk.withdraw("gone", "Retracted")
    hash, stamp = desk.version("tags/harbour")
    clock.advance(seconds=(STAMP - clock.now()).total_seconds())
    desk.put("c", "Story c", tags=["Harbour"], content_html="<p>Words</p>" * 40)
    desk.build()
    room.close()
    return f'"{hash}.{_base36(stamp)}-i"'


def _give_up(desk: Desk) -> None:
    from feeds.model.label import Kind
    from feeds.pipeline import names

    with desk.room.store.write() as connection:
        names.give_up(connection, desk.room, names.get(connection, Kind.TAGS, "old"), None)
        label = names.make(connection, desk.room, Kind.TAGS, "boats", "Boats")
        names.change(connection, desk.room, label, {}, slug="vessels")

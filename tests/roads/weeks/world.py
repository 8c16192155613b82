"""A newsroom whose hours a test lets pass: real SQLite, the worker's jobs as functions, the real WSGI application.

No thread of the application runs, so that a seed always tells the same story: what a process would hear of by its
watcher, it hears of in `settle`.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from werkzeug.test import Client, TestResponse

from feeds.model.article import Article
from feeds.model.document import Format, Variant
from feeds.pipeline import due, rebuild, refresh, sweep
from feeds.pipeline.newsroom import Newsroom, open_newsroom
from feeds.pipeline.printer import Printer, Rendered
from feeds.pipeline.serving import Found, Kitchen
from feeds.settings import load_settings
from feeds.store import dirty, documents, jobs, tokens
from feeds.store.parts import Spot
from feeds.web import create_app
from tests.conftest import ROOT
from tests.fakes import FixedClock

SITE = "https://news.example"
WINDOW, PART, FAREWELL_DAYS, TOMBSTONE_DAYS = 12, 6, 5, 9


class Remembering(Printer):
    """Renders each value once: comparing with a fresh rendering costs little then, and is one still.

    The key is the whole article, not what it is said to show.
    """

    def __init__(self, printer: Printer, settings: Any) -> None:
        super().__init__(printer.site, settings)
        self._made: dict[tuple[Article, Variant], dict[Format, Rendered]] = {}

    def render(self, article: Article, variant: Variant) -> dict[Format, Rendered]:
        if (article, variant) not in self._made:
            self._made[article, variant] = super().render(article, variant)
        return self._made[article, variant]


class World:
    """The newsroom, its web process and its clock."""

    def __init__(self, folder: Path, migrated: Path, clock: FixedClock) -> None:
        self.clock = clock
        self.environ = {
            "FEEDS_INSTANCE": str(folder / "instance"),
            "FEEDS_SITE__URL": SITE,
            "FEEDS_SERVER__API_RATE": "1000000",
            "FEEDS_CHANNELS__WINDOW": str(WINDOW),
            "FEEDS_CHANNELS__ARCHIVE_PART": str(PART),
            "FEEDS_CHANNELS__FAREWELL_DAYS": str(FAREWELL_DAYS),
            "FEEDS_CHANNELS__TOMBSTONE_DAYS": str(TOMBSTONE_DAYS),
            "FEEDS_CHANNELS__MAX_BYTES": "24KiB",
            "FEEDS_INGEST__ALLOW_NETWORKS": '["127.0.0.1/32"]',
            "FEEDS_INGEST__HOST_SPACING": "0s",
        }
        (folder / "instance").mkdir()
        shutil.copy(migrated, folder / "instance" / "broadsheet.db")
        self._token = tokens.make()
        self._joined: dict[Found, bytes] = {}
        self._open()
        with self.room.store.write() as connection:
            tokens.insert(connection, self._token, name="editor", scope="admin", now_us=0)

    def _open(self) -> None:
        settings = load_settings(root=ROOT, environ=self.environ)
        self.room: Newsroom = open_newsroom(settings, self.clock)
        self.printer = Printer(self.room.site, settings)
        self.fresh = Remembering(self.printer, settings)
        self.kitchen = Kitchen(self.room, self.printer)
        sweep.mark_if_reprinted(self.room, self.printer)
        self.restart_web()

    def restart_web(self) -> None:
        """Start the web process anew, with nothing in its memory."""
        if hasattr(self, "app"):
            self.app.extensions["views"].write()
        self.app = create_app(self.room)
        for name in ("presence", "views", "watcher"):
            self.app.extensions[name].stop()
        self.app.extensions["watcher"]._thread.join(10)
        self.client = Client(self.app)

    def reopen(self, **environ: str) -> None:
        """Stop everything and start it with other settings."""
        self.close()
        self.environ |= environ
        self._open()

    def close(self) -> None:
        self.app.extensions["views"].write()
        self.room.close()

    # what the worker does

    def keep_time(self) -> None:
        """Do what is due by now."""
        while due.run(self.room):
            pass

    def sweep(self, *, most: int | None = None) -> None:
        """Regenerate what is dirty; `most`: only so many looks, as where the worker is killed meanwhile."""
        looks = 0

        def is_stopping() -> bool:
            nonlocal looks
            looks += 1
            return most is not None and looks > most

        sweep.run(self.room, self.printer, is_stopping)
        self.settle()

    def settle(self) -> None:
        """Have the web process hear of what was stored."""
        self.app.extensions["watcher"]._on_change()

    def verify(self, *, remembering: bool = True) -> int:
        """Do what `verify` does by night; give how many documents differed."""
        found = refresh.verify(self.room, self.fresh if remembering else self.printer, lambda: False)
        self.settle()
        return found

    def faults(self) -> dict[str, int]:
        """Give what was noted as a fault since the beginning."""
        with self.room.store.read() as connection:
            return jobs.count_faults(connection, 0)

    # what is stored

    @property
    def is_dirty(self) -> bool:
        with self.room.store.read() as connection:
            return dirty.is_any(connection)

    def changed_since(self, seq: int) -> tuple[int, list[Spot]]:
        with self.room.store.read() as connection:
            return documents.noticed(connection, seq)

    def differs(self, spot: Spot) -> list[Format]:
        """Compare a spot's documents with a fresh regeneration."""
        return rebuild.differing(self.room, self.fresh, spot)

    def stored(self, key: str, format: Format, part: int = 0) -> bytes | None:
        """Join a document anew, past the memory of the web process; None where there is none."""
        found = self.kitchen.find(key, part, format)
        if not isinstance(found, Found):
            return None
        if found not in self._joined:
            whole = self.kitchen.join(found.spot, format)
            assert whole is not None
            assert (whole.hash, whole.stamp) == found.version[:2]
            self._joined[found] = whole.data
        return self._joined[found]

    # the doors

    def get(self, path: str, **headers: str) -> TestResponse:
        """Read as anyone may; no redirect is followed."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, base_url=SITE, headers=sent, buffered=True)

    def call(self, method: str, path: str, body: object = None, *, may_be: tuple[int, ...] = (200, 201, 204)) -> Any:
        """Call the API as its editor; give what it says."""
        extra: dict[str, Any] = {}
        if body is not None:
            extra = {"data": json.dumps(body).encode(), "content_type": "application/json"}
        answer = self.client.open(
            f"/api/{path}",
            method=method,
            base_url=SITE,
            headers={"Authorization": f"Bearer {self._token}"},
            buffered=True,
            **extra,
        )
        assert answer.status_code in may_be, f"{method} {path}: {answer.status_code} {answer.get_data(as_text=True)}"
        return json.loads(answer.get_data()) if answer.get_data() else None

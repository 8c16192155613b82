"""A newsroom in a temporary folder, with a clock that stands still: real SQLite, migrated as an operator would."""

import shutil
from pathlib import Path

import pytest

from feeds.model.document import Format
from feeds.model.submission import submission_of
from feeds.pipeline import intake, rebuild
from feeds.pipeline.intake import Saved
from feeds.pipeline.newsroom import Newsroom, open_newsroom
from feeds.pipeline.printer import Printer
from feeds.pipeline.serving import Found, Kitchen
from feeds.settings import load_settings
from feeds.store.database import Store
from feeds.store.migrate import migrate
from tests.fakes import FixedClock

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that was migrated once, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "broadsheet.db"
    store = Store(f"sqlite:///{path}")
    migrate(store)
    store.shrink()
    store.close()
    return path


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


class Desk:
    """A newsroom with the few moves that tests make over and over."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.printer = Printer(room.site, room.settings)
        self.kitchen = Kitchen(room, self.printer)

    def put(self, article_id: str, title: str = "A story", **fields: object) -> Saved:
        """Store an article as PUT does."""
        wanted = submission_of({"title": title, **fields}, may_set_updated=True)
        with self.room.store.write() as connection:
            return intake.save(connection, self.room, article_id, wanted, now=self.room.clock.now())

    def withdraw(self, article_id: str, reason: str = "") -> None:
        from feeds.store import articles

        with self.room.store.write() as connection:
            current = articles.find(connection, article_id)
            assert current is not None
            intake.take_back(connection, self.room, current, reason=reason, now=self.room.clock.now())

    def build(self) -> int:
        """Regenerate what is dirty; give how many channels changed."""
        return rebuild.drain(self.room, self.printer)

    def document(self, key: str, format: Format = Format.ATOM, *, part: int = 0) -> str:
        """Give a document as text."""
        found = self.kitchen.find(key, part, format)
        assert isinstance(found, Found), f"{key} has no document"
        whole = self.kitchen.join(found.spot, format)
        assert whole is not None
        return whole.data.decode()

    def version(self, key: str, format: Format = Format.ATOM, *, part: int = 0) -> tuple[str, int]:
        """Give a document's hash and stamp."""
        found = self.kitchen.find(key, part, format)
        assert isinstance(found, Found), f"{key} has no document"
        return found.version.hash, found.version.stamp

    def differing(self) -> dict[tuple[int, int], list[Format]]:
        """Compare every document with a fresh regeneration."""
        from feeds.store import documents

        with self.room.store.read() as connection:
            spots = documents.all_spots(connection)
        found = {spot: rebuild.differing(self.room, self.printer, spot) for spot in spots}
        return {spot: formats for spot, formats in found.items() if formats}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The settings of a test's newsroom; a test may add to them before it asks for the desk."""
    return {
        "FEEDS_INSTANCE": str(tmp_path / "instance"),
        "FEEDS_SITE__URL": "https://news.example",
        "FEEDS_SERVER__API_RATE": "1000000",  # the clock stands still, and no bucket would ever fill again
    }


@pytest.fixture
def desk(environ: dict[str, str], migrated: Path, clock: FixedClock):
    settings = load_settings(root=ROOT, environ=environ)
    settings.instance.mkdir()
    shutil.copy(migrated, settings.instance / "broadsheet.db")
    room = open_newsroom(settings, clock)
    yield Desk(room)
    room.close()

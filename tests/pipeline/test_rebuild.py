"""Regeneration: what changed alone, stamps that only move forward, the same bytes as a fresh rendering."""

import random
from collections.abc import Callable

import pytest

from feeds.errors import RenderError
from feeds.model.dates import to_us
from feeds.model.document import Format, Frame, Masthead
from feeds.model.label import Kind
from feeds.model.submission import submission_of
from feeds.pipeline import housekeeping, intake, rebuild, sweep
from feeds.pipeline.printer import Printer
from feeds.store import aside, channels, dirty, fragments
from tests.conftest import Desk
from tests.fakes import FixedClock


def test_channel_whose_bytes_would_not_change_keeps_its_stamp(desk: Desk, clock: FixedClock) -> None:
    desk.put("a", tags=["Harbour"])
    desk.build()
    before = desk.version("site")
    clock.advance(days=1)
    with desk.room.store.write() as connection:
        dirty.mark(connection, [1, 2], to_us(clock.now()))
    assert desk.build() == 0
    assert desk.version("site") == before


def test_only_channels_of_a_change_are_regenerated(desk: Desk, clock: FixedClock) -> None:
    desk.put("a", tags=["One"])
    desk.put("b", tags=["Two"])
    desk.build()
    before = desk.version("tags/two")
    clock.advance(minutes=1)
    desk.put("a", "Another title", tags=["One"])
    assert desk.build() == 2
    assert desk.version("tags/two") == before


def test_stamp_moves_forward_though_the_clock_steps_back(desk: Desk, clock: FixedClock) -> None:
    desk.put("a")
    desk.build()
    _, before = desk.version("site")
    clock.advance(hours=-1)
    desk.put("b")
    desk.build()
    assert desk.version("site")[1] == before + 1


def test_window_holds_the_newest_then_the_higher_id(environ: dict[str, str], request: pytest.FixtureRequest) -> None:
    environ["FEEDS_CHANNELS__WINDOW"] = "3"
    environ["FEEDS_CHANNELS__ARCHIVE_PART"] = "3"
    desk: Desk = request.getfixturevalue("desk")
    for name in ("b", "B2", "a", "c"):
        desk.put(name, published_at="2026-04-01T00:00:00Z")
    desk.put("old", published_at="2020-04-01T00:00:00Z")
    desk.build()
    text = desk.document("site", Format.JSON)
    assert [text.find(f'articles/{name}"') > 0 for name in ("c", "b", "a", "B2", "old")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert text.find('articles/c"') < text.find('articles/b"') < text.find('articles/a"')


def test_every_document_equals_a_fresh_regeneration_after_any_life(desk: Desk, clock: FixedClock) -> None:
    chance = random.Random(5)
    for step in range(60):
        clock.advance(minutes=chance.randrange(1, 90))
        article = f"a{chance.randrange(12)}"
        tags = chance.sample(["One", "Two", "Three"], chance.randrange(3))
        if chance.random() < 0.2 and step > 20:
            try:
                desk.withdraw(article)
            except AssertionError:
                continue
        else:
            desk.put(article, f"Title {step}", tags=tags, authors=["Ana"], status="published", related=[{"id": "a1"}])
        if chance.random() < 0.5:
            desk.build()
    desk.build()
    assert desk.differing() == {}


def test_article_that_cannot_be_rendered_is_set_aside_and_its_channels_go_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = Printer.render

    def failing(self: Printer, article, variant):
        if article.id == "bad":
            raise RenderError(article.id, "atom: the test says so")
        return render(self, article, variant)

    desk.put("good", tags=["Harbour"])
    desk.put("bad", tags=["Harbour"])
    with monkeypatch.context() as patched:
        patched.setattr(Printer, "render", failing)
        desk.build()
        assert "articles/good<" in desk.document("tags/harbour")
        assert "articles/bad<" not in desk.document("tags/harbour")
        with desk.room.store.read() as connection:
            assert aside.list_all(connection) == [("bad", "atom: the test says so")]
    desk.put("bad", "Mended", tags=["Harbour"])
    desk.build()
    assert "articles/bad<" in desk.document("tags/harbour")
    with desk.room.store.read() as connection:
        assert aside.list_all(connection) == []


class Interrupting(Printer):
    """A printer during whose first work something else happens."""

    def __init__(self, desk: Desk, meanwhile: Callable[[], object]) -> None:
        super().__init__(desk.room.site, desk.room.settings)
        self._meanwhile: Callable[[], object] | None = meanwhile

    def frames(self, masthead: Masthead) -> dict[Format, Frame]:
        if (happens := self._meanwhile) is not None:
            self._meanwhile = None
            happens()
        return super().frames(masthead)


def test_builder_that_read_before_another_stored_does_not_undo_it(desk: Desk, clock: FixedClock) -> None:
    desk.put("a")
    desk.build()
    desk.put("c")

    def another_builder() -> None:
        clock.advance(minutes=1)
        desk.put("b")
        desk.build()

    assert rebuild.build(desk.room, Interrupting(desk, another_builder), [(1, 0)]) == 0
    assert "articles/b<" in desk.document("site")
    assert desk.differing() == {}


def test_builder_does_not_undo_one_that_found_a_later_change_to_be_none(desk: Desk) -> None:
    desk.put("a", "First")
    desk.build()
    good = desk.version("site")
    desk.put("a", "Second", minor=True)

    def change_back() -> None:
        desk.put("a", "First", minor=True)
        assert desk.build() == 0

    assert rebuild.build(desk.room, Interrupting(desk, change_back), [(1, 0)]) == 0
    assert desk.version("site") == good
    assert desk.differing() == {}


def test_single_story_goes_before_all_that_waits_in_line_and_holds_up_none_of_it_for_ever(desk: Desk) -> None:
    with desk.room.store.write() as connection:
        for number in range(3):
            wishes = [
                intake.Wish(
                    article_id=f"b{number}-{at}",
                    wanted=submission_of({"title": f"{number} {at}", "tags": [f"Tag {number} {at}"]}),
                )
                for at in range(60)
            ]
            intake.save_all(connection, desk.room, wishes, now=desk.room.clock.now())
    desk.put("own", tags=["Own"])
    with desk.room.store.read() as connection:
        first = dirty.pending(connection, rebuild.SPOTS)
        own = channels.find_number(connection, Kind.TAGS, "own")
        waits = dirty.backlog(connection)[1]
    assert set(first[:2]) == {(1, 0), (own, 0)}
    assert len(first) == rebuild.SPOTS
    assert waits == to_us(desk.room.clock.now())
    rebuild.build(desk.room, desk.printer, first, lacking=rebuild.LACKING)
    assert "articles/own<" in desk.document("site")
    assert "articles/own<" in desk.document("tags/own")
    for number in range(200):
        desk.put(f"n{number}", tags=[f"Own {number}"])
    with desk.room.store.read() as connection:
        some = dirty.pending(connection, rebuild.SPOTS)
        since = dirty.dirty_since(connection, some)
        found = channels.load(connection, [spot[0] for spot in some])
    assert len(since) == rebuild.SPOTS
    assert any(channel.key.startswith("tags/tag-") for channel in found.values())
    desk.build()
    assert desk.differing() == {}


def test_what_lacks_many_fragments_is_left_for_later_and_what_lacks_few_is_not(desk: Desk) -> None:
    for number in range(40):
        for tag in ("One", "Two", "Three"):
            desk.put(f"{tag}{number}", tags=[tag])
    desk.put("own", tags=["Own"])
    with desk.room.store.read() as connection:
        numbers = {tag: channels.find_number(connection, Kind.TAGS, tag) for tag in ("one", "two", "three", "own")}
    spots = [(number, 0) for number in numbers.values() if number is not None]
    rebuild.build(desk.room, desk.printer, [spots[-1], *spots[:-1]], lacking=50)
    with desk.room.store.read() as connection:
        left = dirty.dirty_since(connection, spots)
    assert list(left) == [(numbers["three"], 0)]
    desk.build()
    assert desk.differing() == {}


def test_change_during_a_build_leaves_the_channel_dirty(desk: Desk) -> None:
    desk.put("a")
    rebuild.build(desk.room, Interrupting(desk, lambda: desk.put("b")), [(1, 0)])
    with desk.room.store.read() as connection:
        assert dirty.is_any(connection)
    desk.build()
    assert "articles/b<" in desk.document("site")


def test_tombstone_beyond_the_window_reaches_readers_too(
    environ: dict[str, str], request: pytest.FixtureRequest, clock: FixedClock
) -> None:
    environ["FEEDS_CHANNELS__WINDOW"] = "2"
    environ["FEEDS_CHANNELS__ARCHIVE_PART"] = "2"
    desk: Desk = request.getfixturevalue("desk")
    for name, year in (("a", 2020), ("b", 2021), ("c", 2022)):
        desk.put(name, published_at=f"{year}-01-01T00:00:00Z")
    desk.build()
    clock.advance(minutes=1)
    desk.withdraw("a", "Retracted")
    desk.build()
    assert "Retracted" in desk.document("site")
    clock.advance(days=31)
    desk.put("d")
    desk.build()
    assert "Retracted" not in desk.document("site")


def test_another_address_of_the_site_marks_and_prints_every_channel_anew(
    environ: dict[str, str], desk: Desk, clock: FixedClock
) -> None:
    from feeds.pipeline.newsroom import open_newsroom
    from feeds.settings import load_settings
    from tests.conftest import ROOT

    desk.put("a", tags=["Harbour"])
    sweep.mark_if_reprinted(desk.room, desk.printer)
    desk.build()
    assert sweep.mark_if_reprinted(desk.room, desk.printer) == 0
    guid = desk.room.site.article_guid("a")
    moved = Desk(
        open_newsroom(load_settings(root=ROOT, environ={**environ, "FEEDS_SITE__URL": "https://moved.example"}), clock)
    )
    assert sweep.mark_if_reprinted(moved.room, moved.printer) == 5
    moved.build()
    text = moved.document("site")
    assert "https://moved.example/articles/a/" in text
    assert "news.example/" not in text.replace(guid, "").replace("tag:news.example", "")
    assert guid in text
    assert moved.differing() == {}
    moved.room.close()


def test_housekeeping_forgets_fragments_that_nothing_prints_and_keeps_the_rest(desk: Desk, clock: FixedClock) -> None:
    desk.put("a", "One")
    desk.build()
    desk.put("a", "Two")
    desk.build()
    clock.advance(hours=2)
    assert housekeeping.run(desk.room, desk.printer) == 3
    assert "Two" in desk.document("site")
    with desk.room.store.read() as connection:
        kept = fragments.kept(connection, "full/en", [])
    assert kept == {}


def test_document_is_joined_from_the_article_where_its_fragment_is_gone(desk: Desk) -> None:
    from feeds.store.schema import fragments as table

    desk.put("a", "Still here")
    desk.build()
    before = desk.document("site")
    with desk.room.store.write() as connection:
        connection.execute(table.delete())
    assert desk.document("site") == before


def test_channel_that_is_to_carry_summaries_alone_is_printed_anew(desk: Desk) -> None:
    from feeds.store import channels

    desk.put("a", standfirst="Short words", content_html="<p>The whole text</p>")
    desk.build()
    assert "The whole text" in desk.document("site")
    with desk.room.store.write() as connection:
        channels.change(connection, 1, {"depth": "summary"})
        dirty.mark_whole(connection, 1, 0)
    desk.build()
    assert "The whole text" not in desk.document("site")
    assert "Short words" in desk.document("site")
    assert desk.differing() == {}

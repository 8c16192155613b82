"""An article that is erased leaves nothing of itself but its id, and no reader is left standing meanwhile."""

import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from feeds.errors import Refusal, StoreError
from feeds.model.document import Format
from feeds.pipeline import erasure, rebuild, trending
from feeds.pipeline.erasure import erase
from feeds.store import articles, fragments, listing, schema, search, tombstones, views
from tests.conftest import Desk
from tests.fakes import FixedClock

SECRET = "xyzzyplugh"


def put_secret(desk: Desk, article_id: str = "a", **fields: object) -> None:
    desk.put(
        article_id,
        f"About {SECRET}",
        content_html=f"<p>{SECRET} {SECRET}</p>" * 300,
        standfirst=f"On {SECRET}",
        tags=["Kept"],
        **fields,
    )


def holding(desk: Desk, secret: str = SECRET) -> list[str]:
    """Name the files of the instance that hold the secret, in any letter case."""
    files = [path for path in Path(desk.room.settings.instance).rglob("*") if path.is_file()]
    assert any(path.name == "broadsheet.db" for path in files)
    return [path.name for path in files if secret.encode() in path.read_bytes().lower()]


def test_erased_text_is_in_no_file_of_the_store(desk: Desk) -> None:
    put_secret(desk, kicker=SECRET, dateline=SECRET, image={"url": f"/media/{SECRET}.png", "alt": SECRET})
    desk.put("a", f"About {SECRET} again", content_html=f"<p>{SECRET} {SECRET}</p>" * 400, tags=["Kept"])
    desk.put("b", "Another", related=[{"id": "a"}])
    desk.put("c", "A third", related=[{"id": "a", "title": f"Read of {SECRET}"}])
    desk.build()
    desk.put("c", "A third, changed", related=[{"id": "a", "title": f"Read of {SECRET}"}])
    desk.build()
    assert holding(desk)
    erase(desk.room, "a", reason="a court said so")
    assert holding(desk) == []
    assert desk.build() == 0  # the documents were built before the call ended
    text = desk.document("tags/kept")
    assert "deleted-entry" in text
    assert "a court said so" in text
    assert desk.differing() == {}


@pytest.mark.parametrize("number", [0, 17, 39])
def test_erased_text_is_gone_from_pages_shared_with_others(desk: Desk, number: int) -> None:
    for at in range(40):
        for revision in range(3):
            word = f"word{at:02}{revision}"
            desk.put(f"n{at:02}", f"Title {word}", content_html=f"<p>{word} </p>" * (50 * revision + at * 7 + 1))
    desk.build()
    erase(desk.room, f"n{number:02}")
    for revision in range(3):
        assert holding(desk, f"word{number:02}{revision}") == []
    others = {at for at in range(40) if at != number}
    for at in others:
        assert holding(desk, f"word{at:02}2")
    with desk.room.store.read() as connection:
        found = listing.find(connection, listing.Filter(query="word392"), before=None, limit=10)
    assert bool(found) == (number != 39)
    assert desk.differing() == {}


def test_related_lines_to_it_lose_the_title_and_are_printed_no_more(desk: Desk) -> None:
    put_secret(desk)
    desk.put("b", "Another", related=[{"id": "a", "title": f"Read of {SECRET}"}, {"id": "a2", "title": "Stays"}])
    desk.put("c", "By title", related=[{"title": f"ABOUT {SECRET}"}])
    desk.build()
    assert SECRET in desk.document("site", Format.JSON)
    erase(desk.room, "a")
    with desk.room.store.read() as connection:
        (line, other) = articles.load(connection, ["b"])["b"].related
        revisions = [json.loads(body) for body in articles.revisions_of(connection, "b")]
    assert (line.id, line.title, line.url, line.tied) == ("a", "", "", None)
    assert other.title == "Stays"
    assert [told["related"][0] for told in revisions] == [{"id": "a"}]
    items = {item["id"].rpartition("/")[2]: item for item in json.loads(desk.document("site", Format.JSON))["items"]}
    assert items["b"]["_broadsheet"]["related"] == [{"title": "Stays"}]
    assert "url" not in items["c"]["_broadsheet"]["related"][0]  # what another article says is its own
    assert f"/articles/a/about-{SECRET}" not in desk.document("site")


def test_no_document_lacks_a_fragment_at_any_moment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    put_secret(desk, section="City", authors=["Ada"])
    desk.put("b", "Another", related=[{"id": "a"}])
    desk.build()
    keys = ["site", "tags/kept", "sections/city", "authors/ada"]
    moments = []

    def look(*_: object, **__: object) -> None:
        for key in keys:
            for format in Format:
                desk.document(key, format)  # raises where a fragment is not there
        moments.append(len(moments))

    for module, name in ((rebuild, "build"), (fragments, "erase"), (search, "merge")):
        original = getattr(module, name)

        def watched(*given: object, original: object = original, **more: object) -> object:
            look()
            result = original(*given, **more)  # type: ignore[operator]
            return result

        monkeypatch.setattr(module, name, watched)
    erase(desk.room, "a")
    monkeypatch.undo()
    look()
    assert len(moments) >= 4


def test_call_that_was_cut_short_is_finished_by_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    put_secret(desk)
    desk.build()

    def killed(*_: object) -> None:
        raise StoreError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "_forget_fragments", killed)
        with pytest.raises(StoreError):
            erase(desk.room, "a")
    with desk.room.store.read() as connection:
        assert articles.find(connection, "a") is None
        assert connection.execute(select(schema.fragments.c.article)).first() is not None
    erase(desk.room, "a")
    assert holding(desk) == []


def test_erased_id_is_never_given_again_and_no_list_has_it(desk: Desk) -> None:
    put_secret(desk)
    erase(desk.room, "a")
    erase(desk.room, "a")
    for article_id in ("a", "A"):
        with pytest.raises(Refusal) as refused:
            desk.put(article_id)
        assert refused.value.status == 409
    with desk.room.store.read() as connection:
        for wanted in (listing.Filter(), listing.Filter(status="withdrawn"), listing.Filter(query=SECRET)):
            assert listing.find(connection, wanted, before=None, limit=10) == []
        assert articles.newest(connection, limit=10) == []
        assert articles.count_by_status(connection) == {}
    with pytest.raises(Refusal) as refused:
        erase(desk.room, "never")
    assert refused.value.status == 404


@pytest.mark.parametrize("status", ["draft", "scheduled", "published", "withdrawn", "expired"])
def test_article_in_any_status_can_be_erased(desk: Desk, clock: FixedClock, status: str) -> None:
    fields: dict[str, object] = {"status": status}
    if status in ("withdrawn", "expired"):
        fields = {} if status == "withdrawn" else {"expires_at": "2026-05-01T08:00:10Z"}
    if status == "scheduled":
        fields["published_at"] = "2026-05-01T09:00:00Z"
    put_secret(desk, **fields)
    desk.build()
    if status == "withdrawn":
        desk.withdraw("a", "first reason")  # and its documents are not built yet
    clock.advance(minutes=1)
    erase(desk.room, "a", reason="second reason")
    assert holding(desk) == []
    with desk.room.store.read() as connection:
        was_public = articles.erased(connection, ["a"])["a"]
        told = tombstones.of(connection, 1, since_us=0, until_us=2**62)
    assert was_public == (status in ("published", "withdrawn", "expired"))
    assert bool(told) == was_public
    if status == "withdrawn":
        assert told[0][2] == "first reason"
    assert desk.differing() == {}


def test_erased_story_leaves_trending_and_its_views(desk: Desk) -> None:
    put_secret(desk)
    with desk.room.store.write() as connection:
        views.add(connection, {"a": 5}, int(desk.room.clock.now().timestamp() * 1e6))
    trending.run(desk.room)
    desk.build()
    assert "articles/a<" in desk.document("sections/trending")
    erase(desk.room, "a")
    assert "articles/a<" not in desk.document("sections/trending")
    assert trending.run(desk.room) == 0


def test_log_names_the_article_and_nothing_that_it_said(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    put_secret(desk)
    with caplog.at_level(logging.INFO):
        erase(desk.room, "a", reason="quietly")
    (record,) = [record for record in caplog.records if record.getMessage() == "erased"]
    assert "'a'" in repr(vars(record))
    assert SECRET not in "".join(repr(vars(one)) for one in caplog.records)

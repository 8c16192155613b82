"""A database of an older version becomes one of this version, with all that was in it, and a copy beside it."""

import json
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from feeds.model.story import headline_key, page_key
from feeds.store import dirty, entries, files, own_stories, sources
from feeds.store.database import Store, newest_schema
from feeds.store.migrate import migrate


def store_at(path: Path, revision: str) -> Store:
    store = Store(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(Path("feeds/store/migrations").absolute()))
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return store


def test_first_schema_becomes_the_newest_with_every_channel_marked(tmp_path: Path) -> None:
    store = store_at(tmp_path / "broadsheet.db", "0001")
    try:
        with store.write() as connection:
            connection.execute(text("INSERT INTO channels (number, partners) VALUES (7, 1)"))
            connection.execute(text("INSERT INTO dirty (channel, marked, built, since) VALUES (7, 3, 3, 0)"))
        assert migrate(store) == (1, newest_schema())
        with store.read() as connection:
            assert (7, 0) in dirty.pending(connection, 10)
        assert (tmp_path / "broadsheet.db.schema-1.copy").exists()
        assert migrate(store) == (newest_schema(), newest_schema())
    finally:
        store.close()


def test_files_of_articles_that_are_there_already_are_asked_about_newest_first(tmp_path: Path) -> None:
    store = store_at(tmp_path / "broadsheet.db", "0006")
    bare, there = {"url": "https://cdn.test/a.png"}, {"url": "https://CDN.test/b.png", "type": "image/png"}
    whole = {"url": "/media/w.mp3", "type": "audio/mpeg", "length": 3}
    rows = [
        ("old", 1, bare, [], 5),
        ("new", 1, there, [whole, {"url": "https://cdn.test/a.png#x"}], 9),
        ("draft", 0, None, [{"url": "https://cdn.test/c.mp3", "length": 4}], 7),
        ("bare", 1, None, [], 6),
        ("whole", 1, {"url": "/m.png", "type": "image/png", "length": 1, "width": 1, "height": 1}, [whole], 8),
    ]
    insert = text(
        "INSERT INTO articles"
        " (id, folded_id, image, attachments, is_placed, moment, updated_at, created_at, changed_at)"
        " VALUES (:id, :id, :image, :attachments, :placed, :moment, 0, 0, 0)"
    )
    try:
        with store.write() as connection:
            for name, placed, image, attachments, moment in rows:
                told = {"image": json.dumps(image) if image else "", "attachments": json.dumps(attachments)}
                connection.execute(insert, {"id": name, "placed": placed, "moment": moment, **told})
        migrate(store)
        with store.read() as connection:
            shows = connection.execute(text("SELECT kind, key, moment, article FROM article_shows ORDER BY 2, 3")).all()
            due = files.due_hosts(connection, 10), files.due_of(connection, "cdn.test", 10, 10)
            kept = connection.execute(text("SELECT id, image, attachments FROM articles")).all()
        assert [tuple(row) for row in shows] == [
            ("file", "https://CDN.test/b.png", 9, "new"),
            ("file", "https://cdn.test/a.png", 5, "old"),
            ("file", "https://cdn.test/a.png", 9, "new"),
            ("file", "https://cdn.test/c.mp3", 7, "draft"),
        ]
        assert due[0] == ["cdn.test"]
        assert {wanted.address for wanted in due[1]} == {"https://CDN.test/b.png", "https://cdn.test/a.png"}
        assert len(kept) == len(rows)
    finally:
        store.close()


def test_stories_of_our_own_get_their_keys_and_sources_and_entries_stay(tmp_path: Path) -> None:
    store = store_at(tmp_path / "broadsheet.db", "0006")
    own = "(id, folded_id, title, canonical_url, status, updated_at, created_at, moment, changed_at, source)"
    try:
        with store.write() as connection:
            connection.execute(text("INSERT INTO sources (id, url, created_at, state) VALUES ('s', 'u', 0, 'active')"))
            connection.execute(
                text(
                    f"INSERT INTO articles {own} VALUES ('a', 'a', 'Ours', 'https://q.example/1', '', 0, 0, 0, 0, NULL)"
                )
            )
            connection.execute(text(f"INSERT INTO articles {own} VALUES ('b', 'b', 'Theirs', '', '', 0, 0, 0, 0, 's')"))
            connection.execute(
                text("INSERT INTO entries (source, key, article, first_seen_at, seen_at) VALUES ('s', 'k', 'b', 0, 0)")
            )
        migrate(store)
        with store.read() as connection:
            keys = headline_key("Ours"), page_key("http://www.q.example/1/")
            assert own_stories.find(connection, keys) == {key: ["a"] for key in keys}
            assert own_stories.find(connection, [headline_key("Theirs")]) == {}
            (known,) = entries.known(connection, "s", keys=["k"])
            assert (known.article, known.joined, known.versions) == ("b", False, 1)
            source = sources.find(connection, "s")
        assert source is not None
        assert (source.told_apart_by, source.usual, source.alarm, source.wire) == ("id", None, "", False)
    finally:
        store.close()


def test_hosts_of_sources_and_files_are_told_apart_by_their_names(tmp_path: Path) -> None:
    store = store_at(tmp_path / "broadsheet.db", "0010")
    urls = {"one": "https://Quay.example:443/a", "two": "https://me:secret@quay.example./b", "three": "http://[/"}
    try:
        with store.write() as connection:
            for name, url in urls.items():
                row = {"id": name, "url": url, "host": url.split("/")[2].lower()}
                connection.execute(
                    text(
                        "INSERT INTO sources (id, url, host, state, publish, rights, created_at)"
                        " VALUES (:id, :url, :host, 'active', 'auto', 'full', 0)"
                    ),
                    row,
                )
                connection.execute(text("INSERT INTO files (address, host) VALUES (:url, :host)"), row)
        migrate(store)
        with store.read() as connection:
            told = {row.id: row.host for row in connection.execute(text("SELECT id, host FROM sources"))}
            due = set(connection.execute(text("SELECT host FROM files")).scalars())
        assert told == {"one": "quay.example", "two": "quay.example", "three": ""}
        assert due == {"quay.example", ""}
    finally:
        store.close()

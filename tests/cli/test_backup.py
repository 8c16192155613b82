"""`backup`: of one moment, whole, and a newsroom again where it is unpacked."""

import json
import os
import stat
import tarfile
import threading
from pathlib import Path

from feeds.clock import SystemClock
from feeds.pipeline.newsroom import open_newsroom
from feeds.settings import load_settings
from feeds.store import meta, sqlite, tokens
from feeds.store.migrate import COPIES
from tests.cli.conftest import Shell
from tests.conftest import ROOT, Desk
from tests.outages import damaged


def unpacked(file: Path, folder: Path) -> Shell:
    with tarfile.open(file) as tar:
        tar.extractall(folder, filter="data")
    return Shell({"FEEDS_INSTANCE": str(folder), "FEEDS_SITE__URL": "https://news.example"})


def test_backup_is_the_newsroom_again_with_the_same_documents(office: Shell, desk: Desk, tmp_path: Path) -> None:
    for name in "abc":
        desk.put(name, f"Story {name}", tags=["Harbour"])
    desk.build()
    with desk.room.store.write() as connection:
        tokens.insert(connection, "bs_of-the-test", name="admin", scope="admin", now_us=0)
    (office.instance / "media").mkdir()
    (office.instance / "media" / "0a.png").write_bytes(b"picture")
    (office.instance / "media" / "0b.png.part").write_bytes(b"half a pict")
    (office.instance / "config.toml").write_text("[site]\nrights = 'ours'\n")
    file = tmp_path / "backup.tar"
    office.run("backup", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []

    restored = unpacked(file, tmp_path / "restored")
    names = sorted(str(path.relative_to(restored.instance)) for path in restored.instance.rglob("*"))
    assert names == ["broadsheet.db", "config.toml", "media", "media/0a.png", "token"]
    assert "already" in restored.run("migrate").stdout
    assert json.loads(restored.run("doctor", "--json").stdout)["dirty"] == 0
    room = open_newsroom(load_settings(root=ROOT, environ=restored.environ), SystemClock())
    again = Desk(room)
    try:
        for key in ("site", "tags/harbour"):
            assert again.version(key) == desk.version(key)
            assert again.document(key) == desk.document(key)
        with room.store.read() as connection:
            assert tokens.scope_of(connection, (restored.instance / "token").read_text().strip()) == "admin"
    finally:
        room.close()


def test_backup_is_of_one_moment_while_others_write(desk: Desk, tmp_path: Path) -> None:
    store = desk.room.store
    with store.write() as connection:
        meta.put(connection, meta.Key.PRINTED, "x" * 20_000_000)
    started, stop = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with store.write() as connection:
                meta.put(connection, meta.Key.DEMO, str(number))
                meta.put(connection, meta.Key.ADDRESS, str(number))
            started.set()

    writer = threading.Thread(target=write)
    writer.start()
    steps = []
    try:
        assert started.wait(10)
        sqlite.copy_file(store.url, tmp_path / "copy.db", on_progress=lambda done, pages: steps.append((done, pages)))
    finally:
        stop.set()
        writer.join(10)
    assert len(steps) > 3
    assert steps == sorted(steps)  # it never began anew
    from feeds.store.database import Store

    copy = Store(f"sqlite:///{tmp_path}/copy.db")
    with copy.read() as connection:
        assert meta.find(connection, meta.Key.DEMO) == meta.find(connection, meta.Key.ADDRESS) is not None
    copy.close()


def test_backup_takes_the_place_of_no_file(office: Shell, desk: Desk, tmp_path: Path) -> None:
    database = office.instance / "broadsheet.db"
    before = database.read_bytes()
    assert "is there already" in office.run("backup", str(database), code=1).stderr
    assert database.read_bytes() == before
    os.symlink(tmp_path / "nowhere", tmp_path / "link.tar")
    office.run("backup", str(tmp_path / "link.tar"), code=1)
    assert "no folder" in office.run("backup", str(tmp_path / "no" / "backup.tar"), code=1).stderr


def test_backup_of_no_or_a_damaged_database_fails_and_leaves_nothing(office: Shell, desk: Desk, tmp_path: Path) -> None:
    desk.put("a")
    there = sorted(tmp_path.iterdir())
    with damaged(desk.room.store):
        assert "damaged" in office.run("backup", str(tmp_path / "backup.tar"), code=1).stderr
    nowhere = Shell({**office.environ, "FEEDS_INSTANCE": str(tmp_path / "nowhere")})
    assert "no database" in nowhere.run("backup", str(tmp_path / "backup.tar"), code=1).stderr
    assert sorted(tmp_path.iterdir()) == there


def test_migration_keeps_whole_copies_beside_the_database(shell: Shell) -> None:
    from feeds.store.database import Store
    from tests.store.test_migrate import store_at

    shell.instance.mkdir()
    database = shell.instance / "broadsheet.db"
    store_at(database, "0001").close()
    for number in (-3, -2, -1, 0):
        (shell.instance / f"broadsheet.db.schema-{abs(number)}.copy").write_bytes(b"of before")
    (shell.instance / "broadsheet.db.schema-1.copy.part").write_bytes(b"of a copy that was cut short")
    assert "migrated to schema" in shell.run("migrate").stdout
    kept = sorted(path.name for path in shell.instance.glob("*.copy*"))
    assert len(kept) == COPIES
    assert "broadsheet.db.schema-1.copy" in kept
    copy = Store(f"sqlite:///{shell.instance}/broadsheet.db.schema-1.copy")
    from feeds.store.database import schema_of

    assert schema_of(copy) == 1
    copy.close()
    assert "already" in shell.run("migrate").stdout

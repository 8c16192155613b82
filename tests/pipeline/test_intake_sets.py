"""Many articles at once end as one by one: the same articles, places, related lines and documents."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from feeds.errors import Refusal
from feeds.model.representation import represent
from feeds.model.submission import submission_of
from feeds.pipeline import intake
from feeds.pipeline.intake import Wish
from feeds.pipeline.newsroom import open_newsroom
from feeds.settings import load_settings
from feeds.store import articles, places
from tests.conftest import ROOT, Desk
from tests.fakes import FixedClock

NAMES = ["Harbour", "harbour", "City", "Año", "Ano"]
OTHER = {"name": "Other", "slug": "ben"}
TITLES = ["Ferry back", "Pier closed", "Fog"]

article = st.fixed_dictionaries(
    {"title": st.sampled_from(TITLES)},
    optional={
        "tags": st.lists(st.sampled_from(NAMES), max_size=3),
        "authors": st.lists(
            st.one_of(
                st.sampled_from(["Ada", "Ben"]),
                st.just({"name": "Ada", "bio": "Sails", "url": "https://ada.example/"}),
                st.just(OTHER),
            ),
            max_size=2,
        ),
        "section": st.sampled_from(["News", "must-read", "Trending"]),
        "related": st.lists(
            st.one_of(
                st.sampled_from([{"id": "a"}, {"id": "b"}, {"id": "c"}]),
                st.sampled_from(TITLES).map(lambda title: {"title": title}),
            ),
            max_size=2,
        ),
        "status": st.sampled_from(["draft", "published", "withdrawn", "scheduled"]),
        "flags": st.just(["must-read"]),
        "correction": st.just("A name was wrong."),
    },
)
batch = st.lists(st.tuples(st.sampled_from(["a", "b", "c", "A", "d"]), article), min_size=1, max_size=6)


def state(desk: Desk) -> object:
    """Give all that clients and readers can see of a newsroom, less what hangs on the order of transactions."""
    desk.build()
    with desk.room.store.read() as connection:
        ids = articles.newest(connection, limit=100)
        loaded, keys = articles.load(connection, ids), places.keys_of(connection, ids)
    assert desk.differing() == {}
    told = [represent(loaded[one], desk.room.site, keys[one]) for one in sorted(ids)]
    return json.dumps(told, sort_keys=True)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pairs")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(batch, min_size=1, max_size=3))
@example(batches=[[("a", {"title": "Fog", "authors": [OTHER]}), ("b", {"title": "Fog", "authors": ["Ben"]})]])
@example(batches=[[("a", {"title": "Fog", "authors": ["Ben"]}), ("b", {"title": "Fog", "authors": [OTHER, "Ben"]})]])
def test_many_at_once_end_as_one_by_one(batches: list, migrated: Path, pair: Path) -> None:
    ends = []
    for number, at_once in enumerate((True, False)):
        folder = pair / f"instance-{number}"
        folder.mkdir(exist_ok=True)
        for old in folder.glob("broadsheet.db*"):
            old.unlink()
        (folder / "broadsheet.db").write_bytes(migrated.read_bytes())
        environ = {"FEEDS_INSTANCE": str(folder), "FEEDS_SITE__URL": "https://news.example"}
        room = open_newsroom(load_settings(root=ROOT, environ=environ), FixedClock())
        try:
            codes = [code for some in batches for code in put(Desk(room), some, at_once=at_once)]
            ends.append((codes, state(Desk(room)).replace(room.site.authority, "AUTHORITY")))
        finally:
            room.close()
    assert ends[0] == ends[1]


def put(desk: Desk, some: list, *, at_once: bool) -> list[int]:
    now = desk.room.clock.now()
    wishes, codes = [], []
    for article_id, fields in some:
        try:
            wishes.append(Wish(article_id=article_id, wanted=submission_of(fields, may_set_updated=True)))
        except Refusal as refusal:
            codes.append(refusal.status)
    sets = [wishes] if at_once else [[wish] for wish in wishes]
    for wish in sets:
        with desk.room.store.write() as connection:
            codes += [
                saved.status if isinstance(saved, Refusal) else 201 if saved.is_new else 200
                for saved in intake.save_all(connection, desk.room, wish, now=now)
            ]
    return codes

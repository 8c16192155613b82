"""An article that is erased leaves nothing of itself but its id."""

from pathlib import Path

import pytest

from feeds.errors import Refusal
from feeds.pipeline.erasure import erase
from feeds.store import articles, listing
from tests.conftest import Desk

SECRET = "xyzzyplugh"


def test_erased_text_is_in_no_file_of_the_store(desk: Desk) -> None:
    desk.put("a", f"About {SECRET}", content_html=f"<p>{SECRET} {SECRET}</p>", tags=["Kept"])
    desk.put("a", f"About {SECRET} again", content_html=f"<p>{SECRET} {SECRET}</p>", tags=["Kept"])
    desk.put("b", "Another", related=[{"id": "a"}])
    desk.build()
    erase(desk.room, "a", reason="a court said so")
    desk.build()
    desk.room.store.shrink()
    files = [path for path in Path(desk.room.settings.instance).iterdir() if path.name.startswith("broadsheet.db")]
    assert files
    for path in files:
        assert SECRET.encode() not in path.read_bytes(), path.name
    text = desk.document("tags/kept")
    assert "deleted-entry" in text
    assert SECRET not in text + desk.document("site")
    assert desk.differing() == {}


def test_erased_id_is_never_given_again(desk: Desk) -> None:
    desk.put("a")
    erase(desk.room, "a", reason="")
    erase(desk.room, "a", reason="")
    for article_id in ("a", "A"):
        with pytest.raises(Refusal) as refused:
            desk.put(article_id)
        assert refused.value.status == 409
    with desk.room.store.read() as connection:
        assert listing.find(connection, listing.Filter(), before=None, limit=10) == []
        assert articles.newest(connection, limit=10) == []

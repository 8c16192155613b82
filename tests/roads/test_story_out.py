"""The walk of a story, from outside: posted, served everywhere, changed, withdrawn."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import pytest

from tests.served import Served, serving
from tests.waiting import wait_for

PAGE = Path(__file__).parents[1] / "data" / "newspages" / "full_page.txt"
FORMATS = ("rss", "atom", "json")
AT = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("story") / "instance") as found:
        yield found


def ids_in(served: Served, key: str, format: str) -> list[str]:
    answer = served.get(f"/feeds/{key}.{format}")
    assert answer.status in (200, 404)
    if answer.status == 404:
        return []
    if format == "json":
        return [item["id"] for item in answer.json()["items"]]
    parsed = feedparser.parse(answer.body)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return [entry.id for entry in parsed.entries]


def is_everywhere(served: Served, story: dict, *, present: bool) -> bool:
    return all(
        (story["guid"] in ids_in(served, key, format)) is present for key in story["in_feeds"] for format in FORMATS
    )


def test_posted_story_is_in_every_document_of_its_channels(served: Served) -> None:
    story = served.post(title="Ferry back", authors=["Ada Marsh", "Ben Low"], tags=["Harbour"], section="City")
    assert set(story["in_feeds"]) == {"site", "authors/ada-marsh", "authors/ben-low", "sections/city", "tags/harbour"}
    wait_for(lambda: is_everywhere(served, story, present=True), what="the story in its documents")
    page = served.get(story["url"].removeprefix(served.url))
    assert page.status == 200
    assert f'href="{served.url}/feeds/tags/harbour.rss"' in page.text


def test_withdrawn_story_leaves_every_document_and_is_told_as_deleted(served: Served) -> None:
    story = served.post(title="Wrong from the start", tags=["Mistakes"])
    wait_for(lambda: is_everywhere(served, story, present=True), what="the story in its documents")
    assert served.ask("DELETE", f"/api/articles/{story['id']}?reason=untrue").status == 204
    wait_for(lambda: is_everywhere(served, story, present=False), what="the story gone")
    assert served.get(story["url"].removeprefix(served.url)).status == 410
    root = ElementTree.fromstring(served.get("/feeds/tags/mistakes.atom").body)
    (tombstone,) = [found for found in root.iter(AT) if found.get("ref") == story["guid"]]
    assert "untrue" in "".join(tombstone.itertext())


def test_change_moves_the_validators_and_nothing_else_does(served: Served) -> None:
    story = served.post(title="First version", tags=["Versions"])
    wait_for(lambda: is_everywhere(served, story, present=True), what="the story in its documents")
    before = served.get("/feeds/tags/versions.atom")
    again = served.get("/feeds/tags/versions.atom", If_None_Match=before.fields["etag"])
    assert (again.status, again.body) == (304, b"")
    assert served.ask("PUT", f"/api/articles/{story['id']}", {"title": "First version", "tags": ["Versions"]}).status
    assert served.get("/feeds/tags/versions.atom", If_None_Match=before.fields["etag"]).status == 304
    assert served.ask("PATCH", f"/api/articles/{story['id']}", {"title": "Second version"}).status == 200
    wait_for(
        lambda: served.get("/feeds/tags/versions.atom", If_None_Match=before.fields["etag"]).status == 200,
        what="another version",
    )
    assert "Second version" in served.get("/feeds/tags/versions.atom").text


def test_page_read_as_text_becomes_a_story_in_its_feeds(served: Served, tmp_path: Path) -> None:
    pasted = tmp_path / "page.txt"
    pasted.write_text(PAGE.read_text(encoding="utf-8"))
    done = served.command("import", str(pasted), "--published", "2026-03-01T09:00:00+01:00")
    listed = served.ask("GET", "/api/articles?limit=200").json()["items"]
    (story,) = [found for found in listed if found["title"] in done.stdout or found["id"] in done.stdout]
    assert story["status"] == "published"
    assert story["authors"][0].get("bio")
    assert story["dateline"]
    assert story["related"]
    wait_for(lambda: is_everywhere(served, story, present=True), what="the imported story in its documents")

"""Where hubs are named (W3C WebSub section 4): in documents, in their fields, on pages."""

import json
import re

import pytest

from tests.conftest import Desk
from tests.web.conftest import SITE, Door

HUBS = ("https://hub.example/", "https://other.example/push?a=b,c")
FORMATS = ("rss", "atom", "json")


@pytest.fixture
def hubs(environ: dict[str, str]) -> tuple[str, ...]:
    environ |= {"FEEDS_CHANNELS__WINDOW": "3", "FEEDS_CHANNELS__ARCHIVE_PART": "3"}
    environ["FEEDS_WEBSUB__HUBS"] = json.dumps([*HUBS, HUBS[0]])  # one is named twice
    return HUBS


def links(field: str) -> list[tuple[str, str]]:
    found = re.findall(r'<([^>]*)>; rel="([a-z]+)"(?:, |$)', field)
    assert ", ".join(f'<{address}>; rel="{rel}"' for address, rel in found) == field
    return [(rel, address) for address, rel in found]


@pytest.mark.parametrize("format", FORMATS)
def test_documents_and_their_fields_name_themselves_once_and_every_hub(
    hubs: tuple[str, ...], door: Door, desk: Desk, format: str
) -> None:
    for number in range(8):
        desk.put(f"a{number}", tags=["Harbour"])
    desk.build()
    for path in (f"/feeds/site.{format}", f"/feeds/tags/harbour.{format}", f"/feeds/site/archive/1.{format}"):
        answer = door.get(path)
        expected = [("self", SITE + path), *(("hub", hub) for hub in hubs)]
        assert links(answer.headers["Link"]) == expected
        if format == "json":
            assert answer.get_json(force=True)["hubs"] == [{"type": "WebSub", "url": hub} for hub in hubs]
        else:
            found = re.findall(r"<(?:atom:)?link [^>]*>", answer.text.partition("<item")[0].partition("<entry")[0])
            assert [hub for hub in hubs if any(f'"{hub}"' in tag and '"hub"' in tag for tag in found)] == list(hubs)
        for method, fields in (("HEAD", {}), ("GET", {"If_None_Match": answer.headers["ETag"]})):
            again = door.ask(method, path, **fields)
            assert links(again.headers["Link"]) == expected
        assert [name for name, _ in again.headers].count("Link") == 1


def test_delta_names_the_whole_document_and_the_hubs(hubs: tuple[str, ...], door: Door, desk: Desk) -> None:
    desk.put("a")
    desk.build()
    tag = door.get("/feeds/site.atom").headers["ETag"]
    desk.put("b")
    desk.build()
    door.settle()
    answer = door.get("/feeds/site.atom", If_None_Match=tag, A_IM="feed")
    assert answer.status_code == 226
    assert links(answer.headers["Link"]) == [("self", f"{SITE}/feeds/site.atom"), *(("hub", hub) for hub in hubs)]


@pytest.mark.parametrize("format", FORMATS)
def test_mix_names_no_hub_since_none_is_told_of_it(hubs: tuple[str, ...], door: Door, desk: Desk, format: str) -> None:
    desk.put("a", tags=["Harbour"])
    desk.build()
    path = f"/feeds/select.{format}?tag=harbour"
    answer = door.get(path)
    assert answer.status_code == 200
    assert links(answer.headers["Link"]) == [("self", SITE + path)]
    assert not any(hub in answer.text for hub in hubs)


def test_pages_name_the_hubs(hubs: tuple[str, ...], door: Door, desk: Desk) -> None:
    desk.put("a", tags=["Harbour"])
    desk.build()
    for path in ("/", "/tags/harbour", "/articles/a/a-story", "/feeds"):
        answer = door.get(path)
        assert answer.status_code == 200
        assert links(answer.headers["Link"]) == [("hub", hub) for hub in hubs]
        assert re.findall(r'<link rel="hub" href="([^"]*)">', answer.text) == list(hubs)


def test_without_hubs_nothing_speaks_of_any(door: Door, desk: Desk) -> None:
    desk.put("a")
    desk.build()
    for format in FORMATS:
        answer = door.get(f"/feeds/site.{format}")
        assert links(answer.headers["Link"]) == [("self", f"{SITE}/feeds/site.{format}")]
        assert "hub" not in answer.text
    assert "Link" not in door.get("/").headers

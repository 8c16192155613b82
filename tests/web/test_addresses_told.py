"""The addresses that the documents name are there, and all that are there are named."""

import re

import pytest

from tests.conftest import ROOT
from tests.model.pictures import png
from tests.web.conftest import Door

TABLE = (ROOT / "docs" / "documents.md").read_text().partition("## Addresses")[2].partition("\n## ")[0]
TOLD = [
    address for row in re.findall(r"^\| (`/.*?) \|", TABLE, re.MULTILINE) for address in re.findall(r"`([^`]+)`", row)
]
PLAIN = {"KEY": "tags/harbour", "FMT": "rss", "SLUG": "harbour", "TIME": "2026-01-01T00:00:00Z", "WORDS": "ferry"}
NAMES = {"/authors/SLUG": "/authors/ada", "/sections/SLUG": "/sections/city", "/articles/ID/SLUG": "/articles/a1/one"}


@pytest.fixture
def paper(door: Door) -> Door:
    for number in range(60):  # so many that there is an archive
        day = f"2026-04-{number // 3 + 1:02d}T00:00:00Z"
        door.desk.put(f"a{number}", "One", tags=["Harbour"], authors=["Ada"], section="City", published_at=day)
    door.desk.build()
    return door


def spelled(address: str, door: Door) -> str:
    if address == "/media/HASH.EXT":
        return str(door.call("POST", "/api/media", png(2, 2), type="image/png").get_json()["url"])
    address = NAMES.get(address, address).replace("YYYY/MM", "2026/04").replace("/N.", "/1.")
    address = re.sub(r"tag=A&author=B&section=C&all-tag=D&not-tag=E", "author=ada&section=city&tag=harbour", address)
    return re.sub("|".join(PLAIN), lambda name: PLAIN[name[0]], address)


def test_every_address_that_is_told_of_is_there(paper: Door) -> None:
    assert len(TOLD) > 30
    for address in TOLD:
        if address in ("/api", "/readyz", "/metrics"):  # no page; not ready without a worker; not for everyone
            continue
        path = spelled(address, paper)
        answer = paper.get(path)
        assert answer.status_code in (200, 301, 302), (address, path, answer.status_code)


def test_every_page_that_is_there_is_told_of(paper: Door) -> None:
    told = {re.sub(r"[A-Z]+(?:\.[A-Z]+)?", "*", address.partition("?")[0]) for address in TOLD}
    files = ("/static/", "/sitemap-", "/api")  # of pages, of the sitemap; the API has a description of its own
    for rule in paper.app.url_map.iter_rules():
        paths = [rule.rule]
        if "<any(" in rule.rule:
            paths = [re.sub(r"<any\([^>]+>", kind, rule.rule) for kind in ("authors", "tags", "sections")]
        for path in paths:
            plain = re.sub(r"<[^>]+>", "*", path)
            if plain.startswith(files) or plain in ("/articles/*", "/authors/*/feed", "/sections/*/feed"):
                continue
            assert plain in told, plain

"""A story's page to its text: the story alone, without its headline, in any charset; what is no page is refused."""

import pytest

from feeds.errors import PollError
from feeds.ingest.readers import Readers
from feeds.ingest.story_page import read_story

URL = "https://partner.example/fire"
WORDS = "The quay burns since this morning, and the café is closed. " * 5
PAGE = (
    "<!doctype html><html><head>{meta}<title>Fire</title></head><body><nav><a href='/'>Home</a></nav><article>"
    "<h1>Fire at the quay</h1><img src='/q.jpg' alt='The quay'><p>{words}<a href='/more'>More</a></p>"
    "<p>{words}</p></article><footer>All rights reserved by the paper</footer></body></html>"
)


@pytest.mark.parametrize(
    ("charset", "header", "meta"),
    [
        ("utf-8", "text/html", ""),
        ("latin-1", "text/html; charset=ISO-8859-1", ""),
        ("latin-1", "", "<meta charset='iso-8859-1'>"),
        ("cp1252", "text/html", ""),
        ("utf-8", "text/html; charset=no-such", ""),
    ],
)
def test_page_is_read_to_its_story(charset: str, header: str, meta: str) -> None:
    pytest.importorskip("trafilatura")
    body = PAGE.format(meta=meta, words=WORDS).encode(charset)
    found = read_story(body, url=URL, content_type=header)
    assert found.count(WORDS.strip()) == 2
    assert 'src="https://partner.example/q.jpg"' in found
    assert not any(text in found for text in ("<h1>", "Home", "rights reserved", "<body>"))


@pytest.mark.parametrize(
    ("body", "header"), [(b"%PDF-1.7", "text/html"), (b"<p>x", "application/pdf"), (b"", "text/html"), (b"words", "")]
)
def test_what_is_no_page_is_refused(body: bytes, header: str) -> None:
    with pytest.raises(PollError) as caught:
        read_story(body, url=URL, content_type=header)
    assert caught.value.outcome == "not-a-feed"


def _outcome(readers: Readers, body: bytes) -> str:
    try:
        readers.read_page(body, URL, "text/html", 5)
    except PollError as error:
        return error.outcome
    return "read"


def test_hostile_page_costs_its_child_alone() -> None:
    readers = Readers(children=1)
    try:
        for body in (b"<div>" * 200_000, b"<p" + b" a" * 200_000, b"<html>" + bytes(range(256)) * 100):
            assert _outcome(readers, body) in ("read", "broken")
        with pytest.raises(PollError):
            readers.read_page(b"no page", URL, "text/html", 5)
    finally:
        readers.stop()

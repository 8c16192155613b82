"""The feed that a page names: which of its links count, in what order, against which base."""

import pytest

from feeds.errors import PollError
from feeds.ingest.discover import feed_of
from feeds.ingest.parse import parse

PAGE = "https://partner.example/news/index.html"
RSS = 'type="application/rss+xml"'


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        (f'<link rel="alternate" {RSS} href="https://partner.example/rss">', "https://partner.example/rss"),
        ("<LINK REL=Alternate TYPE=application/atom+xml HREF=feed.atom>", "https://partner.example/news/feed.atom"),
        (
            "<link href='/feed.json' type='application/feed+json' rel='alternate' />",
            "https://partner.example/feed.json",
        ),
        ('<link type="application/json" rel="alternate" href="//partner.example/j">', "https://partner.example/j"),
        (
            '<link rel="alternate" type="text/xml; charset=utf-8" href="/x?a=1&amp;b=2">',
            "https://partner.example/x?a=1&b=2",
        ),
        ('<link rel="feed" href="/f" title="News">', "https://partner.example/f"),
        (
            f'<base href="/deep/down/"><link rel="alternate home" {RSS} href="rss">',
            "https://partner.example/deep/down/rss",
        ),
        (
            f'<link rel="alternate" {RSS} href="/1" title="Comments on News"><link rel="alternate" {RSS} href="/2">'
            f'<link rel="alternate" {RSS} href="/3">',
            "https://partner.example/2",
        ),
        (f'<link rel="alternate" {RSS} href="/comments/feed/">', "https://partner.example/comments/feed/"),
        (
            f'<!-- <link rel="alternate" {RSS} href="/1"> --><link rel="alternate" {RSS} href="/2">',
            "https://partner.example/2",
        ),
        (f'<script>\'<link rel="alternate" {RSS} href="/1">\'</script>', ""),
        (f'<link rel="alternate" {RSS}><link rel="alternate" {RSS} href=""><link {RSS} href="/1">', ""),
        (f'<link rel="alternate" {RSS} href="javascript:x()"><link rel="alternate" {RSS} href="ftp://x.example/">', ""),
        (
            '<link rel="alternate stylesheet" type="text/css" href="/1"><link rel="alternate" hreflang="de" href="/d">',
            "",
        ),
        (f'<link rel="alternate" {RSS} href="index.html">', ""),
        (f'<a rel="alternate" {RSS} href="/1">x</a><p>&lt;link rel="feed" href="/1"&gt;</p>', ""),
        ("<link rel='alternate' " * 50_000, ""),
    ],
)
def test_page_names_its_feed(page: str, feed: str) -> None:
    assert feed_of(f"<!doctype html><html><head>{page}</head></html>", PAGE) == feed


def test_what_is_no_feed_says_which_feed_it_names() -> None:
    page = f'<!doctype html><title>Quay</title><link rel="alternate" {RSS} href="/rss">'.encode()
    with pytest.raises(PollError, match="it names a feed") as caught:
        parse(page, url=PAGE, content_type="application/rss+xml")
    assert (caught.value.outcome, caught.value.feed) == ("not-a-feed", "https://partner.example/rss")

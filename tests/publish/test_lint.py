"""The lint: each reason that it knows has a case in tests/data/lint; what is well passes; nothing makes it raise."""

import json
import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.model.article import Attachment, Image
from feeds.model.document import Format
from feeds.publish.lint import examine, lint_document, lint_fragment
from tests.publish import newsroom
from tests.publish.newsroom import article, author, document, fragment, instant, masthead, origin, tag

FOLDER = Path(__file__).parents[1] / "data" / "lint"
GOOD = article(
    "The ferry",
    id="good",
    standfirst="It left.",
    content_html='<p>The <a href="https://news.example/tags/harbour">ferry</a> left at <em>eight</em>.</p>',
    authors=(author("Ana"),),
    tags=(tag("Harbour"),),
    image=Image(url="/media/q.png"),
    attachments=(Attachment(url="/media/a.mp3", type="audio/mpeg", length=5),),
    origin=origin(),
    canonical_url="https://radio.example/tower",
    updated_at=instant(2),
)
OTHER = article("Other", id="other")


def _cases(name: str) -> list[Any]:
    read = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    return [
        pytest.param(Format(format), case, id=f"{format}: {case['why']}")
        for format, cases in read.items()
        for case in cases
    ]


def _changed(data: bytes, case: dict[str, Any]) -> bytes:
    text = data.decode()
    for old, new in ((case["old"], case["new"]), case.get("and", ("", ""))):
        assert old in text, f"the case no longer fits: {old}"
        text = text.replace(old, new) if old else text
    return text.encode()


def _is_told(found: list[str], case: dict[str, Any]) -> bool:
    if "begins" in case:
        return len(found) == 1 and found[0].startswith(case["begins"])
    return found == case["faults"]


@pytest.mark.parametrize(("format", "case"), _cases("fragments.toml"))
def test_fragment_with_a_fault_is_told(format: Format, case: dict[str, Any]) -> None:
    found = lint_fragment(format, _changed(fragment(format, GOOD), case))
    assert _is_told(found, case), found


@pytest.mark.parametrize(("format", "case"), _cases("documents.toml"))
def test_document_with_a_fault_is_told(format: Format, case: dict[str, Any]) -> None:
    head = masthead(tombstones=newsroom.TOMBSTONES)
    found = lint_document(format, _changed(document(format, (GOOD, OTHER), head), case))
    assert _is_told(found, case), found


@pytest.mark.parametrize("format", list(Format))
@pytest.mark.parametrize("story", [*newsroom.STORIES, GOOD], ids=lambda story: story.id)
def test_fragment_without_a_fault_passes(format: Format, story: Any) -> None:
    assert lint_fragment(format, fragment(format, story)) == []


@pytest.mark.parametrize("format", list(Format))
def test_documents_without_a_fault_pass_with_and_without_entries(format: Format) -> None:
    assert lint_document(format, document(format, newsroom.STORIES)) == []
    assert lint_document(format, document(format)) == []


@pytest.mark.parametrize("format", [Format.RSS, Format.ATOM])
def test_entity_bomb_is_refused_at_once(format: Format) -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    bomb = f'<!DOCTYPE rss [<!ENTITY e0 "x">{entities}]><rss><channel><title>&e12;</title></channel></rss>'
    assert len(lint_document(format, bomb.encode())) == 1


@pytest.mark.parametrize("format", list(Format))
@pytest.mark.parametrize("data", [b"", b" ", b"x", b"\xff\xfe", b"\x00", b"[" * 100_000, b"<a>" * 5000])
def test_what_is_no_document_is_told_and_does_not_raise(format: Format, data: bytes) -> None:
    assert lint_document(format, data)
    assert lint_fragment(format, data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "id title url items authors attachments content_html date_published name mime_type".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON, st.booleans())
def test_any_json_is_judged_without_raising(value: object, in_feed: bool) -> None:
    data = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [value]} if in_feed else value)
    assert lint_document(Format.JSON, data.encode())
    assert lint_fragment(Format.JSON, data.encode())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(list(Format)), st.randoms(use_true_random=False))
def test_damaged_documents_are_judged_without_raising(format: Format, chance: random.Random) -> None:
    data = bytearray(document(format, (GOOD, OTHER)))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        data[at : at + chance.randint(0, 8)] = chance.randbytes(chance.randint(0, 3))
    lint_document(format, bytes(data))
    lint_fragment(format, bytes(data))


@pytest.mark.parametrize(
    "markup",
    [
        "<p>x<script>y</script></p>",
        "<p><a href='javascript:x'>y</a></p>",
        '<p><a href="https://a.example/" onclick="x">y</a></p>',
        '<p><a href="java&#115;cript:x">y</a></p>',
        "<p><svg onload=x></svg></p>",
        "<p><math><mi xlink:href=javascript:x>y</mi></math></p>",
        "<p><img src=x onerror=y></p>",
        '<form action="https://a.example/"><p>x</p></form>',
        "<p><style>p{}</style></p>",
    ],
)
def test_unsafe_markup_is_never_taken_for_plainly_safe(markup: str) -> None:
    data = json.dumps(
        {
            "id": "a",
            "title": "A",
            "url": "https://a.example/",
            "content_html": markup,
            "date_published": "2026-05-01T00:00:00Z",
        }
    )
    (fault,) = lint_fragment(Format.JSON, data.encode())
    assert fault.startswith("content_html: ")


ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x:1</id><title>T</title><updated>2026-05-01T00:00:00Z</updated>'
    '<link rel="self" href="https://a.example/f"/><author><name>A</name></author>{}</feed>'
)
ENTRY = (
    "<entry><id>urn:x:{0}</id><title>E</title><updated>2026-05-0{0}T00:00:00Z</updated>"
    '<link href="https://a.example/{0}"/>{1}</entry>'
)
RSS = '<rss version="2.0"><channel><title>T</title><link>https://a.example/</link><description>D</description>{}</channel></rss>'
FEED = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "feed_url": "https://a.example/f"}


@pytest.mark.parametrize(
    ("data", "kind", "error"),
    [
        (ATOM.format(ENTRY.format(1, "")), "Atom 1.0", ""),
        (ATOM.format(ENTRY.format(1, '<link rel="enclosure" href="a.mp3"/>')), "Atom 1.0", ""),
        (ATOM.format(ENTRY.format(1, '<category label="x"/>')), "Atom 1.0", "category: lacks its term"),
        (ATOM.format(ENTRY.format(1, '<summary type="xhtml">x</summary>')), "Atom 1.0", "summary: is no XHTML"),
        (ATOM.format(ENTRY.format(1, '<content type="md">x</content>')), "Atom 1.0", "content: is of no type"),
        (ATOM.format(ENTRY.format(1, "") * 2), "Atom 1.0", "stands twice"),
        (ATOM.format("<title>U</title>"), "Atom 1.0", "title: stands twice"),
        (
            ATOM.format('<link rel="prev-archive" href="https://a.example/1"/><x:complete xmlns:x="{fh}"/>').replace(
                "{fh}", "http://purl.org/syndication/history/1.0"
            ),
            "Atom 1.0",
            "says that it is complete",
        ),
        (RSS.format("<item><title>Only a title</title></item>"), "RSS 2.0", ""),
        (RSS.format("<item><description>Only a text</description></item>"), "RSS 2.0", ""),
        (RSS.format("<item><link>https://a.example/1</link></item>"), "RSS 2.0", "title: is missing"),
        (RSS.format("<language>hi_IN</language>"), "RSS 2.0", "language: is no language tag"),
        (RSS.format("<ttl>PT5M</ttl>"), "RSS 2.0", "ttl: is no number"),
        (RSS.format("<image><url>/logo.png</url></image>"), "RSS 2.0", "image url: is no absolute address"),
        (RSS.format('<item><title>a</title><guid isPermaLink="true">7</guid></item>'), "RSS 2.0", "guid: is no"),
        (
            RSS.format('<item><title>a</title><enclosure url="https://a.example/1"/></item>'),
            "RSS 2.0",
            "enclosure: lacks",
        ),
        (RSS.format("<item><title>a</title><category/></item>"), "RSS 2.0", "category: one is empty"),
        (RSS.replace("2.0", "0.91").format(""), "RSS 0.91", ""),
        (json.dumps(FEED | {"items": [{"id": "1", "content_text": "x"}]}), "JSON Feed 1.1", ""),
        (json.dumps(FEED | {"items": [{"id": 1, "content_text": "x"}]}), "JSON Feed 1.1", "id: is missing"),
        (json.dumps(FEED | {"items": [{"id": "1", "content": "x"}]}), "JSON Feed 1.1", "has neither content_html"),
        (json.dumps(FEED), "JSON Feed 1.1", "items: is no list"),
        ("<html><body/></html>", "", "is no RSS, Atom or JSON Feed document, but html"),
        ("<rss", "", "not well-formed"),
        ('{"a"', "JSON Feed", "not JSON"),
    ],
)
def test_anyones_document_is_judged_by_its_own_formats_rules(data: str, kind: str, error: str) -> None:
    report = examine(data.encode())
    errors = [found.text for found in report.findings if found.is_error]
    assert report.kind == kind
    assert report.has_errors is bool(error)
    assert any(text.startswith(error) for text in errors) if error else errors == []


def test_old_rss_is_judged_too() -> None:
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel>'
        "<title>T</title><link>https://a.example/</link><description>D</description></channel>"
        '<item rdf:about="https://a.example/1"><title>E</title><link>{}</link></item></rdf:RDF>'
    )
    assert examine(rdf.format("https://a.example/1").encode()).findings == ()
    assert examine(rdf.format("1").encode()).has_errors


def test_equal_moments_size_and_missing_lengths_warn_and_hold_nothing_back() -> None:
    twins = tuple(
        article(str(number), id=str(number), attachments=(Attachment(url="/a.mp3", type="audio/mpeg"),))
        for number in range(2)
    )
    data = document(Format.ATOM, twins)
    assert lint_document(Format.ATOM, data) == []
    warned = [found.text for found in examine(data).findings]
    assert "updated: 2 entries say 2026-05-01T08:30:00Z" in warned
    assert sum("lacks its length" in text for text in warned) == 2
    large = document(Format.JSON, (article(content_html="<p>x</p>" * 150_000),))
    assert lint_document(Format.JSON, large) == []
    assert [found.is_error for found in examine(large).findings] == [False]


def test_fault_of_anyones_document_says_where_it_is() -> None:
    (found,) = examine(ATOM.format("\n\n" + ENTRY.format(1, "\n<category/>")).encode()).findings
    assert (found.line, found.where, found.text) == (4, "urn:x:1", "category: lacks its term")

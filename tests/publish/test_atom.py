"""Atom 1.0: what a feed and an entry say, element by element (RFC 4287, 5005, 6721)."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from feeds.errors import RenderError
from feeds.model.article import Article, Attachment, Image, Related, RelatedTarget
from feeds.model.document import Format, Masthead, Variant
from tests.publish import newsroom
from tests.publish.newsroom import FULL, SITE, SUMMARY, article, author, document, fragment, masthead, origin
from tests.publish.reading import ATOM, HISTORY, MEDIA, TOMBSTONE, links

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
BASE = "https://news.example/feeds/tags/harbour"


def feed(head: Masthead | None = None, *told: Article, variant: Variant = FULL) -> ET.Element:
    return ET.fromstring(document(Format.ATOM, told, head, variant))


def entry(story: Article, variant: Variant = FULL) -> ET.Element:
    found = feed(None, story, variant=variant).find(f"{ATOM}entry")
    assert found is not None
    return found


def test_feed_says_who_and_what_it_is() -> None:
    found = feed()
    assert found.findtext(f"{ATOM}id") == "tag:news.example,2026-01-02:channels/3"
    assert found.findtext(f"{ATOM}title") == "Harbour – The Quay & Tide"
    assert found.findtext(f"{ATOM}subtitle") == "Ships, quays, tides"
    assert found.findtext(f"{ATOM}updated") == "2026-05-30T12:00:00Z"
    assert found.findtext(f"{ATOM}author/{ATOM}name") == "The Quay & Tide"
    assert found.findtext(f"{ATOM}author/{ATOM}uri") == "https://news.example/"
    assert found.findtext(f"{ATOM}icon") == "https://news.example/media/icon.png"
    assert found.findtext(f"{ATOM}logo") == "https://news.example/media/logo.png"
    assert found.findtext(f"{ATOM}rights") == "© The Quay & Tide"
    assert found.findtext(f"{ATOM}generator") == "Broadsheet"
    assert found.get(LANGUAGE) == "en"


def test_feed_links_to_its_page_itself_its_other_formats_and_its_hubs() -> None:
    found = feed()
    assert links(found, "self") == [f"{BASE}.atom"]
    assert links(found, "alternate") == ["https://news.example/tags/harbour", f"{BASE}.rss", f"{BASE}.json"]
    assert links(found, "hub") == ["https://hub.example/"]
    assert links(found, "prev-archive") == []


def test_archive_part_says_that_it_is_one_and_names_its_neighbours() -> None:
    head, _, _ = newsroom.DOCUMENTS["archive"]
    found = feed(head)
    assert found.find(f"{HISTORY}archive") is not None
    assert links(found, "current") == [f"{BASE}.atom"]
    assert links(found, "prev-archive") == [f"{BASE}/archive/0.atom"]
    assert links(found, "next-archive") == [f"{BASE}/archive/2.atom"]


def test_feed_that_holds_every_article_says_so() -> None:
    assert feed(masthead(complete=True)).find(f"{HISTORY}complete") is not None
    assert feed().find(f"{HISTORY}complete") is None


def test_feed_without_logo_icon_rights_or_description_leaves_them_out() -> None:
    site = replace(SITE, logo="", icon="", rights="", hubs=())
    found = ET.fromstring(document(Format.ATOM, head=masthead(description=""), site=site))
    assert all(found.find(f"{ATOM}{name}") is None for name in ("logo", "icon", "rights", "subtitle"))
    assert links(found, "hub") == []


def test_tombstones_stand_before_the_entries_with_their_reasons_in_their_order() -> None:
    found = feed(masthead(tombstones=newsroom.TOMBSTONES), newsroom.PLAIN)
    gone = found.findall(f"{TOMBSTONE}deleted-entry")
    assert [(each.get("ref"), each.get("when"), each.findtext(f"{TOMBSTONE}comment")) for each in gone] == [
        (
            "tag:news.example,2026-01-02:articles/gone",
            "2026-05-29T08:30:00Z",
            "Retracted: <wrong> harbour & quay",
        ),
        ("tag:news.example,2026-01-02:articles/ended", "2026-05-28T08:30:00Z", None),
    ]
    tags = [child.tag for child in found]
    assert tags.index(f"{TOMBSTONE}deleted-entry") < tags.index(f"{ATOM}entry")


def test_entry_has_id_title_link_dates_summary_and_content() -> None:
    found = entry(newsroom.PLAIN)
    content, title = found.find(f"{ATOM}content"), found.find(f"{ATOM}title")
    assert content is not None
    assert title is not None
    assert found.findtext(f"{ATOM}id") == "tag:news.example,2026-01-02:articles/a1"
    assert (title.text, title.get("type", "text")) == ("The ferry sails again", "text")
    assert links(found, "alternate") == ["https://news.example/articles/a1/the-ferry-sails-again"]
    assert found.findtext(f"{ATOM}published") == found.findtext(f"{ATOM}updated") == "2026-05-02T08:30:00Z"
    assert found.findtext(f"{ATOM}summary") == "It left at eight."
    assert (content.text, content.get("type")) == ("<p>The ferry left at <em>eight</em>.</p>", "html")


def test_updated_is_cut_to_its_second() -> None:
    assert entry(newsroom.EVERYTHING).findtext(f"{ATOM}updated") == "2026-05-10T11:12:13Z"


@pytest.mark.parametrize(
    ("title", "kind", "text"),
    [
        ("Profit & loss", "text", "Profit & loss"),
        ("a<b and c>d", "text", "a<b and c>d"),
        ("<b>Bold</b>", "html", "&lt;b&gt;Bold&lt;/b&gt;"),
        ("&amp; is written so", "html", "&amp;amp; is written so"),
    ],
)
def test_title_that_looks_like_markup_says_how_it_is_to_be_read(title: str, kind: str, text: str) -> None:
    found = entry(article(title)).find(f"{ATOM}title")
    assert found is not None
    assert (found.get("type", "text"), found.text) == (kind, text)


def test_authors_have_their_own_address_else_their_page() -> None:
    found = entry(article(authors=(author("Éva Nagy"), author("O'Brien & Sons", url="https://obrien.example/é"))))
    assert [
        (each.findtext(f"{ATOM}name"), each.findtext(f"{ATOM}uri"), each.findtext(f"{ATOM}email"))
        for each in found.findall(f"{ATOM}author")
    ] == [
        ("Éva Nagy", "https://news.example/authors/eva-nagy", None),
        ("O'Brien & Sons", "https://obrien.example/%C3%A9", None),
    ]


def test_categories_have_term_scheme_and_label() -> None:
    found = entry(newsroom.CUBA)
    assert [each.attrib for each in found.findall(f"{ATOM}category")] == [
        {"term": "cuba", "scheme": "https://news.example/tags", "label": "Cuba"},
        {"term": "cuba", "scheme": "https://news.example/sections", "label": "Cuba"},
    ]


def test_links_keep_rel_type_length_and_title() -> None:
    found = entry(
        article(
            attachments=(
                Attachment(url="/media/talk.mp3?a=1&b=2", type="audio/mpeg", length=5, title="Talk"),
                Attachment(url="/media/paper.pdf"),
            ),
            image=Image(url="/media/q.jpg", caption="A quay", length=9),
            related=(Related(tied=RelatedTarget(id="b2", title="Other")), Related(title="Later")),
            canonical_url="https://first.example/",
        )
    )
    assert [each.attrib for each in found.findall(f"{ATOM}link")][1:] == [
        {
            "rel": "enclosure",
            "type": "audio/mpeg",
            "href": "https://news.example/media/talk.mp3?a=1&b=2",
            "length": "5",
            "title": "Talk",
        },
        {"rel": "enclosure", "type": "application/pdf", "href": "https://news.example/media/paper.pdf"},
        {"rel": "related", "href": "https://news.example/articles/b2/other", "title": "Other"},
        {"rel": "via", "href": "https://first.example/"},
    ]


def test_attachment_that_is_the_picture_is_not_told_twice() -> None:
    picture = "https://cdn.example/p.png"
    found = entry(article(image=Image(url=picture), attachments=(Attachment(url=picture, type="image/png"),)))
    assert links(found, "enclosure") == [picture]


def test_entry_tells_its_rights_and_its_language_where_it_is_not_the_feeds() -> None:
    found = entry(newsroom.EVERYTHING)
    assert found.findtext(f"{ATOM}rights") == "© Éva Nagy"
    assert found.get(LANGUAGE) == "fr"
    assert entry(newsroom.EVERYTHING, Variant("full", "FR")).get(LANGUAGE) is None
    assert entry(newsroom.PLAIN).get(LANGUAGE) is None
    assert entry(newsroom.PLAIN, Variant("full", "fr")).get(LANGUAGE) == "en"


def test_summary_feed_has_no_content_and_a_link_to_the_page() -> None:
    found = entry(newsroom.EVERYTHING, SUMMARY)
    assert found.find(f"{ATOM}content") is None
    assert found.find(f"{ATOM}summary") is not None
    assert len(links(found, "alternate")) == 1


def test_partners_story_carries_its_source() -> None:
    found = entry(newsroom.PARTNER)
    source = found.find(f"{ATOM}source")
    assert source is not None
    assert source.findtext(f"{ATOM}id") == "https://radio.example/feed.xml"
    assert source.findtext(f"{ATOM}title") == "Island Radio"
    assert source.findtext(f"{ATOM}updated") == "2026-05-08T08:30:00Z"
    assert links(source, "self") == ["https://radio.example/feed.xml"]
    assert links(source, "alternate") == ["https://radio.example/"]
    assert links(found, "via") == ["https://radio.example/tower"]


def test_partners_story_without_authors_is_the_partners_not_ours() -> None:
    name = f"{ATOM}source/{ATOM}author/{ATOM}name"
    assert entry(newsroom.PARTNER).findtext(name) == "Island Radio"
    assert entry(article(origin=origin(), authors=(author("Ana"),))).find(name) is None


def test_story_of_ours_has_no_source() -> None:
    assert entry(newsroom.EVERYTHING).find(f"{ATOM}source") is None


def test_fragment_needs_the_prefixes_of_its_document_and_declares_none() -> None:
    for story in newsroom.STORIES:
        assert b"xmlns" not in fragment(Format.ATOM, story)


def test_text_that_xml_cannot_hold_costs_its_own_article_alone() -> None:
    with pytest.raises(RenderError):
        fragment(Format.ATOM, article(canonical_url="https://first.example/\x00"))


def test_picture_is_media_and_no_attachment() -> None:
    found = entry(newsroom.EVERYTHING)
    address = "https://news.example/media/gr%C3%B6%C3%9Fe.jpg"
    image = found.find(f"{MEDIA}content")
    assert image is not None
    assert (image.get("url"), image.get("width"), image.findtext(f"{MEDIA}credit")) == (address, "1600", "Jo Ann")
    assert address not in links(found, "enclosure")


def test_rights_and_a_sources_title_that_look_like_markup_say_how_they_are_read() -> None:
    found = entry(article(rights="© <b>A</b>", origin=newsroom.origin(title="Radio <b>One</b>")))
    for element in (found.find(f"{ATOM}rights"), found.find(f"{ATOM}source/{ATOM}title")):
        assert element is not None
        assert element.get("type") == "html"
        assert "&lt;b&gt;" in (element.text or "")

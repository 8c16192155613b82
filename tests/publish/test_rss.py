"""RSS 2.0: what a channel and an item say, element by element."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from feeds.errors import RenderError
from feeds.model.article import Attachment, Image, Related, RelatedTarget
from feeds.model.document import Format, Variant
from tests.publish import newsroom
from tests.publish.newsroom import SITE, SUMMARY, article, author, document, fragment, instant, masthead, section, tag
from tests.publish.reading import ATOM, CONTENT, DC, HISTORY, MEDIA, SYNDICATION, channel, links


def item(story, variant=newsroom.FULL, **head: object) -> ET.Element:
    found = channel(document(Format.RSS, (story,), masthead(**head), variant)).find("item")
    assert found is not None
    return found


def test_channel_names_itself_its_page_and_its_language() -> None:
    found = channel(document(Format.RSS))
    assert found.findtext("title") == "Harbour – The Quay & Tide"
    assert found.findtext("link") == "https://news.example/tags/harbour"
    assert found.findtext("description") == "Ships, quays, tides"
    assert found.findtext("language") == "en"
    assert found.findtext("generator") == "Broadsheet"
    assert found.findtext("copyright") == "© The Quay & Tide"


def test_last_build_date_is_the_stamp_cut_to_its_second() -> None:
    assert channel(document(Format.RSS)).findtext("lastBuildDate") == "Sat, 30 May 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("ttl", "period", "frequency"),
    [(5, "hourly", "12"), (60, "hourly", "1"), (90, "daily", "16"), (1440, "daily", "1"), (9000, "weekly", "1")],
)
def test_update_period_agrees_with_the_time_to_live(ttl: int, period: str, frequency: str) -> None:
    found = channel(document(Format.RSS, site=replace(SITE, ttl_minutes=ttl)))
    assert found.findtext("ttl") == str(ttl)
    assert found.findtext(f"{SYNDICATION}updatePeriod") == period
    assert found.findtext(f"{SYNDICATION}updateFrequency") == frequency


def test_update_period_without_a_time_to_live_is_still_legal() -> None:
    found = channel(document(Format.RSS, site=replace(SITE, ttl_minutes=0)))
    assert found.findtext(f"{SYNDICATION}updateFrequency") == "60"


def test_channel_links_to_itself_its_other_formats_and_its_hubs() -> None:
    found = channel(document(Format.RSS))
    base = "https://news.example/feeds/tags/harbour"
    assert links(found, "self") == [f"{base}.rss"]
    assert links(found, "alternate") == [f"{base}.atom", f"{base}.json"]
    assert links(found, "hub") == ["https://hub.example/"]
    assert links(found, "prev-archive") == links(found, "next-archive") == links(found, "current") == []
    assert found.find(f"{HISTORY}archive") is None


def test_current_document_leads_into_the_archive() -> None:
    head = masthead(prev_archive="https://news.example/feeds/tags/harbour/archive/2")
    found = channel(document(Format.RSS, head=head))
    assert links(found, "prev-archive") == ["https://news.example/feeds/tags/harbour/archive/2.rss"]


def test_archive_part_says_that_it_is_one_and_names_its_neighbours() -> None:
    head, _, _ = newsroom.DOCUMENTS["archive"]
    found = channel(document(Format.RSS, head=head))
    base = "https://news.example/feeds/tags/harbour"
    assert found.find(f"{HISTORY}archive") is not None
    assert links(found, "current") == [f"{base}.rss"]
    assert links(found, "prev-archive") == [f"{base}/archive/0.rss"]
    assert links(found, "next-archive") == [f"{base}/archive/2.rss"]


def test_channel_that_holds_every_article_says_so() -> None:
    assert channel(document(Format.RSS, head=masthead(complete=True))).find(f"{HISTORY}complete") is not None
    assert channel(document(Format.RSS)).find(f"{HISTORY}complete") is None


def test_channel_without_a_description_has_its_title_for_one() -> None:
    found = channel(document(Format.RSS, head=masthead(description="")))
    assert found.findtext("description") == "Harbour – The Quay & Tide"


def test_channel_image_is_its_own_else_the_logo_and_never_of_a_type_that_rss_does_not_know() -> None:
    def image(**head: object) -> str | None:
        return channel(document(Format.RSS, head=masthead(**head))).findtext("image/url")

    assert image() == "https://news.example/media/logo.png"
    assert image(image="/media/harbour.jpg") == "https://news.example/media/harbour.jpg"
    assert image(image="/media/harbour.webp") is None


def test_channel_title_that_looks_like_markup_is_escaped_once_more_for_the_image_too() -> None:
    found = channel(document(Format.RSS, head=masthead(title="<b>Quay</b> & tide")))
    escaped = "&#x3C;b&#x3E;Quay&#x3C;/b&#x3E; &#x26; tide"
    assert found.findtext("title") == found.findtext("image/title") == escaped


def test_document_names_its_stylesheet() -> None:
    assert b'<?xml-stylesheet type="text/css" href="/static/feed.css"?>' in document(Format.RSS)


def test_item_has_guid_link_date_and_description_before_content() -> None:
    found = item(newsroom.PLAIN)
    guid = found.find("guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == ("tag:news.example,2026-01-02:articles/a1", "false")
    assert found.findtext("link") == "https://news.example/articles/a1/the-ferry-sails-again"
    assert found.findtext("pubDate") == "Sat, 02 May 2026 08:30:00 GMT"
    assert found.findtext("description") == "It left at eight."
    assert found.findtext(f"{CONTENT}encoded") == "<p>The ferry left at <em>eight</em>.</p>"
    tags = [child.tag for child in found]
    assert tags.index("description") < tags.index(f"{CONTENT}encoded")


def test_updated_is_told_only_where_it_is_later_than_published() -> None:
    assert item(newsroom.EVERYTHING).findtext(f"{ATOM}updated") == "2026-05-10T11:12:13Z"
    assert item(newsroom.PLAIN).find(f"{ATOM}updated") is None
    assert item(article(updated_at=instant(1, 8, 30, 0, 5))).find(f"{ATOM}updated") is None


def test_summary_channel_has_no_content() -> None:
    found = item(newsroom.EVERYTHING, SUMMARY)
    assert found.find(f"{CONTENT}encoded") is None
    assert found.findtext("description") is not None


@pytest.mark.parametrize(
    ("title", "spelt"),
    [
        ("Profit & loss at R&D", "Profit & loss at R&D"),
        ("5 > 4", "5 > 4"),
        ("a<b", "a&#x3C;b"),
        ("<b>Bold</b>", "&#x3C;b&#x3E;Bold&#x3C;/b&#x3E;"),
        ("&amp; is written so", "&#x26;amp; is written so"),
        ("Caf&eacute & bar", "Caf&#x26;eacute &#x26; bar"),
        ("ends ]]> here", "ends ]]> here"),
        ("]]> <i>", "]]&#x3E; &#x3C;i&#x3E;"),
    ],
)
def test_title_that_looks_like_markup_is_escaped_once_more(title: str, spelt: str) -> None:
    assert item(article(title)).findtext("title") == spelt


def test_every_author_is_a_creator_and_no_address_is_made_up() -> None:
    found = item(newsroom.CROWD)
    assert [each.text for each in found.findall(f"{DC}creator")] == [f"Author {n}" for n in range(1, 17)]
    assert found.find("author") is None


def test_categories_are_the_tags_without_domain_and_the_section_with_one() -> None:
    found = item(article(tags=(tag("R&D"), tag("Énergie")), section=section("World News")))
    assert [(each.text, each.get("domain")) for each in found.findall("category")] == [
        ("R&D", None),
        ("Énergie", None),
        ("World News", "https://news.example/sections/world-news"),
    ]


def test_tag_author_and_section_of_one_name_stay_three() -> None:
    found = item(newsroom.CUBA)
    assert [(each.text, each.get("domain")) for each in found.findall("category")] == [
        ("Cuba", None),
        ("Cuba", "https://news.example/sections/cuba"),
    ]
    assert [each.text for each in found.findall(f"{DC}creator")] == ["Cuba", "Éva Nagy"]


def test_first_attachment_with_type_and_length_is_the_enclosure_the_others_are_media() -> None:
    found = item(
        article(
            attachments=(
                Attachment(url="/media/a.mp3", type="audio/mpeg"),
                Attachment(url="/media/b.mp3", length=5),
                Attachment(url="/media/c.mp3", type="audio/mpeg", length=0),
                Attachment(url="/media/d.mp4", type="video/mp4", length=7, title="See", duration=61.5),
                Attachment(url="/media/e"),
            )
        )
    )
    assert [each.attrib for each in found.findall("enclosure")] == [
        {"url": "https://news.example/media/c.mp3", "length": "0", "type": "audio/mpeg"}
    ]
    media = found.findall(f"{MEDIA}content")
    assert [each.attrib for each in media] == [
        {"url": "https://news.example/media/a.mp3", "medium": "audio", "type": "audio/mpeg"},
        {"url": "https://news.example/media/b.mp3", "medium": "audio", "type": "audio/mpeg", "fileSize": "5"},
        {
            "url": "https://news.example/media/d.mp4",
            "medium": "video",
            "type": "video/mp4",
            "fileSize": "7",
            "duration": "61.5",
        },
        {"url": "https://news.example/media/e"},
    ]
    assert media[2].findtext(f"{MEDIA}title") == "See"


def test_item_without_complete_attachments_has_no_enclosure() -> None:
    assert item(article(attachments=(Attachment(url="/media/a.mp3", length=3),))).find("enclosure") is None


def test_image_is_media_content_with_its_size_texts_and_a_thumbnail() -> None:
    found = item(newsroom.EVERYTHING)
    image, thumbnail = found.find(f"{MEDIA}content"), found.find(f"{MEDIA}thumbnail")
    assert image is not None
    assert thumbnail is not None
    address = "https://news.example/media/gr%C3%B6%C3%9Fe.jpg"
    assert image.attrib == {
        "url": address,
        "medium": "image",
        "type": "image/jpeg",
        "fileSize": "123456",
        "width": "1600",
        "height": "900",
    }
    assert image.findtext(f"{MEDIA}title") == "A ship & a quay"
    description = image.find(f"{MEDIA}description")
    assert description is not None
    assert (description.text, description.get("type")) == ("The ship, &lt;em&gt;late&lt;/em&gt;", "html")
    assert image.findtext(f"{MEDIA}credit") == "Jo Ann"
    assert thumbnail.attrib == {"url": address, "width": "1600", "height": "900"}


def test_alternative_text_is_the_description_of_a_picture_without_caption() -> None:
    image = item(article(image=Image(url="/media/q.png", alt="A quay"))).find(f"{MEDIA}content")
    assert image is not None
    assert [(each.tag, each.text) for each in image] == [(f"{MEDIA}description", "A quay")]
    assert image.get("type") == "image/png"


def test_attachment_that_is_the_picture_is_not_told_twice() -> None:
    picture = "https://cdn.example/p.png"
    found = item(article(image=Image(url=picture), attachments=(Attachment(url=picture, type="image/png"),)))
    assert [each.get("url") for each in found.findall(f"{MEDIA}content")] == [picture]


def test_language_is_told_where_it_is_not_the_channels() -> None:
    def language(own: str, of_channel: str) -> str | None:
        return item(article(language=own), Variant("full", of_channel)).findtext(f"{DC}language")

    assert language("fr", "en") == "fr"
    assert language("pt-BR", "pt-br") is None
    assert language("en-GB", "en") == "en-GB"
    assert language("", "en") is None
    assert language("", "fr") == "en"


def test_related_stories_are_links_where_they_have_an_address() -> None:
    tied = Related(title="Typed by hand", tied=RelatedTarget(id="b2", title="As it is called now"))
    found = item(article(related=(tied, Related(title="Else", url="https://else.example/ä"), Related(title="Later"))))
    assert [(each.get("href"), each.get("title")) for each in found.findall(f"{ATOM}link")] == [
        ("https://news.example/articles/b2/as-it-is-called-now", "As it is called now"),
        ("https://else.example/%C3%A4", "Else"),
    ]


def test_partners_story_names_its_source_and_links_to_the_original() -> None:
    found = item(newsroom.PARTNER)
    source = found.find("source")
    assert source is not None
    assert (source.text, source.get("url")) == ("Island Radio", "https://radio.example/feed.xml")
    assert links(found, "via") == ["https://radio.example/tower"]
    assert found.findtext("link") == "https://news.example/articles/partner/island-radio-tower-falls"


def test_fragment_needs_the_prefixes_of_its_document_and_declares_none() -> None:
    for story in newsroom.STORIES:
        assert b"xmlns" not in fragment(Format.RSS, story)


def test_text_that_xml_cannot_hold_costs_its_own_article_alone() -> None:
    with pytest.raises(RenderError):
        fragment(Format.RSS, article(canonical_url="https://first.example/\x00", authors=(author("A"),)))

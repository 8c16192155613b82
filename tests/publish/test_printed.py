"""What all three formats say alike: links, rights of partners, corrections, the dateline, addresses."""

from dataclasses import replace

import pytest

from feeds.errors import RenderError
from feeds.model.article import Article, Attachment, Correction, Image, Status
from feeds.model.document import Format
from feeds.publish.printed import media_type, print_article
from tests.publish import newsroom
from tests.publish.newsroom import FULL, SITE, SUMMARY, article, author, document, instant, origin, section, tag
from tests.publish.reading import entries, words

FORMATS = pytest.mark.parametrize("format", list(Format))


@FORMATS
def test_partners_story_with_full_rights_has_content_that_ends_in_its_credit(format: Format) -> None:
    (read,) = entries(format, document(format, (newsroom.PARTNER,)))
    assert read.content == (
        '<p>It fell at noon.</p><p><a href="https://radio.example/tower">First published by Island Radio</a></p>'
    )
    assert read.link == SITE.url + newsroom.PARTNER.path


@FORMATS
def test_partners_story_with_summary_rights_has_no_content(format: Format) -> None:
    (read,) = entries(format, document(format, (newsroom.PARTNER_SUMMARY,)))
    assert read.content is None
    assert read.summary == "It fell at noon."
    assert read.link == SITE.url + newsroom.PARTNER_SUMMARY.path


@FORMATS
def test_partners_story_with_link_rights_is_a_headline_that_leads_to_the_original(format: Format) -> None:
    data = document(format, (newsroom.PARTNER_LINK,))
    (read,) = entries(format, data)
    assert read.title == "Island antenna sways"
    assert read.link == "https://radio.example/tower"
    assert read.content is None
    assert read.summary == "First published by Island Radio"
    for hidden in (b"noon", b"Not ours to print", b"antenna.png", b"antenna.mp3", b"/articles/partner-link/"):
        assert hidden not in data


@FORMATS
def test_credit_is_the_sources_own_words_where_it_has_some(format: Format) -> None:
    story = article(origin=origin(credit="From <Radio> & friends"))
    (read,) = entries(format, document(format, (story,)))
    assert (read.content or "").endswith("<p>From &lt;Radio&gt; &amp; friends</p>")


def test_source_without_a_title_is_called_by_its_host() -> None:
    credit = print_article(article(origin=origin(title="")), SITE, FULL).credit
    assert credit is not None
    assert (credit.title, credit.line) == ("radio.example", "First published by radio.example")


@FORMATS
def test_corrections_end_the_content_oldest_first(format: Format) -> None:
    notes = (Correction(instant(2), "Nine, not eight."), Correction(instant(3, 23, 59), "From <Pier>\n2."))
    (read,) = entries(format, document(format, (article(corrections=notes),)))
    assert read.content == (
        "<p>The ferry left at <em>eight</em>.</p>"
        "<p>Correction (2026-05-02): Nine, not eight.</p>"
        "<p>Correction (2026-05-03): From &lt;Pier&gt;<br>2.</p>"
    )


@FORMATS
def test_dateline_stands_before_the_first_words(format: Format) -> None:
    (read,) = entries(format, document(format, (article(dateline="HAVANA & sea"),)))
    assert words(read.content) == "HAVANA & sea: The ferry left at eight ."
    assert read.summary == "The ferry left at eight."


@FORMATS
def test_article_without_a_body_has_its_headline_for_summary(format: Format) -> None:
    (read,) = entries(format, document(format, (article("Ferry lost", content_html=""),)))
    assert (read.content, read.summary) == (None, "Ferry lost")


@FORMATS
def test_correction_of_an_article_without_a_body_is_its_content(format: Format) -> None:
    story = article(content_html="", corrections=(Correction(instant(2), "Found."),))
    (read,) = entries(format, document(format, (story,)))
    assert read.content == "<p>Correction (2026-05-02): Found.</p>"


@FORMATS
def test_frames_are_links_and_addresses_absolute_in_content(format: Format) -> None:
    (read,) = entries(format, document(format, (newsroom.EVERYTHING,)))
    content = (read.content or "").replace("]]&gt;", "]]>")
    assert '<a href="https://player.example/v/1">The film</a>' in content
    assert "<iframe" not in content
    assert 'href="https://news.example/tags/harbour#new"' in content
    assert "https://news.example/media/quay-2.jpg 2x" in content
    assert "<pre>one\n  two</pre>" in content
    assert 'title="]]>"' in content


def test_the_three_formats_say_the_same_of_every_story() -> None:
    read = [entries(format, document(format, newsroom.STORIES)) for format in Format]
    for rss, atom, json in zip(*read, strict=True):
        for one in (rss, atom):
            assert (one.id, one.title, one.link, one.summary) == (json.id, json.title, json.link, json.summary)
            assert (one.authors, one.tags) == (json.authors, json.tags)
            assert (one.content or "").replace("]]&gt;", "]]>") == (json.content or "").replace("]]&gt;", "]]>")


@FORMATS
def test_addresses_that_are_not_ascii_go_out_in_ascii(format: Format) -> None:
    story = article(
        authors=(author("Ana", url="https://ana.example/ä", image="/media/ä.png"),),
        tags=(tag("Ä"),),
        section=section("Ö"),
        image=Image(url="/media/ä b.jpg"),
        attachments=(Attachment(url="https://café.example/ä.mp3", type="audio/mpeg", length=1),),
        content_html='<p><a href="/ü">ü</a></p>',
        origin=origin(url="https://zürich.example/feed", site_url="https://zürich.example/"),
        canonical_url="https://zürich.example/ä",
    )
    site = replace(SITE, url="https://zürich.example", hubs=("https://hüb.example/",))
    head = newsroom.masthead(home_url="https://zürich.example/", path="https://zürich.example/feeds/site")
    data = document(format, (story,), head, site=site).decode()
    for found in ("zürich", "café", "hüb", "/ä", "/ü"):
        assert found not in data
    assert "https://xn--zrich-kva.example/media/%C3%A4%20b.jpg" in data


def test_moments_are_cut_to_whole_seconds() -> None:
    printed = print_article(article(published_at=instant(1, 8, 30, 0, 999999)), SITE, FULL)
    assert printed.published == printed.updated == instant(1)


def test_article_that_was_never_published_is_not_printed() -> None:
    draft = Article(id="d", title="D", created_at=instant(1), updated_at=instant(1), status=Status.DRAFT)
    for format in Format:
        with pytest.raises(RenderError):
            newsroom.fragment(format, draft)


@FORMATS
def test_summary_depth_gives_the_same_summary_as_full_depth(format: Format) -> None:
    full = entries(format, document(format, newsroom.STORIES))
    short = entries(format, document(format, newsroom.STORIES, variant=SUMMARY))
    assert [read.summary for read in short] == [read.summary for read in full]
    assert {read.content for read in short} == {None}


@pytest.mark.parametrize(
    ("address", "given", "kind"),
    [
        ("https://a.example/x.MP3?y=1.png", "", "audio/mpeg"),
        ("https://a.example/x.mp3", "audio/x-own", "audio/x-own"),
        ("https://a.example/x", "", ""),
        ("https://a.example/x.unknown", "", ""),
        ("", "", ""),
    ],
)
def test_media_type_is_what_was_said_else_that_of_the_ending(address: str, given: str, kind: str) -> None:
    assert media_type(address, given) == kind

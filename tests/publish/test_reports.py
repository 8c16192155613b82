"""What people reported of other publishers' documents, each kind made right: a test a report."""

import html
import html.entities
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from feeds.ingest.opml import read_opml
from feeds.model import markup
from feeds.model.article import Article, Attachment, Image
from feeds.model.document import Format
from feeds.publish import lint, opml
from tests.publish import newsroom
from tests.publish.newsroom import SITE, article, author, document, instant, masthead, tag
from tests.publish.reading import ATOM, DC, Read, channel, entries, links

FORMATS = pytest.mark.parametrize("format", list(Format))


def read(format: Format, story: Article) -> Read:
    data = document(format, (story,))
    assert lint.lint_document(format, data) == []
    (found,) = entries(format, data)
    return found


@FORMATS
def test_changed_permalink_does_not_make_a_story_new(format: Format) -> None:
    before, after = read(format, article("One headline")), read(format, article("Quite another"))
    assert before.link != after.link
    assert before.id == after.id


@FORMATS
def test_change_of_the_sites_address_does_not_make_a_story_new(format: Format) -> None:
    moved = replace(SITE, url="https://moved.example")
    head = masthead(home_url="https://moved.example/", path="https://moved.example/feeds/site")
    (after,) = entries(format, document(format, (newsroom.PLAIN,), head, site=moved))
    assert after.link == "https://moved.example/articles/a1/the-ferry-sails-again"
    assert after.id == read(format, newsroom.PLAIN).id


@FORMATS
def test_pictures_at_rooted_addresses_become_absolute_everywhere(format: Format) -> None:
    body = """<p><img src="/media/a.png" srcset="/media/b.png 2x, /media/e.png 3x"><a href="#part">x</a></p>
        <video src="/media/f.mp4" poster="/media/g.png"><track src="/media/h.vtt"></video>
        <picture><source srcset="/media/i.webp"><img src="/media/j.png"></picture><audio src="/media/k.mp3"></audio>"""
    story = article(
        content_html=markup.clean(body),
        image=Image(url="/media/c.png"),
        attachments=(Attachment(url="/media/d.mp3", type="audio/mpeg", length=1),),
    )
    found = read(format, story)
    data = document(format, (story,)).decode()
    for name in "a.png b.png c.png d.mp3 e.png f.mp4 g.png h.vtt i.webp j.png k.mp3".split():
        assert data.count(f"/media/{name}") == data.count(f"https://news.example/media/{name}") > 0
    assert f'href="{SITE.url}{story.path}#part"' in (found.content or "")


@FORMATS
@pytest.mark.parametrize(
    ("sent", "printed"),
    [
        ('<p><img src="//cdn.example/a.png"></p>', '<p><img src="https://cdn.example/a.png"></p>'),
        ('<p><img src="//CDN.example"></p>', '<p><img src="https://CDN.example"></p>'),
        (
            '<p><img srcset="//cdn.example/a.png, //cdn.example/b.png 2x"></p>',
            '<p><img srcset="https://cdn.example/a.png, https://cdn.example/b.png 2x"></p>',
        ),
        ('<p><a href="//else.example/x?y#z">x</a></p>', '<p><a href="https://else.example/x?y#z">x</a></p>'),
        ('<video poster="//cdn.example/p.png"></video>', '<video poster="https://cdn.example/p.png"></video>'),
        ('<p><iframe src="//player.example/1"></iframe></p>', '<p><a href="https://player.example/1">'),
    ],
)
def test_address_without_scheme_keeps_its_own_host(sent: str, printed: str, format: Format) -> None:
    assert (read(format, article(content_html=markup.clean(sent))).content or "").startswith(printed)


@FORMATS
def test_space_in_a_pictures_path_is_spelt_out(format: Format) -> None:
    data = document(format, (article(image=Image(url="/media/my picture.jpg"), attachments=()),))
    assert b"https://news.example/media/my%20picture.jpg" in data
    assert lint.lint_document(format, data) == []


@FORMATS
def test_space_in_an_address_of_a_srcset_is_spelt_out(format: Format) -> None:
    body = markup.clean('<p><img src="/a.jpg" srcset="/my photo 1.jpg 1.5x, /other one.jpg"></p>')
    site = SITE.url
    assert f'srcset="{site}/my%20photo%201.jpg 1.5x, {site}/other%20one.jpg"' in (
        read(format, article(content_html=body)).content or ""
    )


@FORMATS
def test_headline_of_emoji_alone_has_a_link_that_leads_somewhere(format: Format) -> None:
    found = read(format, article("🎉🎉", id="party"))
    assert found.title == "🎉🎉"
    slug = (found.link or "").rpartition("/")[2]
    assert slug
    assert slug.isascii()


@FORMATS
def test_end_of_a_cdata_section_in_a_story_ends_nothing(format: Format) -> None:
    story = article("On ]]> and <b>", standfirst="]]> & <i>", content_html='<p title="]]>">a ]]&gt; b]]></p>')
    found = read(format, story)
    assert (found.title, found.summary) == ("On ]]> and <b>", "]]> & <i>")
    shown = ET.fromstring(f"<x>{found.content}</x>")
    assert "".join(shown.itertext()) == "a ]]> b]]>"
    assert shown[0].get("title") == "]]>"


@FORMATS
def test_invisible_control_characters_go_out_nowhere(format: Format) -> None:
    dirty = "\x00\x01\x08\x0b\x0c\x0e\x1f\x7f\x80\x9f\ufdd0\ufffe\uffff\U0010ffff\ud83d"
    story = article(
        f"A{dirty}b",
        standfirst=f"C{dirty}d",
        content_html=markup.clean(f"<p>E{dirty}f &#11;&#x1f;&#x80;</p>"),
        authors=(author(f"G{dirty}h"),),
        tags=(tag(f"I{dirty}j"),),
        kicker=f"K{dirty}l",
        image=Image(url="/media/q.png", alt=f"M{dirty}n"),
    )
    data = document(format, (story,), masthead(title=f"O{dirty}p", description=f"Q{dirty}r")).decode()
    assert markup.xml_text(data) == data
    assert "\\u" not in data
    found = read(format, story)
    assert (found.title, found.authors, found.tags) == ("Ab", ["Gh"], ["Ij"])


@FORMATS
def test_apostrophe_in_a_tag_stays_an_apostrophe(format: Format) -> None:
    names = ["Rock 'n' Roll", '"Q" & <A>', "L’été", "&#39;", "&apos;", "&amp;#x27;"]
    found = read(format, article(tags=tuple(map(tag, names)), authors=tuple(map(author, names))))
    assert (found.tags, found.authors) == (names, names)


@FORMATS
def test_soft_hyphen_written_as_a_reference_is_no_undeclared_entity(format: Format) -> None:
    story = article("Ferry&shy;man", content_html=markup.clean("<p>Ferry&shy;man &nbsp;&hellip;</p>"))
    found = read(format, story)
    assert found.title == "Ferry&shy;man"
    assert "&shy;" not in (found.content or "")
    assert "\u00ad" in (found.content or "")


@FORMATS
def test_every_named_character_of_html_is_written_as_itself(format: Format) -> None:
    names = sorted(name for name in html.entities.html5 if name.endswith(";"))
    story = article(content_html=markup.clean("<p>" + " ".join(f"&{name}" for name in names) + "</p>"))
    content = read(format, story).content or ""
    assert set(re.findall(r"&[A-Za-z][A-Za-z0-9]*;", content)) <= {"&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;"}
    text = html.unescape(content.replace("&nbsp;", "\u00a0"))
    assert text == "<p>" + " ".join(html.entities.html5[name] for name in names) + "</p>"


@FORMATS
@pytest.mark.parametrize(
    ("body", "summary"),
    [
        (
            "<p>One <b>bold</b>ly</p><p>two</p><ul><li>three</li><li>four<br>five</li></ul>",
            "One boldly two three four five",
        ),
        ("<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table><h2>d</h2>e", "a b c d e"),
        ("<p>a<!-- not this --></p>\n<pre>b\n  c</pre><blockquote>d</blockquote><hr>e", "a b c d e"),
        ("<style>p {}</style><script>alert(1)</script><p>a &lt;b&gt; &amp;amp; c</p>", "a <b> &amp; c"),
        ("<dl><dt>a</dt><dd>b</dd></dl><figure><img alt='x'><figcaption>c</figcaption></figure>d", "a b c d"),
        ("<p>un<wbr>broken<em>ness</em>, H<sub>2</sub>O</p>", "unbrokenness, H2O"),
        ("<div>a<div>b</div>c</div><p></p><p>&nbsp;</p>d", "a b c d"),
    ],
)
def test_summary_shows_no_markup_and_keeps_paragraphs_apart(body: str, summary: str, format: Format) -> None:
    assert read(format, article(content_html=markup.clean(body))).summary == summary


@FORMATS
@pytest.mark.parametrize(
    ("sent", "printed"),
    [
        ("<pre>a\n  b\n\nc</pre>", "<pre>a\n  b\n\nc</pre>"),
        ("<pre><code>a\r\n\tb\rc </code></pre>", "<pre><code>a\n\tb\nc </code></pre>"),
        ("<pre>\n\na</pre>", "<pre>\n\na</pre>"),
        ("<p>a<br>b<br/>\nc</p>", "<p>a<br>b<br>\nc</p>"),
    ],
)
def test_line_breaks_in_code_are_kept(sent: str, printed: str, format: Format) -> None:
    assert read(format, article(content_html=markup.clean(sent))).content == printed


@FORMATS
def test_ampersand_in_the_sites_name_breaks_nothing(format: Format) -> None:
    site = replace(SITE, title="Q & T <i>", rights="A & B")
    data = document(format, (newsroom.PLAIN,), masthead(title="Tide & <i>", description="R & D"), site=site)
    assert lint.lint_document(format, data) == []
    if format is Format.JSON:
        assert json.loads(data)["authors"][0]["name"] == "Q & T <i>"


def test_no_address_of_an_author_is_made_up() -> None:
    for format in Format:
        assert b"noreply" not in document(format, newsroom.STORIES)
    item = channel(document(Format.RSS, (newsroom.CUBA,))).find("item")
    assert item is not None
    assert item.find("author") is None
    assert len(item.findall(f"{DC}creator")) == 2
    assert ET.fromstring(document(Format.ATOM, newsroom.STORIES)).find(f".//{ATOM}email") is None


@FORMATS
def test_ampersand_in_an_enclosures_address_is_escaped(format: Format) -> None:
    address = "https://cdn.example/a.mp3?x=1&y=2&lt=3"
    found = read(format, article(attachments=(Attachment(url=address, type="audio/mpeg", length=7),)))
    told = {
        Format.RSS: lambda raw: raw.find("enclosure").get("url"),
        Format.ATOM: lambda raw: links(raw, "enclosure")[0],
        Format.JSON: lambda raw: raw["attachments"][0]["url"],
    }
    assert told[format](found.raw) == address


@FORMATS
def test_length_is_in_bytes_and_never_the_duration(format: Format) -> None:
    attachment = Attachment(url="https://cdn.example/a.mp3", type="audio/mpeg", length=98765, duration=61.0)
    raw = read(format, article(attachments=(attachment,))).raw
    if format is Format.RSS:
        assert raw.find("enclosure").get("length") == "98765"
    elif format is Format.ATOM:
        (link,) = [each for each in raw.findall(f"{ATOM}link") if each.get("rel") == "enclosure"]
        assert link.get("length") == "98765"
    else:
        assert raw["attachments"][0]["size_in_bytes"] == 98765
        assert raw["attachments"][0]["duration_in_seconds"] == 61


@FORMATS
@pytest.mark.parametrize("minutes", [120, -570, 345, 840, -720, 0])
def test_local_time_is_turned_into_utc(minutes: int, format: Format) -> None:
    zone = timezone(timedelta(minutes=minutes))
    local = datetime(2026, 5, 1, 8, 30, tzinfo=UTC).astimezone(zone)
    found = read(format, article(published_at=local, updated_at=local + timedelta(hours=1)))
    assert found.published == ("Fri, 01 May 2026 08:30:00 GMT" if format is Format.RSS else "2026-05-01T08:30:00Z")
    data = document(format, (article(published_at=local, updated_at=local + timedelta(hours=1)),))
    assert b"2026-05-01T09:30:00Z" in data


@FORMATS
def test_document_says_the_stamp_and_never_the_builds_clock(format: Format) -> None:
    assert document(format, newsroom.STORIES) == document(format, newsroom.STORIES)
    other = document(format, newsroom.STORIES, masthead(stamp=instant(31)))
    differing = [
        (one, two)
        for one, two in zip(document(format, newsroom.STORIES).split(b"\n"), other.split(b"\n"), strict=True)
        if one != two
    ]
    assert len(differing) == 1
    assert b"2026" in differing[0][0]


@FORMATS
def test_channel_without_articles_is_a_valid_document(format: Format) -> None:
    data = document(format, head=masthead(description=""))
    assert lint.lint_document(format, data) == []
    assert entries(format, data) == []


# JSON Feed 1.1, top level, items, attachments, authors and hubs; extensions begin with an underscore.
_KEYS = {
    "": "version title home_page_url feed_url description user_comment next_url icon favicon authors language expired"
    " hubs items",
    "items": "id url external_url title content_html content_text summary image banner_image date_published"
    " date_modified authors tags language attachments",
    "attachments": "url mime_type title size_in_bytes duration_in_seconds",
    "authors": "name url avatar",
    "hubs": "type url",
}


def test_json_feed_has_its_content_under_the_right_key_and_no_key_that_it_does_not_know() -> None:
    assert read(Format.JSON, newsroom.PLAIN).raw["content_html"] == newsroom.PLAIN.content_html

    def look(value: dict[str, object], kind: str) -> None:
        own = {key for key in value if not key.startswith("_")}
        assert own <= set(_KEYS[kind].split())
        for key in own & set(_KEYS):
            for inner in value[key]:  # type: ignore[attr-defined]  # a list
                look(inner, key)

    for variant in (newsroom.FULL, newsroom.SUMMARY):
        look(json.loads(document(Format.JSON, newsroom.STORIES, variant=variant)), "")


def test_list_of_feeds_is_well_formed_with_any_address_and_title() -> None:
    rows = [
        opml.Outline("R&D <b>\"x\"</b> 'y' ]]>", "https://a.example/f?a=1&b=2&lt=3", "https://a.example/?x='\"&y"),
        opml.Outline("\x00\x0b\ufffe\ud83d&shy;", "https://b.example/&amp;"),
    ]
    data = opml.write("A & <B>", {"": rows[:1], "C & D": rows[1:]})
    root = ET.fromstring(data)
    assert root.findtext("head/title") == "A & <B>"
    told = [(row.get("text"), row.get("xmlUrl"), row.get("htmlUrl")) for row in root.iter("outline") if row.get("type")]
    assert told == [(rows[0].title, rows[0].xml_url, rows[0].html_url), ("&shy;", rows[1].xml_url, None)]
    assert [one.xml_url for one in read_opml(data)] == [row.xml_url for row in rows]


@FORMATS
def test_self_link_has_the_scheme_and_host_of_the_sites_address(format: Format) -> None:
    data = document(format)
    expected = f"https://news.example/feeds/tags/harbour.{format}"
    if format is Format.JSON:
        assert json.loads(data)["feed_url"] == expected
    else:
        parent = channel(data) if format is Format.RSS else ET.fromstring(data)
        assert links(parent, "self") == [expected]
    assert b"http://news.example" not in data

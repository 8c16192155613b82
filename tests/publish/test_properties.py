"""What holds of documents whatever is written in a newsroom: well-formed, read back as written, the same bytes."""

import html
import warnings
from datetime import UTC, datetime

import feedparser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.errors import RenderError
from feeds.model import markup
from feeds.model.article import Article, Correction, Related
from feeds.model.document import Format, Masthead, Variant
from feeds.publish import assemble, atom, feedgen_xml, lint, rss
from feeds.publish.printed import print_article
from tests.publish import newsroom
from tests.publish.reading import entries

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

TRAPS = st.sampled_from(
    [
        *("]]> <b> </b> & &amp; &shy; &#38; &nosuch; <!-- --> <![CDATA[ <?xml ?> ' \" < > \\ \\u0000 %s {0}".split()),
        *("👩‍👩‍👧 🇵🇹 東京 \u0130 \u00df e\u0301 \u202e \u2066 \u200f \ufeff \u2028 \u00ad".split(" ")),
        *("\x00 \x0b \x85 \x9c \ufffe \uffff \U0001fffe \ud800".split(" ")),
    ]
)
ANY_TEXT = st.lists(TRAPS | st.text(st.characters(), max_size=6), max_size=6).map("".join)
LINE = ANY_TEXT.map(markup.plain)
WORD = st.characters(categories=["Lu", "Ll", "Lo", "So"]).map(lambda sign: sign * 500)  # a headline that never breaks
TITLE = LINE.filter(bool) | WORD
BODY = st.lists(ANY_TEXT.map(lambda text: f"<p>{text}</p>") | ANY_TEXT, max_size=4).map("".join).map(markup.clean)
# Years as the API takes them, long before 1970 too.
DAYS = st.integers(1, 29).map(newsroom.instant) | st.sampled_from(
    [datetime(1000, 1, 1, tzinfo=UTC), datetime(1925, 3, 1, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)]
)


@st.composite
def stories(draw: st.DrawFn) -> Article:
    """Make an article as the store would give it: cleaned, whatever was sent."""
    published = draw(DAYS)
    shared = draw(st.lists(TITLE, max_size=1))  # an author, a tag and a section of the same name
    many = st.lists(TITLE, max_size=3) | st.lists(TITLE, min_size=16, max_size=16)
    return newsroom.article(
        draw(TITLE),
        id=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)),
        standfirst=draw(ANY_TEXT.map(markup.plain_lines)),
        content_html=draw(BODY),
        dateline=draw(LINE),
        kicker=draw(LINE),
        rights=draw(LINE),
        authors=tuple(map(newsroom.author, shared + draw(many))),
        tags=tuple(map(newsroom.tag, shared + draw(st.lists(TITLE, max_size=3)))),
        section=newsroom.section(shared[0]) if shared else draw(st.none() | TITLE.map(newsroom.section)),
        related=tuple(Related(title=title, url="https://else.example/") for title in draw(st.lists(TITLE, max_size=2))),
        corrections=tuple(Correction(published, note) for note in draw(st.lists(TITLE, max_size=2))),
        origin=draw(st.none() | TITLE.map(lambda title: newsroom.origin(title=title))),
        published_at=published,
        updated_at=draw(DAYS),
    )


@st.composite
def mastheads(draw: st.DrawFn) -> Masthead:
    return newsroom.masthead(title=draw(TITLE), description=draw(LINE), complete=draw(st.booleans()))


STORIES = st.lists(stories(), max_size=3, unique_by=lambda story: story.id)
VARIANTS = st.builds(Variant, st.sampled_from(["full", "summary"]), st.sampled_from(["en", "fr"]))


@quick
@given(STORIES, mastheads(), VARIANTS)
def test_any_story_is_read_back_as_written_in_every_format(
    told: list[Article], head: Masthead, variant: Variant
) -> None:
    for format in Format:
        data = newsroom.document(format, tuple(told), head, variant)
        assert lint.lint_document(format, data) == []
        for story, read in zip(told, entries(format, data), strict=True):
            assert read.id == newsroom.SITE.article_guid(story.id)
            assert read.title == story.title
            assert read.link == newsroom.SITE.url + story.path
            assert read.authors == [author.name for author in story.authors]
            assert read.tags == [tag.name for tag in story.tags]
            if story.standfirst:
                assert read.summary == story.standfirst


@quick
@given(STORIES, mastheads(), VARIANTS)
def test_frame_and_fragments_are_one_rendering_in_one_go(told: list[Article], head: Masthead, variant: Variant) -> None:
    whole = {
        Format.RSS: (rss, feedgen_xml.rss_document),
        Format.ATOM: (atom, feedgen_xml.atom_document),
    }
    for format, (printer, render) in whole.items():
        parts = [printer.entry_parts(story, newsroom.SITE, variant) for story in told]
        in_one_go = render(printer.feed_parts(head, newsroom.SITE), parts)
        assert newsroom.document(format, tuple(told), head, variant) == in_one_go


@quick
@given(stories(), VARIANTS)
def test_same_values_are_printed_as_the_same_bytes(story: Article, variant: Variant) -> None:
    for format in Format:
        first = newsroom.fragment(format, story, variant)
        print_article.cache_clear()
        assert newsroom.fragment(format, story, variant) == first
        assert lint.lint_fragment(format, first) == []


@quick
@given(STORIES, mastheads())
def test_length_and_hash_are_told_without_joining(told: list[Article], head: Masthead) -> None:
    for format in Format:
        frame = assemble.FRAMES[format](head, newsroom.SITE)
        fragments = [newsroom.fragment(format, story) for story in told]
        joined = assemble.join(format, frame, fragments)
        assert assemble.length(format, frame, [len(each) for each in fragments]) == len(joined)


@quick
@given(ANY_TEXT, ANY_TEXT)
def test_text_that_was_never_cleaned_goes_out_clean_or_not_at_all(title: str, name: str) -> None:
    story = newsroom.article(title, authors=(newsroom.author(name),), tags=(newsroom.tag(name),), kicker=name)
    for format in Format:
        try:
            data = newsroom.fragment(format, story)
        except RenderError:
            continue
        assert markup.xml_text(data.decode()) == data.decode()


@quick
@given(STORIES)
def test_feedparser_reads_the_same_ids_links_and_titles(told: list[Article]) -> None:
    for format in (Format.RSS, Format.ATOM):
        data = newsroom.document(format, tuple(told))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            read = feedparser.parse(data, response_headers={"content-type": f"{format.media_type}; charset=utf-8"})
        assert not read.bozo
        assert [entry.id for entry in read.entries] == [newsroom.SITE.article_guid(story.id) for story in told]
        assert [entry.link for entry in read.entries] == [newsroom.SITE.url + story.path for story in told]
        for story, entry in zip(told, read.entries, strict=True):
            read_as = {entry.title, html.unescape(entry.title)} if feedgen_xml.is_markup(story.title) else {entry.title}
            assert _mended(story.title) in map(_mended, read_as)


def _mended(text: str) -> str:
    """Give a text as feedparser has it: it takes what could be UTF-8 read as Latin-1 for that ("Ã©")."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text

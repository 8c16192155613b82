"""Which filter an entry falls under: the first that fits, by words, tags and language."""

import pytest

from feeds.ingest.filters import rule_for
from feeds.model.entry import Entry, EntryText, ParsedFeed
from feeds.model.source import Filter, Source
from tests.ingest.test_cases import NOW, URL


def text(value: str, *, is_html: bool = False) -> EntryText:
    return EntryText(value=value, is_html=is_html)


STORY = Entry(
    title=text("The party at the quay"),
    content=text("<p>With <b>Straße</b> art&nbsp;and 東京の火事</p>", is_html=True),
    tags=("Sport", "theirs"),
    language="en-GB",
)


def ruled(rule: Filter, entry: Entry = STORY, **fields: object) -> str | None:
    source = Source(id="s", url=URL, created_at=NOW, filters=(rule,), **fields)  # type: ignore[arg-type]
    found = rule_for(entry, source, ParsedFeed(language="de"))
    return None if found is None else found[1]


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        (("PARTY",), True),
        (("par",), False),
        (("art",), True),
        (("the  party",), True),
        (("strasse",), True),
        (("火事",), True),
        (("b",), False),
        (("rugby", "quay"), True),
        (("rugby",), False),
        (("c++", "art"), True),
        (("(art",), False),
    ],
)
def test_word_stands_for_itself_alone_whatever_its_case(words: tuple[str, ...], fits: bool) -> None:
    assert (ruled(Filter(action="drop", words=words)) is not None) == fits


@pytest.mark.parametrize(("tag", "fits"), [("sport", True), ("theirs", True), ("Ours", True), ("Spor", False)])
def test_tag_is_theirs_or_ours(tag: str, fits: bool) -> None:
    found = ruled(Filter(action="drop", tags=(tag,)), tags=(("Theirs", "ours"),))
    assert (found is not None) == fits


@pytest.mark.parametrize(("language", "fits"), [("en", True), ("en-GB", True), ("en-US", False), ("de", False)])
def test_language_is_any_of_its_kind(language: str, fits: bool) -> None:
    assert (ruled(Filter(action="drop", languages=(language,))) is not None) == fits


def test_language_is_the_feeds_where_the_entry_says_none_and_the_operators_before_both() -> None:
    german = Filter(action="drop", languages=("de",))
    assert ruled(german, Entry(title=text("x"))) == "the language de"
    assert ruled(german, Entry(title=text("x")), language="fr") is None


def test_all_that_a_filter_asks_for_must_be_there() -> None:
    assert ruled(Filter(action="drop", words=("party",), tags=("sport",), languages=("en",))) == (
        "the word 'party', the tag 'sport', the language en-GB"
    )
    assert ruled(Filter(action="drop", words=("party",), tags=("rugby",))) is None
    assert ruled(Filter(action="drop")) == "every other entry"


def test_first_filter_that_fits_decides() -> None:
    rules = (
        Filter(action="drop", words=("rugby",)),
        Filter(action="publish", tags=("sport",)),
        Filter(action="hold"),
    )
    source = Source(id="s", url=URL, created_at=NOW, filters=rules)
    found = rule_for(STORY, source, ParsedFeed())
    assert found is not None
    assert found[0] is rules[1]

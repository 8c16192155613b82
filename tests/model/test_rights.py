"""What may be shown of a partner's story: the stricter of the source's rule and the licence that is stated."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.article import Attachment, Image
from feeds.model.markup import clean
from feeds.model.rights import DEGREES, allowed, degree_of, first_words, licence_of, stricter
from tests.publish.newsroom import article, origin

BODY = "<p>One two three.</p>" + "<p>" + "more " * 200 + "</p>"


@pytest.mark.parametrize(
    ("text", "name", "degree"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0", "full"),
        ("http://creativecommons.org/licenses/by-nc-nd/3.0/de/deed.en", "CC BY-NC-ND 3.0", "summary"),
        ("© 2026 Quay CC BY-SA 4.0", "CC BY-SA 4.0", "full"),
        ("CC-BY-NC-SA-4.0", "CC BY-NC-SA 4.0", "summary"),
        ("CC BY", "CC BY 4.0", "full"),
        ("cc0", "CC0 1.0", "full"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0", "full"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "Public Domain Mark 1.0", "full"),
        ("Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International", "CC BY-NC-ND 4.0", "summary"),
        ("Creative Commons Attribution 4.0", "CC BY 4.0", "full"),
        ("CC BY 4.0; pictures CC BY-NC 4.0", "CC BY-NC 4.0", "summary"),
    ],
)
def test_licence_is_known_by_its_address_or_its_name(text: str, name: str, degree: str) -> None:
    found = licence_of(text)
    assert found is not None
    assert (found.name, found.degree) == (name, degree)
    assert licence_of(found.url) == found


@pytest.mark.parametrize(
    "text", ["", "© Quay. All rights reserved.", "Copyright by CC Byrne", "https://quay.example/licence", "BY-NC"]
)
def test_other_statements_limit_nothing(text: str) -> None:
    assert licence_of(text) is None
    assert degree_of(article(rights=text, origin=origin())) == "full"


@given(st.sampled_from(DEGREES), st.sampled_from(("", "CC BY 4.0", "CC BY-NC 4.0")))
def test_stricter_of_rule_and_licence_holds(rule: str, stated: str) -> None:
    found = degree_of(article(rights=stated, origin=origin(rights=rule)))
    assert found == stricter(rule, "summary" if "NC" in stated else "full")
    assert DEGREES.index(found) <= DEGREES.index(rule)


def test_story_of_our_own_is_shown_whatever_its_licence() -> None:
    own = article(rights="CC BY-NC 4.0")
    assert degree_of(own) == "full"
    assert allowed(own) is own


def test_summary_has_the_words_that_were_agreed_and_nothing_of_the_rest() -> None:
    story = article(content_html=BODY, image=Image(url="https://p.example/1.png"))
    few = allowed(replace(story, origin=replace(origin(rights="summary"), summary_words=3)))
    assert (few.standfirst, few.content_html, few.image) == ("One two three.…", "", story.image)
    usual = allowed(replace(story, origin=origin(rights="summary")))
    assert usual.content_html == ""
    assert len(usual.standfirst) <= 301
    told = replace(story, standfirst="A short one", origin=replace(origin(rights="summary"), summary_words=2))
    assert allowed(told).standfirst == "A short…"


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("one two", 2, "one two"),
        ("one two, three", 2, "one two…"),
        ("東京で火事", 3, "東京で…"),
        ("", 5, ""),
        ("one", 1, "one"),
    ],
)
def test_words_are_counted_where_no_spaces_are_written_too(text: str, most: int, expected: str) -> None:
    assert first_words(text, most) == expected


@given(st.text(), st.integers(min_value=1, max_value=20))
def test_summary_never_has_more_words_than_agreed(text: str, most: int) -> None:
    assert len(first_words(" ".join(text.split()), most).split()) <= most


def test_link_leaves_headline_and_link() -> None:
    story = article(
        content_html=BODY,
        standfirst="Words",
        image=Image(url="https://p.example/1.png"),
        attachments=(Attachment(url="https://p.example/1.mp3"),),
        origin=origin(rights="link"),
    )
    shown = allowed(story)
    assert (shown.standfirst, shown.content_html, shown.image, shown.attachments) == ("", "", None, ())
    assert shown.title == story.title


def test_no_pictures_leaves_texts_films_and_our_own_pictures() -> None:
    body = clean(
        '<p>Before <img src="https://p.example/a.png" alt="a"> after</p>'
        '<figure><picture><source srcset="https://p.example/b.webp"><img src="https://p.example/b.png"></picture>'
        "<figcaption>The quay</figcaption></figure>"
        '<p><a href="https://p.example/big"><img src="https://p.example/c.png"></a></p>'
        '<figure><img src="/media/ours.png"><figcaption>Ours</figcaption></figure>'
        '<figure><video src="https://p.example/f.mp4" poster="https://p.example/f.png"></video></figure>'
    )
    story = article(
        content_html=body,
        image=Image(url="https://p.example/1.png"),
        attachments=(
            Attachment(url="https://p.example/1.png", type="image/png"),
            Attachment(url="https://p.example/1.mp3", type="audio/mpeg"),
        ),
        origin=replace(origin(), images=False),
    )
    shown = allowed(story)
    assert shown.image is None
    assert [file.type for file in shown.attachments] == ["audio/mpeg"]
    assert shown.content_html == (
        '<p>Before  after</p><figure><img src="/media/ours.png"><figcaption>Ours</figcaption></figure>'
        '<figure><video src="https://p.example/f.mp4"></video></figure>'
    )
    ours = allowed(replace(story, image=Image(url="/media/1.png")))
    assert ours.image == Image(url="/media/1.png")

"""Texts and addresses of one story have equal keys, however they are set; those of two stories have not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.story import begins_within, fold_text, headline_key, is_within, page_key, spellings, text_key

BODY = "The board has voted for a second ferry after a long night of talks, and it sails in June."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Who’s there?”", '"Who\'s there?"'),
        ("A – B—C", "a - b-c"),
        ("Wait…", "WAIT..."),
        ("soft\u00adly\u200b now", "softly  now"),
        ("ﬁnd Straße", "find strasse"),
        ("e\u0301tat", "état"),
    ],
)
def test_typesetting_makes_no_other_text(one: str, other: str) -> None:
    assert fold_text(one) == fold_text(other)
    assert headline_key(one) == headline_key(other)
    assert text_key(one, BODY + one) == text_key(other, BODY + other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_letters_fold_as_all_others_do(text: str) -> None:
    assert fold_text(text) == fold_text(text + " \u2060").strip()


@pytest.mark.parametrize(
    ("title", "body"), [("T", BODY), ("1", BODY + " 2"), ("Tomorrow", BODY.replace("June", "May"))]
)
def test_what_says_something_else_has_another_key(title: str, body: str) -> None:
    assert text_key(title, body) not in ("", text_key("Today", BODY))


@pytest.mark.parametrize(("title", "body"), [("", "Short."), (BODY, ""), ("Weather", "Sunny, then rain.")])
def test_what_says_too_little_has_none(title: str, body: str) -> None:
    assert text_key(title, body) == ""


@pytest.mark.parametrize(
    "link",
    [
        "http://quay.example/a/1",
        "https://www.quay.example/a/1/",
        "HTTPS://Quay.EXAMPLE/a/1",
        "https://quay.example/a/1",
    ],
)
def test_page_has_one_key_however_its_address_is_written(link: str) -> None:
    assert page_key(link) == page_key("https://quay.example/a/1") != ""
    assert "https://quay.example/a/1" in spellings(link)


def test_other_pages_have_other_keys_and_what_is_no_page_has_none() -> None:
    links = (
        "https://quay.example/A/1",
        "https://quay.example/a/1?p=2",
        "https://m.quay.example/a/1",
        "https://quay.example/a",
    )
    assert page_key("https://quay.example/a/1") not in {page_key(link) for link in links}
    assert page_key("tag:quay,2026:1") == page_key("") == ""
    assert spellings("") == ()
    assert spellings("https://quay.example/?p=2") == (
        *("https://quay.example/?p=2", "https://www.quay.example/?p=2"),
        *("http://quay.example/?p=2", "http://www.quay.example/?p=2"),
    )


@pytest.mark.parametrize("end", ["", " […]", "… Read more", " The post appeared first on The Quay."])
def test_text_is_within_another_but_for_what_was_added(end: str) -> None:
    assert is_within(BODY + end, f"Standfirst. {BODY} And more.")


def test_phrase_is_within_nothing_and_a_long_text_is_known_by_its_beginning() -> None:
    whole = " ".join(f"{BODY} {number}" for number in range(5))
    assert not begins_within("The board has voted for a second", whole)
    assert begins_within(f"{whole} And then their own words, {'for long ' * 90}", whole)
    assert not is_within(f"{whole} And then their own words, {'for long ' * 90}", whole)

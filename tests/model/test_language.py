"""Language tags."""

import pytest

from feeds.model.language import language_tag


@pytest.mark.parametrize(
    "tag",
    [
        "en",
        "pt-BR",
        "zh-Hant-TW",
        "sr-Latn-RS",
        "es-419",
        "de-CH-1996",
        "yue",
        "en-x-news",
        "x-dothraki",
        "i-navajo",
        "I-Klingon",
        "art-lojban",
        "en-GB-oed",
        "sgn-BE-FR",
        "zh-min-nan",
    ],
)
def test_language_tag_is_kept_as_it_is(tag: str) -> None:
    assert language_tag(tag) == tag


def test_locale_is_spelt_as_the_tag_that_it_stands_for() -> None:
    assert language_tag("hi_IN") == "hi-IN"
    assert language_tag(" zh_Hant_TW ") == "zh-Hant-TW"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "e",
        "english",
        "en-",
        "en--US",
        "en US",
        "en-US-US-US",
        "en.utf8",
        "ενα",
        "en-" + "a" * 9,
        "x",
        "x-",
        "i-none",
        "i",
    ],
)
def test_what_is_no_tag_is_none(text: str) -> None:
    assert language_tag(text) is None

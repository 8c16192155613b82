"""Atom's own grammar (RFC 4287 appendix B) over every golden document and over what newsrooms may write."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from feeds.model.article import Article
from feeds.model.document import Format, Masthead
from tests.publish import newsroom
from tests.publish.test_properties import STORIES, mastheads

DATA = Path(__file__).parents[1] / "data"
GRAMMAR = etree.RelaxNG(etree.parse(DATA / "atom.rng"))


def _complaint(data: bytes) -> str:
    return "" if GRAMMAR.validate(etree.fromstring(data)) else str(GRAMMAR.error_log.last_error)


@pytest.mark.parametrize("name", newsroom.DOCUMENTS)
def test_golden_document_is_of_the_grammar(name: str) -> None:
    assert _complaint((DATA / "publish" / f"{name}.atom").read_bytes()) == ""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STORIES, mastheads())
def test_document_of_any_stories_is_of_the_grammar(told: list[Article], head: Masthead) -> None:
    assert _complaint(newsroom.document(Format.ATOM, tuple(told), head)) == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<updated>", "<updated>yesterday "),
        ("<id>", "<id>x</id><id>"),
        (' type="html"', ' type="markdown"'),
        (' term="economie"', ""),
        ("</entry>", "<body/></entry>"),
    ],
)
def test_grammar_finds_what_is_wrong(old: str, new: str) -> None:
    data = newsroom.document(Format.ATOM, newsroom.STORIES).decode()
    assert old in data
    assert _complaint(data.replace(old, new, 1).encode()) != ""

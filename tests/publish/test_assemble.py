"""Documents from frames and fragments: joined, measured, hashed."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.document import Format, Frame
from feeds.publish import assemble
from tests.publish import newsroom
from tests.publish.newsroom import SITE, fragment, instant, masthead
from tests.publish.reading import entries

FORMATS = st.sampled_from(list(Format))
BYTES = st.binary(max_size=12)


@given(FORMATS, BYTES, BYTES, st.lists(BYTES, max_size=5))
def test_length_is_that_of_what_join_makes(format: Format, head: bytes, tail: bytes, fragments: list[bytes]) -> None:
    frame = Frame(head, tail)
    joined = assemble.join(format, frame, fragments)
    assert assemble.length(format, frame, [len(each) for each in fragments]) == len(joined)


@given(FORMATS, st.lists(BYTES, max_size=4), st.lists(BYTES, max_size=4))
def test_hash_is_equal_for_equal_fragments_alone(format: Format, one: list[bytes], other: list[bytes]) -> None:
    def hashed(fragments: list[bytes]) -> str:
        return assemble.document_hash(format, Frame(b"<", b">"), map(assemble.digest, fragments))

    assert (hashed(one) == hashed(other)) == (one == other)


def test_hash_tells_head_tail_and_format_apart() -> None:
    frames = [Frame(b"a", b"b"), Frame(b"ab", b""), Frame(b"", b"ab"), Frame(b"a", b"c")]
    found = {assemble.document_hash(format, frame, []) for frame in frames for format in Format}
    assert len(found) == len(frames) * len(Format)


def test_hash_is_fit_for_an_entity_tag() -> None:
    assert re.fullmatch(r"[a-z2-7]{16}", assemble.document_hash(Format.RSS, Frame(b"", b""), []))


def test_hash_and_digest_never_change_from_one_version_to_the_next() -> None:
    assert assemble.digest(b"ferry").hex() == "f549086787b92817da1ae5b8ac5208d7"
    assert assemble.document_hash(Format.ATOM, Frame(b"<", b">"), [assemble.digest(b"ferry")]) == "hizabeluwkn3phh4"


def test_frames_of_one_stamp_differ_only_where_something_else_does() -> None:
    for format in Format:
        frame = assemble.FRAMES[format](masthead(), SITE)
        assert assemble.FRAMES[format](masthead(), SITE) == frame
        assert assemble.FRAMES[format](masthead(title="Quay"), SITE) != frame
        assert assemble.FRAMES[format](masthead(stamp=instant(31)), SITE) != frame


@pytest.mark.parametrize("format", list(Format))
@pytest.mark.parametrize("count", [0, 1, 3])
def test_document_holds_its_fragments_in_their_order(format: Format, count: int) -> None:
    told = newsroom.STORIES[:count]
    frame = assemble.FRAMES[format](masthead(), SITE)
    data = assemble.join(format, frame, [fragment(format, story) for story in told])
    assert [read.id for read in entries(format, data)] == [SITE.article_guid(story.id) for story in told]


def test_json_document_without_items_is_valid() -> None:
    frame = assemble.FRAMES[Format.JSON](masthead(), SITE)
    assert json.loads(assemble.join(Format.JSON, frame, []))["items"] == []

"""Anything can be judged: ours is good, what others get wrong is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.document import Format
from feeds.publish.judge import judge
from tests.conftest import Desk


def test_our_documents_are_good(desk: Desk) -> None:
    desk.put("a", tags=["Harbour"], attachments=[{"url": "https://m.example/a.mp3", "type": "audio/mpeg", "length": 3}])
    desk.build()
    for format in Format:
        judged = judge(desk.document("tags/harbour", format).encode())
        assert (judged.format, judged.faults, judged.warnings) == (format, [], [])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><p>",
        b"<html/>",
        b"[1]",
        b"{",
        b"<rss",
        b"\xff\xfe",
        b"<rss version='2.0'><channel/></rss>",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": ""}]}',
    ],
)
def test_what_is_no_good_feed_has_a_fault(data: bytes) -> None:
    assert judge(data).faults


def test_equal_moments_warn(desk: Desk) -> None:
    desk.put("a")
    desk.put("b")
    desk.build()
    judged = judge(desk.document("site").encode())
    assert judged.faults == []
    assert "same updated" in judged.warnings[0]


@given(st.binary(max_size=300))
def test_nothing_makes_it_raise(data: bytes) -> None:
    judge(data)
    judge(b'{"version":' + data)
    judge(b"<feed xmlns='http://www.w3.org/2005/Atom'>" + data + b"</feed>")

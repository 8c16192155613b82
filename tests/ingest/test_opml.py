"""Lists of feeds that others wrote, and our own back again."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from feeds.ingest.opml import MOST_BYTES, Listed, read_opml
from feeds.publish.opml import Outline, write

CASES = tomllib.loads((Path(__file__).parents[1] / "data" / "ingest" / "opml.toml").read_text())["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_list_is_read_as_it_was_meant(case: dict[str, Any]) -> None:
    text = case.get("list", f"<opml version='2.0'><head/><body>{case.get('body', '')}</body></opml>")
    data = text.encode(case.get("encoding", "utf-8"))
    if "refused" in case:
        with pytest.raises(ValueError, match=case["refused"]):
            read_opml(data)
    else:
        assert [list(listed) for listed in read_opml(data)] == case["read"]


def test_list_that_is_nested_past_all_reason_is_refused_and_not_taken_for_an_empty_one() -> None:
    deep = "<outline text='x'>" * 5000 + "<outline xmlUrl='https://a.example/'/>" + "</outline>" * 5000
    with pytest.raises(ValueError, match="nested too deep"):
        read_opml(f"<opml version='2.0'><body>{deep}</body></opml>".encode())


def test_our_own_list_comes_back_as_it_was() -> None:
    told = [
        Listed("https://a.example/?a=1&b=2", 'Q&A <b>"quoted"</b> \u2019tis'),
        Listed("https://b.example/caf\u00e9", "\u65e5\u672c \U0001f9ed"),
    ]
    written = write("Sources & more", {"": [Outline(one.title, one.xml_url, "") for one in told]})
    assert read_opml(written) == told


def test_list_of_very_many_feeds_is_read_and_one_that_is_too_long_is_refused() -> None:
    outlines = "".join(f'<outline text="A" xmlUrl="http://a.example/{n}"/>' for n in range(100_000))
    assert len(read_opml(f"<opml><body>{outlines}</body></opml>".encode())) == 100_000
    with pytest.raises(ValueError, match="too long"):
        read_opml(bytes(MOST_BYTES + 1))

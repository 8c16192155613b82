"""Cases, cut and flipped and mixed: whatever comes, a document is read or refused, and its stories can be taken."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.errors import PollError
from feeds.ingest.convert import convert
from feeds.ingest.parse import parse
from feeds.ingest.spans import read
from feeds.model.source import Source
from feeds.model.submission import submission_of

FOLDER = Path(__file__).parents[1] / "data" / "ingest" / "cases"
CASES = [path for path in sorted(FOLDER.glob("*.feed")) if path.stat().st_size < 20_000]
URL = "https://partner.example/feeds/news.xml"
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
TIMES = 12  # that each case is damaged
SIGNS = [
    sign.encode()
    for sign in """< > & " ' ]]> <![CDATA[ <!-- --> </item> <item> </entry> <entry> <? ?> <rss> </rss> </channel>
    <!DOCTYPE &#x110000; &#0; &x; &nbsp; xmlns:a=" <a:b <links> <title> </title> { } [ ] , \\u \\ud800""".split()
] + [b"\0", b"\xff", b"\xef\xbb\xbf", b"\x1b$B"]


def damaged(body: bytes, chance: random.Random) -> bytes:
    """Cut, flip, take out, put in and repeat, up to three times."""
    found = bytearray(body)
    for _ in range(chance.randint(1, 3)):
        at, other = chance.randrange(len(found) + 1), chance.randrange(len(found) + 1)
        what = chance.randrange(6)
        if what == 0:
            del found[at:]
        elif what == 1:
            del found[at : at + chance.randint(1, 60)]
        elif what == 2:
            found[at : at + 1] = bytes([chance.randrange(256)])
        elif what == 3:
            found[at:at] = found[other : other + chance.randint(1, 200)]
        else:
            found[at:at] = chance.choice(SIGNS)
    return bytes(found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_damage_costs_entries_and_never_more(case: Path) -> None:
    chance = random.Random(case.stem)
    body = case.read_bytes()
    source = Source(id="partner", url=URL, created_at=NOW)
    for _ in range(TIMES):
        sent = damaged(body, chance)
        try:
            feed = parse(sent, url=URL)
        except PollError as error:
            with pytest.raises(PollError, match=error.outcome):
                read(sent, url=URL, content_type="", known=frozenset())
            continue
        assert read(sent, url=URL, content_type="", known=frozenset()).entries == feed.entries
        for entry in feed.entries:
            assert submission_of(convert(entry, source, feed=feed, now=NOW).fields).title


ITEMS = [f"<item><guid>{number}</guid><title>Story {number}</title></item>" for number in range(9)]


@pytest.mark.parametrize(
    "bad",
    [
        "<item><guid>x</guid><title>Bad <b>one</title></item>",
        "<item><title>Bad</guid></item>",
        "<item><title>Bad & <worse</title></item>",
        "<item><link>x</link><links>x</links><link>y</link><title>Bad</title></item>",
        "<item <title>Bad</title></item>",
        "<item><title><![CDATA[Bad]]</title></item>",
        "<item/>",
        "<item><pubDate>0000-00-00</pubDate><enclosure/><category/><author/><source/></item>",
        "<item><title>\x00\x01&#xFFFF;&#55555555;</title></item>",
        "</item>",
        "<!-- <item> --",
        "<item><creativecommons_license><creativecommons_license>x</creativecommons_license></creativecommons_license></item>",
        "<item><license/><pos>1 2</pos><title>Bad</title></item>",
        "<x:item><x:title>Bad</x:title></x:item>",
    ],
)
def test_one_bad_entry_costs_that_entry_alone(bad: str) -> None:
    body = f"<rss version='2.0'><channel><title>T</title>{''.join([*ITEMS[:4], bad, *ITEMS[4:]])}</channel></rss>"
    ids = [entry.id for entry in parse(body.encode(), url=URL).entries]
    assert [id for id in ids if id.isdigit()] == [str(number) for number in range(9)]

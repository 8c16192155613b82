"""What is worked out of an entry where it is read: in a child, for HTML of strangers may cost more than it should.

In comes an entry as parsed, out goes the same with its cleaned texts and its hashes, which are pure functions of it.
"""

from dataclasses import replace

from feeds.ingest import identity
from feeds.ingest.convert import texts_of
from feeds.model.entry import Entry, ParsedFeed, Worked


def work_out(feed: ParsedFeed) -> ParsedFeed:
    """Give the feed with what is worked out of each of its entries."""
    return replace(feed, entries=tuple(map(_worked, feed.entries))) if feed.entries else feed


def _worked(entry: Entry) -> Entry:
    content, standfirst = texts_of(entry)
    worked = Worked(
        content_html=content,
        standfirst=standfirst,
        hash=identity.content_hash(entry),
        text_key=identity.text_key(entry),
    )
    return replace(entry, worked=worked)

"""When a document is so unlike its source's that nothing of it is to go out before somebody has looked.

In come what is usual, and counts of the document's entries; out goes the reason, `""` where all is as it was. Pure.
Few strangers never trip it, nor does what is daily life: late and back-dated stories, a feed that doubles its length,
a window that is all new since the last poll, ids that drift in scheme or host alone, dates that change by themselves.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from feeds.model.dates import to_us
from feeds.model.entry import Entry, ParsedFeed
from feeds.model.usual import Usual

FEW = 3  # strangers that prove nothing
SOME = 5  # new entries whose dates prove nothing
MOST_AT_ONCE = 20  # new entries that are no flood, however few a source had
NEARLY_ALL = 0.8
AHEAD = timedelta(days=1)  # by which a date lies in the future
LONG_AGO = timedelta(days=365)  # before all that a source ever had


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A document as it is judged.

    `total` entries are in it; `fresh` were read and never met, `ahead` and `long_ago` of them so dated; `renamed` are
    known by their text alone, or fresh with the headline and a date of some known one that is gone. `met` is how many
    the source ever had. `differs`: some known one says something else. `language` and `host` as in Usual.
    """

    total: int
    fresh: int
    renamed: int
    ahead: int
    long_ago: int
    met: int
    differs: bool
    language: str
    host: str
    is_after_pause: bool = False


def judge(usual: Usual | None, look: Look) -> str:
    """Say why a document is to be held; `""` where it is not. `usual` None: nothing is known to judge by."""
    if usual is None:
        return ""
    is_news = look.fresh or look.renamed or look.differs
    if is_news and usual.language and look.language and usual.language != look.language:
        return f"its language was {usual.language}, now it is {look.language}"
    strangers = max(look.fresh, look.renamed)
    if usual.host and look.host and usual.host != look.host and strangers >= max(FEW, NEARLY_ALL * look.total):
        return f"its links led to {usual.host}; now they lead to {look.host}, and all ids are others"
    if look.renamed >= max(FEW, look.total / 2):
        return f"the ids of {look.renamed} of its {look.total} entries have changed"
    if look.ahead >= max(SOME, look.fresh / 2) and not usual.is_ahead:
        return f"{look.ahead} of {look.fresh} new entries are dated in the future"
    if look.long_ago >= max(SOME, look.fresh / 2):
        return f"{look.long_ago} of {look.fresh} new entries are dated long before all that it ever had"
    if look.fresh > max(MOST_AT_ONCE, look.met) and not look.is_after_pause:
        return f"it has {look.fresh} new entries at once, more than it ever had"
    return ""


def learn(usual: Usual | None, look: Look, moments: Sequence[datetime]) -> Usual:
    """Give what is usual after a document that was accepted; `moments` are the dates of entries that were read."""
    known = usual or Usual()
    found = [to_us(moment) for moment in moments]
    return replace(
        known,
        language=look.language or known.language,
        host=look.host or known.host,
        since=min([*found, *([] if known.since is None else [known.since])], default=None),
        until=max([*found, *([] if known.until is None else [known.until])], default=None),
        is_ahead=known.is_ahead or look.ahead > 0,
    )


def is_ahead(entry: Entry, now: datetime) -> bool:
    """Say whether an entry is dated in the future, by more than clocks differ."""
    dated = entry.published or entry.updated
    return dated is not None and dated - now > AHEAD


def is_long_ago(moment: datetime | None, usual: Usual | None) -> bool:
    """Say whether a date lies long before all that a source ever had: by a year, and by all that time again."""
    if moment is None or usual is None or usual.since is None or usual.until is None:
        return False
    return to_us(moment) < usual.since - max((usual.until - usual.since), LONG_AGO // timedelta(microseconds=1))


def language_of(feed: ParsedFeed) -> str:
    """Give the primary subtag of the language of a document; `""` where it says none, or several."""
    told = {feed.language} if feed.language else {entry.language for entry in feed.entries}
    tags = {language.replace("_", "-").partition("-")[0].strip().lower() for language in told}
    return tags.pop() if len(tags) == 1 else ""


def host_of(links: Iterable[str]) -> str:
    """Give the host to which nearly all links lead; `""` where there is none."""
    hosts = [host for host in map(_host, links) if host]
    if len(hosts) < FEW:
        return ""
    host, count = Counter(hosts).most_common(1)[0]
    return host if count >= NEARLY_ALL * len(hosts) else ""


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""

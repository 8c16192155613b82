"""Conditional requests and content codings: header texts in, a decision out (RFC 9110 §13 and §12.5.3).

The only place that knows those rules; nothing here reads a clock, a request or the store, and no header makes
it raise. A document has one strong tag a coding, `"HASH.STAMP-MARK"`; the mark is a letter for the coding and,
where it packs, two hex digits that tell one compressor's bytes from another's (publish/compress.py). Tags of one
version share what stands before the last `-`. Field values are None where the field is absent; lines of a
repeated field come joined by commas. Kept out: ranges, which are ignored, and deltas.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from feeds.model.dates import rfc5322, whole_second

IDENTITY = "identity"
CODINGS = ("br", "gzip", IDENTITY)  # the first of those that a client likes equally is taken

# A second change may follow within the stamp's own second; Last-Modified is honest once Date has left it behind.
SETTLES_AFTER = timedelta(seconds=2)

_ALIASES = {"x-gzip": "gzip"}  # RFC 9110 §8.4.1.3
_KEPT_LENGTH = 200  # longest Accept-Encoding that is remembered; browsers' have about 25 characters

# Possessive throughout: a field of blanks or commas costs time in proportion to its length alone.
_TAG_MEMBER = re.compile(r'[ \t]*+(?:(W/)?("[\x21\x23-\x7e\x80-\xff]*+"))?+[ \t]*+(?:,|\Z)')
_VERSION = re.compile(r'"(.+)-[a-z](?:[0-9a-f]{2})?"')
_WEIGHT = re.compile(r"[ \t]*+[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*+")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH, _TIME = f"(?P<month>{'|'.join(_MONTHS)})", "(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})"
_DAY_NAME, _LONG_DAY_NAME = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_HTTP_DATES = (
    re.compile(rf"{_DAY_NAME}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT"),
    re.compile(rf"{_LONG_DAY_NAME}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT"),  # RFC 850
    re.compile(rf"{_DAY_NAME} {_MONTH} (?P<day>[0-9 ][0-9]) {_TIME} (?P<year>[0-9]{{4}})"),  # asctime
)


class EntityTag(NamedTuple):
    """One tag as a client named it; `opaque` has its quotes, not its `W/`."""

    opaque: str
    is_weak: bool


class TagList(NamedTuple):
    """What If-Match or If-None-Match names. `is_any`: `*`, whatever there is; then `tags` is empty."""

    is_any: bool
    tags: tuple[EntityTag, ...]


class Decision(NamedTuple):
    """How to answer: 200 (as if unconditional), 304 or 412.

    `etag` and `last_modified` are field values to send; None means that the field is left out. A 412 has neither:
    what it carries is no representation of the document.
    """

    status: int
    etag: str | None
    last_modified: str | None


_NOTHING = TagList(False, ())
_ANYTHING = TagList(True, ())
_FAILED = Decision(412, None, None)


def decide(
    method: str,
    *,
    if_match: str | None = None,
    if_none_match: str | None = None,
    if_modified_since: str | None = None,
    if_unmodified_since: str | None = None,
    etag_of: Mapping[str, str],
    coding: str,
    stamp: datetime | None,
    now: datetime,
) -> Decision:
    """Decide how to answer a request for one version of a document, in the order of RFC 9110 §13.2.2.

    `etag_of` has the tag of every coding, also of one whose bytes are not made yet; `coding` is the negotiated
    one and has an entry. `stamp` is when the version came to be; None where no such moment is known (a mix).
    """
    etag = etag_of[coding]
    modified, last_modified = _validator(stamp, now)
    if if_match is not None:
        if not _is_among(if_match, etag_of.values()):  # each names bytes that are served under this address
            return _FAILED
    elif if_unmodified_since is not None and modified is not None:
        limit = http_date(if_unmodified_since, now=now)
        if limit is not None and modified > limit:
            return _FAILED
    is_reading = method in ("GET", "HEAD")
    if if_none_match is not None:
        matched = _find_match(if_none_match, etag_of, coding=coding)
        if matched is not None:
            return Decision(304, matched, last_modified) if is_reading else _FAILED
    elif if_modified_since is not None and last_modified is not None and modified is not None and is_reading:
        since = modified if if_modified_since == last_modified else http_date(if_modified_since, now=now)
        if since is not None and modified <= since:
            return Decision(304, etag, last_modified)
    return Decision(200, etag, last_modified)


def check_write(current_tag: str | None, *, if_match: str | None, if_none_match: str | None) -> int | None:
    """Check the preconditions of a change; give 412 if it must not be made, else None (RFC 9110 §13.1.1, §13.1.2).

    `current_tag` is the resource's strong tag, None where there is no such resource.
    """
    if if_match is not None and (current_tag is None or not _is_among(if_match, (current_tag,))):
        return 412
    if if_none_match is not None and current_tag is not None:
        named = parse_tags(if_none_match)
        if named.is_any or any(tag.opaque == current_tag for tag in named.tags):
            return 412
    return None


def check_read(current_tag: str, if_match: str | None, if_none_match: str | None) -> int | None:
    """Check the preconditions of a GET or HEAD of what has a tag alone; give 412, 304, or None to go on."""
    if check_write(current_tag, if_match=if_match, if_none_match=None) is not None:
        return 412
    return 304 if check_write(current_tag, if_match=None, if_none_match=if_none_match) is not None else None


def parse_tags(value: str) -> TagList:
    """Read the value of If-Match or If-None-Match (RFC 9110 §8.8.3, §5.6.1.2).

    Empty members are passed over. A list with anything else in it that is no tag, `*` too, names nothing:
    half of a damaged list may be another tag than the one that was meant.
    """
    if value.strip(" \t") == "*":
        return _ANYTHING
    tags: list[EntityTag] = []
    position = 0
    while position < len(value):
        member = _TAG_MEMBER.match(value, position)
        if member is None:
            return _NOTHING
        if member[2] is not None:
            tags.append(EntityTag(member[2], member[1] is not None))
        position = member.end()
    return TagList(False, tuple(tags))


def version_of(tag: str) -> str | None:
    """Give what the tags of one version share, `HASH.STAMP`; None where the quoted `tag` is none of our making."""
    found = _VERSION.fullmatch(tag)
    return None if found is None else found[1]


def choose_coding(accept_encoding: str | None, available: Sequence[str]) -> str:
    """Choose the content coding to answer in (RFC 9110 §12.5.3): the best liked of `available`, or identity.

    Identity stands in where nothing available is acceptable, and where the field is absent: whoever does not
    name a coding may not know any. Of codings liked equally the first in CODINGS is taken.
    """
    if accept_encoding is None:
        return IDENTITY
    if len(accept_encoding) > _KEPT_LENGTH:
        return _best_coding(accept_encoding, tuple(available))
    return _remembered_coding(accept_encoding, tuple(available))


def http_date(text: str, *, now: datetime) -> datetime | None:
    """Read an HTTP-date in any of its three forms (RFC 9110 §5.6.7); None where it is not one.

    `now` decides the century of a two-digit year. The name of the day is not compared with the date.
    """
    for form in _HTTP_DATES:
        found = form.fullmatch(text)
        if found is not None:
            break
    else:
        return None
    month, day = _MONTHS.index(found["month"]) + 1, int(found["day"])
    hour, minute, second = (int(part) for part in found["time"].split(":"))
    year = int(found["year"])
    if len(found["year"]) == 2:
        year = _full_year(year, (month, day, hour, minute, second), now)
    leap = second == 60  # allowed by the grammar; read as the second after :59
    try:
        return datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC) + timedelta(seconds=leap)
    except (ValueError, OverflowError):
        return None


def _full_year(two_digits: int, rest: tuple[int, ...], now: datetime) -> int:
    """Give the latest year with these last digits that puts the moment at most 50 years ahead of `now`."""
    utc = now.astimezone(UTC)
    limit = (utc.year + 50, utc.month, utc.day, utc.hour, utc.minute, utc.second)
    year = limit[0] - (limit[0] - two_digits) % 100
    return year if (year, *rest) <= limit else year - 100


def _validator(stamp: datetime | None, now: datetime) -> tuple[datetime | None, str | None]:
    """Give the modification date, and Last-Modified where it may be sent by now (CONTRACT section 8)."""
    if stamp is None:
        return None, None
    modified, text = _modification(stamp)
    return modified, text if now - modified >= SETTLES_AFTER else None


@lru_cache(maxsize=4096)
def _modification(stamp: datetime) -> tuple[datetime, str]:
    modified = whole_second(stamp)
    return modified, rfc5322(modified)


def _is_among(if_match: str, present: Collection[str]) -> bool:
    """Compare strongly with the tags that are present."""
    named = parse_tags(if_match)
    return named.is_any or any(not tag.is_weak and tag.opaque in present for tag in named.tags)


def _find_match(if_none_match: str, etag_of: Mapping[str, str], *, coding: str) -> str | None:
    """Give the tag that a 304 carries, None where nothing of this version was named; compares weakly.

    A cache finds the response that it may go on using by that tag (RFC 9111 §4.3.4): so the negotiated coding's if
    the client has it, else the first that it does have.
    """
    wanted = etag_of[coding]
    if if_none_match == wanted:
        return wanted
    named = parse_tags(if_none_match)
    if named.is_any:
        return wanted
    version = version_of(wanted)
    matching = [tag.opaque for tag in named.tags if _is_of(tag.opaque, version, etag_of)]
    if not matching:
        return None
    return wanted if wanted in matching else matching[0]


def _is_of(tag: str, version: str | None, etag_of: Mapping[str, str]) -> bool:
    return tag in etag_of.values() or (version is not None and version_of(tag) == version)


def _best_coding(accept_encoding: str, available: tuple[str, ...]) -> str:
    liked = _qualities(accept_encoding)
    others = liked.get("*", 0.0)

    def quality(coding: str) -> float:
        return liked.get(coding, others)

    best = max((coding for coding in CODINGS if coding in available or coding == IDENTITY), key=quality)
    return best if quality(best) > 0 else IDENTITY


_remembered_coding = lru_cache(maxsize=256)(_best_coding)


def _qualities(accept_encoding: str) -> dict[str, float]:
    """Give the quality of each coding that is named; members with a malformed weight are passed over.

    A coding named twice (in two lines, say) is liked as little as the lesser says: 0 is a refusal.
    """
    liked: dict[str, float] = {}
    for member in accept_encoding.split(","):
        name, semicolon, parameter = member.partition(";")
        name = name.strip(" \t").lower()
        weight = _WEIGHT.fullmatch(parameter) if semicolon else None
        if not name or (semicolon and weight is None):
            continue
        quality = 1.0 if weight is None else float(weight[1])
        name = _ALIASES.get(name, name)
        liked[name] = min(liked.get(name, 1.0), quality)
    return liked

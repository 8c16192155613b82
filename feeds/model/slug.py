"""Slugs: the part of an address that a reader can read. 1–80 of `a-z0-9-`, transliterated."""

import hashlib
import re

from anyascii import anyascii

MAX_SLUG = 80
# Words that an address of ours has in a slug's place (CONTRACT section 4).
RESERVED_SLUGS = frozenset({"feed", "archive", "merge"})
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?", re.ASCII)


def slugify(text: str) -> str:
    """Make a slug of a name or headline: the same text, the same slug.

    What has no letter or digit in any script (an emoji has a name, but no sound) becomes `t-` and
    eight hex digits of its hash, so that it can be reached all the same.
    """
    spoken = re.sub(r":[a-z0-9_+-]+:", " ", anyascii(text))  # anyascii spells emoji as :names:
    words = re.sub(r"[^a-z0-9]+", "-", spoken.replace("'", "").lower()).strip("-")
    slug = _cut(words)
    if not slug or slug in RESERVED_SLUGS:
        return "t-" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    return slug


def numbered(slug: str, number: int) -> str:
    """Give the slug with `-number` behind it, within the length that slugs may have."""
    suffix = f"-{number}"
    return slug[: MAX_SLUG - len(suffix)].rstrip("-") + suffix


def _cut(words: str) -> str:
    """Cut at a word where one ends in the last quarter, else hard."""
    if len(words) <= MAX_SLUG:
        return words
    at = words.rfind("-", MAX_SLUG * 3 // 4, MAX_SLUG + 1)
    return words[: at if at > 0 else MAX_SLUG].strip("-")

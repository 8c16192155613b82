"""Language tags (BCP 47): which may be kept, and how a locale's name is spelt as one."""

import re

# RFC 5646 §2.1; no longer language subtag than of three letters was ever registered (§2.2.1), so that "english" is
# none. Of the grandfathered tags those that the grammar does not take anyhow.
_PRIVATE = r"x(?:-[a-z0-9]{1,8})+"
_IRREGULAR = (
    r"en-gb-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)|sgn-(?:be-fr|be-nl|ch-de)"
)
_TAG = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"
    rf"(?:-{_PRIVATE})?|{_PRIVATE}|{_IRREGULAR}",
    re.IGNORECASE | re.ASCII,
)
_LONGEST = 35  # characters (RFC 5646 §4.4.1)


def language_tag(text: str) -> str | None:
    """Give the tag that a text is, the underscore of a locale (`hi_IN`) as a hyphen; None where it is none."""
    tag = text.strip().replace("_", "-")
    return tag if len(tag) <= _LONGEST and _TAG.fullmatch(tag) else None

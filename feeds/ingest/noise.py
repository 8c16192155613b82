"""What changes in a document although nothing of it did: dates, comments, and who made it.

In come the bytes of a body, out goes a hash that is blind to these. A change of dates alone is no change (CONTRACT
section 9), so two bodies of equal hash need not be read twice.
"""

import hashlib
import re

# Text that is shaped like a date, so that a text about feeds is not taken for one.
_DATE = rb"\s*(?:<!\[CDATA\[)?[\w:,+. -]{6,40}(?:\]\]>)?\s*"
_NOISE = re.compile(
    rb"<(lastBuildDate|pubDate|updated|published|modified|issued|dc:date|dcterms:modified|atom:updated|a10:updated)"
    rb"(?: [^<>]{0,100})?>" + _DATE + rb"</\1>|<!--(?!\[)[^>]{0,2000}-->"
)


def quiet(body: bytes) -> bytes:
    """Give the body without its noise."""
    return _NOISE.sub(b"", body)


def quiet_hash(body: bytes) -> str:
    """Give a hash of a body that is blind to its noise."""
    return hashlib.sha256(quiet(body)).hexdigest()

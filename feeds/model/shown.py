"""What a fragment prints of an article, as one short text: equal texts, equal fragments.

A fragment is kept under this text (DESIGN section 5). A revision's number alone would go stale at the rename of an
author; so it is a hash over every value that can be printed. All values count but those named in _SILENT: a field
that is added later counts from its first day.
"""

import hashlib
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache

from feeds.model.article import Article
from feeds.model.dates import to_us

# Values that no document prints: an article's standing is told by its being there.
_SILENT = {
    "status",
    "revision",
    "created_at",
    "expires_at",
    "withdrawn_at",
    "withdrawn_reason",
    "was_public",
    "bio",
    "also",
}
# Values that came later: as long as they are empty, an article's text is the one that it had before them.
_LATER = {"measured"}


def shown_of(article: Article) -> str:
    """Give 32 hex digits that stand for all that documents print of the article."""
    return hashlib.blake2b(_spell(article).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _spell(value: object) -> str:
    """Write a value so that different values are written differently; independent of the process."""
    kind = type(value)
    if kind is str:
        return repr(value)
    if kind is tuple:
        return "(" + ",".join([_spell(part) for part in value]) + ")"  # type: ignore[attr-defined]  # a tuple
    if kind is datetime:
        return f"@{to_us(value)}"  # type: ignore[arg-type]  # a datetime
    if is_dataclass(kind):
        named = ((name, getattr(value, name)) for name in _printed(kind))
        parts = [f"{name}={_spell(part)}" for name, part in named if part or name not in _LATER]
        return kind.__name__ + "{" + ",".join(parts) + "}"
    return repr(str(value)) if isinstance(value, str) else repr(value)


@cache
def _printed(kind: type) -> tuple[str, ...]:
    return tuple(found.name for found in fields(kind) if found.name not in _SILENT)

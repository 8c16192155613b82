"""Entries met for the first time: what each becomes, an article, part of one that there is, or none.

Those of several sources are met as a set, where no two of them tell the same story (takings.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.errors import Refusal
from feeds.ingest.convert import Taken
from feeds.model.article import Article, Origin, Status
from feeds.model.dates import to_us
from feeds.model.representation import represent
from feeds.model.source import Source, State
from feeds.model.submission import submission_of
from feeds.pipeline import intake, twins
from feeds.pipeline.entry_rows import held, row_of, to_be_read, wants_page
from feeds.pipeline.intake import Wish
from feeds.pipeline.matching import Met
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.returning import Ours
from feeds.pipeline.revising import fields_of, origin_of, words_of
from feeds.pipeline.ruling import Ruling
from feeds.pipeline.twins import Story
from feeds.store import articles, entries
from feeds.store.database import Connection

OURS = "ours"
READING = "its page is being read"  # why a new entry is held whose source has full_text


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """A new entry of a source, what tells its story, and what was ruled on it; `name` is the id of an article to be."""

    source: Source
    found: Met
    taken: Taken
    story: Story
    name: str
    ruling: Ruling | None


def meet(connection: Connection, room: Newsroom, first: Sequence[First], joining: Mapping[str, str]) -> None:
    """Keep new entries, and make articles of those that are to have one; `joining` are articles of theirs, by key.

    Keys differ among them, and so do stories.
    """
    now = room.clock.now()
    rows: dict[str, dict[str, object]] = {}
    wishes: dict[str, Wish] = {}
    ours = Ours(connection, room, [(one.found.entry, one.story) for one in first])
    known = twins.stand(connection, joining.values())
    for one in first:
        key, ruling = one.found.key, one.ruling
        article, wish = "", None
        own = ours.find(one.found.entry, one.story)
        if own is not None:
            state, why, article = "refused", OURS, own
        elif ruling is not None and ruling.state == "refused":
            state, why = ruling.state, ruling.why
        elif key in joining and one.source.state is not State.QUARANTINED:
            article = joining[key]
            state, why, wish = _join(connection, room, one, known[article])
        elif ruling is not None and ruling.state != "published":
            state, why = ruling.state, ruling.why
        else:
            state, why, wish = _begin(one, now)
        if wish is not None:
            wishes[key] = wish
        fate = {"first_seen_at": to_us(now), "state": state, "why": why, "article": article, "joined": bool(article)}
        row = row_of(one.found, one.taken, now)
        rows[key] = {"source": one.source.id, **row, **fate, "body": "", "page_at": None}
        if state == "held":
            rows[key] |= held(one.source, one.taken, now, now)
        elif key in wishes and wants_page(one.source, one.taken):  # it goes before: so will its page
            rows[key] |= to_be_read(one.taken, now)
    for key, why in _saved(connection, room, wishes, now).items():
        if why:
            rows[key] |= {"why": why} if key in joining else {"state": "refused", "why": why}
            continue
        if key in joining:
            entries.hand_over(connection, joining[key])
        rows[key] |= {"article": wishes[key].article_id, "joined": False}
    entries.meet(connection, list(rows.values()))


def _begin(one: First, now: datetime) -> tuple[str, str, Wish | None]:
    """Make a new entry an article, or have it wait for its page."""
    if wants_page(one.source, one.taken):
        return "held", READING, None
    try:
        wanted = submission_of(fields_of(one.source, one.taken, now))
    except Refusal as error:
        return "refused", words_of(error), None
    return "published", "", Wish(article_id=one.name, wanted=wanted, origin=_origin_of(one))


def _join(connection: Connection, room: Newsroom, one: First, article: Article | None) -> tuple[str, str, Wish | None]:
    """Have a new entry stand for an article that there is; where its version goes before, with what that becomes."""
    if article is None:
        return "refused", entries.ERASED, None
    if article.origin is None:
        return "refused", OURS, None
    if article.status is Status.WITHDRAWN:
        return "refused", "the same story was withdrawn", None
    first = article.origin.title
    if not twins.goes_before(connection, room, one.source, article):
        return "published", f"the same story as from {first}"[:500], None
    ours = articles.ours_of(connection, [article.id])[article.id]
    stored = represent(article, room.site, [])
    try:
        wanted = submission_of({**one.taken.fields, **{name: stored[name] for name in ours}})
    except Refusal as error:
        return "published", words_of(error), None
    why = f"goes before the same story from {first}"[:500]
    return "published", why, Wish(article_id=article.id, wanted=wanted, origin=_origin_of(one))


def _origin_of(one: First) -> Origin:
    return origin_of(one.source, one.found.entry.id or one.found.key)


def _saved(connection: Connection, room: Newsroom, wishes: Mapping[str, Wish], now: datetime) -> dict[str, str]:
    """Save articles; say of each by its key why it was refused, `""` where it was not."""
    saved = intake.save_all(connection, room, list(wishes.values()), now=now, by_partner=True)
    return {
        key: words_of(result) if isinstance(result, Refusal) else "" for key, result in zip(wishes, saved, strict=True)
    }

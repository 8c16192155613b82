"""An entry made an article's fields, and a partner's later version of it a revision of that article."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from feeds.errors import Refusal
from feeds.ingest.convert import Taken
from feeds.model.article import Origin
from feeds.model.dates import rfc3339, whole_second
from feeds.model.representation import represent
from feeds.model.rights import ending
from feeds.model.source import Source, shown_address
from feeds.model.submission import submission_of
from feeds.pipeline import intake
from feeds.pipeline.intake import Wish
from feeds.pipeline.newsroom import Newsroom
from feeds.store import articles
from feeds.store.database import Connection


def fields_of(source: Source, taken: Taken, now: datetime) -> dict[str, object]:
    """Give the article's fields with its moment: the partner's, else the one at which it was first seen."""
    moment = whole_second(min(taken.published_at or now, now))
    return {**taken.fields, "published_at": rfc3339(moment), "status": "published", **ends(source, moment)}


def ends(source: Source, published_at: datetime | None) -> dict[str, object]:
    """Give the field that says when a story of the source ends; none where it does not."""
    moment = ending(published_at, source.expire_days)
    return {} if moment is None else {"expires_at": rfc3339(moment)}


def origin_of(source: Source, entry_id: str) -> Origin:
    """Give what an article keeps of where it came from."""
    return Origin(
        id=source.id,
        title=source.title or source.id,
        url=shown_address(source.url),
        entry_id=entry_id,
        site_url=source.site_url,
        credit=source.credit,
        rights=source.rights,
        summary_words=source.summary_words,
        images=source.images,
    )


def revise_all(
    connection: Connection,
    room: Newsroom,
    source: Source,
    told: Sequence[tuple[str, Mapping[str, object]]],
    *,
    now: datetime,
) -> list[str]:
    """Make articles, by id, what their partner says now, but for the fields that the newsroom changed.

    Their status stays. Say of each why that was refused, `""` where it was not.
    """
    if not told:
        return []
    present = articles.load(connection, [article_id for article_id, _ in told])
    ours = articles.ours_of(connection, list(present))
    whys = [""] * len(told)
    wishes: dict[int, Wish] = {}
    for at, (article_id, fields) in enumerate(told):
        if (current := present.get(article_id)) is None:
            continue
        stored = represent(current, room.site, [])
        kept = {name: stored[name] for name in ours[article_id]}
        try:
            wanted = submission_of({**fields, **ends(source, current.published_at), **kept})
            wishes[at] = Wish(article_id=article_id, wanted=wanted)
        except Refusal as error:
            whys[at] = words_of(error)
    saved = intake.save_all(connection, room, list(wishes.values()), now=now, by_partner=True)
    for at, result in zip(wishes, saved, strict=True):
        whys[at] = words_of(result) if isinstance(result, Refusal) else ""
    return whys


def words_of(error: Refusal) -> str:
    """Say in one line why an entry was refused."""
    faults = "; ".join(f"{fault.pointer} {fault.detail}" for fault in error.faults)
    return (faults or error.detail)[:500]

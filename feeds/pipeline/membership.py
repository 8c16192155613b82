"""Which channels an article stands in: those that it names, and the sections whose rules choose it."""

from datetime import datetime

from feeds.model.article import Article
from feeds.model.channel import Membership, channels_of
from feeds.model.label import Kind
from feeds.model.rule import selects
from feeds.store import channels, places, sections
from feeds.store.database import Connection


def memberships(connection: Connection, article: Article, now: datetime) -> list[Membership]:
    """List the channels of an article at `now`; none where it is not public."""
    if not article.is_public(now) or article.published_at is None:
        return []
    ruled = dict(sections.rules(connection))
    slugs = {label.slug for label in ruled}
    # A section with a rule holds what the rule chooses, not what names it.
    named = [found for found in channels_of(article) if found.kind is not Kind.SECTIONS or found.slug not in slugs]
    chosen = [
        Membership(Kind.SECTIONS, label.slug, article.published_at)
        for label, rule in ruled.items()
        if selects(rule, article, now)
    ]
    return named + chosen


def place(connection: Connection, article: Article, now: datetime) -> set[int]:
    """Place an article where it belongs at `now`; give the channels that it entered, stays in or left."""
    return places.replace(
        connection, article.id, channels.open_channels(connection, memberships(connection, article, now))
    )

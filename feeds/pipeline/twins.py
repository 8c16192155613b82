"""The same story from several partners: an entry that is new to its source may be one that another one sent before.

It is so by its page, by its very text, or by an id that is meant for the whole world with the same headline. What
stands for several stories on either side (a live page, a form of words) tells nothing. An entry of a known story joins
its article, which prints one version; whose, the operator says (`ingest.wins`).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from feeds.ingest.canonical import strip_tracking
from feeds.ingest.convert import MAX_TITLE
from feeds.model import story
from feeds.model.article import Article, Status
from feeds.model.markup import text_of
from feeds.model.source import Source
from feeds.pipeline.matching import Met
from feeds.pipeline.newsroom import Newsroom
from feeds.store import articles, entries, sources
from feeds.store.database import Connection
from feeds.store.entries import Told

_WORLDWIDE = ("http://", "https://", "tag:", "urn:")  # ids that no other house gives (RFC 4151, 4287 §4.2.6)


class Story(NamedTuple):
    """What tells a story of an entry: `link` is empty where other entries of its source have it too."""

    source: str
    key: str
    title: str
    link: str
    text_key: str


def of(found: Met, source_id: str) -> Story:
    """Give what tells the story of an entry that was just met."""
    title = "" if found.entry.title is None else found.entry.title.line
    return Story(source_id, found.key, title, found.link if found.has_own_page else "", found.text_key)


def find(connection: Connection, stories: Sequence[Story]) -> dict[str, str]:
    """Give, by key, the articles of stories that other sources have sent; an article is found once for a source.

    Keys differ, and what a story of one source says no other's does.
    """
    pages = {one.key: story.spellings(one.link) for one in stories}
    told = _told(connection, stories, pages)
    if not told:
        return {}
    by_link, by_text, by_id = _by(told, "link"), _by(told, "text_key"), _by(told, "key")
    texts = Counter(one.text_key for one in stories)
    keys: dict[tuple[str, str], str] = {}  # by source and article
    for one in stories:
        same = _articles(other for link in pages[one.key] for other in by_link[link] if other.source != one.source)
        if len(same) != 1 and one.text_key and texts[one.text_key] == 1:
            same = _articles(other for other in by_text[one.text_key] if other.source != one.source)
        if len(same) != 1 and one.key.startswith(_WORLDWIDE):
            others = (other for other in by_id[one.key] if other.source != one.source)
            same = _articles(other for other in others if _is_headed_alike(other, one))
        if len(same) == 1:
            keys.setdefault((one.source, same.pop()), one.key)
    return {key: article for (_, article), key in keys.items()}


def _told(connection: Connection, stories: Sequence[Story], pages: Mapping[str, Collection[str]]) -> list[Told]:
    """Give what other sources' entries say of the same pages, in the same words or under the same ids."""
    sources_of = {one.source for one in stories}
    told = entries.elsewhere(
        connection,
        next(iter(sources_of)) if len(sources_of) == 1 else "",
        ids=[one.key for one in stories if one.key.startswith(_WORLDWIDE)],
        links=[link for some in pages.values() for link in some],
        texts=[one.text_key for one in stories],
    )
    if len(sources_of) == 1 or len(told) < entries.MOST_ELSEWHERE:
        return told
    # There is more than was looked at, and what a source itself has may stand before what others have.
    alone = [[one for one in stories if one.source == source] for source in sorted(sources_of)]
    return [found for some in alone for found in _told(connection, some, {one.key: pages[one.key] for one in some})]


def stand(connection: Connection, twins: Collection[str]) -> dict[str, Article | None]:
    """Give the articles as they are; None for one that was erased."""
    present = articles.load(connection, sorted(set(twins)))
    return {article: present.get(article) for article in twins}


def goes_before(connection: Connection, room: Newsroom, source: Source, article: Article) -> bool:
    """Say whether a source's version takes the place of the one that an article prints."""
    if room.settings.ingest.wins == "first" or not source.wire or article.origin is None:
        return False
    if article.status is Status.WITHDRAWN:
        return False
    present = sources.load(connection, [article.origin.id]).get(article.origin.id)
    return present is None or not present.wire


def beaten_by(connection: Connection, article: Article) -> list[str]:
    """Give partners' articles of the story that one of ours tells: its first home's page, or its very text."""
    texts = {story.text_key(article.title, text) for text in (text_of(article.content_html), article.standfirst)}
    links = story.spellings(strip_tracking(article.canonical_url))
    told = entries.elsewhere(connection, "", ids=(), links=links, texts=texts)
    return sorted(_articles(told) - {article.id})


def _by(told: Sequence[Told], name: str) -> Mapping[str, list[Told]]:
    found: defaultdict[str, list[Told]] = defaultdict(list)
    for one in told:
        found[getattr(one, name)].append(one)
    return found


def _articles(told: Iterable[Told]) -> set[str]:
    return {one.article for one in told}


def _is_headed_alike(other: Told, one: Story) -> bool:
    return bool(one.title) and story.fold_text(other.title) == story.fold_text(one.title[:MAX_TITLE])

"""Stories of our own that come back through a partner: whole, as a summary, or under its own link.

An entry is ours where its id, its link or what it names as its origin is ours; where a story of ours has its headline
and it says what that says; and where it is the page that our story names as its first home.
"""

import re
from collections.abc import Sequence

from feeds.ingest.canonical import strip_tracking
from feeds.model import story
from feeds.model.article import Article
from feeds.model.entry import Entry
from feeds.model.markup import text_of
from feeds.model.site import Site
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.twins import Story
from feeds.store import articles, own_stories
from feeds.store.database import Connection

MOST_NAMED = 10  # pages of ours that one entry's text leads to, looked at


def keys_of(article: Article) -> list[tuple[str, str]]:
    """Give the (key, article) by which a story of our own is known; none of a partner's."""
    if article.origin is not None:
        return []
    keys = (story.headline_key(article.title), story.page_key(strip_tracking(article.canonical_url)))
    return [(key, article.id) for key in keys if key]


def erased_keys_of(article: Article) -> list[tuple[str, str]]:
    """Give the keys by which a story of our own is known when its text is gone."""
    texts = (article.standfirst, text_of(article.content_html)) if article.origin is None else ()
    return [(f"text:{key}", article.id) for text in texts if (key := story.text_key(article.title, text))]


class Ours:
    """Which of some entries are ours."""

    def __init__(self, connection: Connection, room: Newsroom, some: Sequence[tuple[Entry, Story]]) -> None:
        self._site = room.site
        self._heads = {one.key: story.headline_key(one.title) for _, one in some}
        self._named = {one.key: _named(room.site, entry) for entry, one in some}
        others = {one.key: _page_and_text(one) for _, one in some}
        keys = {*self._heads.values(), *(key for some_keys in others.values() for key in some_keys)}
        self._by_key = own_stories.find(connection, keys)
        self._at_once: dict[str, str] = {
            name: found[0] for name, known in others.items() for key in known if (found := self._by_key.get(key))
        }
        ids = {article for head in self._heads.values() for article in self._by_key.get(head, [])}
        ids.update(article for named in self._named.values() for article in named)
        self._articles = articles.load(connection, sorted(ids)) if ids else {}

    def find(self, entry: Entry, one: Story) -> str | None:
        """Give the id of our story that an entry is; `""` where it is one of ours by its address; None: it is not."""
        if is_by_address(self._site, entry):
            return ""
        if one.key in self._at_once:
            return self._at_once[one.key]
        headed, named = self._by_key.get(self._heads[one.key], []), self._named[one.key]
        for article_id in dict.fromkeys(headed + named):
            article = self._articles.get(article_id)
            if article is None or article.origin is not None:
                continue
            if _says(entry, article, is_headed=article_id in headed, is_named=article_id in named):
                return article_id
        return None


def is_by_address(site: Site, entry: Entry) -> bool:
    """Say whether an entry is a story of ours by its id, its link, or what it names as its origin."""
    page, feeds = (f"{site.url}/{part}/".partition("://")[2].lower() for part in ("articles", "feeds"))
    own = f"tag:{site.authority},{site.date}:"
    home = f"{site.url}/".partition("://")[2].lower()
    if entry.id.startswith(own) or any(_bare(address).startswith(page) for address in (entry.id, entry.link)):
        return True
    return any(
        origin.startswith(own) or _bare(origin).startswith((page, feeds)) or f"{_bare(origin).rstrip('/')}/" == home
        for origin in entry.origins
    )


def _page_and_text(one: Story) -> list[str]:
    keys = story.page_key(one.link), f"text:{one.text_key}" if one.text_key else ""
    return [key for key in keys if key]


def _named(site: Site, entry: Entry) -> list[str]:
    """Give the ids of our articles that an entry's text leads to."""
    text = "".join(part.value for part in (entry.content, entry.summary) if part is not None and part.is_html)
    if site.url.partition("://")[2] not in text:
        return []
    found = re.findall(re.escape(f"{site.url}/articles/".partition("://")[2]) + r"([A-Za-z0-9._-]{1,64})", text)
    return list(dict.fromkeys(found))[:MOST_NAMED]


def _says(entry: Entry, article: Article, *, is_headed: bool, is_named: bool) -> bool:
    """Say whether an entry is an article of ours that it has the headline of, or leads to, or both."""
    if is_headed and is_named:
        return True
    is_in = story.begins_within if is_headed else story.is_within
    whole = f"{article.standfirst} {article.dateline} {text_of(article.content_html)}"
    parts = [part.line for part in (entry.content, entry.summary) if part is not None]
    return any(is_in(part, whole) for part in parts)


def _bare(address: str) -> str:
    return address.partition("://")[2].lower()

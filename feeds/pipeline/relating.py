"""Related lines tied to the public articles that they stand for, by id or by title."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from feeds.model.article import Article, Related, RelatedTarget
from feeds.model.label import fold
from feeds.store import articles
from feeds.store.database import Connection


def tie(connection: Connection, changed: Sequence[Article], now: datetime) -> list[tuple[Related, ...]]:
    """Tie related lines to the public articles that they stand for, each as it is when its turn comes."""
    lines = [line for article in changed for line in article.related]
    if not lines:
        return [()] * len(changed)
    by_id, by_title = articles.find_targets(
        connection,
        ids={line.id for line in lines if line.id},
        folds={fold(line.title) for line in lines if not line.id},
    )
    tied = []
    for article in changed:
        tied.append(tuple(_tie(line, article.id, by_id, by_title) for line in article.related))
        _remember(article, by_id, by_title, now)
    return tied


def _tie(
    line: Related, article_id: str, by_id: dict[str, RelatedTarget], by_title: dict[str, RelatedTarget]
) -> Related:
    target = by_id.get(line.id) if line.id else by_title.get(fold(line.title))
    return replace(line, tied=None if target is None or target.id == article_id else target)


def _remember(
    article: Article, by_id: dict[str, RelatedTarget], by_title: dict[str, RelatedTarget], now: datetime
) -> None:
    """Have those who come later in the set find an article as it now is; all hear of it afterwards in any case."""
    target = RelatedTarget(id=article.id, title=article.title)
    folded = fold(article.title)
    if article.is_public(now):
        by_id[article.id] = target
        by_title.setdefault(folded, target)
        return
    by_id.pop(article.id, None)
    if folded in by_title and by_title[folded].id == article.id:
        del by_title[folded]

"""Articles: loaded whole, in bulk; saved with all that hangs on them. Every query runs on an index."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, exists, or_, select, tuple_, update

from feeds.model.article import Article, Origin, Related, RelatedTarget
from feeds.model.label import Label, fold
from feeds.model.shown import shown_of
from feeds.model.source import shown_address
from feeds.store import search
from feeds.store.article_rows import article_of, row_of
from feeds.store.labels import label_of
from feeds.store.labels import load as load_labels
from feeds.store.schema import article_labels, article_related, article_shows, articles, labels, revisions, sources
from feeds.store.upsert import insert_missing, upsert


def load(connection: Connection, ids: Sequence[str]) -> dict[str, Article]:
    """Give articles by id, with labels, origin and what related lines stand for now; six queries for any number."""
    rows = connection.execute(select(articles).where(articles.c.id.in_(ids))).all()
    bylines = _labels_of(connection, ids)
    sections = load_labels(connection, {row.section for row in rows if row.section is not None})
    related = _related_of(connection, ids)
    origins = _origins_of(connection, {row.source for row in rows if row.source is not None})
    return {
        row.id: article_of(
            row,
            labels=bylines[row.id],
            section=sections.get(row.section),
            related=related[row.id],
            origin=None if row.source is None else replace(origins[row.source], entry_id=row.entry_id),
        )
        for row in rows
    }


def find(connection: Connection, article_id: str) -> Article | None:
    """Give one article, in any status; None where it never was."""
    return load(connection, [article_id]).get(article_id)


def find_namesake(connection: Connection, article_id: str) -> str | None:
    """Give the id that differs from this one by case alone, where there is one."""
    same = select(articles.c.id).where(articles.c.folded_id == article_id.lower(), articles.c.id != article_id)
    return connection.execute(same).scalar()


def save(
    connection: Connection, article: Article, *, changed_us: int, is_placed: bool, ours: Iterable[str] = ()
) -> None:
    """Write an article over what was there, with its labels, related lines and what it shows."""
    row = {**row_of(article), "changed_at": changed_us, "is_placed": is_placed, "ours": " ".join(sorted(ours))}
    upsert(connection, articles, [row], key=["id"])
    for table in (article_labels, article_related, article_shows):
        connection.execute(delete(table).where(table.c.article == article.id))
    filed = [
        {"article": article.id, "kind": str(label.kind), "position": at, "label": label.id}
        for group in (article.authors, article.tags)
        for at, label in enumerate(group)
    ]
    if filed:
        connection.execute(article_labels.insert(), filed)
    if article.related:
        connection.execute(
            article_related.insert(),
            [
                {
                    "article": article.id,
                    "position": at,
                    "target": line.id or "",
                    "title": line.title,
                    "title_fold": "" if line.id else fold(line.title),
                    "url": line.url,
                }
                for at, line in enumerate(article.related)
            ],
        )
    shows = [
        {"kind": kind, "key": key, "moment": row["moment"], "article": article.id}
        for kind, key in sorted(_shows(article))
    ]
    insert_missing(connection, article_shows, shows)
    search.index(connection, article)


def save_revision(connection: Connection, article: Article, body: str, at_us: int) -> None:
    """Keep a revision as GET answered it (JSON)."""
    connection.execute(revisions.insert().values(article=article.id, number=article.revision, at=at_us, body=body))


def revisions_of(connection: Connection, article_id: str) -> list[str]:
    """Give the JSON of every revision, the present one first."""
    statement = select(revisions.c.body).where(revisions.c.article == article_id).order_by(revisions.c.number.desc())
    return list(connection.execute(statement).scalars())


def ours_of(connection: Connection, article_id: str) -> frozenset[str]:
    """Give the fields of a partner's story that were changed through the API and stay ours."""
    found = connection.execute(select(articles.c.ours).where(articles.c.id == article_id)).scalar()
    return frozenset((found or "").split())


def showing(
    connection: Connection, kind: str, key: str, *, before: tuple[int, str] | None, limit: int
) -> list[tuple[int, str]]:
    """Give (moment, id) of articles that print something of a label, article, title or source; newest first."""
    at = tuple_(article_shows.c.moment, article_shows.c.article)
    statement = select(article_shows.c.moment, article_shows.c.article).where(
        article_shows.c.kind == kind, article_shows.c.key == key
    )
    if before is not None:
        statement = statement.where(at < tuple_(*before))
    statement = statement.order_by(article_shows.c.moment.desc(), article_shows.c.article.desc()).limit(limit)
    return [(row.moment, row.article) for row in connection.execute(statement)]


def refresh_shown(connection: Connection, ids: Sequence[str]) -> list[str]:
    """Set anew what articles show; give those that show something else than before."""
    rows = connection.execute(select(articles.c.id, articles.c.shown).where(articles.c.id.in_(ids)))
    before = {row.id: row.shown for row in rows}
    changed = []
    for article in load(connection, ids).values():
        if (shown := shown_of(article)) != before[article.id]:
            connection.execute(update(articles).where(articles.c.id == article.id).values(shown=shown))
            changed.append(article.id)
    return changed


def due(connection: Connection, now_us: int, limit: int) -> list[str]:
    """Give scheduled articles whose moment has come, earliest first."""
    statement = (
        select(articles.c.id)
        .where(articles.c.status == "scheduled", articles.c.published_at <= now_us)
        .order_by(articles.c.published_at)
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())


def ending(connection: Connection, now_us: int, limit: int) -> list[str]:
    """Give public articles whose end has come, earliest first."""
    statement = (
        select(articles.c.id)
        .where(articles.c.is_placed, articles.c.expires_at.is_not(None), articles.c.expires_at <= now_us)
        .order_by(articles.c.expires_at)
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())


def newest(connection: Connection, *, limit: int) -> list[str]:
    """Give ids of articles in any status, newest published (else made) first, then id descending."""
    statement = select(articles.c.id).order_by(articles.c.moment.desc(), articles.c.id.desc()).limit(limit)
    return list(connection.execute(statement).scalars())


def exists_any(connection: Connection) -> bool:
    """Say whether the newsroom has an article at all."""
    return connection.execute(select(articles.c.id).limit(1)).first() is not None


def was_label_public(connection: Connection, label: int) -> bool:
    """Say whether a label's articles ever were public: it then keeps its documents, even empty ones."""
    by_line = select(article_labels.c.article).where(article_labels.c.label == label)
    statement = select(articles.c.id).where(
        articles.c.was_public, or_(articles.c.id.in_(by_line), articles.c.section == label)
    )
    return connection.execute(select(exists(statement))).scalar_one()


def _shows(article: Article) -> set[tuple[str, str]]:
    """Name all that the article's fragments print and that is not its own."""
    found = {("label", str(label.id)) for label in (*article.authors, *article.tags)}
    if article.section is not None:
        found.add(("label", str(article.section.id)))
    if article.origin is not None:
        found.add(("source", article.origin.id))
    for line in article.related:
        found.add(("article", line.id) if line.id else ("title", fold(line.title)))
        if line.tied is not None:
            found.add(("article", line.tied.id))
    return found


def _labels_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[Label]]:
    rows = connection.execute(
        select(article_labels.c.article, labels)
        .join(labels, labels.c.id == article_labels.c.label)
        .where(article_labels.c.article.in_(ids))
        .order_by(article_labels.c.article, article_labels.c.kind, article_labels.c.position)
    )
    found: defaultdict[str, list[Label]] = defaultdict(list)
    for row in rows:
        found[row.article].append(label_of(row))
    return found


def _related_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[Related]]:
    statement = select(article_related).where(article_related.c.article.in_(ids))
    lines = connection.execute(statement.order_by(article_related.c.article, article_related.c.position)).all()
    found: defaultdict[str, list[Related]] = defaultdict(list)
    if not lines:
        return found
    by_id, by_title = find_targets(
        connection, ids={line.target for line in lines}, folds={line.title_fold for line in lines}
    )
    for line in lines:
        tied = by_id.get(line.target) if line.target else by_title.get(line.title_fold)
        if tied is not None and tied.id == line.article:  # a story is not related to itself
            tied = None
        found[line.article].append(Related(id=line.target or None, title=line.title, url=line.url, tied=tied))
    return found


def find_targets(
    connection: Connection, *, ids: set[str], folds: set[str]
) -> tuple[dict[str, RelatedTarget], dict[str, RelatedTarget]]:
    """Give public articles by id, and by folded title (the newest of that title)."""
    statement = (
        select(articles.c.id, articles.c.title, articles.c.title_fold)
        .where(articles.c.is_placed, or_(articles.c.id.in_(ids - {""}), articles.c.title_fold.in_(folds - {""})))
        .order_by(articles.c.published_at, articles.c.id)
    )
    rows = connection.execute(statement).all()
    targets = {row.id: RelatedTarget(id=row.id, title=row.title) for row in rows}
    return targets, {row.title_fold: targets[row.id] for row in rows}


def _origins_of(connection: Connection, ids: set[str]) -> dict[str, Origin]:
    columns = (
        sources.c.id,
        sources.c.title,
        sources.c.url,
        sources.c.site_url,
        sources.c.credit,
        sources.c.rights,
    )
    rows = connection.execute(select(*columns).where(sources.c.id.in_(ids)))
    return {
        row.id: Origin(
            id=row.id,
            title=row.title or row.id,
            url=shown_address(row.url),
            entry_id="",
            site_url=row.site_url,
            credit=row.credit,
            rights=row.rights,
        )
        for row in rows
    }

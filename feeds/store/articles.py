"""Articles: loaded whole, in bulk; saved with all that hangs on them. Every query runs on an index."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, or_, select, tuple_, update

from feeds.model.article import Article, Origin, Related, RelatedTarget
from feeds.model.label import Label
from feeds.model.shown import shown_of
from feeds.model.source import shown_address
from feeds.store import files, search
from feeds.store.article_rows import article_of, filed_rows, files_told, related_rows, row_of, shows_rows
from feeds.store.labels import label_of
from feeds.store.labels import load as load_labels
from feeds.store.schema import (
    article_labels,
    article_related,
    article_shows,
    articles,
    entries,
    labels,
    revisions,
    sources,
)
from feeds.store.upsert import insert_missing, upsert


def load(connection: Connection, ids: Sequence[str]) -> dict[str, Article]:
    """Give articles by id, with labels, origin, what related lines stand for now and files measured; seven queries."""
    rows = connection.execute(select(articles).where(articles.c.id.in_(ids), articles.c.erased_at.is_(None))).all()
    if not rows:
        return {}
    bylines = _labels_of(connection, ids)
    sections = load_labels(connection, {row.section for row in rows if row.section is not None})
    related = _related_of(connection, ids)
    origins = _origins_of(connection, rows)
    found = [
        article_of(
            row,
            labels=bylines[row.id],
            section=sections.get(row.section),
            related=related[row.id],
            origin=origins.get(row.id),
        )
        for row in rows
    ]
    return {article.id: article for article in files.measured(connection, found)}


def find(connection: Connection, article_id: str) -> Article | None:
    """Give one article, in any status; None where it never was."""
    return load(connection, [article_id]).get(article_id)


def namesakes(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Give, of these ids, those that differ by case alone from one that there is, each with that one."""
    folded = {article.lower(): article for article in ids}
    rows = connection.execute(select(articles.c.id, articles.c.folded_id).where(articles.c.folded_id.in_(list(folded))))
    return {folded[row.folded_id]: row.id for row in rows if row.id != folded[row.folded_id]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """An article to be kept: whether it is public now, whether it is new, which of a partner's fields are ours."""

    article: Article
    is_placed: bool
    is_new: bool = False
    ours: frozenset[str] = frozenset()


def save(connection: Connection, keeps: Sequence[Keep], *, changed_us: int) -> None:
    """Write articles over what was there, with their labels, related lines and what they show; ids are distinct."""
    if not keeps:
        return
    rows = [
        {
            **row_of(keep.article),
            "changed_at": changed_us,
            "is_placed": keep.is_placed,
            "ours": " ".join(sorted(keep.ours)),
        }
        for keep in keeps
    ]
    upsert(connection, articles, rows, key=["id"])
    if known := [keep.article.id for keep in keeps if not keep.is_new]:
        for table in (article_labels, article_related, article_shows):
            connection.execute(delete(table).where(table.c.article.in_(known)))
    kept = [keep.article for keep in keeps]
    if filed := [row for article in kept for row in filed_rows(article)]:
        connection.execute(article_labels.insert(), filed)
    if lines := [row for article in kept for row in related_rows(article)]:
        connection.execute(article_related.insert(), lines)
    insert_missing(connection, article_shows, [row for article in kept for row in shows_rows(article)])
    search.index(connection, kept)


def erased(connection: Connection, ids: Sequence[str]) -> dict[str, bool]:
    """Give, of these articles, those that were erased, each with whether it ever was public."""
    columns = articles.c.id, articles.c.was_public
    rows = connection.execute(select(*columns).where(articles.c.id.in_(ids), articles.c.erased_at.is_not(None)))
    return {row.id: row.was_public for row in rows}


def erase(connection: Connection, article_id: str, at_us: int) -> None:
    """Forget all that an article says, and its revisions; its id, and that it was there, stay."""
    texts = ("title", "title_fold", "standfirst", "content_html", "kicker", "language", "rights", "canonical_url")
    rest = ("dateline", "image", "attachments", "flags", "corrections", "shown", "entry_id", "ours")
    blank: dict[str, object] = dict.fromkeys((*texts, *rest), "")
    blank |= {"section": None, "erased_at": at_us, "changed_at": at_us, "is_placed": False}
    connection.execute(update(articles).where(articles.c.id == article_id).values(blank))
    addresses = {address for body in revisions_of(connection, article_id) for address in files_told(json.loads(body))}
    for table in (article_labels, article_related, article_shows, revisions):
        connection.execute(delete(table).where(table.c.article == article_id))
    files.forget_unshown(connection, addresses)
    search.forget(connection, article_id)


def untie(connection: Connection, ids: Sequence[str], erased_id: str) -> None:
    """Take the title and address of an article that is erased out of others' related lines, in all revisions."""
    own = article_related.c.article.in_(ids), article_related.c.target == erased_id
    connection.execute(update(article_related).where(*own).values(title="", title_fold="", url=""))
    for row in connection.execute(select(revisions).where(revisions.c.article.in_(ids))).all():
        told = json.loads(row.body)
        lines = [{"id": erased_id} if line.get("id") == erased_id else line for line in told["related"]]
        if lines != told["related"]:
            one = revisions.c.article == row.article, revisions.c.number == row.number
            body = json.dumps({**told, "related": lines}, ensure_ascii=False)
            connection.execute(update(revisions).where(*one).values(body=body))


def save_revisions(connection: Connection, kept: Iterable[tuple[Article, str]], at_us: int) -> None:
    """Keep revisions, each as GET answered it (JSON)."""
    rows = [{"article": article.id, "number": article.revision, "at": at_us, "body": body} for article, body in kept]
    if rows:
        connection.execute(revisions.insert(), rows)


def revisions_of(connection: Connection, article_id: str) -> list[str]:
    """Give the JSON of every revision, the present one first."""
    statement = select(revisions.c.body).where(revisions.c.article == article_id).order_by(revisions.c.number.desc())
    return list(connection.execute(statement).scalars())


def ours_of(connection: Connection, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Give the fields of articles that were changed through the API and stay ours against a partner's versions."""
    rows = connection.execute(select(articles.c.id, articles.c.ours).where(articles.c.id.in_(ids)))
    return {row.id: frozenset(row.ours.split()) for row in rows}


def shown_keys(connection: Connection, keys: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give those (kind, key) that some article shows something of, in order."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for kind, key in keys:
        wanted[kind].add(key)
    return [
        (kind, key)
        for kind in sorted(wanted)
        for key in connection.execute(
            select(article_shows.c.key)
            .where(article_shows.c.kind == kind, article_shows.c.key.in_(wanted[kind]))
            .distinct()
            .order_by(article_shows.c.key)
        ).scalars()
    ]


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
    present = select(articles.c.id).where(articles.c.erased_at.is_(None))
    statement = present.order_by(articles.c.moment.desc(), articles.c.id.desc()).limit(limit)
    return list(connection.execute(statement).scalars())


def count_by_status(connection: Connection) -> dict[str, int]:
    """Count articles by status; a walk along an index."""
    rows = connection.execute(
        select(articles.c.status, func.count()).where(articles.c.erased_at.is_(None)).group_by(articles.c.status)
    )
    return {row[0]: row[1] for row in rows}


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
    if not ids - {""} and not folds - {""}:
        return {}, {}
    statement = (
        select(articles.c.id, articles.c.title, articles.c.title_fold)
        .where(articles.c.is_placed, or_(articles.c.id.in_(ids - {""}), articles.c.title_fold.in_(folds - {""})))
        .order_by(articles.c.published_at, articles.c.id)
    )
    rows = connection.execute(statement).all()
    targets = {row.id: RelatedTarget(id=row.id, title=row.title) for row in rows}
    return targets, {row.title_fold: targets[row.id] for row in rows}


def _origins_of(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, Origin]:
    """Give the partners that articles, given as rows, were taken over from, by article."""
    theirs = [row for row in rows if row.source is not None]
    if not theirs:
        return {}
    own = entries.c.article.in_([row.id for row in theirs]), entries.c.joined
    statement = select(entries.c.article, entries.c.source, entries.c.key).where(*own).order_by(entries.c.id)
    beside = connection.execute(statement).all()
    known = _partners(connection, {row.source for row in (*theirs, *beside)})
    also: defaultdict[str, list[Origin]] = defaultdict(list)
    for row in beside:
        also[row.article].append(replace(known[row.source], entry_id=row.key))
    return {row.id: replace(known[row.source], entry_id=row.entry_id, also=tuple(also[row.id])) for row in theirs}


def _partners(connection: Connection, ids: set[str]) -> dict[str, Origin]:
    columns = (
        sources.c.id,
        sources.c.title,
        sources.c.url,
        sources.c.site_url,
        sources.c.credit,
        sources.c.rights,
        sources.c.summary_words,
        sources.c.images,
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
            summary_words=row.summary_words,
            images=row.images,
        )
        for row in rows
    }

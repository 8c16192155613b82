"""An article's row and its value, each made from the other. No query here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from sqlalchemy import Row

from feeds.model.article import Article, Attachment, Correction, Image, Origin, Related, Status
from feeds.model.dates import from_us, to_us
from feeds.model.label import Label, fold
from feeds.model.measures import file_address, lacking
from feeds.model.shown import shown_of


def row_of(article: Article) -> dict[str, object]:
    """Give the columns of `articles` that are told by the value itself."""
    return {
        "id": article.id,
        "folded_id": article.id.lower(),
        "title": article.title,
        "title_fold": fold(article.title),
        "standfirst": article.standfirst,
        "content_html": article.content_html,
        "kicker": article.kicker,
        "language": article.language,
        "rights": article.rights,
        "canonical_url": article.canonical_url,
        "dateline": article.dateline,
        "image": _json(article.image),
        "attachments": _json(article.attachments),
        "flags": " ".join(article.flags),
        "corrections": json.dumps([[to_us(c.at), c.note] for c in article.corrections], ensure_ascii=False),
        "section": None if article.section is None else article.section.id,
        "status": str(article.status),
        "published_at": None if article.published_at is None else to_us(article.published_at),
        "updated_at": to_us(article.updated_at),
        "created_at": to_us(article.created_at),
        "moment": moment_of(article),
        "expires_at": None if article.expires_at is None else to_us(article.expires_at),
        "withdrawn_at": None if article.withdrawn_at is None else to_us(article.withdrawn_at),
        "withdrawn_reason": article.withdrawn_reason,
        "was_public": article.was_public,
        "revision": article.revision,
        "shown": shown_of(article),
        "source": None if article.origin is None else article.origin.id,
        "entry_id": "" if article.origin is None else article.origin.entry_id,
    }


def filed_rows(article: Article) -> list[dict[str, object]]:
    """Give the rows of `article_labels`: byline and tags, in order."""
    return [
        {"article": article.id, "kind": str(label.kind), "position": at, "label": label.id}
        for group in (article.authors, article.tags)
        for at, label in enumerate(group)
    ]


def related_rows(article: Article) -> list[dict[str, object]]:
    """Give the rows of `article_related`."""
    return [
        {
            "article": article.id,
            "position": at,
            "target": line.id or "",
            "title": line.title,
            "title_fold": "" if line.id else fold(line.title),
            "url": line.url,
        }
        for at, line in enumerate(article.related)
    ]


def shows_rows(article: Article) -> list[dict[str, object]]:
    """Give the rows of `article_shows`: all that the article's fragments print and that is not its own."""
    moment = moment_of(article)
    return [
        {"kind": kind, "key": key, "moment": moment, "article": article.id} for kind, key in sorted(_shows(article))
    ]


def files_told(revision: Mapping[str, Any]) -> set[str]:
    """Give the addresses of the files that a kept revision names, as `files` has them."""
    named = [*revision["attachments"], *([revision["image"]] if revision["image"] else [])]
    return {file_address(file["url"]) for file in named}


def moment_of(article: Article) -> int:
    """Give the instant (µs) by which lists are ordered: when it was published, else made."""
    return to_us(article.published_at or article.created_at)


def article_of(
    row: Row[Any],
    *,
    labels: Sequence[Label],
    section: Label | None,
    related: Sequence[Related],
    origin: Origin | None,
) -> Article:
    """Make the value from its row and what was loaded beside it; `labels` are authors and tags, in order."""
    return Article(
        id=row.id,
        title=row.title,
        standfirst=row.standfirst,
        content_html=row.content_html,
        authors=tuple(label for label in labels if label.kind == "authors"),
        tags=tuple(label for label in labels if label.kind == "tags"),
        section=section,
        kicker=row.kicker,
        language=row.language,
        rights=row.rights,
        canonical_url=row.canonical_url,
        dateline=row.dateline,
        image=Image(**json.loads(row.image)) if row.image else None,
        attachments=tuple(Attachment(**found) for found in json.loads(row.attachments or "[]")),
        related=tuple(related),
        flags=tuple(row.flags.split()),
        corrections=tuple(Correction(from_us(at), note) for at, note in json.loads(row.corrections or "[]")),
        status=Status(row.status),
        published_at=None if row.published_at is None else from_us(row.published_at),
        updated_at=from_us(row.updated_at),
        created_at=from_us(row.created_at),
        expires_at=None if row.expires_at is None else from_us(row.expires_at),
        withdrawn_at=None if row.withdrawn_at is None else from_us(row.withdrawn_at),
        withdrawn_reason=row.withdrawn_reason,
        was_public=row.was_public,
        revision=row.revision,
        origin=origin,
    )


def _shows(article: Article) -> set[tuple[str, str]]:
    """Name all that the article's fragments print and that is not its own."""
    found = {("label", str(label.id)) for label in (*article.authors, *article.tags)}
    found |= {("file", address) for address in lacking(article)}
    if article.section is not None:
        found.add(("label", str(article.section.id)))
    if article.origin is not None:
        found.add(("source", article.origin.id))
    for line in article.related:
        found.add(("article", line.id) if line.id else ("title", fold(line.title)))
        if line.tied is not None:
            found.add(("article", line.tied.id))
    return found


def _json(value: object) -> str:
    """Write a value or a tuple of values as JSON; an empty text where there is none."""
    if not value:
        return ""
    if isinstance(value, tuple):
        return json.dumps([_plain(part) for part in value], ensure_ascii=False)
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: object) -> dict[str, object]:
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"not a value: {type(value).__name__}")
    return {name: part for name, part in asdict(value).items() if part not in ("", None)}

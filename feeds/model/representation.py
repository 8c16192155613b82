"""An article as the API gives it out: every field of CONTRACT section 4; sent back, it changes nothing."""

from dataclasses import asdict

from feeds.model.article import Article, Attachment, Image, Origin, Related
from feeds.model.dates import rfc3339
from feeds.model.label import Label
from feeds.model.site import Site


def represent(article: Article, site: Site, in_feeds: list[str]) -> dict[str, object]:
    """Give the article as JSON-like values. Times are RFC 3339 in UTC, addresses of ours absolute."""
    return {
        "id": article.id,
        "guid": site.article_guid(article.id),
        "url": site.url + article.path,
        "slug": article.slug,
        "title": article.title,
        "standfirst": article.standfirst,
        "content_html": article.content_html,
        "authors": [_author(author) for author in article.authors],
        "tags": [tag.name for tag in article.tags],
        "section": None if article.section is None else article.section.name,
        "kicker": article.kicker or None,
        "language": article.language or None,
        "rights": article.rights or None,
        "canonical_url": article.canonical_url or None,
        "dateline": article.dateline or None,
        "image": None if article.image is None else _given(article.image),
        "attachments": [_given(attachment) for attachment in article.attachments],
        "related": [_related(line, site) for line in article.related],
        "flags": list(article.flags),
        "status": str(article.status),
        "published_at": None if article.published_at is None else rfc3339(article.published_at),
        "updated_at": rfc3339(article.updated_at),
        "created_at": rfc3339(article.created_at),
        "expires_at": None if article.expires_at is None else rfc3339(article.expires_at),
        "corrections": [{"at": rfc3339(found.at), "note": found.note} for found in article.corrections],
        "revision": article.revision,
        "source": _source(article),
        "in_feeds": in_feeds,
        "withdrawn_at": None if article.withdrawn_at is None else rfc3339(article.withdrawn_at),
        "withdrawn_reason": article.withdrawn_reason or None,
    }


def _author(author: Label) -> dict[str, str]:
    told = {"name": author.name, "slug": author.slug, "bio": author.bio, "url": author.url, "image": author.image}
    return {name: value for name, value in told.items() if value}


def _given(value: Image | Attachment) -> dict[str, object]:
    return {name: part for name, part in asdict(value).items() if part not in ("", None)}


def _related(line: Related, site: Site) -> dict[str, str]:
    if line.tied is not None:
        return {"id": line.tied.id, "title": line.title or line.tied.title, "url": site.url + line.tied.path}
    told = {"id": line.id or "", "title": line.title, "url": line.url}
    return {name: value for name, value in told.items() if value}


def _source(article: Article) -> dict[str, object] | None:
    if article.origin is None:
        return None
    also = [_origin(origin) for origin in article.origin.also]
    return {**_origin(article.origin), **({"also": also} if also else {})}


def _origin(origin: Origin) -> dict[str, str]:
    return {"id": origin.id, "title": origin.title, "url": origin.url, "entry_id": origin.entry_id}

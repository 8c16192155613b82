"""`/articles/ID/SLUG`: an article's page; other slugs and no slug redirect to it, what is gone answers 410."""

import json

from flask import Blueprint, Response, current_app, request

from feeds.errors import Refusal
from feeds.model.article import Article
from feeds.model.dates import rfc3339
from feeds.model.label import Label
from feeds.model.markup import for_page, summary
from feeds.model.measures import measured_attachments, measured_image
from feeds.model.rights import allowed, degree_of, licence_of
from feeds.model.site import Site
from feeds.store import articles
from feeds.web.auth import room
from feeds.web.pages.frame import Page, absolute_image, feed_links, link_of, render, spell_time
from feeds.web.readership import is_reading

blueprint = Blueprint("article", __name__, url_prefix="/articles")


@blueprint.get("/<article_id>")
@blueprint.get("/<article_id>/<slug>")
def show(article_id: str, slug: str = "") -> Response:
    """Show an article, at its present address alone."""
    with room().store.read() as connection:
        article = articles.find(connection, article_id)
        erased = articles.erased(connection, [article_id]) if article is None else {}
    if erased.get(article_id):
        raise Refusal(410, "This story is not available any more.")
    if article is None or not article.was_public:
        raise Refusal(404, "There is nothing at this address.")
    if not article.is_public(room().clock.now()):
        raise Refusal(410, "This story is not available any more.")
    site = room().site
    if link_of(article, site) == article.canonical_url:
        return _moved(article.canonical_url, 302)  # only to be linked: there is no page of ours
    if slug != article.slug:
        return _moved(site.url + article.path, 301)
    made = _page(article, site)
    if request.method == "GET" and made.status_code == 200 and is_reading(request.headers):
        current_app.extensions["views"].count(article_id)
    return made


def _page(article: Article, site: Site) -> Response:
    url, degree = site.url + article.path, degree_of(article)
    article = allowed(article)
    text = summary(article.standfirst, article.content_html)
    image = absolute_image(measured_image(article), site)
    page = Page(
        title=f"{article.title} – {site.title}",
        description=text,
        url=url,
        canonical=article.canonical_url or url,
        kind="article",
        lang=article.language or site.language,
    )
    own = [feed_links(label.key, label.name) for label in _filed_under(article)]
    published = article.published_at or article.created_at
    return render(
        "article.html",
        page,
        [*feed_links("site", site.title), *(link for links in own for link in links)],
        article=article,
        body=_body(article, site, url),
        byline=article.authors,
        is_whole=degree == "full",
        licence=licence_of(article.rights),
        published_text=spell_time(published),
        updated_text=spell_time(article.updated_at) if article.updated_at > published else None,
        image=image,
        attachments=measured_attachments(article),
        related=[
            {"title": line.title or line.tied.title, "url": site.url + line.tied.path}
            if line.tied
            else {"title": line.title, "url": line.url}
            for line in article.related
            if line.tied or line.title
        ],
        corrections=[
            {"at_text": spell_time(found.at), "at": found.at, "note": found.note} for found in article.corrections
        ],
        json_ld=_json_ld(article, site, url, text, image.url if image else None),
    )


def _body(article: Article, site: Site, url: str) -> str:
    players = frozenset(room().settings.content.players)
    return for_page(article.content_html, base=url, players=players, dateline=article.dateline)


def _filed_under(article: Article) -> list[Label]:
    section = [article.section] if article.section is not None else []
    return [*section, *article.tags[:5], *article.authors[:5]]


def _json_ld(article: Article, site: Site, url: str, text: str, image: str | None) -> str:
    """Write schema.org's NewsArticle, safe inside a script element (HTML, restrictions for contents of script)."""
    publisher = {"@type": "Organization", "name": site.title, "url": site.url + "/"}
    told: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": article.canonical_url or url,
        "headline": article.title[:110],
        "description": text,
        "datePublished": rfc3339(article.published_at or article.created_at),
        "dateModified": rfc3339(article.updated_at),
        "author": [
            {"@type": "Person", "name": author.name, "url": author.url or site.absolute("/" + author.key)}
            for author in article.authors
        ],
        "publisher": publisher,
        "inLanguage": article.language or site.language,
    }
    if site.logo:
        told["publisher"] = {**publisher, "logo": {"@type": "ImageObject", "url": site.absolute(site.logo)}}
    if image is not None:
        told["image"] = [image]
    if article.section is not None:
        told["articleSection"] = article.section.name
    spelled = json.dumps(told, ensure_ascii=False)
    return spelled.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _moved(location: str, status: int) -> Response:
    return Response("", status, {"Location": location, "Cache-Control": "max-age=60"})

"""What may be shown of a partner's story: the stricter of its source's rule and of the licence that it states.

A rule is one of DEGREES; `full` shows the text, `summary` its beginning alone, `link` headline and link. Of Creative
Commons' licences those that bar commercial use (NC) allow a summary, for a newsroom's pages count as commercial; all
others the full text, with the licence named. A text that names none of them ("All rights reserved") is printed and
limits nothing: what was agreed with the partner is the source's rule. Applied where stories are rendered, never where
they are stored, so that a change of the rule changes all of them at once.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from feeds.model.article import Article
from feeds.model.markup import summary, text_of, without_pictures

DEGREES = ("link", "summary", "full")  # the strictest first

_CC = "creativecommons.org/"
_LICENCE = re.compile(
    r"creativecommons\.org/(?:licenses/(?P<code>by(?:-nc|-nd|-sa)*)(?:/(?P<version>\d\.\d))?"
    r"|publicdomain/(?P<public>zero|mark))"
    r"|\bCC[ -]?(?P<zero>0|zero)\b"
    r"|\bCC[ -](?P<name>BY(?:[ -](?:NC|ND|SA))*)(?:[ -](?P<edition>\d\.\d))?\b"
    r"|\bCreative Commons[ –-]+Attribution"
    r"(?P<words>(?:[ –-]+(?:Non-?Commercial|No-?Deriv\w*|Share-?Alike))*)(?:[ –-]+(?P<issue>\d\.\d))?",
    re.IGNORECASE,
)
_TERMS = {"nc": re.compile(r"\bnc\b|commercial"), "nd": re.compile(r"\bnd\b|deriv"), "sa": re.compile(r"\bsa\b|share")}
# A word is what stands between spaces; where none are written, a character counts as one.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")


class Licence(NamedTuple):
    """A Creative Commons licence: its name, its address, and what it allows, one of DEGREES."""

    name: str
    url: str
    degree: str


def stricter(one: str, other: str) -> str:
    """Give the stricter of two degrees."""
    return min(one, other, key=DEGREES.index)


@lru_cache(maxsize=1024)
def licence_of(text: str) -> Licence | None:
    """Find the licence that a statement of rights names, by its address or its name; of several the strictest."""
    found = [_licence(match) for match in _LICENCE.finditer(text)]
    return min(found, key=lambda licence: DEGREES.index(licence.degree), default=None)


def degree_of(article: Article) -> str:
    """Give what may be shown of an article, one of DEGREES; all of our own."""
    if article.origin is None:
        return "full"
    licence = licence_of(article.rights)
    return stricter(article.origin.rights, licence.degree if licence else "full")


def allowed(article: Article) -> Article:
    """Give an article as it may be shown: without text, pictures or files that its partner does not allow."""
    origin, degree = article.origin, degree_of(article)
    if origin is None:
        return article
    if degree == "link":
        return replace(article, content_html="", standfirst="", image=None, attachments=())
    if degree == "summary":
        if origin.summary_words is None:
            text = summary(article.standfirst, article.content_html)
        else:
            text = first_words(article.standfirst or text_of(article.content_html), origin.summary_words)
        article = replace(article, content_html="", standfirst=text)
    return article if origin.images else _without_pictures(article)


def ending(published_at: datetime | None, days: int | None) -> datetime | None:
    """Give when a partner's story ends; None: never."""
    return None if published_at is None or days is None else published_at + timedelta(days=days)


def first_words(text: str, most: int) -> str:
    """Give the first `most` words of a text, with "…" where there are more."""
    ends = [found.end() for _, found in zip(range(most + 1), _WORD.finditer(text), strict=False)]
    return text if len(ends) <= most else text[: ends[most - 1]].rstrip(" ,;:–—-") + "…"


def _without_pictures(article: Article) -> Article:
    """Leave a partner's pictures out; those that we serve ourselves the newsroom chose."""
    image = article.image if article.image is not None and article.image.url.startswith("/") else None
    files = (file for file in article.attachments if not file.type.startswith("image/") or file.url.startswith("/"))
    return replace(article, image=image, attachments=tuple(files), content_html=without_pictures(article.content_html))


def _licence(found: re.Match[str]) -> Licence:
    if found["zero"] or found["public"] == "zero":
        return Licence("CC0 1.0", f"https://{_CC}publicdomain/zero/1.0/", "full")
    if found["public"]:
        return Licence("Public Domain Mark 1.0", f"https://{_CC}publicdomain/mark/1.0/", "full")
    said = (found["code"] or found["name"] or found["words"] or "").lower()
    code = "-".join(["by", *(term for term, spelled in _TERMS.items() if spelled.search(said))])
    version = found["version"] or found["edition"] or found["issue"] or "4.0"
    url = f"https://{_CC}licenses/{code}/{version}/"
    return Licence(f"CC {code.upper()} {version}", url, "summary" if "-nc" in code else "full")

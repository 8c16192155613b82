"""A story's own page to the story's text, where a feed has its beginning alone. trafilatura is used here alone.

In come the bytes of a page, out comes HTML that still has to be cleaned, or nothing where no story is found. Run in a
child with limits (readers.py): pages are a partner's bytes like any other.
"""

import re

from feeds.errors import PollError

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_FRAME = re.compile(r"</?(?:html|body)>")
_HEADLINE = re.compile(r"\A<h1>(?:(?!</h1>).)*</h1>", re.DOTALL)
_PAGE_TYPES = ("", "text/html", "application/xhtml+xml", "text/plain", "application/octet-stream")


def read_story(body: bytes, *, url: str, content_type: str = "") -> str:
    """Find the story of a page; `""` where there is none. Raises PollError `not-a-feed` for what is no page."""
    if content_type.partition(";")[0].strip().lower() not in _PAGE_TYPES or b"<" not in body[:4096]:
        raise PollError("not-a-feed", "the answer is no page")
    # Here, not above: it takes 0.3 s and 60 MB, and most children never read a page.
    try:
        import trafilatura
    except ImportError as error:
        raise PollError("broken", "trafilatura is not installed") from error
    try:
        found = trafilatura.extract(
            _text(body, content_type),
            url=url,
            output_format="html",
            include_comments=False,
            include_formatting=True,
            include_images=True,
            include_links=True,
            include_tables=True,
            with_metadata=False,
        )
    except Exception as error:  # it raises whatever its parsers do: a wrapped library (DESIGN section 7)
        raise PollError("broken", f"the page cannot be read: {type(error).__name__}") from error
    return _inside(found or "")


def _text(body: bytes, content_type: str) -> str:
    """Read a page by the charset that its header or its head names, else as UTF-8, else as the web does."""
    named = _CHARSET.findall(content_type) + _CHARSET.findall(body[:2048].decode("latin-1"))
    for charset in (*named, "utf-8"):
        try:
            return body.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("windows-1252", "replace")


def _inside(html: str) -> str:
    """Give what stands in the body, without the headline at its top: an article has its own."""
    return _HEADLINE.sub("", _FRAME.sub("", html).strip(), count=1).strip()

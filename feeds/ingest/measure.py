"""What an answer tells of a file, from its head and first bytes: type, length, and of a picture its size. Pure.

A picture is what its bytes say; of anything else the server's word counts. A length that the answer contradicts, or
that would be of its coding instead of the file, counts as not told.
"""

import re

from feeds.errors import PollError
from feeds.ingest.exchange import Answer
from feeds.model.article import Measure
from feeds.model.picture import peek

FIRST_BYTES = 64 * 1024  # that are asked for: a picture's size stands in them, but behind the largest of previews

_MOST = 2**53 - 1  # a length that every reader of JSON can hold
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,63}/[a-z0-9!#$&^_.+-]{1,63}", re.ASCII)
_PART = re.compile(r"bytes\s+0-(\d{1,16})/(\d{1,16})", re.ASCII | re.IGNORECASE)
_PAGES = ("text/html", "application/xhtml+xml")
_SAYS_NOTHING = ("application/octet-stream", "binary/octet-stream", "application/force-download", "application/unknown")


def measure(answer: Answer, address: str) -> Measure:
    """Say what an answer to a request for first bytes tells of the file at `address`; raises PollError for nothing.

    A page instead of a file (a login, a kind word for 404) is nothing.
    """
    picture = peek(answer.body)
    kind = answer.content_type.partition(";")[0].strip().lower()
    if picture is None and (kind in _PAGES or _looks_like_a_page(answer.body)):
        raise PollError("broken", "the answer is a page, not a file", status=answer.status)
    length = _length(answer)
    if not answer.body or length == 0:
        raise PollError("broken", "the file is empty", status=answer.status)
    if picture is not None:
        kind = picture.type
    elif kind in _SAYS_NOTHING or not _TYPE.fullmatch(kind):
        kind = ""
    if not kind and length is None:
        raise PollError("broken", "the answer tells neither a type nor a length", status=answer.status)
    size = picture if picture is not None and picture.width else None
    return Measure(
        address=address,
        type=kind,
        length=length,
        width=size.width if size else None,
        height=size.height if size else None,
    )


def _length(answer: Answer) -> int | None:
    """Give the file's length in bytes, where the answer tells it and does not contradict itself."""
    headers, taken = answer.headers, len(answer.body)
    if answer.status != 206 and not answer.is_part:
        return taken  # it is all there
    if headers.get("content-encoding", "identity").lower() != "identity":
        return None
    if answer.status == 206:  # RFC 9110 §14.4
        told = _PART.fullmatch(headers.get("content-range", "").strip())
        return _sound(told[2], taken) if told and int(told[1]) < int(told[2]) else None
    return None if "transfer-encoding" in headers else _sound(headers.get("content-length", ""), taken)


def _sound(told: str, taken: int) -> int | None:
    if not told.isascii() or not told.isdecimal() or len(told) > 16:
        return None
    return length if taken <= (length := int(told)) <= _MOST else None


def _looks_like_a_page(body: bytes) -> bool:
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n\f").lower()
    return start.startswith((b"<!doctype html", b"<html"))

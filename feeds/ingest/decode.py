"""The text of a feed's bytes, whatever its labels say (XML 1.0 §4.3.3 and appendix F, RFC 7303 §3).

In come the bytes of an answer and its Content-Type, out goes text without a byte order mark. Bytes that are
UTF-8 are UTF-8, for no other encoding looks like it by chance; else the document's own label counts, then the
header's. Gzip that no header spoke of is unpacked within a bound.
"""

import codecs
import re
import zlib

from feeds.errors import PollError

MAX_TEXT_BYTES = 10 * 1024 * 1024

_BOMS = (  # the longer ones first: UTF-32LE begins like UTF-16LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_LABEL = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z][\w.:-]{0,39})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z][\w.:-]{0,39})""", re.ASCII | re.IGNORECASE)
# Encodings of documents; Python's own (unicode_escape, punycode, …) are none, and UTF-7 is a way to smuggle markup.
_KNOWN = re.compile(
    r"utf-?8|us-ascii|ascii|iso[-_]?(8859|2022|ir)[-_\w]*|windows-\w+|cp\d+|koi8-\w|gb\w+|big5[-_\w]*|euc[-_]\w+"
    r"|shift[-_]?jis|x-sjis|sjis|ks_c_\w+[-\w]*|tis-620|mac\w*|latin-?\w+",
    re.ASCII,
)
# Labels that mean more than they say, as browsers read them (WHATWG Encoding §4.2).
_MEANT = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "tis-620": "cp874",
}


def decode(body: bytes, content_type: str = "") -> str:
    """Give the text of a document; never raises for its characters.

    Raises PollError: `refused` for gzip that unpacks to more than 10 MiB, `broken` for gzip that is damaged.
    """
    if body.startswith(b"\x1f\x8b"):
        body = _unpack(body)
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace" if encoding != "utf-8" else _BAD_BYTES)
    head = body[:1024].lstrip(b" \t\r\n")
    for start, encoding in _UNMARKED:
        if head.startswith(start):
            return body.decode(encoding, "replace")
    label = _LABEL.match(head)
    labels = [label[1].decode("ascii").lower()] if label else []
    labels += [match[1].lower() for match in [_CHARSET.search(content_type)] if match]
    return _by_labels(body, labels)


def _by_labels(body: bytes, labels: list[str]) -> str:
    is_seven_bit = any(label.startswith("iso-2022") for label in labels) and b"\x1b" in body
    if not is_seven_bit:
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for label in labels:
        if label.replace("-", "") == "utf8" or not _KNOWN.fullmatch(label):
            continue
        try:
            return body.decode(_MEANT.get(label, label))
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", _BAD_BYTES)


def _unpack(body: bytes) -> bytes:
    try:
        unpacked = zlib.decompressobj(wbits=31).decompress(body, MAX_TEXT_BYTES + 1)
    except zlib.error as error:
        raise PollError("broken", "the answer is gzip, and damaged") from error
    if len(unpacked) > MAX_TEXT_BYTES:
        raise PollError("refused", f"the answer unpacks to more than {MAX_TEXT_BYTES} bytes")
    return unpacked


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as windows-1252: the one bad byte, or the whole of a text falsely labelled."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_BAD_BYTES = "broadsheet.windows-1252"
codecs.register_error(_BAD_BYTES, _as_windows_1252)

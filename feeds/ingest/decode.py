"""The text of a feed's bytes, whatever its labels say (XML 1.0 §4.3.3 and appendix F, RFC 7303 §3).

In come the bytes of an answer and its Content-Type, out goes text without a byte order mark. Bytes that are
UTF-8 are UTF-8, for no other encoding looks like it by chance; else the document's own label counts, then the
header's, then what the bytes look like (guess.py). Gzip that no header spoke of is unpacked within a bound.
"""

import codecs
import re
import zlib

from feeds.errors import PollError
from feeds.ingest.guess import guess, seven_bit

MAX_TEXT_BYTES = 10 * 1024 * 1024
FEW_OF = 20  # a label is believed where one of so many characters beyond ASCII is wrong

_BOMS = (  # the longer ones first: UTF-32LE begins like UTF-16LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    ("utf-32-le", re.compile(rb"(?:[\t\n\r ]\0\0\0)*[<{]\0\0\0")),
    ("utf-32-be", re.compile(rb"(?:\0\0\0[\t\n\r ])*\0\0\0[<{]")),
    ("utf-16-le", re.compile(rb"(?:[\t\n\r ]\0)*[<{]\0")),
    ("utf-16-be", re.compile(rb"(?:\0[\t\n\r ])*\0[<{]")),
)
_LABEL = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z][\w.:-]{0,39})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z][\w.:-]{0,39})""", re.ASCII | re.IGNORECASE)
# Encodings of documents; Python's own (unicode_escape, punycode, …) are none, and UTF-7 is a way to smuggle markup.
_KNOWN = re.compile(
    r"utf-?8|us-ascii|ascii|iso[-_]?(8859|2022|ir)[-_\w]*|windows-\w+|cp\d+|koi8-\w|gb\w+|big5[-_\w]*|euc[-_]\w+"
    r"|shift[-_]?jis|x-sjis|sjis|ms_?\w+|ks_c_\w+[-\w]*|tis-620|(?:x-)?mac[-\w]*|latin-?\w+|x-(?:gbk|euc-jp|cp\d+)|ibm\d+"
    r"|hz-gb-2312",
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
    **dict.fromkeys(("gb2312", "gb_2312-80", "gbk", "x-gbk", "euc-cn"), "gb18030"),
    "big5": "big5hkscs",
    "x-euc-jp": "euc_jp",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "hz-gb-2312": "hz",
    "windows-874": "cp874",
    "iso-8859-11": "cp874",
    "windows-949": "cp949",
    **{f"x-cp125{digit}": f"cp125{digit}" for digit in range(9)},
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
    for encoding, begins in _UNMARKED:
        if begins.match(body):
            return body.decode(encoding, "replace")
    label = _LABEL.match(body[:1024].lstrip(b" \t\r\n"))
    labels = [label[1].decode("ascii").lower()] if label else []
    labels += [match[1].lower() for match in [_CHARSET.search(content_type)] if match]
    return _by_labels(body, labels)


def _by_labels(body: bytes, labels: list[str]) -> str:
    shifts = seven_bit(body)
    if shifts is None:
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for label in labels:
        if label.replace("-", "") == "utf8" or not _KNOWN.fullmatch(label):
            continue
        if (text := _as(body, _MEANT.get(label, label))) is not None:
            return text
    if shifts is not None:
        return body.decode(shifts, "replace")
    return body.decode("utf-8", _BAD_BYTES) if _is_utf_8(body) else body.decode(guess(body), _BAD_BYTES)


def _as(body: bytes, encoding: str) -> str | None:
    """Read bytes by a label, which may be wrong by a few of them; None where it is wrong altogether."""
    try:
        text = body.decode(encoding, "replace")
    except LookupError:
        return None
    wrong = text.count("\ufffd")
    return text if wrong == 0 or wrong * FEW_OF <= len(text) - len(text.encode("ascii", "ignore")) else None


def _is_utf_8(body: bytes) -> bool:
    """Say whether bytes are UTF-8 for the most part."""
    text = body.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return len(text) - len(text.encode("ascii", "ignore")) >= 2 * wrong


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

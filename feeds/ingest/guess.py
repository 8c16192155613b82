"""What encoding bytes are in that no label names: by which letters they would make, and how often.

In come bytes that are no UTF-8, out goes the name of a codec. East Asian encodings are told by their lead bytes, other
scripts by the letters that are frequent in their languages, and Latin ones, whose accents stand among plain letters,
by the language that the document names. No table of words: a headline is enough.
"""

import codecs
import itertools
import re
from collections import Counter

_SAMPLE = 64 * 1024  # bytes beyond ASCII that are looked at
_LATIN = "cp1252"
_SEVEN_BIT = (
    (b"\x1b$B", "iso2022_jp"),
    (b"\x1b$@", "iso2022_jp"),
    (b"\x1b(J", "iso2022_jp"),
    (b"\x1b$)C", "iso2022_kr"),
)
# Codec: letters that make out most of a text, and whether it has small and large ones.
_SCRIPTS = {
    "cp1251": ("оеаинтсрвлкмдпуія", True),
    "koi8_r": ("оеаинтсрвлкмдпуія", True),
    "iso8859_5": ("оеаинтсрвлкмдпуія", True),
    "cp866": ("оеаинтсрвлкмдпуія", True),
    "cp1253": ("αοιετσνηυρπκμλςάίόέή", True),
    "cp1255": ("יוהלאתרבמשנדעםק", False),
    "cp1256": ("اليمنوترببعدةسفهقك", False),
    "cp874": ("านรอกเงมยลวดท่้ัิีสตปะคห", False),
}
_FREQUENT, _SURE = 0.5, 0.8  # of the letters, or signs, at least
_KANA, _SYLLABLES = 0.15, 0.9
_LANGUAGES = {
    **dict.fromkeys(("pl", "cs", "sk", "hu", "sl", "hr", "bs", "ro", "sq"), "cp1250"),
    **dict.fromkeys(("tr", "az"), "cp1254"),
    **dict.fromkeys(("et", "lv", "lt"), "cp1257"),
    "vi": "cp1258",
}
_LANGUAGE = re.compile(rb"""(?:<(?:dc:)?language>|xml:lang\s*=\s*["'])\s*([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)""")
_HIGH = re.compile(rb"[\x80-\xff]+")
_AMONG_LATIN = re.compile(rb"[A-Za-z][\x80-\xff]{1,2}(?![\x80-\xff])|(?<![\x80-\xff])[\x80-\xff]{1,2}[A-Za-z]")
_DOUBLES = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x80-\xff]", re.DOTALL)


def seven_bit(body: bytes) -> str | None:
    """Give the codec of bytes that shift between alphabets by escapes (ISO 2022); None for others."""
    return next((codec for escape, codec in _SEVEN_BIT if escape in body), None)


def guess(body: bytes) -> str:
    """Give the codec that bytes beyond ASCII most probably are in; windows-1252 where nothing speaks for another."""
    found = _LANGUAGE.search(body)
    language = found[1].decode("ascii").lower() if found else ""
    runs = _HIGH.findall(body)
    by_letters, score = _by_letters(b" ".join(runs)[:_SAMPLE])
    is_latin = len(_AMONG_LATIN.findall(body)) * 2 >= len(runs)
    if not is_latin and score >= _SURE:
        return by_letters
    if (east_asian := _east_asian(body, language)) is not None:
        return east_asian
    return by_letters if score >= _FREQUENT and not is_latin else _LANGUAGES.get(language[:2], _LATIN)


def _east_asian(body: bytes, language: str) -> str | None:
    """Tell double-byte encodings apart by which rows of their tables are used."""
    pairs = [pair for pair in _DOUBLES.findall(body[: 16 * _SAMPLE]) if len(pair) == 2]
    is_even = sum(pair[1] > 0x7F for pair in pairs) > 0.2 * len(pairs)  # of letters with accents hardly any
    if not pairs or not is_even:
        return None
    leads = Counter(pair[0] for pair in pairs)
    is_extended = all(pair[0] > 0xA0 < pair[1] for pair in pairs)

    def share(first: int, last: int) -> float:
        return sum(leads[lead] for lead in range(first, last + 1)) / len(pairs)

    kana, simplified, traditional = share(0xA4, 0xA5), share(0xB0, 0xD7), share(0xA1, 0xA1) + share(0xA4, 0xC6)
    fitting = (
        ("cp932", share(0x82, 0x83) > _KANA or (language == "ja" and not is_extended)),
        ("euc_jp", is_extended and (kana > _KANA or language == "ja")),
        ("cp949", is_extended and (share(0xB0, 0xC8) > _SYLLABLES or language == "ko") and language[:2] != "zh"),
        ("big5hkscs", traditional > _SURE and (not is_extended or language in ("zh-tw", "zh-hk"))),
        ("gb18030", simplified > (0.75 if is_extended else 0.5) or language[:2] == "zh"),
    )
    return next((codec for codec, fits in fitting if fits and _is(body, codec)), None)


def _is(body: bytes, codec: str) -> bool:
    """Say whether bytes can be read so, but for a few bad ones."""
    text = body.decode(codec, "replace")
    return text.count("\ufffd") * 50 <= sum(sign > "\x7f" for sign in text)


def _by_letters(high: bytes) -> tuple[str, float]:
    scores = {codec: _score(high, codec, *letters) for codec, letters in _SCRIPTS.items()}
    best = max(scores, key=lambda codec: scores[codec])
    return best, scores[best]


def _score(high: bytes, codec: str, frequent: str, has_case: bool) -> float:
    """Give the share of frequent letters, less what no text has: large letters behind small ones, odd signs."""
    text = codecs.decode(high, codec, "replace")
    letters = text.replace(" ", "")
    good = sum(sign in frequent for sign in text.lower())
    odd = sum(after.isupper() and before.islower() for before, after in itertools.pairwise(text))
    odd += sum(not sign.isalpha() and not "\u0e00" <= sign <= "\u0e7f" for sign in letters)
    if has_case:
        odd += max(sum(map(str.isupper, letters)) - len(letters) // 2, 0)
    return (good - 2 * odd) / max(len(letters), 1)

"""Plain text: rid of what XML forbids, its white space made single; and plain text set as HTML."""

import re
import unicodedata
from html import escape

# Beside what XML 1.0 §2.2 forbids: C1 controls, and the noncharacters of Unicode 23.7, which some readers reject. Those
# past the first plane are asked for apart: one set of both is searched ten times as slowly.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_HIGH = re.compile("[\U0001fffe-\U0010ffff]")
_FORBIDDEN_HIGH = re.compile(
    "[" + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)) + "]"
)
# Spaces that say more than that words are apart, and stay: no-break ones, and those of Chinese and Japanese headlines.
_KEPT_SPACES = "\u00a0\u2007\u202f\u3000"
_BLANKS = re.compile(rf"(?:(?![\n{_KEPT_SPACES}])\s)+")
_WHITE = re.compile(rf"(?:(?![{_KEPT_SPACES}])\s)+")
# Letters, marks and symbols by their category that show nothing all the same: Default_Ignorable_Code_Point of Unicode,
# and the Braille pattern without dots.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))
_BREAKS = re.compile(r" ?(?:\n ?)+")


def xml_text(text: str) -> str:
    """Drop every character that XML forbids or that readers reject; U+0085 and its kin become spaces or line ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    text = _FORBIDDEN.sub("", text)
    return text if text.isascii() or not _HIGH.search(text) else _FORBIDDEN_HIGH.sub("", text)


def plain(text: str) -> str:
    """Give text on one line, white space made single; what looks like markup in it stays as it is."""
    return _WHITE.sub(" ", xml_text(text)).strip()


def shows(text: str) -> bool:
    """Say whether there is anything to be seen of a text: more than spaces, controls and format characters."""
    return any(
        unicodedata.category(letter) not in ("Cc", "Cf", "Zs", "Zl", "Zp") and letter not in _UNSEEN for letter in text
    )


def plain_lines(text: str) -> str:
    """Give text with its line breaks, other white space made single, no blank line."""
    return _BREAKS.sub("\n", _BLANKS.sub(" ", xml_text(text))).strip()


def from_plain(text: str) -> str:
    """Set plain text as HTML: blank lines part paragraphs, line ends become `<br>`."""
    paragraphs = re.split(r"\n\s*\n", xml_text(text).strip())
    set_out = ("<br>".join(escape(line.strip(), quote=False) for line in part.split("\n")) for part in paragraphs)
    return "".join(f"<p>{part}</p>" for part in set_out if part)

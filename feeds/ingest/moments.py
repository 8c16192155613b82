"""Dates as partners write them, to instants.

In comes the text of a date, out goes an aware datetime in UTC, cut to whole seconds, or None. Read are W3CDTF and what
else of ISO 8601 is met, RFC 5322 with everything that is done to it (months' names in many languages, American order,
"p.m.", zones by name), and counts of seconds since 1970. A date without a zone is UTC, as is one whose zone is unknown
(RFC 5322 §4.3). What could be two dates, such as 03/04/2026, is none: a wrong moment is worse than the first sight.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from feeds.model.dates import EPOCH, parse_rfc3339, whole_second

MAX_LENGTH = 100  # characters; what is longer is a text


def _bare(text: str) -> str:
    """Give a text in small letters, without accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)).casefold()


# Names of the months, without accents; three letters of one do, where no other month begins so.
_MONTHS = [
    _bare(names).split()
    for names in (
        "january janvier enero gennaio janeiro januari ianuarie styczen leden sausis tammikuu ocak январь "
        "січень ιανουαριος yanvar gener stycznia ledna января січня ιανουαριου",
        "february fevrier febrero febbraio fevereiro februarie luty helmikuu subat февраль лютий φεβρουαριος "
        "februarius lutego unora февраля лютого φεβρουαριου",
        "march mars marzo marco maart mrt martie marec brezen maaliskuu березень μαρτιος marcius marca brezna "
        "марта березня μαρτιου",
        "avril abril aprile aprilie kwiecien duben huhtikuu nisan апрель квітень απριλιος aprilis kwietnia "
        "dubna апреля квітня απριλιου",
        "mayo maggio maio mei majus kveten toukokuu mayis май мая травень μαιος maja kvetna травня μαιου",
        "june juin junio giugno junho iunie czerwiec cerven kesakuu haziran июнь червень ιουνιος junius юни "
        "czerwca cervna июня червня ιουνιου",
        "july juillet julio luglio julho iulie lipiec cervenec cvc heinakuu temmuz июль липень ιουλιος julius "
        "юли lipca cervence июля липня ιουλιου",
        "aout agosto agostus augusti augustus sierpien srpen elokuu agustos серпень αυγουστος sierpnia srpna "
        "августа серпня αυγουστου",
        "september septembre septiembre settembre setembro septembrie wrzesien zari syyskuu eylul сентябрь "
        "вересень σεπτεμβριος szeptember септември wrzesnia сентября вересня σεπτεμβριου",
        "october octobre octubre ottobre outubro oktober octombrie rijen lokakuu ekim октябрь жовтень "
        "οκτωβριος pazdziernika rijna октября жовтня οκτωβριου",
        "november novembre noviembre novembro noiembrie marraskuu kasim ноябрь ноември νοεμβριος listopada "
        "listopadu ноября листопада νοεμβριου",
        "december decembre diciembre dicembre dezembro dezember desember decembrie grudzien prosinec joulukuu "
        "aralik декабрь грудень δεκεμβριος grudnia prosince декабря грудня δεκεμβριου",
    )
]
_SHORTEST_MONTH = 3  # letters

# Hours from UTC of the zones that are known by letters. IST is India's, Ireland's and Israel's, so nobody's.
_ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0.0),
    **dict.fromkeys(("bst", "west", "cet", "met", "mez"), 1.0),
    **dict.fromkeys(("cest", "mest", "mesz", "eet"), 2.0),
    **dict.fromkeys(("eest", "msk"), 3.0),
    **{"wib": 7.0, "hkt": 8.0, "sgt": 8.0, "awst": 8.0, "jst": 9.0, "kst": 9.0, "acst": 9.5, "aest": 10.0},
    **{"acdt": 10.5, "aedt": 11.0, "nzst": 12.0, "nzdt": 13.0, "sast": 2.0},
    **{"ast": -4.0, "at": -4.0, "adt": -3.0, "nst": -3.5, "ndt": -2.5, "brt": -3.0},
    **{"est": -5.0, "et": -5.0, "edt": -4.0, "cst": -6.0, "ct": -6.0, "cdt": -5.0},
    **{"mst": -7.0, "mt": -7.0, "mdt": -6.0, "pst": -8.0, "pt": -8.0, "pdt": -7.0},
    **{"akst": -9.0, "akdt": -8.0, "hst": -10.0, "hast": -10.0},
}
_KOREA = 9.0  # whose writers leave it out
_FURTHEST = (timedelta(hours=-12), timedelta(hours=14))  # an offset beyond is none

_TIME = r"(\d{1,2})[:.h](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d+)?)?"
_OFFSET = r"(?:(?:gmt|utc)?\s?([+-])(\d\d?):?(\d\d)?)"
_ZONE = rf"(?:{_OFFSET}z?|([a-z]{{1,5}}|[a-z]+/[a-z_/+-]+\d*))"
_ISO = re.compile(
    rf"(\d{{4}})(?:[-/](\d{{1,3}}|[^\W\d_]{{3,12}})(?:[-/](\d\d?))?)?(?:[t\s]\s*(am|pm)?\s*{_TIME}\s*(am|pm)?\s*{_ZONE}?)?"
)
_PACKED = re.compile(rf"(\d{{4}})(\d\d)(\d\d)(?:t?(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?\s*{_ZONE}?)?")
_DAY_OF_YEAR = re.compile(r"(\d{4})-?(\d{3})(?!\d)(.*)")
_COUNT = re.compile(r"(?:/date\()?(\d{9,10})(\d{3})?(?:[.,]\d+)?(?:[+-]\d{4})?(?:\)/)?")
# What nearly all of RSS writes, read at once.
_ABBREVIATED = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_USUAL = re.compile(
    rf"[A-Z][a-z]{{2}}, (\d\d?) ({'|'.join(_ABBREVIATED)}) (\d{{4}}) (\d\d):(\d\d):(\d\d)"
    r" (?:GMT|UTC|([+-])(\d\d)(\d\d))",
    re.ASCII,
)
_SPLIT = re.compile(r"[\s,]+")
_CLOCK = re.compile(rf"{_TIME}(am|pm)?")
_LETTERS = re.compile("[a-z]{1,5}")  # a zone that nobody knows
_NUMERIC = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})\.?")
_NAMED = re.compile(r"(\d{1,2})-([^\W\d_]{3,12})-(\d{2,4})")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|\.|º|ª)?")
_YEAR = re.compile(r"\d{4}")
_ONLY_OFFSET = re.compile(_OFFSET)
_REGION = re.compile(r"[a-z]+/[a-z_/+-]+\d*")
_FILLERS = frozenset("at de del di den der um kl klo в г г. - – | of the h uhr a".split())
_EAST_ASIA = (
    (r"[年년月월]\s*", "-"),
    ("[日일]", " "),
    ("[時时시点點]", ":"),
    ("[分분](?=.*[秒초])", ":"),
    ("[分분秒초]", ""),
)
_HALVES = (("오전|上午|午前", " am "), ("오후|下午|午後", " pm "), (r"\b([ap])\.\s?m\.?(?!\w)", r"\1m"))


def read_moment(text: str) -> datetime | None:
    """Read a date; None for what is none, or could be two."""
    if not text or len(text) > MAX_LENGTH or not any(map(str.isdigit, text)):
        return None
    try:
        if text[4:5] == "-" and text[10:11] == "T":
            return whole_second(parse_rfc3339(text))
    except ValueError:
        pass
    try:
        if (found := _USUAL.fullmatch(text)) is not None:
            day, month, year, hour, minute, second, *rest = found.groups()
            number = _ABBREVIATED.index(month) + 1
            return _moment((int(year), number, int(day)), (int(hour), int(minute), int(second)), [*rest, None], 0.0)
        return _read(_spelled(text), is_korean="년" in text or "오" in text)
    except (ValueError, OverflowError):
        return None


def _read(text: str, *, is_korean: bool) -> datetime | None:
    if (found := _COUNT.fullmatch(text)) is not None:
        return EPOCH + timedelta(seconds=int(found[1]))
    zone = _KOREA if is_korean else 0.0
    if (found := _ISO.fullmatch(text)) is not None:
        year, month, day, before, hour, minute, second, behind, *rest = found.groups()
        number = _month(month) if month and not month.isdigit() else int(month or 1)
        if day is None and month and len(month) == 3:
            return _day_of_year(text)
        clock = _clock(hour, minute, second, before or behind)
        return _moment((int(year), number, int(day or 1)), clock, rest, zone)
    if (found := _PACKED.fullmatch(text)) is not None:
        year, month, day, hour, minute, second, *rest = found.groups()
        return _moment((int(year), int(month), int(day)), _clock(hour, minute, second, None), rest, zone)
    if _DAY_OF_YEAR.fullmatch(text) is not None:
        return _day_of_year(text)
    if re.match(r"\d{4}-?w\d\d", text):
        return datetime.fromisoformat(text.upper()).replace(tzinfo=UTC)
    return _from_words(text)


def _spelled(text: str) -> str:
    """Give the text in small letters without accents, remarks in brackets, and the signs of East Asia."""
    text = re.sub(r"\([^()]*\)$|\[[^\[\]]*\]$", "", text.strip())
    for sign, instead in (*_EAST_ASIA, *_HALVES[:2]):
        text = re.sub(sign, instead, text)
    text = " ".join(_bare(text).split())
    return re.sub(_HALVES[2][0], _HALVES[2][1], text)


def _day_of_year(text: str) -> datetime | None:
    found = _DAY_OF_YEAR.fullmatch(text)
    if found is None or found[3]:
        return None
    return datetime(int(found[1]), 1, 1, tzinfo=UTC) + timedelta(days=int(found[2]) - 1) if int(found[2]) else None


@dataclass(slots=True)
class _Words:
    """What the words and numbers of a date have said so far, in whatever order they come."""

    day: tuple[int, int, int] | None = None
    months: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    year: int | None = None
    clock: tuple[int, int, int] | None = None
    half: str | None = None
    zone: list[str | None] = field(default_factory=lambda: [None] * 4)

    def take(self, word: str, *, is_first: bool) -> bool:
        """Take a word; False where it is none of a date's. A first one that is unknown is a day of the week."""
        return self._is_number(word) or self._is_word(word) or is_first

    def _is_number(self, word: str) -> bool:
        if (found := _NUMERIC.fullmatch(word)) is not None and self.day is None:
            self.day = _ordered(found)
            return self.day is not None
        if (found := _NAMED.fullmatch(word)) is not None and (month := _month(found[2])):
            self.day = _year(found[3]), month, int(found[1])
        elif (found := _CLOCK.fullmatch(word)) is not None:
            self.clock = int(found[1]), int(found[2]), int(found[3] or 0)
            self.half = found[4] or self.half
        elif (found := _ONLY_OFFSET.fullmatch(word)) is not None:
            self.zone[:3] = found.groups()
        elif self.year is None and _YEAR.fullmatch(word):
            self.year = int(word)
        elif (found := _DAY.fullmatch(word)) is not None:
            self.numbers.append(int(found[1]))
        else:
            return False
        return True

    def _is_word(self, word: str) -> bool:
        if word in ("am", "pm"):
            self.half = word
        elif number := _month(word):
            self.months.append(number)
        elif _REGION.fullmatch(word) or (word in _ZONES and (self.clock or self.year)):
            self.zone[3] = word
        else:
            return word in _FILLERS or (self.clock is not None and _LETTERS.fullmatch(word) is not None)
        return True

    def found(self) -> tuple[int, int, int] | None:
        """Put the day together: `1 May 2026`, `May 1 2026`, `1 May 26`, `1 5 2026`, `May 2026`."""
        count = len(self.numbers)
        if self.day is not None:
            return self.day
        if self.year is not None and count == 2 and not self.months:
            return self.year, self.numbers[1], self.numbers[0]
        if not self.months or count > 2 or (self.year is None) != (count == 2):
            return None
        year = _year(f"{self.numbers[1]:02}") if self.year is None else self.year
        # A day of the week may look like a month (`mar., 01 déc.`), and stands first.
        return year, self.months[-1], self.numbers[0] if self.numbers else 1


def _from_words(text: str) -> datetime | None:
    words = _Words()
    for place, word in enumerate(filter(None, _SPLIT.split(text))):
        if not words.take(word, is_first=place == 0):
            return None
    day = words.found()
    return None if day is None else _moment(day, _half(words.clock or (0, 0, 0), words.half), words.zone, 0.0)


def _ordered(found: re.Match[str]) -> tuple[int, int, int] | None:
    """Order a day of numbers alone; None for one that could be two."""
    first, sign, second, third = found.groups()
    if len(first) == 4 or (sign == "-" and int(first) > 31):
        return _year(first), int(second), int(third)
    if sign == "-" and len(third) < 4 and int(third) <= 31:
        return None
    if sign != "/" or int(first) > 12:
        return _year(third), int(second), int(first)
    return (_year(third), int(first), int(second)) if int(second) > 12 or first == second else None


def _year(digits: str) -> int:
    """Give a year that may lack its century (RFC 5322 §4.3)."""
    number = int(digits)
    return number if len(digits) >= 4 else number + (2000 if len(digits) < 3 and number < 50 else 1900)


def _month(word: str) -> int:
    """Give the number of a month by its name, 0 for no month."""
    word = word.strip(".")
    if len(word) >= _SHORTEST_MONTH:
        for number, names in enumerate(_MONTHS, 1):
            if any(name.startswith(word) for name in names):
                return number
    return 0


def _clock(hour: str | None, minute: str | None, second: str | None, half: str | None) -> tuple[int, int, int]:
    return _half((int(hour or 0), int(minute or 0), int(second or 0)), half)


def _half(clock: tuple[int, int, int], half: str | None) -> tuple[int, int, int]:
    hour = clock[0]
    if half not in ("am", "pm") or hour > 12:
        return clock
    return hour % 12 + (12 if half == "pm" else 0), clock[1], clock[2]


def _moment(
    day: tuple[int, int, int], clock: tuple[int, int, int], zone: list[str | None], hours: float
) -> datetime | None:
    """Put a moment together; 24:00 is the end of its day, and a leap second the next one."""
    hour, minute, second = clock
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second)):
        return None
    local = datetime(*day, tzinfo=UTC) + timedelta(hours=hour, minutes=minute, seconds=second)
    return local - _offset(zone, local, hours)


def _offset(zone: list[str | None], local: datetime, hours: float) -> timedelta:
    sign, hour, minute, name = zone
    if sign is not None:
        if minute is None and hour is not None and len(hour) > 2:
            hour, minute = hour[:-2], hour[-2:]
        offset = timedelta(hours=int(hour or 0), minutes=int(minute or 0)) * (1 if sign == "+" else -1)
        return offset if _FURTHEST[0] <= offset <= _FURTHEST[1] else timedelta(0)
    if name is None:
        return timedelta(hours=hours)
    if "/" in name:
        return _of_region(name, local)
    return timedelta(hours=_ZONES.get(name, 0.0))


def _of_region(name: str, local: datetime) -> timedelta:
    """Give the offset of a zone of the IANA database, by its name in small letters."""
    spelled = re.sub(r"[a-z]+", lambda word: word[0] if word[0] in ("of", "de") else word[0].capitalize(), name)
    try:
        return local.replace(tzinfo=ZoneInfo(spelled)).utcoffset() or timedelta(0)
    except (OSError, ValueError, LookupError):
        return timedelta(0)

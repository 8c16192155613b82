"""The signs by which a line of a pasted page gives itself away: dates, temperatures, names, bylines, datelines.

One line of text in, what it says out, or None where it says no such thing. Nothing here looks at the
lines around it: what a sign means where it stands is for newspage.py. Printed dates are read in eight
languages by tables of our own, never by the machine's locale.
"""

import re
from datetime import date
from typing import NamedTuple

_MONTHS = (
    "january jan janvier janv januar jänner enero ene janeiro gennaio januari",
    "february feb février févr februar febrero fevereiro fev febbraio februari",
    "march mar mars märz marzo março maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maio maggio mei maj",
    "june jun juin juni junio junho giugno",
    "july jul juillet juil juli julio julho luglio",
    "august aug août agosto ago augustus augusti",
    "september sept sep septembre septiembre setembro settembre",
    "october oct octobre oktober okt octubre outubro ottobre",
    "november nov novembre noviembre novembro",
    "december dec décembre déc dezember dez diciembre dic dezembro dicembre",
)
_MONTH_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
    "lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo "
    "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira lunedì martedì mercoledì giovedì venerdì sabato "
    "domenica maandag dinsdag woensdag donderdag vrijdag zaterdag zondag måndag tisdag onsdag torsdag fredag lördag "
    "söndag mandag tirsdag lørdag søndag"
)
_WEEKDAY_NAMES = frozenset(_WEEKDAYS.split())


def _one_of(names: frozenset[str] | dict[str, int]) -> str:
    return "(?:" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + ")"


_MONTH, _WEEKDAY = _one_of(_MONTH_NUMBER), _one_of(_WEEKDAY_NAMES)
_DAY_MONTH = rf"\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?\s?(?:de |of )?{_MONTH}\b\.?"
_MONTH_DAY = rf"{_MONTH}\b\.?\s\d{{1,2}}(?:st|nd|rd|th)?"
_DATES = (
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s?(?:de |of )?(?P<month>{_MONTH})\b\.?,?\s(?:de |"
    rf"del )?(?P<year>\d{{4}})",
    rf"(?P<month>{_MONTH})\b\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})",
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
    r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})",
    r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
    r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
)
_LABEL = (
    r"(?P<label>(?:first |last )?(?:published|updated|posted|modified)|publicado|actualizado|publié|mis à jour|"
    r"veröffentlicht|aktualisiert|stand|pubblicato|aggiornato|gepubliceerd)(?: on| at| el| le| am| il| op)?\s?:?\s"
)
_TIME = (
    r"(?:,? ?(?:at |um |à |a las )?\d{1,2}[:.h]\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?"
    r"(?: ?(?:[A-Z]{2,5}|Uhr|[+-]\d\d:?\d\d))?)?"
)
_PRINTED = tuple(
    re.compile(
        rf"(?:{_LABEL})?(?:(?P<weekday>{_WEEKDAY})\b\.?,? ?(?:the |le |el |den )?)?{form}{_TIME}(?: ?[(（]\w[)）])?",
        re.IGNORECASE,
    )
    for form in _DATES
)
_TEMPERATURE = re.compile(
    r"(?P<before>[^\d|]{2,40}?)??[\s,:]*(?P<degrees>[-−+]?\d{1,3}(?:[.,]\d)?\s?(?:[°º]\s?[CF]?|[CF]|℃|℉))[\s,]*"
    r"(?P<after>[^\W\d].{1,40})?"
)
_PARTICLES = "de del della der den di da das dos du van von vom zu ter ten le la el al bin ibn ben y i e ap of the st"
_LONGEST_SIGN = 100  # characters of a line that is a date or a temperature
PARTICLES = frozenset(_PARTICLES.split())
_ROLE = (
    r"\b(?:reporter(?:in)?|correspondent|editor|writer|journalist(?:in)?|journaliste|periodista|jornalista|giornalista|"
    r"columnist|photographer|contributor|producer|intern|staff|bureau|desk|redakteur(?:in)?|redactora?|"
    r"rédacteur|rédactrice|"
    r"korrespondent(?:in)?|corresponsal|verslaggever)\b"
)
_IS_ROLE = re.compile(_ROLE, re.IGNORECASE)
_IS_BIO = re.compile(
    _ROLE + r"|\b(?:cover(?:s|ing)|writes|based in|author of|lives in|graduate of|speciali[sz]\w+|aspiring|passionate|"
    r"years of experience|freelance\w*|schreibt|escribe|écrit)\b",
    re.IGNORECASE,
)
_BY = re.compile(
    r"(?:(?:written|reported|words|story|text|compiled|edited)\s+by|by|von|por|par|door|di|av|af)\s*:?\s+(?P<names>.+)"
    r"|(?:texte?|autor(?:in|a)?|auteur|authors?|byline|reporter)\s*:\s*(?P<listed>.+)",
    re.IGNORECASE,
)
_BYLINE_END = re.compile(
    r"\s*[|•·]\s*|\s+[-–—]\s+|,?\s+(?=(?:[Pp]ublished|[Uu]pdated|[Pp]osted|[Ll]ast [Uu]pdated)\b)"
    rf"|\s+(?=(?:for|in|pour|para)\s)|,?\s+(?=(?:{_DAY_MONTH}|{_MONTH_DAY}),?\s\d{{4}})"
)
_NAME_BREAK = re.compile(r"\s*[,;/&]\s*(?:(?i:and)\s+)?|\s+(?:(?i:and)|und|y|et|e|en|och|og|with)\s+")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d)\.?", re.IGNORECASE)
_DATELINE = re.compile(r"(?P<head>[^:–—]{2,80}?)\s*(?P<mark>:|\s-{1,2}(?=\s|$)|[–—])(?:\s+(?P<rest>\S.*)|\s*)")
_DATELINE_DAY = re.compile(
    rf"{_WEEKDAY}|(?:{_WEEKDAY}\.?\s)?(?:{_DAY_MONTH}|{_MONTH_DAY})(?:\s\d{{4}})?|\d{{4}}", re.IGNORECASE
)
_AGENCY = re.compile(r"\s*\((?P<name>[^\W\d][\w./&' -]{1,30})\)$")
# Words that stand before a colon in a paper's first line without being a place.
_SIGNALS = (
    "warning update updated breaking exclusive analysis opinion comment note notice correction "
    "clarification watch live "
    "video photo photos gallery listen read alert poll quiz editor's editor editorial explainer factbox "
    "timeline profile "
    "review interview question answer headline summary background obituary advisory attention important disclaimer "
    "caution reminder tip"
)
_SIGNAL_WORDS = frozenset(_SIGNALS.split())
_RELATED_PHRASE = (
    r"also read|read also|read more|read next|read this|also see|see also|must[- ]read|further reading|(?:à |"
    r"a )?lire aussi|"
    r"le[aeu]r? también|leia (?:também|mais)|leggi anche|lesen sie auch|lies auch|lees ook|läs också|læs også|"
    r"les også|baca juga"
)
_RELATED = re.compile(
    rf"[^\w]*(?:(?:(?:{_RELATED_PHRASE})(?: on [^:|]{{1,30}})?|related(?: (?:story|stories|article|reading|news))?|"
    rf"more on this(?: story)?|recommended|don['’]t miss|mehr zum thema)\s*(?:[:|»>→]|[-–—]\s)+\s*(?P<marked>.+)"
    rf"|(?:{_RELATED_PHRASE})\s+(?P<bare>.+))",
    re.IGNORECASE,
)
_IDEOGRAPHS = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_CLOSERS = "\"'”’»«›)]}」』】*"
_ENDS = ".!?…。．！？।؟۔:："
BULLET = re.compile(r"[•▪◦‣●○*–-]\s+(?=\S)")


class PrintedDate(NamedTuple):
    """A line that is a date and nothing else. `day` is None where no such day exists or its parts may be swapped."""

    day: date | None
    has_weekday: bool
    is_labelled: bool


class Byline(NamedTuple):
    """A line that names the authors: `(name, role)` each, and what stood behind the names."""

    authors: tuple[tuple[str, str], ...]
    behind: str


def printed_date(text: str) -> PrintedDate | None:
    """Read a line that is a date, with its weekday, time or label (`Updated:`) where it has them."""
    if len(text) > _LONGEST_SIGN or not any(map(str.isdigit, text)):
        return None
    for pattern in _PRINTED:
        if match := pattern.fullmatch(text):
            return PrintedDate(_day(match), match["weekday"] is not None, match["label"] is not None)
    return None


def temperature(text: str) -> tuple[str, str] | None:
    """Read a temperature as printed, and the place beside it (`""` where none): `Madrid, 16 °C`."""
    match = _TEMPERATURE.fullmatch(text) if len(text) <= _LONGEST_SIGN else None
    if match is None:
        return None
    before, after = (match["before"] or "").strip(" ,:"), (match["after"] or "").strip()
    if (before and after) or not all(is_place(part) for part in (before, after) if part):
        return None
    return match["degrees"], before or after


def is_place(text: str) -> bool:
    """Say whether a line could be a place's name: up to three capitalised words, no figures, no sentence."""
    words = text.replace("/", " ").split()
    return 0 < len(words) <= 3 and width(text) <= 40 and not ends_sentence(text) and all(map(_is_proper, words))


def is_name(text: str) -> bool:
    """Say whether a line could be a person's or a desk's name: up to five capitalised words."""
    words = text.split()
    if not 0 < len(words) <= 5 or len(text) > 60 or text.casefold() in _WEEKDAY_NAMES:
        return False
    is_sentence = ends_sentence(text) and not (text.endswith(".") and len(words[-1]) <= 4)
    return not is_sentence and _is_proper(words[-1]) and all(_is_proper(word) or word in PARTICLES for word in words)


def is_bio(text: str, name: str) -> bool:
    """Say whether a line tells of the author `name`, not of the story."""
    if len(text) > 400 or read_dateline(text) is not None:
        return False
    return _IS_BIO.search(text) is not None or names_author(text, name)


def names_author(text: str, name: str) -> bool:
    """Say whether a line begins with the author's name or a part of it: `Lee covers the harbour.`"""
    first_word = re.split(r"[\s,’']", text, maxsplit=1)[0].casefold()
    return first_word in {word.casefold() for word in name.split() if word not in PARTICLES}


def read_byline(text: str) -> Byline | None:
    """Read `By A and B, Health Correspondent | May 3`; None where a part is no name (`By Tuesday, the …`)."""
    match = _BY.fullmatch(text)
    if match is None or len(text) > 200:
        return None
    names = match["names"] or match["listed"]
    end = _BYLINE_END.search(names)
    behind = names[end.end() :] if end else ""
    authors: list[tuple[str, str]] = []
    for part in filter(None, _NAME_BREAK.split(names[: end.start()] if end else names)):
        if authors and _SUFFIX.fullmatch(part):
            authors[-1] = (f"{authors[-1][0]}, {part}", authors[-1][1])
        elif authors and _IS_ROLE.search(part):
            authors[-1] = (authors[-1][0], part)
        elif is_name(part):
            authors.append((part, ""))
        else:
            return None
    return Byline(tuple(authors), behind.strip()) if authors else None


def read_dateline(text: str) -> tuple[str, str] | None:
    """Split a paragraph that begins with a dateline into the dateline, without its mark, and the rest.

    A place in capitals is one before a colon or a dash (`CUBA: …`), one in small letters only with an agency and a
    dash, with a day (`London, May 3 – …`), or alone before a dash that no other dash closes: `Warning: …` is none.
    """
    match = _DATELINE.fullmatch(text)
    if match is None:
        return None
    head, rest, is_dash = match["head"], match["rest"] or "", match["mark"] != ":"
    agency = _AGENCY.search(head)
    parts = [part.strip() for part in (head[: agency.start()] if agency else head).split(",")]
    places = [part for part in parts if not _DATELINE_DAY.fullmatch(part)]
    if not places or places[0] != parts[0] or not all(_is_dateline_place(place) for place in places):
        return None
    is_loud = sum(map(str.isupper, places[0])) > 1 and places[0] == places[0].upper()
    is_dated = len(places) < len(parts)
    opens = bool(rest) and (rest[0].isupper() or rest[0] in "\"'“‘«„") and not re.search(r"\s[–—-]\s|[–—]", rest)
    if is_loud or is_dated or (is_dash and (agency or (opens and len(places) == 1))):
        return head.strip(), rest
    return None


def related_titles(text: str) -> tuple[str, ...]:
    """Read the titles out of a line that points to other stories: `Also Read: A title`; empty where it is none."""
    match = _RELATED.fullmatch(text) if len(text) <= 300 else None
    if match is None:
        return ()
    bare = match["bare"]
    if bare and (not (bare[0].isupper() or bare[0] in "\"'“‘«") or bare.endswith(".")):
        return ()
    titles = (title.strip(" »→>") for title in re.split(r"\s\|\s", bare or match["marked"]))
    return tuple(title for title in titles if any(map(str.isalnum, title)))


def width(text: str) -> int:
    """Say how long a text is in letters of an alphabet: a sign of Chinese or Japanese stands for about four."""
    return len(text) if text.isascii() else len(text) + 3 * len(_IDEOGRAPHS.findall(text))


def ends_sentence(text: str) -> bool:
    """Say whether a line ends as a sentence does, whatever closes behind its last mark."""
    return text.rstrip(_CLOSERS)[-1:] in tuple(_ENDS)


def is_prose(text: str) -> bool:
    """Say whether a line is a story's text: a whole sentence, an item of a list, or longer than titles are."""
    return ends_sentence(text) or width(text) >= 140 or BULLET.match(text) is not None


def is_paragraph(text: str) -> bool:
    """Say whether a line is surely a story's text, even where titles of other stories are listed."""
    return is_prose(text) and (width(text) >= 80 or BULLET.match(text) is not None)


def _day(match: re.Match[str]) -> date | None:
    month = _MONTH_NUMBER.get(match["month"].casefold()) or int(match["month"])
    day = int(match["day"])
    if "/" in match[0]:  # 30/04 or 04/30 by country; one that may be either is none
        if month <= 12 and day <= 12 and month != day:
            return None
        day, month = (month, day) if month > 12 else (day, month)
    try:
        return date(int(match["year"]), month, day)
    except ValueError:
        return None


def _is_proper(word: str) -> bool:
    """A word as names have it: no figure, and not in small letters; scripts without capitals count."""
    letters = word.strip("\"'“”‘’().,-")
    if not letters or not all(char.isalpha() or char in "'’.-–‧·" or not char.isascii() for char in letters):
        return False
    parts = re.split(r"['’-]", letters)  # d'Arcy, al-Masri: a later part carries the capital
    return any(part[:1].isalpha() and not part[0].islower() for part in parts)


def _is_dateline_place(place: str) -> bool:
    words = place.replace("/", " / ").split()
    if (
        not 0 < len(words) <= 5
        or words[0].casefold().rstrip("s") in _SIGNAL_WORDS
        or words[0].casefold() in _SIGNAL_WORDS
    ):
        return False
    named = [word for word in words if word != "/" and word not in PARTICLES]
    return len(named) in range(1, 5) and _is_proper(words[0]) and all(map(_is_proper, named))

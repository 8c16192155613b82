"""Kinds of settings: what a value may be, in words for the operator and as a check.

In comes a value as TOML gives it, or a text from the environment; out goes the value as the code uses it (a duration
as timedelta, a size as bytes, a network as ip_network). Nothing here knows any setting by name.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import PurePosixPath
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

Network = IPv4Network | IPv6Network

LONGEST = timedelta(days=3650)
_DURATION = re.compile(r"(\d{1,9})(ms|s|m|h|d)", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZE = re.compile(r"(\d{1,9})(B|KiB|MiB|GiB)", re.ASCII)
_BYTES = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)
# What no document may hold (XML 1.0 §2.2), and what breaks a line.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.ASCII)
_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)
# RFC 5646 §2.1, without the grandfathered and the private-only forms.
_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a setting may be.

    `may_be` says it to the operator; `parse` gives the value that the code uses and raises ValueError for what may
    not be; `read` turns an environment variable's text into what TOML would have given.
    """

    may_be: str
    parse: Callable[[object], object]
    read: Callable[[str], object] = str


def text(least: int, most: int) -> Kind:
    """Give the kind of one line of text of `least` to `most` characters."""

    def parse(value: object) -> str:
        line = _string(value).strip()
        if not least <= len(line) <= most or _UNPRINTABLE.search(line):
            raise ValueError
        return line

    return Kind(f"one line of text, {least} to {most} characters", parse)


def whole(least: int, most: int) -> Kind:
    """Give the kind of whole numbers from `least` to `most`."""

    def parse(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError
        return value

    return Kind(f"a whole number from {least} to {most}", parse, _read_number)


def duration(least: str, *, whole: str = "1ms") -> Kind:
    """Give the kind of durations from `least` up to ten years, in multiples of `whole`."""
    shortest, step = _timedelta(least), _timedelta(whole)
    examples = [text for text in ("250ms", "90s", "15m", "36h", "30d") if not _timedelta(text) % step]

    def parse(value: object) -> timedelta:
        length = _timedelta(_string(value))
        if not shortest <= length <= LONGEST or length % step:
            raise ValueError
        return length

    such = ", ".join(f'"{text}"' for text in examples[:-1]) + f' or "{examples[-1]}"'
    return Kind(f'a duration such as {such}, from "{least}" to "3650d"', parse)


def choice(*words: str) -> Kind:
    """Give the kind of one out of `words`."""

    def parse(value: object) -> str:
        if value not in words:
            raise ValueError
        return str(value)

    return Kind("one of " + ", ".join(f'"{word}"' for word in words), parse)


def several(item: Kind) -> Kind:
    """Give the kind of lists, maybe empty, of what `item` allows; the value is a tuple."""

    def parse(value: object) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise ValueError
        return tuple(item.parse(member) for member in value)

    return Kind(f"a list, each member {item.may_be}", parse, _read_json)


def maybe(kind: Kind) -> Kind:
    """Allow the empty text beside what `kind` allows."""
    return Kind(f"empty, or {kind.may_be}", lambda value: "" if value == "" else kind.parse(value), kind.read)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _read_number(text: str) -> object:
    return int(text) if _NUMBER.fullmatch(text) else text


def _read_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _timedelta(text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


def written(length: timedelta) -> str:
    """Write a duration as it may be set, in the largest unit that gives a whole number of it."""
    milliseconds = length // timedelta(milliseconds=1)
    unit = next(unit for unit in reversed(_SECONDS) if milliseconds % round(_SECONDS[unit] * 1000) == 0)
    return f"{milliseconds // round(_SECONDS[unit] * 1000)}{unit}"


def _parse_size(value: object) -> int:
    match = _SIZE.fullmatch(_string(value))
    if match is None or int(match[1]) == 0:
        raise ValueError
    return int(match[1]) * _BYTES[match[2]]


def _parse_host(value: object) -> str:
    host = _string(value).lower()
    # Four numbers that are no address ("127.0.0.256") would pass as a name.
    if ":" in host or re.fullmatch(r"[\d.]+", host):
        return str(ip_address(host))
    if len(host) > 253 or not _HOST_NAME.fullmatch(host):
        raise ValueError
    return host


def _parse_address(value: object) -> str:
    """Check an http or https address, and leave it as it is written."""
    address = _string(value)
    if not _ADDRESS.fullmatch(address):
        raise ValueError
    parts = urlsplit(address)
    _parse_host(parts.hostname or "")
    if parts.port == 0 or parts.netloc.endswith(":") or "@" in parts.netloc or "\\" in address:
        raise ValueError
    return address


def _parse_site_url(value: object) -> str:
    """Check the site's own address; scheme and host in small letters, no slash at the end."""
    parts = urlsplit(_parse_address(value))
    # Every address of ours begins at the root: a path would be lost as soon as one is made absolute.
    if parts.path not in ("", "/") or any(sign in _string(value) for sign in "?#"):
        raise ValueError
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _parse_picture(value: object) -> str:
    address = _string(value)
    if re.fullmatch(r"/(?!/)[!-~]+", address) and "\\" not in address:
        return address
    return _parse_address(address)


def _parse_network(value: object) -> Network:
    return ip_network(_string(value))


def _parse_language(value: object) -> str:
    tag = _string(value)
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError
    return tag


def _parse_timezone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(_string(value))
    except (KeyError, OSError) as error:  # unknown; a folder of zones such as "Europe"
        raise ValueError from error


def _parse_database(value: object) -> str:
    address = _string(value)
    prefix = "sqlite:///"
    path = address.removeprefix(prefix)
    # Relative to what? Every process would have to be started in the same folder.
    if path == address or not PurePosixPath(path).is_absolute() or path.endswith("/") or "?" in path:
        raise ValueError
    return address


SIZE = Kind('a size above nothing such as "512KiB", "10MiB" or "1GiB"', _parse_size)
HOST = Kind('a host\'s name or IP address, without port, such as "news.example" or "127.0.0.1"', _parse_host)
ADDRESS = Kind('an http or https address such as "https://hub.example/"', _parse_address)
SITE_URL = Kind('an http or https address without path, such as "https://news.example"', _parse_site_url)
PICTURE = Kind('an http or https address, or a path within the site such as "/media/logo.png"', _parse_picture)
NETWORK = Kind('a network or an address, such as "10.0.0.0/8" or "::1"', _parse_network)
LANGUAGE = Kind('a language tag such as "en" or "pt-BR"', _parse_language)
TIMEZONE = Kind('a time zone such as "UTC" or "Europe/Lisbon"', _parse_timezone)
DATABASE = Kind(
    'an SQLite address with an absolute path, such as "sqlite:////srv/newsroom/broadsheet.db"', _parse_database
)

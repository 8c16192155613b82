"""The table of all settings: every name, its type, and what it may be.

What each one means, its unit and its default stand in config/default.toml. Values are frozen; whatever follows from
several settings (the address of the site, the hosts that may be asked for) is a property here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feeds.settings.kinds import (
    ADDRESS,
    DATABASE,
    HOST,
    LANGUAGE,
    NETWORK,
    PICTURE,
    SITE_URL,
    SIZE,
    TIMEZONE,
    Kind,
    Network,
    choice,
    duration,
    maybe,
    several,
    text,
    whole,
)

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """What documents and pages say of the newsroom."""

    url: Annotated[str, maybe(SITE_URL)]
    authority: Annotated[str, maybe(HOST)]
    title: Annotated[str, text(1, 200)]
    description: Annotated[str, text(1, 500)]
    language: Annotated[str, LANGUAGE]
    timezone: Annotated[ZoneInfo, TIMEZONE]
    logo: Annotated[str, maybe(PICTURE)]
    icon: Annotated[str, maybe(PICTURE)]
    rights: Annotated[str, text(0, 500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where readers and clients are answered, and whom to believe."""

    host: Annotated[str, HOST]
    port: Annotated[int, whole(1, 65535)]
    processes: Annotated[int, whole(1, 64)]
    trusted_hosts: Annotated[tuple[str, ...], several(HOST)]
    trusted_proxies: Annotated[tuple[Network, ...], several(NETWORK)]
    max_body: Annotated[int, SIZE]
    api_rate: Annotated[int, whole(1, 1_000_000)]
    metrics_from: Annotated[tuple[Network, ...], several(NETWORK)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingSettings:
    """How documents are kept ready."""

    memory: Annotated[int, SIZE]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """Where everything is stored."""

    url: Annotated[str, maybe(DATABASE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsSettings:
    """What channels carry, and for how long."""

    window: Annotated[int, whole(1, 1000)]
    max_bytes: Annotated[int, SIZE]
    archive_part: Annotated[int, whole(1, 1000)]
    farewell_days: Annotated[int, whole(0, 3650)]
    tombstone_days: Annotated[int, whole(0, 3650)]
    ttl: Annotated[timedelta, duration("1m", whole="1m")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebsubSettings:
    """Who is told of changes."""

    hubs: Annotated[tuple[str, ...], several(ADDRESS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """The periods of the worker's jobs (CONTRACT section 10)."""

    sweep: Annotated[timedelta, duration("100ms")]
    due: Annotated[timedelta, duration("100ms")]
    poll: Annotated[timedelta, duration("100ms")]
    push: Annotated[timedelta, duration("100ms")]
    measure: Annotated[timedelta, duration("100ms")]
    trending: Annotated[timedelta, duration("1s")]
    verify: Annotated[timedelta, duration("1s")]
    housekeeping: Annotated[timedelta, duration("1s")]
    heartbeat: Annotated[timedelta, duration("100ms")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentSettings:
    """What articles may hold."""

    players: Annotated[tuple[str, ...], several(HOST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """The demo newsroom's partner."""

    port: Annotated[int, whole(1, 65535)]


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings:
    """How partners are polled."""

    allow_networks: Annotated[tuple[Network, ...], several(NETWORK)]
    min_interval: Annotated[timedelta, duration("0s")]
    max_interval: Annotated[timedelta, duration("1s")]
    host_spacing: Annotated[timedelta, duration("0s")]
    timeout: Annotated[timedelta, duration("100ms")]
    max_bytes: Annotated[int, SIZE]
    first_poll: Annotated[int, whole(0, 10_000)]
    concurrency: Annotated[int, whole(1, 1000)]
    wins: Annotated[str, choice("ours", "wire", "first")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What is logged, and how it looks."""

    format: Annotated[str, choice("auto", "text", "json")]
    level: Annotated[str, choice("debug", "info", "warning", "error")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one instance, checked. `instance` is the folder of its database, token and media, absolute."""

    site: SiteSettings
    server: ServerSettings
    serving: ServingSettings
    database: DatabaseSettings
    channels: ChannelsSettings
    websub: WebsubSettings
    schedule: ScheduleSettings
    content: ContentSettings
    demo: DemoSettings
    ingest: IngestSettings
    log: LogSettings
    instance: Path

    @property
    def database_url(self) -> str:
        """The database as SQLAlchemy addresses it; without a setting a file in the instance folder."""
        if self.database.url:
            return self.database.url
        # SQLAlchemy ends the path at "?" and decodes "%41" in it.
        path = str(self.instance / "broadsheet.db").replace("%", "%25").replace("?", "%3F")
        return f"sqlite:///{path}"

    @property
    def token_file(self) -> Path:
        """Where the first migration writes the admin token."""
        return self.instance / "token"

    @property
    def address(self) -> str:
        """The site's address without a slash at its end: `site.url`, else the bound host and port."""
        if self.site.url:
            return self.site.url
        host = f"[{self.server.host}]" if ":" in self.server.host else self.server.host
        return f"http://{host}" + ("" if self.server.port == 80 else f":{self.server.port}")

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that requests may name: small letters, no port, IPv6 without brackets."""
        if self.server.trusted_hosts:
            return frozenset(self.server.trusted_hosts)
        return frozenset((urlsplit(self.address).hostname or "", self.server.host, *LOOPBACK_NAMES))


SECTIONS: Mapping[str, type] = {name: kind for name, kind in get_type_hints(Settings).items() if name != "instance"}


def kinds_of(section: type) -> dict[str, Kind]:
    """Give the kind of each setting of a section, in the table's order."""
    hints = get_type_hints(section, include_extras=True)
    return {field.name: hints[field.name].__metadata__[0] for field in fields(section)}


KINDS: Mapping[tuple[str, str], Kind] = {
    (name, key): kind for name, section in SECTIONS.items() for key, kind in kinds_of(section).items()
}


def is_loopback(host: str) -> bool:
    """Say whether a host's name or address, as checked by its kind, can be reached from this machine alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

"""What every road is handed: the store, the settings, the clock, and the site as documents print it.

`open_newsroom` is the one way in; it refuses a database that is not as this code knows it.
"""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from feeds.clock import Clock
from feeds.model.markup import ascii_address
from feeds.model.site import Site
from feeds.settings import Settings
from feeds.store import meta
from feeds.store.database import Store, check_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """One instance, opened. Safe to share between threads."""

    store: Store
    settings: Settings
    clock: Clock
    site: Site

    def close(self) -> None:
        self.store.close()


def open_newsroom(settings: Settings, clock: Clock) -> Newsroom:
    """Open the instance that the settings name; raises StoreError where it cannot be."""
    store = Store(settings.database_url)
    try:
        check_schema(store)
        return Newsroom(store=store, settings=settings, clock=clock, site=_site(store, settings, clock))
    except BaseException:
        store.close()
        raise


def keep_address(store: Store, settings: Settings) -> None:
    """Keep the address served, by which other commands link."""
    address = settings.address
    with store.read() as connection:
        if meta.find(connection, meta.Key.ADDRESS) == address:
            return
    with store.write() as connection:
        meta.put(connection, meta.Key.ADDRESS, address)


def _site(store: Store, settings: Settings, clock: Clock) -> Site:
    with store.read() as connection:
        kept = meta.find(connection, meta.Key.ADDRESS)
        authority = meta.find(connection, meta.Key.AUTHORITY)
        date = meta.find(connection, meta.Key.DATE)
    if authority is None or date is None:
        authority, date = _fix_identity(store, settings, clock)
    own = settings.site
    return Site(
        url=(own.url or kept or settings.address).rstrip("/"),
        authority=authority,
        date=date,
        title=own.title,
        description=own.description,
        language=own.language,
        logo=own.logo,
        icon=own.icon,
        rights=own.rights,
        hubs=tuple(dict.fromkeys(ascii_address(hub) for hub in settings.websub.hubs)),
        ttl_minutes=max(1, int(settings.channels.ttl.total_seconds() // 60)),
    )


def _fix_identity(store: Store, settings: Settings, clock: Clock) -> tuple[str, str]:
    """Fix, at the first start, what every id begins with; it outlives any change of settings."""
    named = settings.site.authority or (urlsplit(settings.site.url).hostname or "")
    with store.write() as connection:
        authority = meta.put_once(connection, meta.Key.AUTHORITY, named or f"{secrets.token_hex(6)}.invalid")
        date = meta.put_once(connection, meta.Key.DATE, clock.now().date().isoformat())
    return authority, date

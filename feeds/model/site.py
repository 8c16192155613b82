"""The site as documents print it, and the ids that never change (RFC 4151 tag URIs)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What every document and page says of the newsroom.

    `url` has no slash at its end. `authority` and `date` are fixed in the store at the first start, so that
    ids outlive a change of address (CONTRACT section 4). Part of the key of every fragment: see `print_key`.
    """

    url: str
    authority: str
    date: str
    title: str
    description: str
    language: str
    logo: str = ""
    icon: str = ""
    rights: str = ""
    hubs: tuple[str, ...] = ()
    ttl_minutes: int = 5

    def absolute(self, address: str) -> str:
        """Make an address within the site absolute; others stay as they are."""
        return urljoin(self.url + "/", address)

    @property
    def birthday(self) -> datetime:
        """The day of the ids: the first that anything of the site can have been of."""
        return datetime.fromisoformat(self.date).replace(tzinfo=UTC)

    def article_guid(self, article_id: str) -> str:
        """Give the id under which every reader knows the article, for ever."""
        return f"tag:{self.authority},{self.date}:articles/{article_id}"

    def channel_id(self, number: int) -> str:
        """Give the id of a channel's Atom documents; its number outlives every rename."""
        return f"tag:{self.authority},{self.date}:channels/{number}"

    def mix_id(self, terms: str) -> str:
        """Give the id of a mix by its terms, in their one order."""
        return f"tag:{self.authority},{self.date}:mixes/{terms}"

"""The last entry of a channel that was given up: it says so to whoever still follows it (CONTRACT section 6)."""

from dataclasses import dataclass
from html import escape

from feeds.model.article import Article, Status
from feeds.model.channel import Channel
from feeds.model.shown import shown_of
from feeds.model.site import Site
from feeds.pipeline.printer import Printer
from feeds.store.fragments import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Article):
    """An entry that is no story: it leads to the front page."""

    @property
    def path(self) -> str:
        return "/"


def notice_of(channel: Channel, site: Site) -> Notice | None:
    """Give the last entry of a channel; None where it was not given up."""
    if channel.retired_at is None or channel.label is None:
        return None
    name = channel.title or channel.label.name
    return Notice(
        id=f"farewell-{channel.number}",
        title=f"{name} has ended",
        standfirst=f"This feed has ended: {site.title} publishes nothing more under {name}.",
        content_html=f'<p>This feed has ended: <a href="/">{escape(site.title)}</a> publishes nothing more under '
        f"{escape(name)}. You can unsubscribe from it.</p>",
        status=Status.PUBLISHED,
        created_at=channel.retired_at,
        published_at=channel.retired_at,
        updated_at=channel.retired_at,
    )


def key_of(printer: Printer, notice: Notice) -> Key:
    """Give the key under which its fragments are kept."""
    return notice.id, printer.shown(shown_of(notice))

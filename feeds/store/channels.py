"""Channels: numbered at first use, found by key."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select, update

from feeds.model.channel import SITE_KEY, Channel, Membership
from feeds.model.dates import from_us
from feeds.model.label import Kind
from feeds.store import labels as labels_of
from feeds.store.labels import label_of, numbers_of
from feeds.store.schema import channels, labels

_joined = select(
    channels.c.number,
    channels.c.title.label("own_title"),
    channels.c.description.label("own_description"),
    channels.c.language,
    channels.c.depth,
    channels.c.window,
    channels.c.image.label("own_image"),
    channels.c.partners,
    labels,
).select_from(channels.outerjoin(labels, channels.c.label == labels.c.id))


def _channel_of(row: Row[Any]) -> Channel:
    return Channel(
        number=row.number,
        label=None if row.id is None else label_of(row),
        title=row.own_title,
        description=row.own_description,
        language=row.language,
        depth=row.depth or "full",
        window=row.window,
        image=row.own_image,
        partners=row.partners,
        retired_at=None if row.retired_at is None or row.successor is not None else from_us(row.retired_at),
    )


def load(connection: Connection, numbers: Iterable[int]) -> dict[int, Channel]:
    """Give channels by number."""
    rows = connection.execute(_joined.where(channels.c.number.in_(list(numbers))))
    return {row.number: _channel_of(row) for row in rows}


def find(connection: Connection, key: str) -> Channel | None:
    """Give the channel of a key such as `site` or `tags/harbour`; None where it was never opened."""
    if key == SITE_KEY:
        statement = _joined.where(channels.c.label.is_(None))
    else:
        kind, _, slug = key.partition("/")
        statement = _joined.where(labels.c.kind == kind, labels.c.slug == slug)
    row = connection.execute(statement).first()
    return None if row is None else _channel_of(row)


def list_all(connection: Connection) -> list[Channel]:
    """Give every channel: `site` first, then by kind and slug."""
    live = (labels.c.slug.is_(None)) | ~labels.c.slug.startswith("~")  # not of a label that was merged
    rows = connection.execute(_joined.where(live).order_by(channels.c.label.is_not(None), labels.c.kind, labels.c.slug))
    return [_channel_of(row) for row in rows]


def page(connection: Connection, *, after: int, limit: int) -> list[Channel]:
    """Give channels in the order of their numbers, past `after`; those of labels that were merged are none."""
    live = (labels.c.slug.is_(None)) | ~labels.c.slug.startswith("~")
    statement = _joined.where(channels.c.number > after, live).order_by(channels.c.number).limit(limit)
    return [_channel_of(row) for row in connection.execute(statement)]


def change(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """Change a channel's own ways."""
    connection.execute(update(channels).where(channels.c.number == number).values(dict(values)))


def all_numbers(connection: Connection) -> list[int]:
    """Give the number of every channel."""
    return list(connection.execute(select(channels.c.number).order_by(channels.c.number)).scalars())


def open_channels(connection: Connection, memberships: Iterable[Membership]) -> dict[tuple[Kind | None, str], int]:
    """Give the numbers of the channels of memberships by (kind, slug), opening those that had no article before."""
    wanted = list(dict.fromkeys((found.kind, found.slug) for found in memberships))
    ids = numbers_of(connection, [(str(kind), slug) for kind, slug in wanted if kind is not None])
    labelled: dict[tuple[Kind | None, str], int | None] = {
        (kind, slug): None if kind is None else ids[str(kind), slug] for kind, slug in wanted
    }
    labels_of.revive(connection, ids.values())  # one that was given up has a public article again
    rows = connection.execute(
        select(channels.c.label, channels.c.number).where(
            channels.c.label.in_([label for label in labelled.values() if label is not None])
        )
    )
    numbers: dict[int | None, int] = {row.label: row.number for row in rows}
    for label in labelled.values():
        if label not in numbers:
            numbers[label] = number_of(connection, label)
    return {key: numbers[label] for key, label in labelled.items()}


def number_of(connection: Connection, label: int | None) -> int:
    """Give the number of a label's channel (None: of `site`), given now where it had none."""
    same = channels.c.label.is_(None) if label is None else channels.c.label == label
    number = connection.execute(select(channels.c.number).where(same)).scalar()
    if number is None:
        statement = channels.insert().values(label=label).returning(channels.c.number)
        number = connection.execute(statement).scalar_one()
    return int(number)


def find_number(connection: Connection, kind: Kind, slug: str) -> int | None:
    """Give the number of a label's channel by its slug; None where it was never opened."""
    joined = channels.join(labels, channels.c.label == labels.c.id)
    statement = select(channels.c.number).select_from(joined).where(labels.c.kind == kind, labels.c.slug == slug)
    return connection.execute(statement).scalar()

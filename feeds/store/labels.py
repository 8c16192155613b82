"""Authors, tags and sections: found by name or slug, made when new.

One table serves the three kinds: they are named, found, renamed and merged alike. A name is looked up folded, among
all names that a label ever had; a slug among the present ones and those that lead elsewhere since.
"""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, select, update

from feeds.model.label import Kind, Label, fold
from feeds.model.slug import numbered, slugify
from feeds.store.schema import channels, label_names, labels, places, redirects
from feeds.store.upsert import insert_missing

FILLED_BY_BYLINES = ("bio", "url", "image")


def label_of(row: Row[Any]) -> Label:
    """Make the value of a row of `labels`."""
    return Label(
        kind=Kind(row.kind),
        id=row.id,
        slug=row.slug,
        name=row.name,
        bio=row.bio,
        url=row.url,
        image=row.image,
        description=row.description,
    )


def find_by_slug(connection: Connection, kind: Kind, slug: str) -> Label | None:
    """Give the label whose present slug this is."""
    row = connection.execute(select(labels).where(labels.c.kind == kind, labels.c.slug == slug)).first()
    return None if row is None else label_of(row)


def find_redirect(connection: Connection, kind: Kind, slug: str) -> Label | None:
    """Give the label that a former slug leads to."""
    joined = select(labels).join(redirects, redirects.c.label == labels.c.id)
    row = connection.execute(joined.where(redirects.c.kind == kind, redirects.c.slug == slug)).first()
    return None if row is None else label_of(row)


def find_by_name(connection: Connection, kind: Kind, name: str) -> Label | None:
    """Give the label that has, or once had, a name that folds the same."""
    joined = select(labels).join(label_names, label_names.c.label == labels.c.id)
    row = connection.execute(joined.where(label_names.c.kind == kind, label_names.c.fold == fold(name))).first()
    return None if row is None else label_of(row)


def load(connection: Connection, ids: Iterable[int]) -> dict[int, Label]:
    """Give labels by their numbers."""
    rows = connection.execute(select(labels).where(labels.c.id.in_(list(ids))))
    return {row.id: label_of(row) for row in rows}


def list_all(connection: Connection, kind: Kind) -> list[Label]:
    """Give all labels of a kind, by name."""
    rows = connection.execute(select(labels).where(labels.c.kind == kind).order_by(labels.c.name, labels.c.id))
    return [label_of(row) for row in rows]


def resolve(connection: Connection, kind: Kind, name: str, *, slug: str | None = None) -> Label:
    """Find the label that a name (or a slug, which decides) stands for; make it where there is none.

    A name that is nobody's may still be a present slug: `section: "harbour-news"` names the section (CONTRACT
    section 4: one name or slug).
    """
    if slug is not None:
        return (
            find_by_slug(connection, kind, slug)
            or find_redirect(connection, kind, slug)
            or _make(connection, kind, name, slug)
        )
    return (
        find_by_name(connection, kind, name)
        or (find_by_slug(connection, kind, name) if kind is Kind.SECTIONS else None)
        or _make(connection, kind, name, _free_slug(connection, kind, name))
    )


def find_all(connection: Connection, kind: Kind, names: Iterable[str]) -> dict[str, Label]:
    """Find the labels that names (of a section: or slugs) stand for, by name; the others are left out."""
    wanted = {name: fold(name) for name in names}
    joined = select(label_names.c.fold, labels).join(labels, label_names.c.label == labels.c.id)
    rows = connection.execute(joined.where(label_names.c.kind == kind, label_names.c.fold.in_(set(wanted.values()))))
    by_fold = {row.fold: label_of(row) for row in rows}
    found = {name: by_fold[folded] for name, folded in wanted.items() if folded in by_fold}
    if kind is Kind.SECTIONS:
        for name in wanted.keys() - found.keys():
            if (label := find_by_slug(connection, kind, name)) is not None:
                found[name] = label
    return found


def resolve_all(connection: Connection, kind: Kind, names: Iterable[str]) -> dict[str, Label]:
    """Find the labels that names stand for, by name; makes those that there are not, in the order given."""
    wanted = list(names)
    found = find_all(connection, kind, wanted)
    return {name: found[name] if name in found else resolve(connection, kind, name) for name in wanted}


def fill(connection: Connection, label: Label, values: dict[str, str]) -> Label:
    """Fill what is empty of an author (bio, url, image) from a byline; give the label as it then is."""
    new = {name: value for name, value in values.items() if value and not getattr(label, name)}
    if not new:
        return label
    connection.execute(update(labels).where(labels.c.id == label.id).values(new))
    return load(connection, [label.id])[label.id]


def ensure(connection: Connection, kind: Kind, slug: str, name: str) -> Label:
    """Give the label of a slug, made with that name where it is not there."""
    return find_by_slug(connection, kind, slug) or _make(connection, kind, name, slug)


def _make(connection: Connection, kind: Kind, name: str, slug: str) -> Label:
    statement = labels.insert().values(kind=kind, slug=slug, name=name).returning(labels.c.id)
    number = int(connection.execute(statement).scalar_one())
    # Another label may already answer to this name; then only its slug leads to the new one.
    insert_missing(connection, label_names, [{"kind": kind, "fold": fold(name), "label": number}])
    return Label(kind=kind, id=number, slug=slug, name=name)


def _free_slug(connection: Connection, kind: Kind, name: str) -> str:
    wanted = slugify(name)
    for number in count(1):
        slug = wanted if number == 1 else numbered(wanted, number)
        if find_by_slug(connection, kind, slug) is None and find_redirect(connection, kind, slug) is None:
            return slug
    raise AssertionError("unreachable: count() does not end")


def numbers_of(connection: Connection, kind_slugs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Give the numbers of labels by (kind, slug)."""
    rows = connection.execute(
        select(labels.c.id, labels.c.kind, labels.c.slug).where(labels.c.slug.in_([slug for _, slug in kind_slugs]))
    )
    return {(row.kind, row.slug): row.id for row in rows}


def change(connection: Connection, label: Label, values: dict[str, object]) -> Label:
    """Change what is told of a label: name, bio, url, image, description. A new name is one more that stands for it."""
    if not values:
        return label
    connection.execute(update(labels).where(labels.c.id == label.id).values(values))
    if "name" in values:
        insert_missing(
            connection, label_names, [{"kind": label.kind, "fold": fold(str(values["name"])), "label": label.id}]
        )
    return load(connection, [label.id])[label.id]


def move(connection: Connection, label: Label, slug: str) -> Label:
    """Give a label another slug; the former one leads to it for ever."""
    connection.execute(delete(redirects).where(redirects.c.kind == label.kind, redirects.c.slug == slug))
    connection.execute(update(labels).where(labels.c.id == label.id).values(slug=slug))
    insert_missing(connection, redirects, [{"kind": label.kind, "slug": label.slug, "label": label.id}])
    return load(connection, [label.id])[label.id]


def hand_over(connection: Connection, label: Label, into: Label) -> None:
    """Have all that stands for a label (slug, former slugs, names) stand for another one: in one step, for ever."""
    connection.execute(update(redirects).where(redirects.c.label == label.id).values(label=into.id))
    connection.execute(update(label_names).where(label_names.c.label == label.id).values(label=into.id))
    # The row stays while articles still have it; its slug is none that an address can have.
    gone = {"slug": f"~{label.id}", "retired_at": 0, "successor": into.id}
    connection.execute(update(labels).where(labels.c.id == label.id).values(gone))
    insert_missing(connection, redirects, [{"kind": label.kind, "slug": label.slug, "label": into.id}])


def retire(connection: Connection, label: Label, now_us: int, successor: Label | None) -> None:
    """Give a label up: its page is gone; with a successor its addresses lead there."""
    values = {"retired_at": now_us, "successor": None if successor is None else successor.id}
    connection.execute(update(labels).where(labels.c.id == label.id).values(values))
    if successor is not None:
        hand_over(connection, label, successor)


def retired(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Give those of these labels that were given up."""
    statement = select(labels.c.id).where(labels.c.id.in_(list(ids)), labels.c.retired_at.is_not(None))
    return set(connection.execute(statement).scalars())


def revive(connection: Connection, ids: Iterable[int]) -> bool:
    """Take labels back that were given up without successor; says whether there was one among these."""
    own = labels.c.id.in_(list(ids)), labels.c.retired_at.is_not(None), labels.c.successor.is_(None)
    return connection.execute(update(labels).where(*own).values(retired_at=None)).rowcount > 0


def find_by_any_slug(connection: Connection, kind: Kind, slug: str) -> Label | None:
    """Give the label of a slug, present or former."""
    return find_by_slug(connection, kind, slug) or find_redirect(connection, kind, slug)


def page(connection: Connection, kind: Kind, *, after: str, limit: int) -> list[Label]:
    """Give labels that were not given up, by slug, past `after`."""
    statement = select(labels).where(labels.c.kind == kind, labels.c.slug > after, labels.c.retired_at.is_(None))
    return [label_of(row) for row in connection.execute(statement.order_by(labels.c.slug).limit(limit))]


def with_stories(connection: Connection, kind: Kind, *, limit: int) -> list[Label]:
    """Give labels of a kind whose channels hold something, by name."""
    held = select(places.c.article).where(places.c.channel == channels.c.number)
    statement = (
        select(labels)
        .join(channels, channels.c.label == labels.c.id)
        .where(labels.c.kind == kind, labels.c.retired_at.is_(None), exists(held))
        .order_by(labels.c.name)
        .limit(limit)
    )
    return [label_of(row) for row in connection.execute(statement)]

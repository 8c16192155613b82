"""`/api/authors`, `/api/tags`, `/api/sections`: told, changed, renamed, merged, given up (CONTRACT section 5)."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from feeds.errors import Fault, Refusal
from feeds.model.label import BUILT_IN_SECTIONS, Kind, Label
from feeds.model.label_submission import SentAuthorPage, SentMerge, SentSection, SentTag
from feeds.model.merge_patch import merge_patch
from feeds.model.rule import Rule
from feeds.model.submission import validated
from feeds.pipeline import names
from feeds.settings.kinds import written
from feeds.store import channels, labels, places, sections
from feeds.store.database import Connection
from feeds.web.api.bodies import PATCH_TYPES, answer, parse_object, read_json
from feeds.web.api.cursors import make_cursor, page, read_cursor, read_limit
from feeds.web.auth import require, room

blueprint = Blueprint("labels", __name__, url_prefix="/api/<any(authors, tags, sections):kind>")
WRITE = {Kind.AUTHORS: "write", Kind.TAGS: "write", Kind.SECTIONS: "admin"}
Sent = SentAuthorPage | SentTag | SentSection
MODELS: Mapping[Kind, type[Sent]] = {Kind.AUTHORS: SentAuthorPage, Kind.TAGS: SentTag, Kind.SECTIONS: SentSection}
READ_ONLY = ("key", "url_page", "count")


@blueprint.get("")
def index(kind: str) -> Response:
    """List labels of a kind, by slug."""
    require("read")
    limit, cursor = read_limit(), read_cursor(str)
    with room().store.read() as connection:
        found = labels.page(connection, Kind(kind), after=str(cursor[0]) if cursor else "", limit=limit + 1)
        told = [_told(connection, label) for label in found[:limit]]
    return answer(page(told, make_cursor(found[limit - 1].slug) if len(found) > limit else None))


@blueprint.get("/<slug>")
def show(kind: str, slug: str) -> Response:
    """Give a label."""
    require("read")
    with room().store.read() as connection:
        return answer(_told(connection, names.get(connection, Kind(kind), slug)))


@blueprint.put("/<slug>")
def replace(kind: str, slug: str) -> Response:
    """Make a label as it is to be, or make it so."""
    require(WRITE[Kind(kind)])
    wanted = _validated(Kind(kind), read_json())
    if wanted.slug is not None and wanted.slug != slug:
        raise Refusal(422, "The body names another slug than the address.", (Fault("/slug", f"must be {slug[:80]}"),))
    # the address's slug is held to the same rules
    _validated(Kind(kind), {**_values(wanted), "slug": slug})
    with room().store.write() as connection:
        present = labels.find_by_slug(connection, Kind(kind), slug)
        is_new = present is None or bool(labels.retired(connection, [present.id]))
        label = names.make(connection, room(), Kind(kind), slug, _name(wanted))
        told = _told(connection, _changed(connection, label, wanted, slug=None))
    return answer(told, 201 if is_new else 200)


@blueprint.patch("/<slug>")
def change(kind: str, slug: str) -> Response:
    """Change some of a label; `slug` renames it."""
    require(WRITE[Kind(kind)])
    patch = parse_object(read_json(PATCH_TYPES))
    with room().store.write() as connection:
        label = names.get(connection, Kind(kind), slug)
        merged = parse_object(merge_patch(_told(connection, label), patch))
        wanted = _validated(Kind(kind), merged)
        return answer(_told(connection, _changed(connection, label, wanted, slug=wanted.slug)))


@blueprint.post("/<slug>/merge")
def merge(kind: str, slug: str) -> Response:
    """Merge a label into another one of its kind."""
    require(WRITE[Kind(kind)])
    if Kind(kind) is Kind.SECTIONS:
        raise Refusal(404, "Sections are not merged.")
    sent = validated(SentMerge, read_json(), "The merge cannot be made.")
    with room().store.write() as connection:
        label = names.get(connection, Kind(kind), slug)
        into = labels.find_by_any_slug(connection, Kind(kind), sent.into)
        if into is None or labels.retired(connection, [into.id]):
            raise Refusal(422, "There is nothing to merge into.", (Fault("/into", "must be a slug that there is"),))
        return answer(_told(connection, names.merge(connection, room(), label, into)))


@blueprint.delete("/<slug>")
def remove(kind: str, slug: str) -> Response:
    """Give a label up; with `?successor=` its addresses lead there."""
    require(WRITE[Kind(kind)])
    wanted = request.args.get("successor")
    with room().store.write() as connection:
        label = names.get(connection, Kind(kind), slug)
        successor = None
        if wanted is not None:
            successor = labels.find_by_any_slug(connection, Kind(kind), wanted)
            if successor is None or successor.id == label.id or labels.retired(connection, [successor.id]):
                raise Refusal(422, "There is no such successor.", (Fault("", "successor must be another slug"),))
        names.give_up(connection, room(), label, successor)
    return Response(status=204)


def _validated(kind: Kind, given: object) -> Sent:
    kept = {key: value for key, value in parse_object(given).items() if key not in READ_ONLY}
    return validated(MODELS[kind], kept, "It cannot be taken as it is.")


def _values(wanted: Sent) -> dict[str, object]:
    return wanted.model_dump(exclude={"rule"}, exclude_none=True)


def _name(wanted: Sent) -> str:
    return wanted.title if isinstance(wanted, SentSection) else wanted.name


def _changed(connection: Connection, label: Label, wanted: Sent, *, slug: str | None) -> Label:
    if isinstance(wanted, SentAuthorPage):
        values: dict[str, object] = {"bio": wanted.bio, "url": wanted.url, "image": wanted.image}
    else:
        values = {"description": wanted.description}
    told = {**values, "name": _name(wanted)}
    values = {name: value for name, value in told.items() if getattr(label, name) != value}
    changed = names.change(connection, room(), label, values, slug=slug)
    if isinstance(wanted, SentSection):
        if changed.slug in BUILT_IN_SECTIONS and wanted.rule is not None:
            raise Refusal(422, "The section chooses for itself.", (Fault("/rule", "cannot be set here"),))
        names.set_rule(connection, room(), changed, wanted.rule.value() if wanted.rule is not None else None)
        names.set_pinned(connection, room(), changed, wanted.pinned)
    return changed


def _told(connection: Connection, label: Label) -> dict[str, object]:
    number = channels.find_number(connection, label.kind, label.slug)
    told: dict[str, object] = {"slug": label.slug}
    if label.kind is Kind.SECTIONS:
        rule = sections.find_rule(connection, label.id)
        told |= {"title": label.name, "description": label.description}
        told |= {"rule": None if rule is None else _told_rule(rule), "pinned": sections.pinned(connection, label.id)}
    elif label.kind is Kind.AUTHORS:
        told |= {"name": label.name, "bio": label.bio, "url": label.url or None, "image": label.image or None}
    else:
        told |= {"name": label.name, "description": label.description}
    count = 0 if number is None else places.count(connection, number)
    return told | {"key": label.key, "url_page": f"{room().site.url}/{label.key}", "count": count}


def _told_rule(rule: Rule) -> dict[str, object]:
    told = {name: list(part) for name in sections.LISTS if (part := getattr(rule, name))}
    age = {} if rule.max_age is None else {"max_age": written(rule.max_age)}
    return {**told, **({} if rule.corrected is None else {"corrected": rule.corrected}), **age}

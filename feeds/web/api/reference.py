"""`/api/openapi.json` and `/api/docs`: the API described, for programs and for people. Public."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template

from feeds.web.api.bodies import answer
from feeds.web.auth import room
from feeds.web.openapi import OPERATIONS, PATCH, conditions, describe

blueprint = Blueprint("reference", __name__)
WIDEST = 60  # characters of what a field may be


class Row(NamedTuple):
    """One field of a thing that is sent or given out."""

    name: str
    kind: str
    is_required: bool
    told: str


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    """Give the description (OpenAPI 3.1)."""
    return answer(describe(room().site.url), headers={"Cache-Control": "max-age=300"})


@blueprint.get("/api/docs")
def docs() -> Response:
    """Show the description as a page without any script."""
    told: dict[str, Any] = describe(room().site.url)
    schemas = {name: schema for name, schema in told["components"]["schemas"].items() if schema.get("properties")}
    shown = {
        name: {"told": schema.get("description", ""), "rows": _rows(schema)}
        for name, schema in sorted(schemas.items())
        if not name.endswith(("List", PATCH))
    }
    text = render_template(
        "api.html", site=room().site, operations=OPERATIONS, conditions=conditions, schemas=shown, max_body=_max_body()
    )
    made = Response(text, content_type="text/html; charset=utf-8")
    made.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
    made.headers["Cache-Control"] = "max-age=300"
    return made


def _max_body() -> str:
    return f"{room().settings.server.max_body / 2**20:g} MiB"


def _rows(schema: Mapping[str, Any]) -> list[Row]:
    required = schema.get("required", ())
    return [
        Row(name, _kind(part), name in required, part.get("description", ""))
        for name, part in schema["properties"].items()
        if part != {"readOnly": True}
    ]


def _kind(part: Mapping[str, Any]) -> str:
    """Say in a few words what may stand in a field."""
    if "$ref" in part:
        return str(part["$ref"]).rpartition("/")[2]
    if "anyOf" in part:
        return " or ".join(_kind(one) for one in part["anyOf"])
    if part.get("enum"):
        return ", ".join("null" if one is None else str(one) for one in part["enum"])
    types = part.get("type", "any")
    named = " or ".join([types] if isinstance(types, str) else types)
    if "items" in part:
        named = named.replace("array", f"list of {_kind(part['items'])}")
    limits = [
        f"{word} {part[name]:,}"
        for name, word in (("maxLength", "up to"), ("maxItems", "up to"), ("minimum", "from"), ("maximum", "to"))
        if name in part
    ]
    return ", ".join([named.replace("string", part.get("format", "text")), *limits])

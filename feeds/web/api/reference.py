"""`/api/openapi.json` and `/api/docs`: the API described, for programs and for people. Public."""

import json

from flask import Blueprint, Response, render_template

from feeds.web.api.bodies import answer
from feeds.web.auth import room
from feeds.web.openapi import OPERATIONS, describe

blueprint = Blueprint("reference", __name__)


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    """Give the description (OpenAPI 3.1)."""
    return answer(describe(room().site.url), headers={"Cache-Control": "max-age=300"})


@blueprint.get("/api/docs")
def docs() -> Response:
    """Show the description as a page without any script."""
    told = describe(room().site.url)
    components = told["components"]
    assert isinstance(components, dict)
    schemas = {
        name: json.dumps(schema, indent=2, ensure_ascii=False)
        for name, schema in sorted(components["schemas"].items())
        if len(schema) > 1
    }
    text = render_template("api.html", site=room().site, operations=OPERATIONS, schemas=schemas)
    made = Response(text, content_type="text/html; charset=utf-8")
    made.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
    made.headers["Cache-Control"] = "max-age=300"
    return made

"""The API described (OpenAPI 3.1), made from the models that validate: one line an operation in OPERATIONS.

A test holds this table and the application's addresses together, both ways.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from feeds import VERSION
from feeds.model.label_submission import SentAuthorPage, SentChannel, SentMerge, SentSection, SentTag
from feeds.model.source_submission import SentRelease, SentSourceChange, SentSourceTest, SourceSubmission
from feeds.model.submission import READ_ONLY, Submission

REF = "#/components/schemas/"
PROBLEM = "application/problem+json"
PAGED = ("limit", "cursor")
FILTERS = ("tag", "author", "section", "source", "status", "q", "since")
PARAMETERS: Mapping[str, tuple[str, str, dict[str, object]]] = {
    "id": ("path", "The id of an article or source.", {"type": "string"}),
    "slug": ("path", "The slug of an author, tag or section.", {"type": "string"}),
    "key": ("path", "The key of a channel, such as tags/harbour.", {"type": "string"}),
    "limit": ("query", "How many, up to 200.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
    "cursor": ("query", "`next` of the page before.", {"type": "string"}),
    "tag": ("query", "A tag's slug or name.", {"type": "string"}),
    "author": ("query", "An author's slug or name.", {"type": "string"}),
    "section": ("query", "A section's slug or title.", {"type": "string"}),
    "source": ("query", "The id of a partner's source.", {"type": "string"}),
    "status": ("query", "Articles of one status.", {"enum": ["draft", "scheduled", "published", "withdrawn"]}),
    "q": ("query", 'Full text: words and "phrases", all of which must be there.', {"type": "string"}),
    "since": ("query", "Changed at or after.", {"type": "string", "format": "date-time"}),
    "reason": ("query", "Why it was withdrawn, as readers are told.", {"type": "string"}),
    "erase": ("query", "Forget its text for good (scope admin).", {"enum": ["true"]}),
    "successor": ("query", "The slug that its addresses lead to.", {"type": "string"}),
}


class Operation(NamedTuple):
    """One call: `scope` "" is public; `answers` by status, a schema's name, "" for no body."""

    method: str
    path: str
    summary: str
    scope: str
    answers: Mapping[int, str]
    body: type[BaseModel] | str | None = None
    query: tuple[str, ...] = ()
    patches: bool = False


def _label(kind: str, one: str, model: type[BaseModel], scope: str) -> list[Operation]:
    base, told = f"/api/{kind}", one.capitalize()
    rows = [
        Operation("get", base, f"List the {kind}.", "read", {200: f"{told}List"}, query=PAGED),
        Operation("get", f"{base}/{{slug}}", f"Give one of the {kind}.", "read", {200: told}),
        Operation("put", f"{base}/{{slug}}", f"Make the {one} so.", scope, {200: told, 201: told}, model),
        Operation("patch", f"{base}/{{slug}}", "Change; `slug` renames.", scope, {200: told}, model, patches=True),
        Operation("delete", f"{base}/{{slug}}", f"Give the {one} up.", scope, {204: ""}, query=("successor",)),
    ]
    if kind != "sections":
        merge = Operation("post", f"{base}/{{slug}}/merge", "Merge into another.", scope, {200: told}, SentMerge)
        rows.append(merge)
    return rows


_A, _S = "/api/articles", "/api/sources"
OPERATIONS: tuple[Operation, ...] = (
    Operation("get", _A, "List articles, newest first.", "read", {200: "ArticleList"}, query=(*FILTERS, *PAGED)),
    Operation("post", _A, "Store a new article.", "write", {201: "Article"}, Submission),
    Operation("get", f"{_A}/{{id}}", "Give an article.", "read", {200: "Article"}),
    Operation("put", f"{_A}/{{id}}", "Store it whole.", "write", {200: "Article", 201: "Article"}, Submission),
    Operation("patch", f"{_A}/{{id}}", "Change some fields.", "write", {200: "Article"}, Submission, patches=True),
    Operation("delete", f"{_A}/{{id}}", "Withdraw it.", "write", {204: ""}, query=("reason", "erase")),
    Operation("get", f"{_A}/{{id}}/revisions", "Give all revisions, newest first.", "read", {200: "ArticleList"}),
    Operation("post", f"{_A}:batch", "Store up to 1,000 articles.", "write", {200: "BatchResults"}, "articles"),
    Operation("post", "/api/media", "Store a picture.", "write", {200: "Media", 201: "Media"}, "picture"),
    *_label("authors", "author", SentAuthorPage, "write"),
    *_label("tags", "tag", SentTag, "write"),
    *_label("sections", "section", SentSection, "admin"),
    Operation("get", "/api/channels", "List the channels.", "read", {200: "ChannelList"}, query=PAGED),
    Operation("get", "/api/channels/{key}", "Give a channel.", "read", {200: "Channel"}),
    Operation("patch", "/api/channels/{key}", "Its own ways.", "admin", {200: "Channel"}, SentChannel, patches=True),
    Operation("get", _S, "List the partners' sources.", "read", {200: "SourceList"}, query=PAGED),
    Operation("post", _S, "Add one; it is polled at once.", "admin", {201: "Source"}, SourceSubmission),
    Operation("get", f"{_S}/{{id}}", "Give a source.", "read", {200: "Source"}),
    Operation("patch", f"{_S}/{{id}}", "Change it.", "admin", {200: "Source"}, SentSourceChange, patches=True),
    Operation("delete", f"{_S}/{{id}}", "Remove it; its articles stay.", "admin", {204: ""}),
    Operation("post", f"{_S}/{{id}}/poll", "Have it polled soon.", "admin", {202: "Source"}),
    Operation("post", f"{_S}/{{id}}/release", "Publish what is held.", "admin", {202: "Source"}, SentRelease),
    Operation("get", f"{_S}/{{id}}/polls", "List its polls.", "read", {200: "PollList"}, query=PAGED),
    Operation("get", f"{_S}/{{id}}/entries", "List its entries.", "read", {200: "EntryList"}, query=PAGED),
    Operation("post", f"{_S}:test", "Say what would be published.", "admin", {200: "SourceTest"}, SentSourceTest),
    Operation("get", "/api/status", "Tell how the newsroom is.", "read", {200: "Status"}),
    Operation("get", "/api/openapi.json", "Give this description.", "", {200: "Description"}),
    Operation("get", "/api/docs", "Show this description.", "", {200: "Page"}),
)
_REFUSALS = {400: "Not JSON.", 401: "No token.", 403: "The token's scope is too small.", 404: "Not there.",
             409: "In conflict with what is there.", 412: "Not as If-Match or If-None-Match expect.",
             413: "Too large.", 415: "Another type of body.", 422: "Not to be taken as it is: every fault is named.",
             429: "Too many calls in a second.", 503: "Out of reach for now."}  # fmt: skip


def describe(site_url: str) -> dict[str, object]:
    """Make the description, for a site's address."""
    models = [found.body for found in OPERATIONS if isinstance(found.body, type)]
    unique = list(dict.fromkeys(models))
    _, schemas = models_json_schema([(model, "validation") for model in unique], ref_template=REF + "{model}")
    components: dict[str, Any] = dict(schemas.get("$defs", {}))
    components["Article"] = _article(components["Submission"])
    components["Problem"] = _PROBLEM
    for name in {name for found in OPERATIONS for name in found.answers.values() if name}:
        one = name.removesuffix("List")
        if name.endswith("List") and name != one:
            components[name] = _list(one if one == "Article" else None)
        components.setdefault(name, {"type": "object"})
    paths: dict[str, dict[str, object]] = {}
    for found in OPERATIONS:
        paths.setdefault(found.path, {})[found.method] = _operation(found)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Broadsheet", "version": VERSION, "description": "Articles in, feeds out."},
        "servers": [{"url": site_url}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {str(status): _refusal(told) for status, told in _REFUSALS.items()},
        },
    }


def _operation(found: Operation) -> dict[str, object]:
    named = [name for name in ("id", "slug", "key") if f"{{{name}}}" in found.path]
    told: dict[str, object] = {
        "summary": found.summary,
        "operationId": found.method + re.sub(r"[^A-Za-z]+", "_", found.path).rstrip("_"),
        "parameters": [_parameter(name) for name in (*named, *found.query)],
        "responses": {
            **{str(status): _answer(name) for status, name in found.answers.items()},
            **(
                {str(status): {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS}
                if found.scope
                else {}
            ),
        },
        "security": [{"token": []}] if found.scope else [],
    }
    if found.scope:
        told["description"] = f"Scope: {found.scope}."
    if found.body is not None:
        told["requestBody"] = {"required": True, "content": _content(found)}
    return told


def _content(found: Operation) -> dict[str, object]:
    if found.body == "articles":
        one = {"$ref": f"{REF}Submission"}
        return {
            "application/json": {"schema": {"type": "array", "items": one, "maxItems": 1000}},
            "application/x-ndjson": {"schema": one},
        }
    if found.body == "picture":
        types = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")
        return {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in types}
    assert isinstance(found.body, type)
    schema: dict[str, object] = {"$ref": REF + found.body.__name__}
    if found.patches:
        loose = {"type": "object", "description": f"A JSON merge patch (RFC 7396) of {found.body.__name__}."}
        return {"application/merge-patch+json": {"schema": loose}, "application/json": {"schema": loose}}
    return {"application/json": {"schema": schema}}


def _parameter(name: str) -> dict[str, object]:
    where, told, schema = PARAMETERS[name]
    return {"name": name, "in": where, "description": told, "required": where == "path", "schema": schema}


def _answer(name: str) -> dict[str, object]:
    if not name:
        return {"description": "Done."}
    if name == "Page":
        return {"description": "The page.", "content": {"text/html": {}}}
    return {"description": "As asked.", "content": {"application/json": {"schema": {"$ref": REF + name}}}}


def _refusal(told: str) -> dict[str, object]:
    return {"description": told, "content": {PROBLEM: {"schema": {"$ref": f"{REF}Problem"}}}}


def _list(item: str | None) -> dict[str, object]:
    items: dict[str, object] = {"$ref": REF + item} if item else {"type": "object"}
    told = {"items": {"type": "array", "items": items}, "next": {"type": ["string", "null"]}}
    return {"type": "object", "required": ["items", "next"], "properties": told}


def _article(sent: dict[str, Any]) -> dict[str, object]:
    """Describe an article as it is given out: what can be sent, less what is write only, and what is ours."""
    properties = {name: part for name, part in sent["properties"].items() if name not in ("minor", "correction")}
    ours = {name: {"readOnly": True} for name in READ_ONLY}
    return {"type": "object", "properties": {**properties, **ours}}


_PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}

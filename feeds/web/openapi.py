"""The API described (OpenAPI 3.1): one line an operation in OPERATIONS, what is sent by the models that validate it,
what is given out by the tables of `shapes`.

A test holds the operations and the application's addresses together, both ways.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from feeds import VERSION
from feeds.model.label_submission import SentAuthorPage, SentChannel, SentMerge, SentSection, SentTag
from feeds.model.source_submission import SentRelease, SentSourceChange, SentSourceTest, SourceSubmission
from feeds.model.submission import Submission
from feeds.web.shapes import REF, SHAPES, list_of, schemas

PATCH = "Patch"  # behind a model's name: the schema of its merge patches
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
    "erase": ("query", "Forget its text for good (scope admin).", {"enum": ["true", "false"]}),
    "successor": ("query", "The slug that its addresses lead to.", {"type": "string"}),
    "If-Match": ("header", "The ETag of the article as it is to be now; else 412.", {"type": "string"}),
    "If-None-Match": ("header", "`*`: only where there is no such article; else 412.", {"type": "string"}),
}
# What fields mean that are sent, beside what their schema says.
MEANINGS: Mapping[str, Mapping[str, str]] = {
    "Submission": {
        "id": "Assigned where it is left out; never changes.",
        "title": "Plain text: markup in it is text, and stays visible as text.",
        "standfirst": "Plain text; the summary everywhere. Without it the summary is the beginning of the body.",
        "content_html": "Up to 1 MiB; cleaned at entry. Relative addresses are made absolute when rendered.",
        "authors": "Objects, or names alone; their order is kept.",
        "tags": "Names or slugs; made when new.",
        "section": "A name or slug; made when new.",
        "kicker": "The line above the headline.",
        "language": "BCP 47; the site's where it is left out.",
        "rights": "The line on its rights.",
        "canonical_url": "Its first home, where that is elsewhere.",
        "dateline": "Printed before the first words of the body.",
        "image": "Its picture.",
        "attachments": "The first with type and length is the enclosure of RSS.",
        "related": "Ours by id or title, or any by title and url.",
        "flags": "Out of must-read, breaking, live, opinion, sponsored.",
        "status": "published for new ones; left out: stays.",
        "published_at": "RFC 3339 with offset, cut to whole seconds. Left out: when it first becomes public. In the "
        "future: it is scheduled, and goes out then.",
        "expires_at": "When it leaves every feed and its page answers 410.",
        "minor": "Write only: a silent fix, `updated_at` stays.",
        "correction": "Write only: a note to readers, appended to `corrections`.",
        "updated_at": "Taken from scope admin alone (migrations).",
    },
    "SentRule": {"max_age": "From publication.", "corrected": "Whether it has a correction."},
    "SentSection": {"pinned": "Ids of articles that stand first."},
}
# What is given out, and may be sent back without effect where it is not in the model.
_TOLD_AS = {Submission: "Article", SentAuthorPage: "Author", SentTag: "Tag", SentSection: "Section",
            SentChannel: "Channel", SentSourceChange: "Source"}  # fmt: skip


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
             409: "In conflict with what is there.", 410: "Was there, and was erased or given up.",
             411: "No Content-Length.", 412: "Not as If-Match or If-None-Match expect.", 413: "Too large.",
             415: "Another type of body.", 422: "Not to be taken as it is: every fault is named.",
             429: "Too many calls in a second.", 503: "Out of reach for now."}  # fmt: skip


def describe(site_url: str) -> dict[str, object]:
    """Make the description, for a site's address."""
    models = dict.fromkeys(found.body for found in OPERATIONS if isinstance(found.body, type))
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=REF + "{model}")
    components: dict[str, Any] = {
        **{name: _sent(name, schema) for name, schema in made.get("$defs", {}).items()},
        **schemas(),
        "Description": {"type": "object"},
    }
    for model, shape in _TOLD_AS.items():
        properties = components[model.__name__]["properties"]
        for name in SHAPES[shape]:
            properties.setdefault(name, {"readOnly": True})
        patch = {name: part for name, part in components[model.__name__].items() if name != "required"}
        told = f"A JSON merge patch (RFC 7396) of {model.__name__}: what is not named stays."
        components[model.__name__ + PATCH] = {**patch, "description": told}
    for name in {name for found in OPERATIONS for name in found.answers.values() if name.endswith("List")}:
        components[name] = list_of(name.removesuffix("List"))
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


def _sent(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Finish a model's schema: what it is told in words, patterns as whole texts, null as if left out."""
    required = schema.get("required", [])
    meanings = MEANINGS.get(name, {})
    properties = {}
    for field, given in schema["properties"].items():
        part = _anchored({key: value for key, value in given.items() if key not in ("title", "default")})
        part = part if field in required else _or_null(part)
        properties[field] = {**part, **({"description": meanings[field]} if field in meanings else {})}
    if name == "Submission":
        properties["authors"]["items"] = {"anyOf": [{"type": "string"}, properties["authors"]["items"]]}
    return {**{key: value for key, value in schema.items() if key != "title"}, "properties": properties}


def _anchored(part: Any) -> Any:
    """Hold the patterns of a schema to whole texts, as the models do; JSON Schema's are found anywhere."""
    if isinstance(part, list):
        return [_anchored(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {key: f"^(?:{one})$" if key == "pattern" else _anchored(one) for key, one in part.items()}


def _or_null(part: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in part:
        return part if {"type": "null"} in part["anyOf"] else {**part, "anyOf": [*part["anyOf"], {"type": "null"}]}
    if "type" not in part:
        return {"anyOf": [part, {"type": "null"}]}
    allowed = {"enum": [*part["enum"], None]} if "enum" in part else {}
    return {**part, **allowed, "type": [part["type"], "null"]}


def _operation(found: Operation) -> dict[str, object]:
    named = [name for name in ("id", "slug", "key") if f"{{{name}}}" in found.path]
    told: dict[str, object] = {
        "summary": found.summary,
        "operationId": found.method + re.sub(r"[^A-Za-z]+", "_", found.path).rstrip("_"),
        "parameters": [_parameter(name) for name in (*named, *found.query, *conditions(found))],
        "responses": {
            **{str(status): _answer(name) for status, name in found.answers.items()},
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in _refused(found, named)},
        },
        "security": [{"token": []}] if found.scope else [],
    }
    if found.scope:
        told["description"] = f"Scope: {found.scope}."
    if found.body is not None:
        told["requestBody"] = {"required": found.body is not SentRelease, "content": _content(found)}
    return told


def conditions(found: Operation) -> tuple[str, ...]:
    """List the headers that guard an operation."""
    if found.path != f"{_A}/{{id}}" or found.method == "get":
        return ()
    return ("If-Match", "If-None-Match") if found.method == "put" else ("If-Match",)


def _refused(found: Operation, named: list[str]) -> list[int]:
    """List with what an operation may be refused."""
    if not found.scope:
        return []
    statuses = {401, 403, 429, 503}
    statuses |= {404, 410} if named else set()
    statuses |= {400, 411, 413, 415, 422} if found.body is not None else set()
    statuses |= {422} if found.query else set()
    statuses |= {412} if conditions(found) else set()
    statuses |= {409, 413} if found.method != "get" else set()
    return sorted(statuses)


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
    if found.patches:
        patch = {"schema": {"$ref": REF + found.body.__name__ + PATCH}}
        return {"application/merge-patch+json": patch, "application/json": patch}
    return {"application/json": {"schema": {"$ref": REF + found.body.__name__}}}


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

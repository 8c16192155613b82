"""The description of the API is that of the application, both ways."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from feeds.pipeline import partners
from feeds.web.openapi import OPERATIONS
from tests.model.pictures import png
from tests.web.conftest import Door


def served(door: Door) -> set[tuple[str, str]]:
    found = set()
    for rule in door.app.url_map.iter_rules():
        if not rule.rule.startswith("/api"):
            continue
        paths = [rule.rule]
        if "<any(" in rule.rule:
            paths = [re.sub(r"<any\([^>]+>", kind, rule.rule) for kind in ("authors", "tags", "sections")]
        for path in paths:
            plain = re.sub(r"<(?:path:)?([a-z_]+)>", lambda name: "{" + name[1].rpartition("_")[2] + "}", path)
            found |= {(method.lower(), plain) for method in rule.methods - {"HEAD", "OPTIONS"}}
    return found


def test_every_address_is_described_and_every_description_is_served(door: Door) -> None:
    described = {(found.method, found.path) for found in OPERATIONS}
    assert served(door) - {("post", "/api/sections/{slug}/merge")} == described


def test_description_is_openapi_with_all_that_it_refers_to(door: Door) -> None:
    answer = door.get("/api/openapi.json")
    told = answer.get_json()
    assert told["openapi"].startswith("3.1")
    names = set(told["components"]["schemas"])
    assert set(re.findall(r'"#/components/schemas/([A-Za-z]+)"', answer.text)) <= names
    submission = told["components"]["schemas"]["Submission"]
    assert {"title", "content_html", "authors", "published_at"} <= set(submission["properties"])
    assert submission["required"] == ["title"]


def test_page_of_the_api_has_no_script(door: Door) -> None:
    answer = door.get("/api/docs")
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "/api/articles:batch" in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_scopes_are_what_the_description_says(door: Door) -> None:
    bodies = {"post": b"{}", "put": b"{}", "patch": b"{}"}
    for found in OPERATIONS:
        path = re.sub(r"\{[a-z]+\}", "nobody", found.path)
        if not found.scope:
            assert door.get(path).status_code == 200
            continue
        answer = door.call(found.method.upper(), path, bodies.get(found.method), Authorization="Bearer nonsense")
        assert answer.status_code == 401, found
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        for scope in ("read", "write"):
            answer = door.call(found.method.upper(), path, bodies.get(found.method), scope=scope)
            is_enough = ("read", "write", "admin").index(scope) >= ("read", "write", "admin").index(found.scope)
            assert (answer.status_code == 403) is not is_enough, (found, scope, answer.text)


SLUGS = {"articles": "a", "authors": "ada", "tags": "harbour", "sections": "chosen", "sources": "wire-example"}
TYPES = {"string": str, "integer": int, "number": int | float, "boolean": bool, "object": dict, "array": list}


def misfits(value: Any, schema: dict[str, Any], parts: dict[str, Any], at: str = "") -> Iterator[str]:
    """Say where a value is not as a schema of the description has it; a field that is not described is none."""
    if "$ref" in schema:
        yield from misfits(value, parts[schema["$ref"].rpartition("/")[2]], parts, at)
        return
    if "anyOf" in schema:
        if all(list(misfits(value, one, parts, at)) for one in schema["anyOf"]):
            yield f"{at}: fits none"
        return
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if value is None:
        if kinds and "null" not in kinds:
            yield f"{at}: null"
        return
    named = [TYPES[kind] for kind in kinds if kind != "null"]
    if named and (not isinstance(value, named[0]) or (isinstance(value, bool) and bool not in named)):
        yield f"{at}: {type(value).__name__}"
    if value not in schema.get("enum", [value]):
        yield f"{at}: {value!r}"
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from misfits(one, schema.get("items", {}), parts, f"{at}/{number}")
    if isinstance(value, dict) and "properties" in schema:
        yield from (f"{at}/{name}: missing" for name in schema.get("required", []) if name not in value)
        for name, one in value.items():
            if name not in schema["properties"]:
                yield f"{at}/{name}: not described"
            else:
                yield from misfits(one, schema["properties"][name], parts, f"{at}/{name}")


@pytest.fixture
def busy(door: Door) -> Door:
    desk = door.desk
    uploaded = door.call("POST", "/api/media", png(4, 3), type="image/png")
    assert uploaded.status_code == 201, uploaded.text
    picture = uploaded.get_json()["url"]
    full = {
        "standfirst": "Short", "content_html": "<p>Long</p>", "kicker": "Port", "language": "pt", "rights": "Ours",
        "canonical_url": "https://first.example/1", "dateline": "QUAY", "flags": ["live"], "section": "City",
        "tags": ["Harbour"], "authors": [{"name": "Ada", "bio": "Sails", "url": "https://ada.example/"}, "Bo"],
        "image": {"url": picture, "alt": "A quay", "caption": "The quay", "credit": "Bo"},
        "attachments": [{"url": "https://files.example/a.mp3", "type": "audio/mpeg", "length": 5, "duration": 1.5}],
        "related": [{"title": "Other"}, {"id": "b"}, {"title": "Away", "url": "https://away.example/"}],
        "expires_at": "2030-01-01T00:00:00Z",
    }  # fmt: skip
    desk.put("b", "Other")
    desk.put("a", "Everything", **full)
    desk.put("a", "Everything", **full, correction="It was Bo.")
    desk.put("draft", status="draft")
    desk.put("gone")
    desk.withdraw("gone", reason="Sold")
    rule = {"any_tags": ["Harbour"], "corrected": True, "max_age": "30d"}
    assert (
        door.call("PUT", "/api/sections/chosen", {"title": "Chosen", "rule": rule, "pinned": ["a"]}).status_code == 201
    )
    ways = {"title": "Own", "description": "Told", "language": "pt", "window": 10, "image": picture}
    assert door.call("PATCH", "/api/channels/tags/harbour", ways).status_code == 200
    filters = [{"action": "hold", "words": ["storm"]}]
    partners.add(desk.room, {"url": "https://wire.example/feed", "filters": filters, "tags": {"Sea": "Harbour"}})
    desk.build()
    return door


def test_answers_are_as_the_description_says(busy: Door) -> None:
    parts = busy.get("/api/openapi.json").get_json()["components"]["schemas"]
    seen = set()
    for found in OPERATIONS:
        if found.method != "get" or not found.scope:
            continue
        name = found.answers[200]
        path = found.path
        for kind, slug in SLUGS.items():
            path = path.replace(f"/{kind}/{{slug}}", f"/{kind}/{slug}").replace(f"/{kind}/{{id}}", f"/{kind}/{slug}")
        path = path.replace("{key}", "tags/harbour")
        answer = busy.call("GET", path)
        assert answer.status_code == 200, (path, answer.text)
        assert list(misfits(answer.get_json(), parts[name], parts)) == [], path
        seen.add(name.removesuffix("List"))
    batch = busy.call("POST", "/api/articles:batch", [{"title": "x"}, {"title": ""}]).get_json()
    assert list(misfits(batch, parts["BatchResults"], parts)) == []
    assert list(misfits(busy.call("POST", "/api/articles", {}).get_json(), parts["Problem"], parts)) == []
    assert seen >= {"Article", "Author", "Tag", "Section", "Channel", "Source", "Poll", "Entry", "Status"}


def test_what_is_given_out_may_be_sent_back_as_the_description_says(busy: Door) -> None:
    parts = busy.get("/api/openapi.json").get_json()["components"]["schemas"]
    for path, model in {
        "/api/articles/a": "Submission",
        "/api/articles/gone": "Submission",
        "/api/authors/ada": "SentAuthorPage",
        "/api/tags/harbour": "SentTag",
        "/api/sections/chosen": "SentSection",
        "/api/channels/tags/harbour": "SentChannel",
        "/api/sources/wire-example": "SentSourceChange",
    }.items():
        assert list(misfits(busy.call("GET", path).get_json(), parts[model], parts)) == [], path

"""The description of the API is that of the application, both ways."""

import re

from feeds.web.openapi import OPERATIONS
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

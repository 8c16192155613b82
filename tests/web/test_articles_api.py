"""Articles through the API: written, guarded, changed, read, withdrawn; refusals are problems (CONTRACT section 5)."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.conftest import SITE, Door, problem

STORY = {"title": "Ferry returns", "content_html": "<p>At noon.</p>", "tags": ["Harbour"], "authors": ["Ada Noor"]}
ARTICLES = "/api/articles"


def test_post_answers_201_with_the_article_its_address_and_its_tag(door: Door) -> None:
    answer = door.call("POST", ARTICLES, STORY, scope="write")
    assert answer.status_code == 201
    told = answer.get_json()
    assert answer.headers["Location"] == f"{SITE}/api/articles/{told['id']}"
    assert sorted(told["in_feeds"]) == ["authors/ada-noor", "site", "tags/harbour"]
    assert told["url"].startswith(f"{SITE}/articles/{told['id']}/ferry-returns")
    assert door.call("GET", f"{ARTICLES}/{told['id']}").headers["ETag"] == answer.headers["ETag"]


def test_assigned_ids_sort_by_their_time(door: Door) -> None:
    ids = []
    for _ in range(3):
        ids.append(door.call("POST", ARTICLES, STORY).get_json()["id"])
        door.desk.room.clock.advance(seconds=1)  # type: ignore[attr-defined]
    assert ids == sorted(set(ids))


def test_a_known_id_is_409_to_post_and_one_that_differs_by_case_to_put_as_well(door: Door) -> None:
    assert door.call("POST", ARTICLES, {**STORY, "id": "Ferry"}).status_code == 201
    problem(door.call("POST", ARTICLES, {**STORY, "id": "Ferry"}), 409, "/id")
    problem(door.call("POST", ARTICLES, {**STORY, "id": "ferry"}), 409)
    problem(door.call("PUT", f"{ARTICLES}/ferry", STORY), 409)


def test_put_makes_replaces_and_repeated_changes_nothing(door: Door) -> None:
    first = door.call("PUT", f"{ARTICLES}/a", STORY)
    again = door.call("PUT", f"{ARTICLES}/a", STORY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["Location"] == f"{SITE}/api/articles/a"
    assert "Location" not in again.headers
    assert first.headers["ETag"] == again.headers["ETag"]
    replaced = door.call("PUT", f"{ARTICLES}/a", {"title": "Another"}).get_json()
    assert (replaced["content_html"], replaced["tags"], replaced["revision"]) == ("", [], 2)


def test_put_of_what_get_answered_changes_nothing(door: Door) -> None:
    door.call("PUT", f"{ARTICLES}/a", {**STORY, "related": [{"title": "Elsewhere"}], "dateline": "PORT"})
    told = door.call("GET", f"{ARTICLES}/a").get_json()
    for scope in ("write", "admin"):
        assert door.call("PUT", f"{ARTICLES}/a", told, scope=scope).get_json() == told


def test_put_with_another_id_in_the_body_is_refused_and_so_is_an_address_that_is_no_id(door: Door) -> None:
    problem(door.call("PUT", f"{ARTICLES}/a", {**STORY, "id": "b"}), 422, "/id")
    problem(door.call("PATCH", f"{ARTICLES}/a", {"id": "b"}), 404)
    problem(door.call("PUT", f"{ARTICLES}/-a", STORY), 422)
    problem(door.call("PUT", f"{ARTICLES}/{'a' * 65}", STORY), 422)
    problem(door.call("PUT", f"{ARTICLES}/%00", STORY), 422)
    problem(door.call("PUT", f"{ARTICLES}/%ed%a0%80", STORY), 422)
    assert door.call("GET", f"{ARTICLES}/a").status_code == 404


def test_guards_hold_on_put_patch_and_delete(door: Door) -> None:
    tag = door.call("PUT", f"{ARTICLES}/a", STORY, If_None_Match="*").headers["ETag"]
    problem(door.call("PUT", f"{ARTICLES}/a", STORY, If_None_Match="*"), 412)
    problem(door.call("PUT", f"{ARTICLES}/b", STORY, If_Match="*"), 412)
    new = door.call("PATCH", f"{ARTICLES}/a", {"title": "New"}, If_Match=tag)
    assert new.status_code == 200
    for method, body in (("PUT", STORY), ("PATCH", {"title": "Newer"}), ("DELETE", None)):
        problem(door.call(method, f"{ARTICLES}/a", body, If_Match=tag), 412)
    assert door.call("GET", f"{ARTICLES}/a").headers["ETag"] == new.headers["ETag"]
    assert door.call("DELETE", f"{ARTICLES}/a", If_Match=new.headers["ETag"]).status_code == 204


def test_get_answers_304_to_its_own_tag_alone(door: Door) -> None:
    tag = door.call("PUT", f"{ARTICLES}/a", STORY).headers["ETag"]
    same = door.call("GET", f"{ARTICLES}/a", If_None_Match=f'"other", W/{tag}')
    assert (same.status_code, same.get_data(), same.headers["ETag"]) == (304, b"", tag)
    assert door.call("GET", f"{ARTICLES}/a", If_None_Match='"other"').status_code == 200
    assert door.call("HEAD", f"{ARTICLES}/a").headers["ETag"] == tag


def test_patch_changes_what_it_names_alone_and_null_removes(door: Door) -> None:
    door.call("PUT", f"{ARTICLES}/a", {**STORY, "kicker": "Port", "image": {"url": "/media/a.png", "alt": "A"}})
    told = door.call(
        "PATCH",
        f"{ARTICLES}/a",
        {"kicker": None, "tags": ["Boats"], "image": {"alt": "B"}},
        type="application/merge-patch+json",
    ).get_json()
    assert (told["kicker"], told["tags"]) == (None, ["Boats"])
    assert (told["title"], told["image"]["url"], told["image"]["alt"]) == ("Ferry returns", "/media/a.png", "B")
    problem(door.call("PATCH", f"{ARTICLES}/a", {"title": None}), 422, "/title")


def test_revisions_are_given_whole_the_present_one_first(door: Door) -> None:
    for title in ("One", "Two", "Three"):
        door.call("PUT", f"{ARTICLES}/a", {"title": title})
    told = door.call("GET", f"{ARTICLES}/a/revisions").get_json()
    assert told["next"] is None
    assert [(item["revision"], item["title"]) for item in told["items"]] == [(3, "Three"), (2, "Two"), (1, "One")]
    problem(door.call("GET", f"{ARTICLES}/none/revisions"), 404)


def test_delete_withdraws_and_again_changes_nothing(door: Door) -> None:
    door.call("PUT", f"{ARTICLES}/a", STORY)
    assert door.call("DELETE", f"{ARTICLES}/a?reason=A%20mistake%00").status_code == 204
    told = door.call("GET", f"{ARTICLES}/a").get_json()
    assert (told["status"], told["in_feeds"], told["withdrawn_reason"]) == ("withdrawn", [], "A mistake")
    assert door.call("DELETE", f"{ARTICLES}/a?reason=Other").status_code == 204
    assert door.call("GET", f"{ARTICLES}/a").get_json() == told
    problem(door.call("DELETE", f"{ARTICLES}/none"), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "GET", "DELETE"])
def test_without_a_good_token_there_is_401_whatever_else_is_wrong(door: Door, method: str) -> None:
    path = ARTICLES if method == "POST" else f"{ARTICLES}/a"
    body = None if method in ("GET", "DELETE") else b"{"
    for sent in ("", "Bearer", "Bearer nonsense", "Basic YTpi", f"Bearer {door.tokens['admin']}x", "Bearer ü"):
        answer = door.call(method, path, body, type="text/plain", Authorization=sent)
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_that_may_only_read_is_403_to_writers(door: Door) -> None:
    door.call("PUT", f"{ARTICLES}/a", STORY)
    problem(door.call("POST", ARTICLES, STORY, scope="read"), 403)
    problem(door.call("DELETE", f"{ARTICLES}/a", scope="read"), 403)
    assert door.call("GET", f"{ARTICLES}/a", scope="read").status_code == 200
    assert door.call("GET", f"{ARTICLES}/a", Authorization=f"bearer  {door.tokens['read']}").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"title",
        b'{"title": NaN}',
        b'{"title": "a", "x": Infinity}',
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b"[" * 5_000,
        b"[" * 500 + b"]" * 500,
        b'{"a":' * 150 + b"1" + b"}" * 150,
        b'{"title": ' + b"9" * 5_000 + b"}",
        b'{"title": "a"} {}',
        b'{"title": "\\ud83d"}',
    ],
)
def test_what_is_no_json_is_400(door: Door, body: bytes) -> None:
    for method, path in (("POST", ARTICLES), ("PUT", f"{ARTICLES}/a"), ("PATCH", f"{ARTICLES}/a")):
        problem(door.call(method, path, body), 400)


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"title": ""}, {"/title"}),
        ({"title": "x" * 501}, {"/title"}),
        ({"title": 5, "tags": "Harbour", "unknown": 1, "authors": [{"name": 3}]}, None),
        ({"published_at": "2026-05-01T08:00:00"}, {"/published_at"}),
        ({"published_at": "9999-12-31T23:59:59-23:59"}, {"/published_at"}),
        ({"title": "a\0b"}, {"/title"}),
        ({"minor": True, "correction": "Wrong", "title": 5}, {"/title", "/correction"}),
        ({"status": "gone"}, {"/status"}),
        ({"status": "scheduled"}, None),
        ({"attachments": [{"url": "/a.mp3", "length": 10**300}]}, {"/attachments/0/length"}),
        ({"attachments": [{"url": "/a.mp3", "duration": 10**400}]}, None),
        ({"attachments": [{"url": "javascript:alert(1)"}]}, {"/attachments/0/url"}),
        ({"image": {"url": "/a.png", "width": 1.5}}, {"/image/width"}),
        ({"section": "must-read"}, {"/section"}),
        ({"content_html": "x" * (1024 * 1024 + 1)}, {"/content_html"}),
        ({"a/b~c": 1}, {"/a~1b~0c"}),
    ],
)
def test_every_fault_is_named_at_once(door: Door, fields: dict[str, object], pointers: set[str] | None) -> None:
    told = problem(door.call("POST", ARTICLES, {**STORY, **fields}), 422)
    named = {fault["pointer"] for fault in told["errors"]}
    if pointers is not None:
        assert named == pointers
    elif "unknown" in fields:
        assert named == {"/title", "/tags", "/unknown", "/authors/0/name"}
    else:
        assert named


@pytest.mark.parametrize("body", [[], "text", 5, True, None])
def test_a_body_that_is_no_object_is_422(door: Door, body: object) -> None:
    sent = json.dumps(body).encode()
    door.call("PUT", f"{ARTICLES}/a", STORY)
    problem(door.call("POST", ARTICLES, sent), 422, "")
    problem(door.call("PATCH", f"{ARTICLES}/a", sent), 422, "")


def test_a_refused_article_leaves_nothing_of_itself(door: Door) -> None:
    problem(door.call("POST", ARTICLES, {**STORY, "tags": ["New tag"], "section": "must-read"}), 422)
    assert door.call("GET", ARTICLES).get_json() == {"items": [], "next": None}
    with door.desk.room.store.read() as connection:
        from feeds.model.label import Kind
        from feeds.store import labels

        assert labels.find_by_name(connection, Kind.TAGS, "New tag") is None


def test_wrong_media_types_are_415_and_charset_does_no_harm(door: Door) -> None:
    for type in ("text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json", ""):
        problem(door.call("POST", ARTICLES, STORY, type=type), 415)
    problem(door.call("PATCH", f"{ARTICLES}/a", STORY, type="application/json-patch+json"), 415)
    assert door.call("POST", ARTICLES, STORY, type="Application/JSON; charset=utf-8").status_code == 201


def test_methods_that_an_address_does_not_know_are_405_with_those_it_knows(door: Door) -> None:
    answer = door.call("POST", f"{ARTICLES}/a", STORY)
    problem(answer, 405)
    assert {"GET", "PUT", "PATCH", "DELETE", "HEAD"} <= set(answer.headers["Allow"].replace(" ", "").split(","))
    answer = door.call("DELETE", ARTICLES)
    problem(answer, 405)
    assert "POST" in answer.headers["Allow"]
    problem(door.call("GET", "/api/nothing"), 404)
    problem(door.call("GET", "/api"), 404)


def test_bodies_without_length_are_411_too_long_ones_413_and_odd_lengths_400(door: Door) -> None:
    environ = {"HTTP_AUTHORIZATION": f"Bearer {door.tokens['write']}", "CONTENT_TYPE": "application/json"}
    for given_, status in (
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411),
        ({"CONTENT_LENGTH": ""}, 411),
        ({"CONTENT_LENGTH": str(8 * 1024 * 1024 + 1)}, 413),
        ({"CONTENT_LENGTH": "9" * 5_000}, 413),
        ({"CONTENT_LENGTH": "-1"}, 400),
        ({"CONTENT_LENGTH": "1e3"}, 400),
    ):
        answer = door.client.open(ARTICLES, method="POST", base_url=SITE, environ_overrides={**environ, **given_})
        problem(answer, status)


def test_refusals_repeat_nothing_that_was_sent_and_set_no_cookie(door: Door) -> None:
    answer = door.call("POST", ARTICLES, {"title": 7, "content_html": "<p>secret words</p>", "standfirst": ["secret"]})
    assert b"secret" not in answer.get_data()
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    *("id", "title", "standfirst", "content_html", "authors", "tags", "section", "kicker", "language", "rights"),
    *("canonical_url", "dateline", "image", "attachments", "related", "flags", "status", "published_at"),
    *("expires_at", "minor", "correction", "updated_at"),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=4), st.booleans())
def test_no_body_gives_a_5xx(door: Door, fields: dict[str, object], is_patch: bool) -> None:
    door.call("PUT", f"{ARTICLES}/steady", STORY)
    method, path = ("PATCH", f"{ARTICLES}/steady") if is_patch else ("POST", ARTICLES)
    assert door.call(method, path, {"title": "T", **fields}).status_code < 500

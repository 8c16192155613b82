"""Authors, tags, sections and channels through the API: renamed, merged, given up, chosen by rules."""

import pytest

from feeds.pipeline import ripple
from feeds.store import ripples
from tests.fakes import FixedClock
from tests.web.conftest import SITE, Door, problem

TAGS = "/api/tags"


def feeds_of(door: Door, article: str) -> list[str]:
    return list(door.call("GET", f"/api/articles/{article}").get_json()["in_feeds"])


def test_renames_and_merges_lead_on_in_one_step(door: Door) -> None:
    door.desk.put("a", tags=["First"])
    door.call("PATCH", f"{TAGS}/first", {"slug": "second"})
    door.call("PATCH", f"{TAGS}/second", {"slug": "third"})
    door.desk.put("b", tags=["Other"])
    assert door.call("POST", f"{TAGS}/third/merge", {"into": "other"}).get_json()["slug"] == "other"
    door.call("PATCH", f"{TAGS}/other", {"slug": "last"})
    door.desk.build()
    for old in ("first", "second", "third", "other"):
        answer = door.get(f"/feeds/tags/{old}.atom")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"{SITE}/feeds/tags/last.atom")
        problem(door.call("PUT", f"{TAGS}/{old}", {"name": "Anew"}), 409, "/slug")
    assert feeds_of(door, "a") == ["site", "tags/last"]
    assert door.call("GET", f"{TAGS}/last").get_json()["count"] == 2
    assert [tag["slug"] for tag in door.call("GET", TAGS).get_json()["items"]] == ["last"]


def test_names_of_a_merged_tag_stand_for_what_it_was_merged_into(door: Door) -> None:
    door.desk.put("a", tags=["Otter"])
    door.desk.put("b", tags=["Beaver"])
    door.call("POST", f"{TAGS}/otter/merge", {"into": "beaver"})
    told = door.call("PUT", "/api/articles/c", {"title": "C", "tags": ["OTTER", "beaver"]}).get_json()
    assert told["tags"] == ["Beaver"]
    assert [item["id"] for item in door.call("GET", "/api/articles?tag=otter").get_json()["items"]] == ["c", "b", "a"]


def test_tag_may_take_back_a_slug_that_was_its_own(door: Door) -> None:
    door.desk.put("a", tags=["First"])
    door.call("PATCH", f"{TAGS}/first", {"slug": "second"})
    assert door.call("PATCH", f"{TAGS}/second", {"slug": "first"}).status_code == 200
    assert door.get("/feeds/tags/second.rss").headers["Location"] == f"{SITE}/feeds/tags/first.rss"


def test_tag_without_public_articles_is_given_up_and_comes_back_by_put_or_by_an_article(door: Door) -> None:
    door.desk.put("a", tags=["Harbour", "Port"])
    problem(door.call("DELETE", f"{TAGS}/harbour"), 409)
    door.desk.put("a", status="draft", tags=["Harbour", "Port"])
    for slug in ("harbour", "port"):
        assert door.call("DELETE", f"{TAGS}/{slug}").status_code == 204
        problem(door.call("GET", f"{TAGS}/{slug}"), 410)
        problem(door.call("DELETE", f"{TAGS}/{slug}"), 410)
    assert door.call("GET", TAGS).get_json()["items"] == []
    assert door.call("PUT", f"{TAGS}/harbour", {"name": "Harbour"}).status_code == 201
    door.desk.put("b", tags=["port"])
    assert [tag["slug"] for tag in door.call("GET", TAGS).get_json()["items"]] == ["harbour", "port"]
    assert feeds_of(door, "b") == ["site", "tags/port"]


def test_successor_takes_over_addresses_names_and_drafts(door: Door) -> None:
    door.desk.put("a", status="draft", tags=["Harbour"])
    door.desk.put("b", tags=["Port"])
    problem(door.call("DELETE", f"{TAGS}/harbour?successor=harbour"), 422, "")
    problem(door.call("DELETE", f"{TAGS}/harbour?successor=nowhere"), 422, "")
    assert door.call("DELETE", f"{TAGS}/harbour?successor=port").status_code == 204
    door.call("PATCH", "/api/articles/a", {"status": "published"})
    assert feeds_of(door, "a") == ["site", "tags/port"]
    assert door.get("/feeds/tags/harbour.json").headers["Location"] == f"{SITE}/feeds/tags/port.json"


def test_rule_chooses_what_comes_later_and_goes_on_through_renames_and_merges(door: Door) -> None:
    rule = {"any_tags": ["Hollyhock", "Rose"], "no_tags": ["Aster"]}
    assert door.call("PUT", "/api/sections/garden", {"title": "Garden", "rule": rule}).status_code == 201
    assert door.call("GET", "/api/sections/garden").get_json()["rule"] == rule
    door.desk.put("a", tags=["hollyhock"])
    door.desk.put("b", tags=["Hollyhock", "aster"])
    assert "sections/garden" in feeds_of(door, "a")
    assert "sections/garden" not in feeds_of(door, "b")
    door.call("PATCH", f"{TAGS}/hollyhock", {"slug": "mallow", "name": "Mallow"})
    door.desk.put("c", tags=["Mallow"])
    assert "sections/garden" in feeds_of(door, "c")
    door.desk.put("d", tags=["Peony"])
    door.desk.put("e", tags=["Rose"])
    door.call("POST", f"{TAGS}/rose/merge", {"into": "peony"})
    assert all("sections/garden" in feeds_of(door, article) for article in "acde")
    listed = door.call("GET", "/api/articles?section=garden").get_json()["items"]
    assert [item["id"] for item in listed] == ["e", "d", "c", "a"]
    door.desk.build()
    assert door.desk.differing() == {}


def test_pinned_ids_need_not_be_there_and_stand_first_once_they_are(door: Door) -> None:
    door.desk.put("a", section="City")
    door.call("PATCH", "/api/sections/city", {"pinned": ["later", "a", "later"]})
    door.desk.put("b", section="City")
    door.desk.put("later", section="City", published_at="2020-01-01T00:00:00Z")
    door.desk.build()
    text = door.desk.document("sections/city")
    places = [text.index(f"articles/{article}<") for article in ("later", "a", "b")]
    assert places == sorted(places)


def test_what_many_articles_carry_goes_on_in_batches_after_a_kill_and_single_stories_do_not_wait(
    door: Door, clock: FixedClock
) -> None:
    many = [
        {
            "id": f"n{at:03}",
            "title": "N",
            "tags": ["Otter"],
            "published_at": f"2026-04-01T{at // 60:02}:{at % 60:02}:00Z",
        }
        for at in range(230)
    ]
    door.call("POST", "/api/articles:batch", many)
    door.desk.put("x", tags=["Beaver"])
    assert door.call("POST", f"{TAGS}/otter/merge", {"into": "beaver"}).status_code == 200
    with door.desk.room.store.read() as connection:
        assert ripples.first(connection) is not None  # as a process that is killed now leaves it
    assert feeds_of(door, "n229") == ["site", "tags/beaver"]  # the newest have heard with the change itself
    door.desk.put("single", tags=["Otter"])
    assert feeds_of(door, "single") == ["site", "tags/beaver"]
    rounds = 0
    while ripple.carry_on(door.desk.room):
        rounds += 1
    assert rounds <= 3
    assert door.call("GET", f"{TAGS}/beaver").get_json()["count"] == 232
    door.desk.build()
    assert door.desk.differing() == {}


@pytest.mark.parametrize("kind", ["authors", "tags", "sections"])
def test_lists_are_walked_by_cursor_while_others_come(door: Door, kind: str) -> None:
    name = "title" if kind == "sections" else "name"
    for slug in ("a", "c", "e"):
        door.call("PUT", f"/api/{kind}/{slug}", {name: slug.upper()})
    first = door.call("GET", f"/api/{kind}?limit=2").get_json()
    door.call("PUT", f"/api/{kind}/b", {name: "B"})
    door.call("PUT", f"/api/{kind}/d", {name: "D"})
    rest = door.call("GET", f"/api/{kind}?cursor={first['next']}&limit=200").get_json()
    slugs = [item["slug"] for item in first["items"] + rest["items"] if len(item["slug"]) == 1]
    assert slugs == ["a", "c", "d", "e"]


def test_author_is_told_and_changed_whole(door: Door) -> None:
    door.desk.put("a", authors=["Ada Noor"])
    told = door.call("PATCH", "/api/authors/ada-noor", {"bio": "Writes", "url": "https://ada.example/"}).get_json()
    assert (told["name"], told["bio"], told["count"]) == ("Ada Noor", "Writes", 1)
    told = door.call("PUT", "/api/authors/ada-noor", {"name": "Ada Noor-Vos"}).get_json()
    assert (told["name"], told["bio"], told["url"]) == ("Ada Noor-Vos", "", None)
    door.desk.build()
    assert "Ada Noor-Vos" in door.desk.document("site")
    assert door.call("PATCH", "/api/authors/ada-noor", {"bio": None}).status_code == 200


def test_channel_takes_its_own_ways_and_null_gives_them_up(door: Door) -> None:
    door.desk.put("a", tags=["Harbour"], content_html="<p>Long words.</p>", standfirst="Short.")
    ways = {"title": "Our harbour", "content": "summary", "window": 1, "language": "pt-BR", "partners": False}
    told = door.call("PATCH", "/api/channels/tags/harbour", ways).get_json()
    assert {name: told[name] for name in ways} == ways
    door.desk.build()
    text = door.desk.document("tags/harbour")
    assert "Our harbour" in text
    assert "Long words" not in text
    assert door.call("GET", "/api/channels/tags%2Fharbour").get_json()["key"] == "tags/harbour"
    told = door.call("PATCH", "/api/channels/tags/harbour", dict.fromkeys(ways)).get_json()
    assert [told[name] for name in ways] == [None, "full", None, None, True]

"""A pasted page is read back into its story: cases are files, one test runs them all."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.ingest.newspage import PastedPage, read_page

CASES = sorted((Path(__file__).parents[1] / "data" / "newspages").glob("*.json"))
SEED = sorted((Path(__file__).parents[2].parent / "shared" / "seed").glob("*.txt"))
FURNITURE = ["- Advertisement -", "Must read", "Author", "spot_img", "Archives", "Trending Today", "Share", "12 C"]


def read_case(case: Path) -> PastedPage:
    with case.with_suffix(".txt").open(encoding="utf-8", newline="") as page:
        return read_page(page.read())


def found_on(page: PastedPage) -> dict[str, object]:
    return {
        "headline": page.headline,
        "standfirst": page.standfirst,
        "authors": [list(author) for author in page.authors],
        "dateline": page.dateline,
        "paragraphs": list(page.paragraphs),
        "related": list(page.related),
        "read_on": page.read_on.isoformat() if page.read_on else None,
        "place": page.place,
        "temperature": page.temperature,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_page_is_read_as_its_case_says(case: Path) -> None:
    expected = json.loads(case.read_text(encoding="utf-8"))
    assert expected.pop("why")
    if "error" in expected:
        with pytest.raises(ValueError, match=expected["error"]):
            read_case(case)
        return
    found = found_on(read_case(case))
    assert {name: found[name] for name in expected} == expected


def test_body_is_escaped_and_set_in_paragraphs_lists_and_headings() -> None:
    body = read_case(CASES[0].with_stem("box_below")).body_html
    assert body.count("<p>") == 3
    assert "<h2>What the count will cost</h2>" in body
    assert "<ul><li>Lamp posts in the old town: 412</li><li>Lamp posts that work: 388</li></ul>" in body
    assert "1 &lt; 2 &amp; &lt;script&gt;" in read_case(CASES[0].with_stem("markup_is_text")).body_html


def test_article_fields_hold_what_was_found_and_no_date() -> None:
    page = read_case(CASES[0].with_stem("full_page"))
    fields = page.article_fields()
    assert list(fields) == ["title", "standfirst", "authors", "dateline", "content_html", "related"]
    assert fields["authors"] == [{"name": "Ines Okafor", "bio": "Reporter on the harbour desk"}]
    assert fields["related"] == [{"title": "The Net Loft’s Roof, and Who Is to Pay for It"}]
    bare = read_case(CASES[0].with_stem("bare")).article_fields()
    assert list(bare) == ["title", "content_html"]


def test_report_names_every_field_and_every_line_left_out() -> None:
    page = read_case(CASES[0].with_stem("full_page"))
    report = page.report()
    assert ("dateline", "PORT AVERIL") in report
    assert ("author", "Ines Okafor (Reporter on the harbour desk)") in report
    assert ("left out", "line 9: Must read (a label of the page)") in report
    assert len([1 for field, _ in report if field == "left out"]) == len(page.left_out) == 12
    fields = {field for field, value in read_case(CASES[0].with_stem("bare")).report() if value == "not found"}
    assert fields == {"standfirst", "author", "dateline", "related", "read on", "place", "temperature"}


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_is_never_in_the_story(line: str) -> None:
    for case in CASES:
        try:
            page = read_case(case)
        except ValueError:
            continue
        story = json.dumps(page.article_fields(), ensure_ascii=False)
        assert f">{line}<" not in story
        assert f'"{line}"' not in story


def test_a_label_between_paragraphs_does_not_end_the_body() -> None:
    text = "A sentence that is long enough to be a paragraph of the story, and says so at some length."
    page = read_page(f"A Headline of Some Words\n\n{text}\n\nTrending Today\n\nAnother Title\n\n{text}")
    assert page.paragraphs == (text, text)
    assert (7, "Another Title", "listed under a label of the page") in page.left_out


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=60)
prose = st.sampled_from(
    [
        "By Ann Lee and Bo Ek | May 3, 2024",
        "Ann Lee",
        "A reporter who covers drains",
        "Tuesday, April 30, 2024",
        "Also Read: A Title",
        "Also Read",
        "PARIS — The minister spoke for an hour.",
        "One sentence that is quite long enough to be taken for a paragraph of some newspaper’s story, is it not.",
        "• An item",
        "",
    ]
)


@given(st.lists(st.one_of(words, prose, st.sampled_from(FURNITURE)), max_size=14))
def test_every_line_is_found_in_a_field_or_left_out(lines: list[str]) -> None:
    try:
        page = read_page("\n".join(lines))
    except ValueError:
        return
    kept = [value for value in found_on(page).values() if isinstance(value, str) and value]
    kept += [*page.paragraphs, *page.related, *(text for author in page.authors for text in author if text)]
    kept += [left.text for left in page.left_out]
    for line in ("\n".join(lines)).splitlines():
        folded = " ".join(line.split())
        assert folded in page.headline or any(text in folded or folded in text for text in kept)
    assert page == read_page("\n".join(lines))


@pytest.mark.skipif(not SEED, reason="the pasted pages of real newsrooms are not beside this checkout")
def test_the_real_page_is_read() -> None:
    page = read_page(SEED[0].read_text(encoding="utf-8"))
    assert (len(page.headline), len(page.standfirst)) == (85, 117)
    assert [author.name for author in page.authors] == ["Sadaf Hasan"]
    assert page.authors[0].bio.startswith("Aspiring reporter")
    assert page.dateline == "CUBA"
    assert len(page.paragraphs) == 12
    assert page.paragraphs[0].startswith("The Cuban foreign ministry")
    assert [len(title) for title in page.related] == [62]
    assert "France’s" in page.related[0]
    assert (page.read_on, page.place, page.temperature) == (date(2024, 4, 30), "Madrid", "16.2 C")
    assert [left.line for left in page.left_out] == [1, 2, 3, 9, 12, 19, 25, 31, 47, 49, 51, 53, 55]

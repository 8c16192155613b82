"""Every constraint of what clients send says in our own words what may stand there."""

import re
from typing import Any

import pytest

from feeds.errors import Refusal
from feeds.model.label_submission import SentAuthorPage, SentChannel, SentMerge, SentSection, SentTag
from feeds.model.source_submission import SourceSubmission
from feeds.model.submission import Sent, Submission, validated

MODELS = (Submission, SentAuthorPage, SentTag, SentSection, SentMerge, SentChannel, SourceSubmission)
OURS = re.compile(
    r"(must|may|is required|is no field|is taken).*",
    re.DOTALL,
)
THEIRS = re.compile(r"[Ii]nput|should|valid|Value |String |List |Dict|items? after|integer|boolean|pydantic", re.ASCII)
WRONG: tuple[Any, ...] = (
    *(
        0,
        -1,
        2**60,
        10**30,
        1.5,
        float("inf"),
        True,
        "",
        "x",
        " ",
        "\0",
        "x" * 5000,
        "é" * 600_000,
        "2026-13-01T00:00:00Z",
    ),
    *(
        [],
        [1],
        [""],
        ["\0"],
        ["x"] * 1001,
        [{}],
        {},
        {"x": 1},
        {"": ""},
        {"name": ""},
        {"url": ""},
        {"url": "x" * 5000},
    ),
    *([{"url": "/a", "length": -1, "width": 0, "duration": -1.0}], {"url": "/a", "width": 0, "height": 10**9}),
    *([{"name": "A", "slug": "Feed"}], [{"title": "A", "id": ""}], {"max_age": 5, "any_tags": [""], "sources": [""]}),
)


@pytest.mark.parametrize("model", MODELS)
def test_no_fault_speaks_of_validators(model: type[Sent]) -> None:
    said = set()
    for name in (*model.model_fields, "unknown"):
        for value in WRONG:
            try:
                validated(model, {name: value}, "It cannot be taken.")
            except Refusal as error:
                said |= {(fault.detail, fault.pointer) for fault in error.faults}
    for given in (None, 5, [], "x"):
        with pytest.raises(Refusal):
            validated(model, given, "It cannot be taken.")
    assert said
    for detail, pointer in said:
        assert OURS.fullmatch(detail), (pointer, detail)
        assert not THEIRS.search(detail), (pointer, detail)
        assert "{" not in detail

"""What was measured fills what the submitter left out, and nothing else."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from feeds.model.article import Article, Attachment, Image, Measure, Status
from feeds.model.measures import lacking, measured_attachments, measured_image
from feeds.model.shown import shown_of

AT = datetime(2026, 5, 1, tzinfo=UTC)
WHOLE = Image(url="https://cdn.test/a.png", type="image/png", length=9, width=3, height=2)
KNOWN = Measure(address="https://cdn.test/a.png", type="image/webp", length=70, width=640, height=480)


def article(image: Image | None = None, *attachments: Attachment, measured: tuple[Measure, ...] = ()) -> Article:
    return Article(
        id="a",
        title="A story",
        created_at=AT,
        updated_at=AT,
        published_at=AT,
        status=Status.PUBLISHED,
        image=image,
        attachments=attachments,
        measured=measured,
    )


@pytest.mark.parametrize("name", ["type", "length", "width", "height"])
def test_picture_lacks_what_was_left_out_of_it(name: str) -> None:
    empty: object = "" if name == "type" else None
    assert lacking(article(WHOLE)) == ()
    assert lacking(article(replace(WHOLE, **{name: empty}))) == (WHOLE.url,)


def test_file_is_known_by_its_address_without_the_fragment_and_once() -> None:
    whole = Attachment(url="https://cdn.test/c.mp3", type="audio/mpeg", length=0)
    story = article(Image(url="https://cdn.test/a#b"), Attachment(url="https://cdn.test/a#c"), whole)
    assert lacking(story) == ("https://cdn.test/a",)


def test_only_what_was_left_out_is_filled() -> None:
    bare = Image(url=KNOWN.address, alt="A quay")
    filled = measured_image(article(bare, measured=(KNOWN,)))
    assert filled == replace(bare, type="image/webp", length=70, width=640, height=480)
    assert measured_image(article(WHOLE, measured=(KNOWN,))) == WHOLE
    assert measured_image(article(bare)) == bare
    assert measured_image(article()) is None
    (file,) = measured_attachments(article(None, Attachment(url=KNOWN.address, length=0), measured=(KNOWN,)))
    assert (file.type, file.length) == ("image/webp", 0)


def test_width_that_was_given_gets_no_height_of_another_width() -> None:
    filled = measured_image(article(Image(url=KNOWN.address, width=320), measured=(KNOWN,)))
    assert filled is not None
    assert (filled.width, filled.height, filled.length) == (320, None, 70)


def test_type_that_is_no_pictures_does_not_become_one() -> None:
    filled = measured_image(article(Image(url=KNOWN.address), measured=(replace(KNOWN, type="application/pdf"),)))
    assert filled is not None
    assert (filled.type, filled.length) == ("", 70)


def test_fragment_is_another_once_something_is_measured_and_the_same_as_before_until_then() -> None:
    story = article(Image(url=KNOWN.address))
    # As it was before articles had measures: what databases keep under it stays good.
    assert shown_of(story) == "1179c90cc3890683ea0299c37d6e072e"
    for field in fields(Measure):
        other: object = "x" if isinstance(getattr(KNOWN, field.name), str) else 1
        changed = replace(KNOWN, **{field.name: other})
        assert shown_of(replace(story, measured=(changed,))) != shown_of(replace(story, measured=(KNOWN,)))
    assert shown_of(replace(story, measured=(KNOWN,))) != shown_of(story)

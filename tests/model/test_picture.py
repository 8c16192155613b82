"""Pictures are known by their bytes, whatever their header promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.picture import Picture, peek, read_picture
from tests.model.pictures import avif, box, chunk, gif, jpeg, png, riff, segment, vp8, vp8l, vp8x

GOOD = [
    (png(320, 200), "image/png"),
    (png(320, 200, chunk(b"tEXt", b"Comment\0made here")), "image/png"),
    (gif(320, 200), "image/gif"),
    (jpeg(320, 200), "image/jpeg"),
    (jpeg(320, 200, segment(0xFE, b"a comment"), b"\xff\x01"), "image/jpeg"),
    (riff(vp8(320, 200)), "image/webp"),
    (riff(vp8l(320, 200)), "image/webp"),
    (riff(vp8x(320, 200), (b"EXIF", b"abc"), vp8(320, 200)), "image/webp"),
    (avif(320, 200), "image/avif"),
    (avif(2000, 1500, brand=b"avis"), "image/avif"),
]


@pytest.mark.parametrize(("data", "media_type"), GOOD)
def test_type_and_size_are_read_from_the_bytes(data: bytes, media_type: str) -> None:
    found = read_picture(data)
    assert found.type == media_type
    assert (found.width, found.height) in {(320, 200), (2000, 1500)}


@pytest.mark.parametrize(("data", "media_type"), GOOD)
def test_first_bytes_tell_the_same_once_they_reach_the_size(data: bytes, media_type: str) -> None:
    whole = read_picture(data)
    told = [peek(data[:length]) for length in range(len(data) + 1)]
    assert set(told) <= {None, Picture(media_type, 0, 0), whole}
    assert [told.index(one) for one in dict.fromkeys(told)] == sorted(told.index(one) for one in set(told))
    assert told[-1] == whole
    assert told.index(whole) < len(data)


@pytest.mark.parametrize(
    "data", [png(0, 3), gif(0, 0), png(20_000, 5001), b"\x89PNG\r\n\x1a\nIHDR" * 9, b"\xff\xd8\xff" * 99]
)
def test_first_bytes_that_tell_no_size_tell_the_type(data: bytes) -> None:
    found = peek(data)
    assert found is not None
    assert (found.width, found.height) == (0, 0)


@given(
    st.binary(max_size=64),
    st.sampled_from([b"", b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x10ftypavif"]),
)
def test_any_first_bytes_can_be_looked_at(data: bytes, start: bytes) -> None:
    found = peek(start + data)
    assert found is None or (found.width > 0) == (found.height > 0)


@pytest.mark.parametrize(("data", "media_type"), GOOD)
def test_picture_that_is_cut_off_anywhere_is_none(data: bytes, media_type: str) -> None:
    # Some leave out the last padding of WebP, or GIF's trailer; where the pixels of AVIF lie is not asked.
    whole = {len(data) - 1} if media_type in ("image/webp", "image/gif") else {data.find(b"mdat") - 4}
    for length in set(range(len(data))) - whole:
        with pytest.raises(ValueError, match=r"cut off|broken|no PNG"):
            read_picture(data[:length])


@pytest.mark.parametrize("data", [data for data, media_type in GOOD if media_type != "image/avif"])
def test_what_stands_behind_the_end_stays_unless_it_is_script(data: bytes) -> None:
    assert read_picture(data + b"ftypmp42 the film of a telephone") == read_picture(data)
    for script in (b"<ScRiPt>alert(1)</script>", b"<!DOCTYPE html><p>", b"<a href=javascript:alert(1)>"):
        with pytest.raises(ValueError, match="script"):
            read_picture(data + script)


@pytest.mark.parametrize(
    "data",
    [
        png(3, 3, chunk(b"tEXt", b"Comment\0<script>alert(1)</script>")),
        jpeg(3, 3, segment(0xFE, b"*/=alert(1)/*<script src=x>")),
        riff(vp8x(3, 3), vp8(3, 3), (b"XMP ", b"<iframe src=x>")),
    ],
)
def test_script_within_a_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="script"):
        read_picture(data)


@pytest.mark.parametrize(
    "data",
    [
        png(50_000, 50_000),
        png(2**32 - 1, 2**32 - 1),
        png(10_000, 10_001),
        gif(50_000, 50_000),
        gif(1, 1, frame=(50_000, 50_000)),
        jpeg(50_000, 50_000),
        riff(vp8(16_000, 16_000)),
        riff(vp8l(16_000, 16_000)),
        riff(vp8x(2**24, 2**24), vp8(1, 1)),
        avif(50_000, 50_000),
    ],
)
def test_over_a_hundred_megapixels_are_too_many_by_any_header(data: bytes) -> None:
    with pytest.raises(ValueError, match="megapixels"):
        read_picture(data)


def test_a_hundred_megapixels_are_not_too_many() -> None:
    assert read_picture(png(10_000, 10_000)) == Picture("image/png", 10_000, 10_000)


@pytest.mark.parametrize("data", [png(0, 10), png(10, 0), gif(0, 0), jpeg(0, 5), riff(vp8(0, 1)), avif(1, 0)])
def test_picture_without_pixels_is_none(data: bytes) -> None:
    with pytest.raises(ValueError, match="no pixels"):
        read_picture(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"<html>",
        b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0",
        b"II*\0\x08\0\0\0",
        b"%PDF-1.7",
        box(b"ftyp", b"heic", b"\0\0\0\0mif1heic"),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff" + b"\xff" * 1000,
        b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"no marker",
        b"\xff\xd8\xff\xe0\0\0" + b"\xff\xd9",
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"first"),
        png(3, 3).replace(b"IDAT", b"iDAT"),
        b"GIF89a\x03\0\x03\0\0\0\0\x99",
        riff((b"JUNK", b"data"), vp8(3, 3)),
        riff((b"VP8 ", b"\x10\0\0no start code")),
        riff((b"VP8L", b"\0\0\0\0\0\0")),
        riff(),
        box(b"ftyp", b"avif", b"\0\0\0\0mif1"),
        box(b"ftyp", b"avif", b"\0\0\0\0mif1") + box(b"meta", b"\0\0\0\0"),
        avif(3, 3) + b"\0\0\0\x04mdat",
    ],
)
def test_what_is_no_such_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no PNG|cut off|broken"):
        read_picture(data)


@given(st.binary(max_size=200), st.integers(0, 120), st.sampled_from([data for data, _ in GOOD]))
def test_any_bytes_are_a_picture_or_a_value_error(noise: bytes, at: int, good: bytes) -> None:
    for candidate in (noise, good[:at] + noise, good[:at] + noise + good[at + len(noise) :]):
        try:
            found = read_picture(candidate)
        except ValueError:
            continue
        assert 1 <= found.width * found.height <= 100_000_000

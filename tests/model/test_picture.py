"""Pictures are known by their bytes, whatever their header promises."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.picture import Picture, read_picture


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\0\0\0\0\0\0\0"


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def jpeg(width: int, height: int) -> bytes:
    thumbnail = b"\xff\xe1" + struct.pack(">H", 12) + b"Exif\0\0\xff\xc0\0\x08"
    return b"\xff\xd8" + thumbnail + b"\xff\xff\xc2\0\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + b"\0" * 9


def webp(kind: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body) + 12) + b"WEBP" + kind + struct.pack("<I", len(body)) + body


def avif(width: int, height: int) -> bytes:
    ftyp = struct.pack(">I4s4sI4s", 20, b"ftyp", b"avif", 0, b"mif1")
    small = struct.pack(">I4sIII", 20, b"ispe", 0, 16, 16)
    return ftyp + b"\0\0\0\x60meta" + small + struct.pack(">I4sIII", 20, b"ispe", 0, width, height)


LOSSY = webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 320, 200 | 0x4000))
LOSSLESS = webp(b"VP8L", b"\x2f" + struct.pack("<I", (320 - 1) | (200 - 1) << 14))
EXTENDED = webp(b"VP8X", b"\0\0\0\0" + (319).to_bytes(3, "little") + (199).to_bytes(3, "little"))


@pytest.mark.parametrize(
    ("data", "type"),
    [
        (png(320, 200), "image/png"),
        (gif(320, 200), "image/gif"),
        (jpeg(320, 200), "image/jpeg"),
        (LOSSY, "image/webp"),
        (LOSSLESS, "image/webp"),
        (EXTENDED, "image/webp"),
        (avif(320, 200), "image/avif"),
    ],
)
def test_type_and_size_are_read_from_the_bytes(data: bytes, type: str) -> None:
    assert read_picture(data) == Picture(type, 320, 200)
    with pytest.raises(ValueError, match=r"cut off|broken|no PNG"):
        read_picture(data[: len(data) // 3])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "no PNG"),
        (b"<html>", "no PNG"),
        (png(50_000, 50_000), "megapixels"),
        (png(2**32 - 1, 2**32 - 1), "megapixels"),
        (png(0, 10), "no pixels"),
        (gif(0, 0), "no pixels"),
        (b"\xff\xd8\xff\xd9", "cut off"),
        (b"\xff\xd8\xff" + b"\xff" * 1000, "cut off"),
        (b"\0\0\0\x14ftypheic\0\0\0\0mif1", "no PNG"),
    ],
)
def test_what_is_no_such_picture_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_picture(data)


@given(st.binary(max_size=200), st.sampled_from([png(3, 3), gif(3, 3), jpeg(3, 3), LOSSY, LOSSLESS, avif(3, 3)]))
def test_any_bytes_are_a_picture_or_a_value_error(data: bytes, head: bytes) -> None:
    for candidate in (data, head[:16] + data, head + data):
        try:
            found = read_picture(candidate)
        except ValueError:
            continue
        assert found.width * found.height <= 100_000_000

"""What a picture is, told by its bytes alone: PNG, JPEG, GIF, WebP or AVIF, whole, and how many pixels it has.

The file is walked piece by piece to its end and nothing is decoded: a header that promises a billion pixels costs no
more than one that promises ten. What is cut off is no picture; what stands behind the end is no part of it and stays
(telephones put films there), but bytes that a browser could take for a page with script are refused. `peek` is content
with a picture's first bytes: the walk tells the size before it goes on.
"""

import re
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

MOST_PIXELS = 100_000_000
TYPES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
}
# Seven bytes and more: shorter ones stand in every hundredth large picture by chance.
_SCRIPT = (b"<script", b"<iframe", b"<!doctype", b"javascript:")
_PIECES = 200_000  # that a file may have; a picture of 8 MiB has 33,000 at most
_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # past the picture's own data (ITU T.81 B.1.1.5)
_CUT_OFF = "it is cut off"
_BROKEN = "it is broken"


class Picture(NamedTuple):
    """A picture's type and size in pixels."""

    type: str
    width: int
    height: int

    @property
    def extension(self) -> str:
        return TYPES[self.type]


Size = tuple[int, int]


def peek(head: bytes) -> Picture | None:
    """Read type and size off a picture's first bytes; None where they are none's. Size 0 by 0: they do not tell it."""
    media_type = _type_of(head)
    if media_type is None:
        return None
    try:
        width, height = next(_SIZES[media_type](head), (0, 0))
    except (struct.error, IndexError, ValueError):
        width = height = 0
    is_told = width > 0 and height > 0 and width * height <= MOST_PIXELS
    return Picture(media_type, width, height) if is_told else Picture(media_type, 0, 0)


def read_picture(data: bytes) -> Picture:
    """Read a picture; raises ValueError for what is no such picture, has too many pixels, or carries script."""
    media_type = _type_of(data)
    if media_type is None:
        raise ValueError("it is no PNG, JPEG, GIF, WebP or AVIF")
    try:
        sizes = list(_SIZES[media_type](data))
    except (struct.error, IndexError):
        raise ValueError(_CUT_OFF) from None
    if not sizes:
        raise ValueError(_BROKEN)
    if any(width < 1 or height < 1 for width, height in sizes):
        raise ValueError("it has no pixels")
    if any(width * height > MOST_PIXELS for width, height in sizes):
        raise ValueError("it has over 100 megapixels")
    folded = data.lower()
    if any(sign in folded for sign in _SCRIPT):
        raise ValueError("it carries script")
    return Picture(media_type, *sizes[0])


def _type_of(data: bytes) -> str | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        length = min(int.from_bytes(data[:4], "big"), 1024)
        if {data[8:12], *(data[at : at + 4] for at in range(16, length, 4))} & {b"avif", b"avis"}:
            return "image/avif"
    return None


# Each reader below walks a whole file and gives the picture's size, then those of pieces that could be larger.


def _png(data: bytes) -> Iterator[Size]:
    """PNG (ISO 15948 §5.3, §11.2): IHDR first, then chunks, IDAT among them, to IEND."""
    if data[8:16] != b"\0\0\0\x0dIHDR":
        raise ValueError(_BROKEN if len(data) >= 16 else _CUT_OFF)
    yield struct.unpack_from(">II", data, 16)
    at, has_pixels = 8, False
    for _ in range(_PIECES):
        (length,) = struct.unpack_from(">I", data, at)
        kind = data[at + 4 : at + 8]
        at += 12 + length
        if at > len(data):
            raise ValueError(_CUT_OFF)
        has_pixels = has_pixels or kind == b"IDAT"
        if kind == b"IEND":
            if not has_pixels:
                raise ValueError(_BROKEN)
            return
    raise ValueError(_BROKEN)


def _jpeg(data: bytes) -> Iterator[Size]:
    """JPEG (ITU T.81 B.1, B.2): segments to EOI; frames are SOF0 to SOF15 without DHT, JPG and DAC."""
    at, has_frame = 2, False
    for _ in range(_PIECES):
        found = _JPEG_MARKER.match(data, at) if data[at] == 0xFF else None
        if found is None:
            raise ValueError(_BROKEN)
        marker, at = found[1][0], found.end()
        if marker == 0xD9:
            if not has_frame:
                raise ValueError(_BROKEN)
            return
        if marker == 0x01:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        if length < 2:
            raise ValueError(_BROKEN)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 3)
            yield width, height
            has_frame = True
        at += length
        if marker == 0xDA:  # the data of a scan follow, to the next marker
            after = _JPEG_MARKER.search(data, at)
            if after is None:
                raise ValueError(_CUT_OFF)
            at = after.start()
    raise ValueError(_BROKEN)


def _gif(data: bytes) -> Iterator[Size]:
    """GIF (GIF89a §17 to §27): screen, then extensions and frames, each of which may be larger, to the trailer.

    The trailer itself may be missing behind a frame: some programs forget it, and every browser shows the picture.
    """
    width, height, packed = struct.unpack_from("<HHB", data, 6)
    yield width, height
    at, has_frame = 13 + _colours(packed), False
    for _ in range(_PIECES):
        if has_frame and at == len(data):
            return
        kind = data[at]
        if kind == 0x3B:
            return
        if kind == 0x2C:
            width, height, packed = struct.unpack_from("<HHB", data, at + 5)
            yield width, height
            at, has_frame = at + 11 + _colours(packed), True
        elif kind == 0x21:
            at += 2
        else:
            raise ValueError(_BROKEN)
        for _ in range(_PIECES):
            length = data[at]
            at += 1 + length
            if not length:
                break
        else:
            raise ValueError(_BROKEN)
    raise ValueError(_BROKEN)


def _colours(packed: int) -> int:
    """Give the length of a table of colours by the byte that announces it."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def _webp(data: bytes) -> Iterator[Size]:
    """WebP (RFC 9649 §2): lossy, lossless, or a canvas that holds either or frames."""
    end = 8 + int.from_bytes(data[4:8], "little")
    at, is_first = 12, True
    for _ in range(_PIECES):
        if at + 8 > end:
            if end > len(data) + 1:  # some leave the last padding out
                raise ValueError(_CUT_OFF)
            return
        kind, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        if is_first and kind not in (b"VP8 ", b"VP8L", b"VP8X"):
            raise ValueError(_BROKEN)
        yield from _webp_size(kind, data, at + 8)
        if at + 8 + length > len(data):
            raise ValueError(_CUT_OFF)
        at, is_first = at + 8 + length + length % 2, False
    raise ValueError(_BROKEN)


def _webp_size(kind: bytes, data: bytes, at: int) -> Iterator[Size]:
    if kind == b"VP8 ":
        if data[at + 3 : at + 6] != b"\x9d\x01\x2a":
            raise ValueError(_BROKEN)
        width, height = struct.unpack_from("<HH", data, at + 6)
        yield width & 0x3FFF, height & 0x3FFF
    elif kind == b"VP8L":
        if data[at] != 0x2F:
            raise ValueError(_BROKEN)
        (bits,) = struct.unpack_from("<I", data, at + 1)
        yield (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8X":
        (low, high) = struct.unpack_from("<IH", data, at + 4)
        yield (low & 0xFFFFFF) + 1, (low >> 24 | high << 8) + 1


class _Box(NamedTuple):
    """A box of ISO base media: its kind, and where its content begins and ends."""

    kind: bytes
    start: int
    end: int


def _avif(data: bytes) -> Iterator[Size]:
    """AVIF (ISO 23008-12 §6.5.3, §9.3): the `ispe` of the primary item; where none is tied to it, the largest."""
    has_meta = False
    for box in _boxes(data, 0, len(data)):
        if box.kind == b"meta":
            yield from _avif_sizes(data, box)
            has_meta = True
    if not has_meta:
        raise ValueError(_BROKEN)


def _avif_sizes(data: bytes, meta: _Box) -> Iterator[Size]:
    primary, properties, ties = 0, [], {}
    for box in _boxes(data, meta.start + 4, meta.end):
        if box.kind == b"pitm":
            primary = int.from_bytes(data[box.start + 4 : box.start + (8 if data[box.start] else 6)], "big")
        elif box.kind == b"iprp":
            for inner in _boxes(data, box.start, box.end):
                if inner.kind == b"ipco":
                    properties = list(_boxes(data, inner.start, inner.end))
                elif inner.kind == b"ipma":
                    ties = _ties(data, inner)
    sizes = {
        number: struct.unpack_from(">II", data, box.start + 4)
        for number, box in enumerate(properties, 1)
        if box.kind == b"ispe"
    }
    ordered = sorted(sizes.values(), key=lambda size: -size[0] * size[1])
    own = next((sizes[number] for number in ties.get(primary, ()) if number in sizes), None)
    if own is not None:
        yield own
    yield from ordered


def _ties(data: bytes, box: _Box) -> dict[int, list[int]]:
    """Read which properties, by their place from 1, belong to which item (ISO 14496-12 §8.11.14)."""
    version, is_wide = data[box.start], data[box.start + 3] & 1
    (count,) = struct.unpack_from(">I", data, box.start + 4)
    at, ties = box.start + 8, {}
    for _ in range(min(count, _PIECES)):
        item = int.from_bytes(data[at : at + (4 if version else 2)], "big")
        at += 4 if version else 2
        step, found = 2 if is_wide else 1, data[at]
        places = (data[at + 1 + step * number : at + 1 + step * (number + 1)] for number in range(found))
        ties[item] = [int.from_bytes(place, "big") & (0x7FFF if is_wide else 0x7F) for place in places]
        at += 1 + step * found
        if at > box.end:
            raise ValueError(_CUT_OFF)
    return ties


def _boxes(data: bytes, at: int, end: int) -> Iterator[_Box]:
    """Walk boxes side by side (ISO 14496-12 §4.2): length 1 means a longer length, 0 to the end."""
    for _ in range(_PIECES):
        if at == end:
            return
        (length,) = struct.unpack_from(">I", data, at)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        elif length == 0:
            length = end - at
        if length < head:
            raise ValueError(_BROKEN)
        if at + length > end:
            raise ValueError(_CUT_OFF)
        yield _Box(data[at + 4 : at + 8], at + head, at + length)
        at += length
    raise ValueError(_BROKEN)


_SIZES: dict[str, Callable[[bytes], Iterator[Size]]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/avif": _avif,
}

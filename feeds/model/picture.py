"""What a picture is, read from its first bytes: PNG, JPEG, GIF, WebP or AVIF, and how many pixels it has.

Nothing is decoded: a header that promises a billion pixels costs no more than one that promises ten.
"""

import struct
from typing import NamedTuple

MOST_PIXELS = 100_000_000
TYPES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
}


class Picture(NamedTuple):
    """A picture's type and size in pixels."""

    type: str
    width: int
    height: int

    @property
    def extension(self) -> str:
        return TYPES[self.type]


def read_picture(data: bytes) -> Picture:
    """Read a picture's header; raises ValueError for what is no such picture, or has too many pixels."""
    for reader in (_png, _jpeg, _gif, _webp, _avif):
        try:
            found = reader(data)
        except (struct.error, IndexError):
            raise ValueError("its header is cut off") from None
        if found is not None:
            if found.width < 1 or found.height < 1:
                raise ValueError("it has no pixels")
            if found.width * found.height > MOST_PIXELS:
                raise ValueError("it has over 100 megapixels")
            return found
    raise ValueError("it is no PNG, JPEG, GIF, WebP or AVIF")


def _png(data: bytes) -> Picture | None:
    """PNG (ISO 15948 §11.2.2): IHDR comes first."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    if data[12:16] != b"IHDR":
        raise ValueError("its header is cut off")
    return Picture("image/png", *struct.unpack_from(">II", data, 16))


def _gif(data: bytes) -> Picture | None:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    return Picture("image/gif", *struct.unpack_from("<HH", data, 6))


def _jpeg(data: bytes) -> Picture | None:
    """JPEG (ITU T.81 B.2): segments up to the frame header, SOF0 to SOF15 without DHT, JPG and DAC."""
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at < len(data):
        if data[at] != 0xFF:
            raise ValueError("its header is broken")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return Picture("image/jpeg", width, height)
        if marker in (0xD9, 0xDA):
            break
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:  # stand alone
            at += 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        at += 2 + max(2, length)
    raise ValueError("its header is cut off")


def _webp(data: bytes) -> Picture | None:
    """WebP (RFC 9649 §2): lossy, lossless, or extended with a canvas."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    kind = data[12:16]
    if kind == b"VP8 ":
        if data[23:26] != b"\x9d\x01\x2a":
            raise ValueError("its header is broken")
        width, height = struct.unpack_from("<HH", data, 26)
        return Picture("image/webp", width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L":
        if data[20] != 0x2F:
            raise ValueError("its header is broken")
        (bits,) = struct.unpack_from("<I", data, 21)
        return Picture("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
        if len(data) < 30:
            raise ValueError("its header is cut off")
        return Picture("image/webp", width, height)
    raise ValueError("its header is broken")


def _avif(data: bytes) -> Picture | None:
    """AVIF (ISO 23008-12 §6.5.3): the largest `ispe` property of the file's `meta` box."""
    if data[4:8] != b"ftyp":
        return None
    (length,) = struct.unpack_from(">I", data, 0)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, min(length, 256), 4))}
    if not brands & {b"avif", b"avis"}:
        return None
    at = data.find(b"ispe", length, 1 << 20)
    sizes = []
    while at >= 0:
        sizes.append(struct.unpack_from(">II", data, at + 8))
        at = data.find(b"ispe", at + 4, 1 << 20)
    if not sizes:
        raise ValueError("its header is cut off")
    return Picture("image/avif", *max(sizes, key=lambda size: size[0] * size[1]))

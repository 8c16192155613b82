"""Small pictures, written byte by byte: what no camera would make as well."""

import struct
import zlib


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *more: bytes, pixels: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(pixels or b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(more) + rows + chunk(b"IEND", b"")


def gif(width: int, height: int, frame: tuple[int, int] | None = None) -> bytes:
    frame_width, frame_height = frame or (width, height)
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    image = b"\x21\xf9\x04\0\0\0\0\0\x2c" + struct.pack("<HHHHB", 0, 0, frame_width, frame_height, 0)
    return b"GIF89a" + screen + image + b"\x02\x02\x44\x01\0" + b"\x3b"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(width: int, height: int, *more: bytes) -> bytes:
    thumbnail = segment(0xE1, b"Exif\0\0\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03")
    frame = segment(0xC2, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0")
    scan = segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56"
    return b"\xff\xd8" + thumbnail + b"".join(more) + b"\xff" + frame + scan + scan + b"\xff\xd9"


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def vp8(width: int, height: int) -> tuple[bytes, bytes]:
    return b"VP8 ", b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height | 0x4000) + b"\0" * 5


def vp8l(width: int, height: int) -> tuple[bytes, bytes]:
    return b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\0\0"


def vp8x(width: int, height: int) -> tuple[bytes, bytes]:
    return b"VP8X", b"\x10\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def avif(width: int, height: int, *, brand: bytes = b"avif") -> bytes:
    """A grid whose tiles are 1000 × 1000, tied to the item 7, with a thumbnail beside it."""
    sizes = [box(b"ispe", b"\0\0\0\0", struct.pack(">II", *size)) for size in ((1000, 1000), (width, height))]
    ties = struct.pack(">IHBBB", 2, 3, 1, 0x01, 0)[:-1] + struct.pack(">HBBB", 7, 2, 0x83, 0x02)
    properties = box(b"ipco", sizes[0], sizes[1], box(b"pixi", b"\0\0\0\0\x01\x08"))
    meta = box(
        b"meta", b"\0\0\0\0", box(b"pitm", b"\0\0\0\0\0\x07"), box(b"iprp", properties, box(b"ipma", b"\0" * 4, ties))
    )
    return box(b"ftyp", brand, b"\0\0\0\0mif1miaf") + meta + box(b"mdat", b"\x12\0\x0a\x0a")

"""Pictures drawn for the demo: flat shapes on rows of palette numbers, written as PNG. The same on every machine."""

import struct
import zlib
from collections.abc import Sequence
from typing import NamedTuple

Colour = tuple[int, int, int]


class Canvas:
    """A picture of flat colours; points are from the upper left, in pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._rows = [bytearray(width) for _ in range(height)]
        self._palette: dict[Colour, int] = {}

    def band(self, top: int, bottom: int, colour: Colour) -> None:
        """Fill all rows from `top` up to `bottom`."""
        for y in range(max(0, top), min(self.height, bottom)):
            self.span(y, 0, self.width, colour)

    def span(self, y: int, left: int, right: int, colour: Colour) -> None:
        """Fill a part of a row."""
        left, right = max(0, left), min(self.width, right)
        if 0 <= y < self.height and left < right:
            number = self._palette.setdefault(colour, len(self._palette))
            self._rows[y][left:right] = bytes([number]) * (right - left)

    def disc(self, x: int, y: int, radius: int, colour: Colour, *, stretch: float = 1.0) -> None:
        """Fill a circle, or with `stretch` an ellipse that is so many times as high as wide."""
        for dy in range(-int(radius * stretch), int(radius * stretch) + 1):
            half = int((max(0.0, radius**2 - (dy / stretch) ** 2)) ** 0.5)
            self.span(y + dy, x - half, x + half, colour)

    def polygon(self, points: Sequence[tuple[int, int]], colour: Colour) -> None:
        """Fill a polygon, row by row between its edges."""
        edges = list(zip(points, [*points[1:], points[0]], strict=True))
        for y in range(min(y for _, y in points), max(y for _, y in points) + 1):
            crossings = sorted(
                int(x1 + (y - y1) * (x2 - x1) / (y2 - y1))
                for (x1, y1), (x2, y2) in edges
                if min(y1, y2) <= y < max(y1, y2)
            )
            for left, right in zip(crossings[::2], crossings[1::2], strict=False):
                self.span(y, left, right, colour)

    def png(self) -> bytes:
        """Write the picture (PNG, ISO 15948: a palette of up to 256 colours)."""
        palette = b"".join(bytes(colour) for colour in self._palette)
        rows = b"".join(b"\0" + bytes(row) for row in self._rows)
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


class Light(NamedTuple):
    """The light of a scene: sky from above to the horizon, sea, hills and sun."""

    above: Colour
    below: Colour
    sea: Colour
    hills: Colour
    sun: Colour


LIGHTS = {
    "dawn": Light((96, 110, 158), (247, 196, 164), (88, 112, 142), (70, 74, 104), (255, 236, 200)),
    "noon": Light((86, 158, 214), (214, 236, 246), (38, 110, 150), (88, 134, 96), (255, 250, 220)),
    "dusk": Light((54, 44, 92), (240, 132, 96), (62, 58, 98), (38, 34, 62), (255, 214, 140)),
    "rain": Light((104, 118, 128), (176, 186, 190), (84, 100, 108), (78, 90, 92), (204, 210, 212)),
}
_WHITE, _RED, _DARK = (244, 240, 232), (186, 62, 52), (44, 42, 50)


def scene(light: str, subject: str, *, seed: int) -> bytes:
    """Draw the coast in some light with a subject: lighthouse, boat, pier or birds."""
    canvas, colours = Canvas(960, 540), LIGHTS[light]
    horizon = 300
    for step in range(30):
        canvas.band(step * 10, step * 10 + 10, _between(colours.above, colours.below, step / 29))
    canvas.disc(180 + seed * 97 % 600, 210 - seed * 31 % 90, 42, colours.sun)
    crest = [(x, horizon - 20 - (x * (seed + 3) // 7 + seed * 53) % 70) for x in range(0, 961, 120)]
    canvas.polygon([(0, horizon), *crest, (960, horizon)], colours.hills)
    for step in range(12):
        canvas.band(horizon + step * 20, horizon + step * 20 + 20, _between(colours.sea, _DARK, step / 22))
    for number in range(40):
        x, y = (number * 277 + seed * 61) % 900, horizon + 12 + (number * 41 + seed * 17) % 220
        canvas.span(y, x, x + 18 + y // 9, _between(colours.sea, colours.sun, 0.35))
    _SUBJECTS[subject](canvas, horizon)
    return canvas.png()


def portrait(seed: int) -> bytes:
    """Draw a face of flat shapes."""
    canvas = Canvas(240, 240)
    skins, hairs = ((236, 196, 166), (198, 142, 104), (140, 92, 64)), ((58, 40, 32), (150, 96, 48), (206, 206, 204))
    coats = ((52, 92, 122), (128, 70, 84), (76, 110, 80), (94, 84, 126))
    canvas.band(0, 240, _between((214, 226, 230), (236, 222, 200), seed % 5 / 4))
    canvas.disc(120, 262, 96, coats[seed % 4], stretch=0.9)
    skin, hair = skins[seed % 3], hairs[(seed + seed // 3) % 3]
    canvas.disc(120, 92, 64, hair, stretch=1.05 + seed % 2 * 0.35)
    canvas.disc(120, 116, 50, skin, stretch=1.2)
    for x in (102, 138):
        canvas.disc(x, 112, 5, _DARK)
    canvas.disc(120, 144, 14, _between(skin, _RED, 0.5), stretch=0.35)
    return canvas.png()


def _lighthouse(canvas: Canvas, horizon: int) -> None:
    canvas.polygon([(600, horizon + 60), (660, horizon - 8), (860, horizon - 4), (960, horizon + 60)], _DARK)
    canvas.polygon([(730, horizon), (744, 120), (776, 120), (790, horizon)], _WHITE)
    for top in (150, 220):
        canvas.polygon([(737, top + 30), (740, top), (780, top), (783, top + 30)], _RED)
    canvas.polygon([(738, 120), (742, 96), (778, 96), (782, 120)], (255, 226, 130))
    canvas.polygon([(734, 96), (760, 76), (786, 96)], _RED)


def _boat(canvas: Canvas, horizon: int) -> None:
    canvas.polygon([(330, horizon + 70), (600, horizon + 70), (560, horizon + 112), (370, horizon + 112)], _RED)
    canvas.polygon([(452, horizon + 66), (458, 120), (462, 120), (462, horizon + 66)], _DARK)
    canvas.polygon([(470, horizon + 58), (470, 128), (590, horizon + 58)], _WHITE)
    canvas.polygon([(446, horizon + 58), (446, 160), (350, horizon + 58)], (226, 218, 204))


def _pier(canvas: Canvas, horizon: int) -> None:
    canvas.polygon([(0, horizon + 20), (640, horizon + 4), (640, horizon + 20), (0, horizon + 52)], _DARK)
    for x in range(20, 640, 62):
        canvas.polygon([(x, horizon + 30), (x + 10, horizon + 30), (x + 10, horizon + 120), (x, horizon + 120)], _DARK)
    canvas.polygon([(520, horizon + 8), (520, horizon - 60), (620, horizon - 60), (620, horizon + 6)], _WHITE)
    canvas.polygon([(508, horizon - 58), (570, horizon - 96), (632, horizon - 58)], _RED)


def _birds(canvas: Canvas, _horizon: int) -> None:
    for number in range(9):
        x, y, size = 120 + number * 83, 90 + number * 47 % 130, 14 + number * 5 % 14
        for side in (-1, 1):
            points = [(x, y), (x + side * size, y - size // 2), (x + side * size * 2, y - 2), (x + side * size, y - 4)]
            canvas.polygon(points, _WHITE)


_SUBJECTS = {"lighthouse": _lighthouse, "boat": _boat, "pier": _pier, "birds": _birds}


def _between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

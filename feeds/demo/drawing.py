"""Pictures drawn for the demo: flat shapes on rows of palette numbers, written as PNG. The same on every machine.

Here are the canvas, the coast, the table and the faces; what stands on them is subjects.py's.
"""

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
WIDTH, HEIGHT, HORIZON = 960, 540, 300  # of a scene, in pixels
WHITE, RED, DARK = (244, 240, 232), (186, 62, 52), (44, 42, 50)


def scene(light: str, *, seed: int) -> Canvas:
    """Draw the coast in some light; where sun, hills and waves are follows from `seed`."""
    canvas, colours = Canvas(WIDTH, HEIGHT), LIGHTS[light]
    for step in range(30):
        canvas.band(step * 10, step * 10 + 10, between(colours.above, colours.below, step / 29))
    canvas.disc(180 + seed * 97 % 600, 210 - seed * 31 % 90, 42, colours.sun)
    crest = [(x, HORIZON - 20 - (x * (seed + 3) // 7 + seed * 53) % 70) for x in range(0, WIDTH + 1, 120)]
    canvas.polygon([(0, HORIZON), *crest, (WIDTH, HORIZON)], colours.hills)
    for step in range(12):
        canvas.band(HORIZON + step * 20, HORIZON + step * 20 + 20, between(colours.sea, DARK, step / 22))
    for number in range(40):
        x, y = (number * 277 + seed * 61) % 900, HORIZON + 12 + (number * 41 + seed * 17) % 220
        canvas.span(y, x, x + 18 + y // 9, between(colours.sea, colours.sun, 0.35))
    return canvas


def table(light: str) -> Canvas:
    """Draw a table against a wall in some light, for still lives."""
    canvas, colours = Canvas(WIDTH, HEIGHT), LIGHTS[light]
    for step in range(34):
        canvas.band(step * 10, step * 10 + 10, between(colours.below, WHITE, 0.3 + step / 68))
    for step in range(10):
        canvas.band(340 + step * 20, 360 + step * 20, between((164, 118, 82), DARK, step / 30))
    return canvas


def portrait(seed: int) -> bytes:
    """Draw a face of flat shapes."""
    canvas = Canvas(240, 240)
    skins, hairs = ((236, 196, 166), (198, 142, 104), (140, 92, 64)), ((58, 40, 32), (150, 96, 48), (206, 206, 204))
    coats = ((52, 92, 122), (128, 70, 84), (76, 110, 80), (94, 84, 126))
    skin, hair, coat = skins[seed % 3], hairs[(seed + seed // 3) % 3], coats[seed % 4]
    canvas.band(0, 240, between((214, 226, 230), (236, 222, 200), seed % 5 / 4))
    canvas.disc(120, 262, 96, coat, stretch=0.9)
    canvas.disc(120, 172, 20, between(skin, DARK, 0.12), stretch=1.2)
    if seed % 2:
        canvas.disc(120, 130, 60, hair, stretch=1.1)
    canvas.disc(120, 92, 58, hair)
    canvas.disc(120, 122, 46, skin, stretch=1.15)
    for x in (102, 138):
        canvas.disc(x, 118, 4, DARK)
    canvas.disc(120, 150, 12, between(skin, RED, 0.5), stretch=0.35)
    return canvas.png()


def between(one: Colour, other: Colour, share: float) -> Colour:
    """Mix two colours: `share` 0 is the one, 1 the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

"""What the demo's pictures show, each drawn on the coast or on a table."""

from collections.abc import Callable

from feeds.demo.drawing import DARK, HEIGHT, HORIZON, RED, WHITE, WIDTH, Canvas, Colour, between, scene, table

_SLATE, _BRICK, _SAND, _LIT = (84, 92, 104), (158, 84, 66), (214, 192, 152), (255, 220, 130)
_WALLS: tuple[Colour, ...] = ((226, 214, 190), (196, 120, 96), (150, 174, 186), (232, 206, 140), (206, 204, 200))


def draw(subject: str, light: str, *, seed: int = 0) -> bytes:
    """Draw a picture, as PNG; the subjects are those named at the end of this file."""
    if subject in _ON_TABLE:
        canvas = table(light)
        _ON_TABLE[subject](canvas)
    else:
        canvas = scene(light, seed=seed)
        _BY_THE_SEA[subject](canvas)
    return canvas.png()


def _box(canvas: Canvas, sides: tuple[int, int, int, int], colour: Colour) -> None:
    left, top, right, bottom = sides
    canvas.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)


def _lighthouse(canvas: Canvas) -> None:
    canvas.polygon([(600, HORIZON + 60), (660, HORIZON - 8), (860, HORIZON - 4), (960, HORIZON + 60)], DARK)
    canvas.polygon([(730, HORIZON), (744, 120), (776, 120), (790, HORIZON)], WHITE)
    for top in (150, 220):
        canvas.polygon([(737, top + 30), (740, top), (780, top), (783, top + 30)], RED)
    canvas.polygon([(738, 120), (742, 96), (778, 96), (782, 120)], _LIT)
    canvas.polygon([(734, 96), (760, 76), (786, 96)], RED)


def _boat(canvas: Canvas) -> None:
    _box(canvas, (454, 112, 461, HORIZON + 70), DARK)
    canvas.polygon([(468, HORIZON + 58), (468, 120), (590, HORIZON + 58)], WHITE)
    canvas.polygon([(447, HORIZON + 58), (447, 150), (350, HORIZON + 58)], (226, 218, 204))
    canvas.polygon([(330, HORIZON + 68), (600, HORIZON + 68), (560, HORIZON + 112), (370, HORIZON + 112)], RED)
    _box(canvas, (330, HORIZON + 68, 601, HORIZON + 78), WHITE)


def _ferry(canvas: Canvas) -> None:
    canvas.polygon([(220, 318), (760, 318), (716, 392), (264, 392)], (42, 74, 104))
    _box(canvas, (232, 306, 748, 319), WHITE)
    _box(canvas, (300, 232, 690, 306), WHITE)
    _box(canvas, (360, 184, 560, 232), WHITE)
    for x in range(322, 670, 48):
        _box(canvas, (x, 252, x + 28, 280), _SLATE)
    _box(canvas, (376, 196, 544, 214), _SLATE)
    _box(canvas, (596, 158, 646, 232), RED)
    _box(canvas, (596, 170, 646, 184), WHITE)
    for x in range(0, WIDTH, 40):  # the chain by which it is pulled
        canvas.disc(x, 404, 9, DARK, stretch=0.5)


def _rowing(canvas: Canvas) -> None:
    canvas.polygon([(180, 372), (790, 372), (730, 408), (250, 408)], (58, 108, 84))
    _box(canvas, (190, 372, 782, 380), WHITE)
    for number in range(5):
        x = 280 + number * 92
        canvas.polygon([(x - 20, 372), (x - 12, 318), (x + 16, 318), (x + 24, 372)], _WALLS[number])
        canvas.disc(x + 4, 302, 15, (206, 152, 116))
        canvas.polygon([(x + 10, 340), (x + 16, 336), (x + 104, 428), (x + 92, 432)], _SAND)


def _pier(canvas: Canvas) -> None:
    canvas.polygon([(0, HORIZON + 20), (640, HORIZON + 4), (640, HORIZON + 20), (0, HORIZON + 52)], DARK)
    for x in range(20, 640, 62):
        _box(canvas, (x, HORIZON + 24, x + 10, HORIZON + 120), DARK)
    _box(canvas, (520, HORIZON - 60, 620, HORIZON + 8), WHITE)
    _box(canvas, (560, HORIZON - 36, 582, HORIZON + 8), _SLATE)
    canvas.polygon([(508, HORIZON - 58), (570, HORIZON - 96), (632, HORIZON - 58)], RED)


def _birds(canvas: Canvas) -> None:
    for number in range(9):
        x, y, size = 120 + number * 83, 90 + number * 47 % 130, 14 + number * 5 % 14
        for side in (-1, 1):
            points = [(x, y), (x + side * size, y - size // 2), (x + side * size * 2, y - 2), (x + side * size, y - 4)]
            canvas.polygon(points, WHITE)


def _wall(canvas: Canvas) -> None:
    _houses(canvas, base=300)
    canvas.polygon([(0, 300), (960, 292), (960, 392), (0, 420)], (126, 124, 120))
    for row in range(4):
        for x in range(-40 + row % 2 * 60, WIDTH, 120):
            _box(canvas, (x, 306 + row * 26, x + 114, 328 + row * 26), between((150, 146, 138), _SLATE, row / 7))
    for x in range(-30, WIDTH, 130):
        canvas.disc(x + 60, 452, 76, between(WHITE, _SLATE, 0.25), stretch=0.6)
        canvas.disc(x + 60, 470, 84, (84, 104, 116), stretch=0.6)
    canvas.band(470, HEIGHT, (72, 92, 104))


def _town(canvas: Canvas) -> None:
    canvas.band(HORIZON, HEIGHT, (96, 94, 98))
    _houses(canvas, base=400, is_lit=True)
    canvas.band(400, 416, (126, 122, 118))


def _tower(canvas: Canvas) -> None:
    _town(canvas)
    _box(canvas, (420, 130, 540, 420), _SAND)
    canvas.polygon([(404, 130), (480, 36), (556, 130)], _SLATE)
    canvas.disc(480, 196, 44, DARK)
    canvas.disc(480, 196, 38, WHITE)
    _box(canvas, (477, 164, 483, 198), DARK)  # noon
    _box(canvas, (478, 174, 482, 198), RED)
    _box(canvas, (456, 340, 504, 420), DARK)


def _houses(canvas: Canvas, *, base: int, is_lit: bool = False) -> None:
    for number in range(9):
        left, width, height = number * 110 - 12, 112, 96 + number * 37 % 60
        _box(canvas, (left, base - height, left + width, base), _WALLS[number * 3 % 5])
        roof = [(left - 6, base - height), (left + width // 2, base - height - 46), (left + width + 6, base - height)]
        canvas.polygon(roof, (_SLATE, _BRICK)[number % 2])
        for window in range(4):
            x, y = left + 20 + window % 2 * 46, base - height + 18 + window // 2 * 40
            _box(canvas, (x, y, x + 24, y + 26), _LIT if is_lit and (number + window) % 3 else _SLATE)


def _umbrella(canvas: Canvas) -> None:
    for number in range(90):
        x, y = number * 137 % WIDTH, number * 71 % HEIGHT
        canvas.polygon([(x, y), (x + 3, y), (x - 7, y + 26), (x - 10, y + 26)], (196, 206, 212))
    for at in range(6):
        colour = RED if at % 2 else (228, 196, 92)
        canvas.polygon([(480, 140), (270 + at * 70, 306), (340 + at * 70, 306)], colour)
        canvas.disc(305 + at * 70, 306, 35, colour, stretch=0.4)
    _box(canvas, (476, 120, 484, 440), DARK)
    canvas.disc(500, 440, 24, DARK, stretch=0.9)
    canvas.disc(500, 434, 15, (84, 96, 104), stretch=0.9)


def _fish(canvas: Canvas) -> None:
    canvas.disc(480, 380, 330, between(WHITE, _SLATE, 0.18), stretch=0.36)
    canvas.disc(480, 372, 316, WHITE, stretch=0.36)
    for number in range(3):
        x, y = 420 + number * 34, 322 + number * 46
        canvas.polygon([(x - 190, y - 34), (x - 120, y), (x - 190, y + 34)], (70, 106, 124))
        canvas.disc(x, y, 150, (96, 138, 152), stretch=0.2)
        canvas.disc(x, y + 8, 138, (206, 216, 214), stretch=0.13)
        for stripe in range(5):
            _box(canvas, (x - 80 + stripe * 34, y - 24, x - 70 + stripe * 34, y - 4), (44, 72, 92))
        canvas.disc(x + 116, y - 6, 6, DARK)
    canvas.disc(700, 330, 44, (240, 206, 78), stretch=0.8)


def _bread(canvas: Canvas) -> None:
    for number, (x, y) in enumerate(((330, 360), (620, 372), (474, 420))):
        crust = between((186, 118, 58), (214, 152, 84), number / 2)
        canvas.disc(x, y + 8, 160, between(crust, DARK, 0.35), stretch=0.5)
        canvas.disc(x, y, 158, crust, stretch=0.5)
        for cut in range(3):
            left = x - 86 + cut * 62
            points = [(left, y + 20), (left + 40, y - 48), (left + 56, y - 44), (left + 18, y + 24)]
            canvas.polygon(points, (240, 214, 160))


def _cat(canvas: Canvas) -> None:
    fur, dark = (196, 132, 72), (150, 92, 48)
    canvas.disc(480, 400, 112, fur, stretch=1.05)
    canvas.disc(610, 470, 90, fur, stretch=0.28)
    canvas.disc(480, 250, 84, fur, stretch=0.86)
    for side in (-1, 1):
        canvas.polygon([(480 + side * 76, 236), (480 + side * 70, 140), (480 + side * 18, 186)], fur)
        canvas.disc(480 + side * 34, 246, 13, (218, 222, 150))
        canvas.disc(480 + side * 34, 246, 5, DARK, stretch=2.2)
        canvas.disc(480 + side * 46, 500, 34, fur, stretch=0.6)
    for stripe in range(3):
        _box(canvas, (456 + stripe * 20, 180, 464 + stripe * 20, 214), dark)
    canvas.polygon([(470, 274), (490, 274), (480, 286)], RED)


_BY_THE_SEA: dict[str, Callable[[Canvas], None]] = {
    "birds": _birds,
    "boat": _boat,
    "ferry": _ferry,
    "lighthouse": _lighthouse,
    "pier": _pier,
    "rowing": _rowing,
    "tower": _tower,
    "town": _town,
    "umbrella": _umbrella,
    "wall": _wall,
}
_ON_TABLE: dict[str, Callable[[Canvas], None]] = {"bread": _bread, "cat": _cat, "fish": _fish}

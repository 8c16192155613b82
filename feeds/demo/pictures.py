"""Which stories and writers of the demo have a picture, and what is said of it; drawn and kept as any other is."""

from feeds.demo.drawing import portrait, scene
from feeds.pipeline import pictures
from feeds.pipeline.newsroom import Newsroom

CREDIT = "Drawn for the demo"
# light, subject, alternative text, caption
_SCENES = (
    ("dawn", "boat", "A sailing boat on a calm sea at dawn", "First light over the harbour mouth."),
    ("noon", "lighthouse", "A red and white lighthouse on a rock under a blue sky", "The light at the outer rock."),
    ("dusk", "pier", "A pier with a small house at its end, at dusk", "The old pier after the last ferry."),
    ("rain", "birds", "White birds over a grey sea in the rain", "Gulls ahead of the weather."),
    ("noon", "boat", "A sailing boat close to a green shore", "Off the point, on the afternoon tide."),
    ("dusk", "lighthouse", "A lighthouse against an orange evening sky", "The lamp is lit at sunset."),
)
EVERY = 3  # one story in so many has a picture


def illustrate(room: Newsroom, stories: list[dict[str, object]]) -> None:
    """Draw pictures, keep them, and name them in the fields of stories and their authors."""
    drawn = [_kept(room, scene(light, subject, seed=seed)) for seed, (light, subject, _, _) in enumerate(_SCENES)]
    faces: dict[str, str] = {}
    for number, fields in enumerate(reversed(stories)):
        if number % EVERY == 1:  # the newest is still to come; the next one leads the front page
            at = number // EVERY % len(_SCENES)
            _, _, alt, caption = _SCENES[at]
            fields["image"] = {"url": drawn[at], "alt": alt, "caption": caption, "credit": CREDIT}
        authors = fields["authors"]
        assert isinstance(authors, list)
        for author in authors:
            if author["name"] not in faces:
                faces[author["name"]] = _kept(room, portrait(len(faces)))
            author["image"] = faces[author["name"]]


def _kept(room: Newsroom, png: bytes) -> str:
    medium, _ = pictures.take(room, png, "image/png")
    return pictures.address_of(medium)

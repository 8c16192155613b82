"""What on a pasted page belongs to the page and not to the story: adverts, buttons, labels, counts.

One line in, its mark out, or None where it may be the story's. A line is furniture only as a whole:
a sentence that merely begins with such a word stays a sentence. What the lines of a story are
(headline, byline, dateline) is not known here.
"""

import re
from enum import StrEnum
from typing import NamedTuple


class Place(StrEnum):
    """What a piece of furniture does to the lines below it."""

    ASIDE = "aside"  # nothing: the story goes on
    NAVIGATION = "navigation"  # before the headline it shows that the masthead is not over
    LISTING = "listing"  # titles of other stories follow, then perhaps the story again
    RELATED = "related"  # the editors' own pointer: what follows is a related title
    AUTHOR = "author"  # a name and a bio may follow
    TAIL = "tail"  # behind the body, nothing of the story follows any more


class Mark(NamedTuple):
    """That a line is furniture: what it does, and the reason that an editor reads."""

    place: Place
    reason: str


_NETWORKS = (
    "facebook twitter x whatsapp linkedin pinterest reddit telegram email e-mail mail print messenger "
    "instagram youtube "
    "tiktok threads bluesky mastodon viber tumblr flipboard pocket rss sms wechat line xing vk copy link "
    "url share tweet "
    "pin save like follow us on this via more and"
)
_NETWORK_WORDS = frozenset(_NETWORKS.split())

_SECTIONS = (
    "world|national|local|local news|region(?:al)?|europe|africa|asia|americas|middle east|politics|business|economy|"
    "markets|technology|tech|science|health|environment|climate|culture|arts|entertainment|lifestyle|life|travel|food|"
    "sports?|football|opinion|editorial|analysis|features?|education|crime|weather|obituaries|video|podcasts?|photos|"
    "magazine|classifieds|jobs"
)

# (what the lines below are, reason, pattern of the whole line without its decoration)
_TABLE: tuple[tuple[Place, str, str], ...] = (
    (
        Place.ASIDE,
        "an advertisement's marker",
        r"ad|ads|advert(?:isement|ising)?s?|sponsored(?: content)?|paid (?:content|post)|promoted|anzeige|werbung|"
        r"publicidad|publicité|publicidade|pubblicità|advertentie|annonse?|reklama|reklame|iklan|"
        r"(?:story|article|content|post)?\s?continues (?:below|after)(?: (?:this |the )?ad(?:vert(?:isement)?)?)?|"
        r"scroll (?:down )?to continue.{0,30}|remove ads",
    ),
    (
        Place.ASIDE,
        "a picture's place, without the picture",
        r"spot_img\w*|td_\w+|img|image|photo|picture|placeholder|caption|\[?(?:image|photo|video|embed)\]?|"
        r"\S+\.(?:jpe?g|png|gif|webp|avif|svg)",
    ),
    (
        Place.ASIDE,
        "a picture's credit or caption",
        r"(?:file )?(?:photo|image|picture|foto|video)s?(?: (?:credit|courtesy|by|source|via)\b.{0,80}|"
        r"\s?[:©/].{1,100})|"
        r"representational (?:image|picture).{0,40}|©.{1,60}",
    ),
    (
        Place.ASIDE,
        "a share button",
        r"(?:click to )?(?:share|tweet|pin|follow)(?: (?:this|the|our|on|via|us|it|article|story|post|page|with|to|"
        r"friends|facebook|twitter|x|whatsapp|linkedin|google news|instagram))*|sharing is caring|"
        r"copy(?: the)? (?:link|url)|"
        r"link copied.{0,20}|teilen|compartir|partager|compartilhar|condividi",
    ),
    (
        Place.ASIDE,
        "an appeal to subscribe",
        r"(?:please )?subscribe(?: (?:now|today|here|to|for)\b.{0,80})?|(?:our |daily |the )?newsletters?|"
        r"(?:sign up|register|join)(?: (?:now|here|today|free))?|(?:sign up|register) (?:for|to) .{0,40}"
        r"(?:newsletter|alerts?|e-?mails?|briefing|updates?).{0,40}|join (?:our|us on) .{0,40}(?:channel|group|"
        r"telegram|whatsapp)"
        r".{0,20}|get .{0,40}(?:in your inbox|newsletter).{0,20}|become a (?:member|subscriber).{0,30}|donate(?: now)?|"
        r"support (?:us|our journalism).{0,30}|your e-?mail(?: address)?",
    ),
    (
        Place.ASIDE,
        "a count or a button of the page",
        r"\d[\d.,]*\s?[km]?|\d[\d.,]*\s?[km]?\+? (?:views?|shares?|comments?|likes?|reads?|votes?)|"
        r"(?:reading time:? )?\d{1,3}\s?(?:-|–)?\s?min(?:ute)?s?\.?(?: read(?:ing time)?)?|"
        r"(?:estimated )?reading time:? .{1,20}|"
        r"listen(?: to this (?:article|story))?|play|pause|watch(?: now| video)?|loading(?:…|\.{3})?|continue reading|"
        r"read more|show more|load more|view all|see all|click here|expand|close|back to top|font size|a[+-]|[-–—|"
        r"•·*_=#]+|"
        r"(?:\d{1,2} )?(?:seconds?|minutes?|hours?|days?|weeks?|months?) ago|just now",
    ),
    (
        Place.ASIDE,
        "the page's tags",
        r"(?:tags?|topics?|filed under|keywords?|categor(?:y|ies)|posted in)\s?:.{0,300}|(?:#[^\W_]\w*\s*)+",
    ),
    (
        Place.LISTING,
        "a label of the page's tags",
        r"tags?|topics?|filed under|keywords?|categor(?:y|ies)|posted in",
    ),
    (
        Place.NAVIGATION,
        "the page's navigation",
        r"home(?:page)?|menu|search|skip to (?:main )?content|sign in|log ?in|log ?out|sign in ?/ ?join|my account|"
        r"e-?paper|today'?s paper|edition|about(?: us)?|contact(?: us)?|all news|home ?[»›>/].{1,120}|"
        r"toggle navigation|"
        r"start(?:seite)?|accueil|inicio|início|" + _SECTIONS,
    ),
    (
        Place.LISTING,
        "a label of the page",
        r"must[- ]?reads?|most (?:read|popular|viewed|shared|commented)|trending(?: today| now| news| stories|"
        r" topics)?|"
        r"latest(?: news| posts| articles| stories| updates)?|popular(?: posts| news| stories| now)?|"
        r"top (?:stories|news)|"
        r"editor['’]?s['’]? (?:picks?|choice)|recommended(?: for you| stories)?|you (?:may|might) (?:also )?(?:like|be "
        r"interested in).{0,20}|more (?:from|in|on|stories|news|articles)(?: .{1,40})?|related (?:articles|posts|"
        r"news|content|"
        r"topics)|recent (?:posts|articles|news|stories)|don['’]t miss|what['’]?s hot|featured|breaking news|"
        r"around the web|from the web",
    ),
    (
        Place.RELATED,
        "a label of a related story",
        r"also read|read also|see also|also see|related(?: (?:story|stories|article|reading))?|further reading|"
        r"lire aussi|"
        r"à lire aussi|lee también|lea también|leia também|leggi anche|lesen sie auch|lees ook|läs också|læs også|"
        r"les også",
    ),
    (
        Place.AUTHOR,
        "a label of the page",
        r"authors?|about the authors?|written by|posted by|reported by|by|autor(?:in)?|auteur|von|por|par|door",
    ),
    (
        Place.TAIL,
        "a label below the story",
        r"archives?|comments?(?: ?\(\d+\))?|\d+ comments?|leave a (?:reply|comment).{0,30}|post (?:a )?comment|"
        r"(?:add|write) a comment.{0,20}|be the first to comment.{0,10}|cancel reply|view comments|"
        r"join the (?:conversation|"
        r"discussion)|(?:previous|next) (?:article|post|story)|kommentare?|comentarios|commentaires|reacties",
    ),
    (
        Place.TAIL,
        "the page's imprint",
        r"(?:copyright\b|©|\(c\) ?\d{4}).{0,120}|all rights reserved.{0,80}|(?:terms|privacy|cookies?)(?: (?:of|"
        r"and|&|policy|"
        r"settings|preferences|use|service|conditions|statement))*|imprint|impressum|powered by .{1,40}",
    ),
)
_MARKS = tuple((Mark(place, reason), re.compile(pattern, re.IGNORECASE)) for place, reason, pattern in _TABLE)
_DECORATION = " \t-–—*_=|•·:~[]<>»«→"


def furniture(text: str) -> Mark | None:
    """Say what piece of furniture a line is, or None where it is none."""
    bare = text.strip(_DECORATION)
    if not bare:
        return Mark(Place.ASIDE, "a rule between the page's parts")
    words = re.split(r"[\s,|/•·]+", bare.casefold())
    if len(words) <= 12 and _NETWORK_WORDS.issuperset(words):
        return Mark(Place.ASIDE, "a share button")
    if len(bare) > 320:
        return None
    return next((mark for mark, pattern in _MARKS if pattern.fullmatch(bare)), None)

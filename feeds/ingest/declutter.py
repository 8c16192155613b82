"""What partners' pages put round a story, left out: trackers, adverts, buttons to share.

By rule alone: the class or id that an element bears, the address that a picture, frame or link leads to. In goes raw
HTML, out comes HTML that still has to be cleaned. An element with much text is a story's, whatever it is called.
"""

import re
from html import unescape

from feeds.model.markup import balanced_end, normal, text_of

MOST_TEXT, MOST_HTML = 400, 20_000  # characters of an element that is left out, without and with its markup

_NAMES = re.compile(
    # buttons to share, by the plugins that make them
    r"(?:addtoany|addthis|a2a|sharethis|shareaholic|heateor|essb|mashsb|swp|ssba)(?:[_-].*)?|feedflare|sharedaddy"
    r"|sd-(?:sharing|social).*|jp-relatedposts|wp-block-jetpack-sharing-button.*|twitter-share-button"
    r"|fb-(?:like|share-button|save)|(?:post|article|entry|story|social|content|page)?[_-]?shar(?:e|ing)"
    r"[_-]?(?:buttons?|bar|links?|tools?|icons?|box|widget|block|container|list|wrapper)"
    r"|social[_-](?:share|sharing|buttons?)(?:[_-].*)?"
    # adverts
    r"|adsby.*|adverts?|advert(?:isement|ising)(?:[_-].*)?|google[_-](?:ads?|auto)(?:[_-].*)?|(?:div[_-])?gpt[_-]ad.*"
    r"|ads?[_-](?:container|slot|unit|wrapper|wrap|banner|block|box|label|placeholder|space|zone)(?:[_-].*)?|dfp[_-].*"
    r"|(?:taboola|outbrain|mgid|revcontent|zergnet|ezoic)(?:[_-].*)?"
    r"|(?:newsletter|email)[_-]?(?:signup|form|subscribe)|mc_embed_signup"
)
# What shares a page: by the last two labels of the host, how the rest of the address begins.
_SHARING = {
    "facebook.com": r"/(?:sharer|share\.php|dialog/(?:share|feed)|plugins/(?:like|share))",
    "twitter.com": r"/(?:intent/(?:tweet|post)|share\b|home\?status|widgets/tweet_button)",
    "x.com": r"/(?:intent/(?:tweet|post)|share\b)",
    "linkedin.com": r"/(?:shareArticle|sharing|cws/share)",
    "pinterest.com": r"/pin/create",
    "reddit.com": r"/(?:r/[^/]+/)?submit",
    "tumblr.com": r"/(?:widgets/)?share",
    "whatsapp.com": r"/send",
    "wa.me": r"/\?",
    "t.me": r"/share",
    "telegram.me": r"/share",
    "getpocket.com": r"/(?:save|edit)",
    "bsky.app": r"/intent",
    "threads.net": r"/intent",
    "addtoany.com": r"/",
    "addthis.com": r"/bookmark",
    "feedburner.com": r"/~ff/",
    "ycombinator.com": r"/submitlink",
    "instapaper.com": r"/(?:hello2|edit)",
    "line.me": r"/R/",
    "vk.com": r"/share",
    "xing.com": r"/spi/shares",
}
_ADVERTS = frozenset(  # whose pictures, frames and links are adverts, or count readers; likewise by two labels
    """
    adform.net adnxs.com amazon-adsystem.com buysellads.com chartbeat.net criteo.com criteo.net doubleclick.net
    feedsportal.com google-analytics.com googleadservices.com googlesyndication.com googletagmanager.com
    imrworldwide.com mgid.com outbrain.com pheedo.com quantserve.com revcontent.com rubiconproject.com
    scorecardresearch.com taboola.com zergnet.com
    """.split()
)
_ADVERT_HOSTS = re.compile(r"(?:ads?[0-9]*|adserver|adserv|adclick|banners?)\..*")
_COUNTING_HOSTS = re.compile(
    r"(?:pixel|tracker|tracking|analytics)\..*|(?:beacon|counter|track|stats?|ioam)\.[^.]+\..*"
)
_COUNTING_PATHS = re.compile(
    r"/~r/.*|/tr/?|(?:.*/)?(?:(?:pixel|1x1|1px|spacer|blank|transparent)\.(?:gif|png)|(?:beacon|clear|count(?:er)?|track)\.gif)",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(r"(?:https?:)?//(?:[^/?#@]*@)?([^/?#:]*)[^/?#]*(.*)", re.IGNORECASE | re.DOTALL)
_TINY = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|!|$)", re.IGNORECASE)
_START = re.compile(r"<([a-z][a-z0-9]*)((?: [^<>]*)?)>")
_ATTRIBUTE = re.compile(r' (class|id|style|src|href)="([^"]*)"')
# A block that only named what was left out: "Share this:".
_LEFT = re.compile(
    r"<(p|div|li|ul|ol|span|h[1-6]|section|aside)(?: [^<>]*)?>\s*+"
    r"(?:(?:share|tweet|teilen|partager|compartir|condividi|delen)(?: (?:this|it))?(?: (?:story|post|article|on|with))?"
    r"(?: friends)?)?+(?:[\s:|·•,/-]|&nbsp;|<br>)*+</\1>",
    re.IGNORECASE,
)


def declutter(html: str, base: str) -> str:
    """Leave clutter out of raw HTML, whose addresses are relative to `base`; what has none comes back as it is."""
    written = normal(html)
    kept, at = [], 0
    for start in _START.finditer(written):
        if start.start() < at or not _is_clutter(start[1], start[2], base):
            continue
        end = balanced_end(written, start[1], start.end())
        if end - start.start() <= MOST_HTML and len(text_of(written[start.start() : end])) <= MOST_TEXT:
            kept.append(written[at : start.start()])
            at = end
    return _without_left("".join((*kept, written[at:]))) if at else html


def _is_clutter(name: str, attributes: str, base: str) -> bool:
    values = {key: unescape(value) for key, value in _ATTRIBUTE.findall(attributes)}
    bears = f"{values.get('class', '')} {values.get('id', '')}".lower().split()
    if any(_NAMES.fullmatch(token) for token in bears):
        return True
    if name not in ("a", "iframe", "img"):
        return False
    address = values.get("href" if name == "a" else "src", "").strip()
    host, rest = _parts(address, base)
    if name == "img":
        return _is_advert(host) or _counts(host, rest) or _TINY.search(values.get("style", "")) is not None
    return address.startswith("mailto:?") or _is_advert(host) or _shares(host, rest)


def _parts(address: str, base: str) -> tuple[str, str]:
    """Give the host of an address and what follows; no host where it is the partner's own: its name says nothing."""
    found, own = _ABSOLUTE.match(address), _ABSOLUTE.match(base)
    if found is None:
        return "", address
    host = found[1].lower()
    return "" if own is not None and own[1].lower() == host else host, found[2]


def _domain(host: str) -> str:
    return ".".join(host.split(".")[-2:])


def _shares(host: str, rest: str) -> bool:
    begins = _SHARING.get(_domain(host))
    return begins is not None and re.match(begins, rest, re.IGNORECASE) is not None


def _is_advert(host: str) -> bool:
    return _domain(host) in _ADVERTS or _ADVERT_HOSTS.fullmatch(host) is not None


def _counts(host: str, rest: str) -> bool:
    path = re.split("[?#]", rest, maxsplit=1)[0]
    if path.lower().endswith((".jpg", ".jpeg", ".webp", ".avif")):
        return False
    return _COUNTING_HOSTS.fullmatch(host) is not None or _COUNTING_PATHS.fullmatch(path) is not None


def _without_left(html: str) -> str:
    """Leave out blocks, one within another, that say nothing once their clutter is gone."""
    for _ in range(5):
        bare = _LEFT.sub("", html)
        if bare == html:
            break
        html = bare
    return html

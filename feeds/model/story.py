"""By what two texts or addresses are known to be one story's, whoever sends them.

In come plain texts and addresses (without tracking parameters), out go short keys and spellings; equal ones mean one
story. Quotes, dashes, spaces, case and forms of letters do not count: typesetting is every house's own.
"""

import hashlib
import re
import unicodedata

SHORTEST = 60  # characters of headline and text together that are no mere form of words
PHRASE = 40  # characters that may stand in two texts by chance
LONGEST_HEAD = 200  # characters of a text's beginning that are looked for in another one
LONGEST_TAIL = 80  # characters that are added to another's text: "The post appeared first on …"

_PLAIN = {
    **dict.fromkeys("‘’‚‛ʼ′`´", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
}
_TYPESET = re.compile(f"[{''.join(_PLAIN)}]")
_DASHES = re.compile("--+")
_CUT_OFF = re.compile(r"\s*(?:\[?\s*\.\.\.+\s*\]?|read more|continue reading|more)\s*$")
_ADDRESS = re.compile(r"(https?)://(www\.)?(.*)", re.IGNORECASE | re.DOTALL)


def fold_text(text: str) -> str:
    """Give a text as it is compared: without what typesetting makes of quotes, dashes, spaces and case."""
    if text.isascii():
        folded = text.replace("`", "'").lower()
    else:
        bare = _bare(text)
        normal = unicodedata.normalize("NFKC", bare)
        folded = (normal if normal == bare else _bare(normal)).casefold()
    folded = " ".join(folded.split()).replace(" -", "-").replace("- ", "-")
    return _DASHES.sub("-", folded) if "--" in folded else folded


def _bare(text: str) -> str:
    return _TYPESET.sub(lambda found: _PLAIN[found[0]], text)


def text_key(title: str, body: str) -> str:
    """Give a key of what a story says; `""` where it says too little to be told from others."""
    head, text = fold_text(title), fold_text(body)
    return _hash(head, text) if text and len(head) + len(text) >= SHORTEST else ""


def headline_key(title: str) -> str:
    """Give a key of a headline; `""` where there is none."""
    head = fold_text(title)
    return f"head:{_hash(head)}" if head else ""


def page_key(link: str) -> str:
    """Give a key of a page's address, blind to scheme, `www.` and a slash at the end; `""` for none of the web."""
    found = _ADDRESS.fullmatch(link)
    return f"page:{_hash(_page(found[3]))}" if found else ""


def spellings(link: str) -> tuple[str, ...]:
    """Give the ways in which a page's address may be written: scheme, `www.` and a slash at the end."""
    found = _ADDRESS.fullmatch(link)
    if found is None:
        return (link,) if link else ()
    page = _page(found[3])
    ends = (page,) if "?" in page or "#" in page else (page, f"{page}/")
    return tuple(f"{scheme}://{www}{end}" for scheme in ("https", "http") for www in ("", "www.") for end in ends)


def is_within(text: str, whole: str) -> bool:
    """Say whether a text stands in another one, but for an end that was added; a mere phrase does not count."""
    folded = _CUT_OFF.sub("", fold_text(text))
    added = min(LONGEST_TAIL, len(folded) // 3)
    return len(folded) >= PHRASE and folded[: len(folded) - added] in fold_text(whole)


def begins_within(text: str, whole: str) -> bool:
    """Say whether a text, or its beginning where it is long, stands in another one; a mere phrase does not count."""
    return is_within(text, whole) or is_within(fold_text(text)[:LONGEST_HEAD], whole)


def _page(rest: str) -> str:
    host, slash, path = rest.partition("/")
    page = f"{host.lower()}{slash}{path}"
    return page if "?" in page or "#" in page else page.rstrip("/")


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()

"""The benchmark newsroom: a deterministic corpus of articles, written as JSON Lines.

    python corpus.py --articles 10000 > articles.jsonl

One line per article: id, title, standfirst, content_html, authors, tags,
published, updated (RFC 3339, UTC).  Tag and author popularity follow a Zipf law,
as in a real newsroom: a few sections carry most articles, the tail is long.
Bodies are about 600 words of HTML with links, a quotation, a figure and a
non-ASCII word here and there, so that escaping and encoding are really exercised.
"""

import argparse
import datetime as dt
import itertools
import json
import random
import sys

WORDS = (
    "ministry harbour council budget river festival verdict orchard railway senate "
    "refinery clinic stadium treaty village forecast orchestra parliament vaccine "
    "export reservoir curriculum satellite fishery glacier tribunal museum tariff "
    "pension algorithm archive ballot canal dividend embassy furnace granary "
    "said that after before against during under with from into over the a of to in "
    "and for on by which would could has had was were is are its their one new two"
).split()
SPICE = ("Zürich", "São Paulo", "Kraków", "東京", "Ελλάδα", "naïve", "R&D", "“quoted”", "5 < 7", "👩‍🚀")


def zipf(rng, n, k):
    """Draw k distinct ranks below n, rank r with weight 1/(r+1)."""
    cum = list(itertools.accumulate(1 / (r + 1) for r in range(n)))
    picked = []
    while len(picked) < k:
        rank = rng.choices(range(n), cum_weights=cum)[0]
        if rank not in picked:
            picked.append(rank)
    return picked


def sentence(rng, low=8, high=22):
    words = rng.choices(WORDS, k=rng.randint(low, high))
    if rng.random() < 0.12:
        words[rng.randrange(len(words))] = rng.choice(SPICE)
    return (" ".join(words)).capitalize() + "."


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def body(rng, number):
    parts = []
    for p in range(rng.randint(7, 11)):
        text = escape(" ".join(sentence(rng) for _ in range(rng.randint(3, 6))))
        if p == 2:
            text += f' <a href="https://news.example/articles/{max(0, number - 7)}">Earlier report</a>.'
        parts.append(f"<p>{text}</p>")
        if p == 3:
            parts.append(f"<blockquote><p>{escape(sentence(rng))}</p></blockquote>")
        if p == 5:
            parts.append(
                f'<figure><img src="https://news.example/media/{number}.jpg" alt="Photograph {number}" '
                f'width="1200" height="800"><figcaption>{escape(sentence(rng))}</figcaption></figure>'
            )
    return "\n".join(parts)


def articles(count, tags, authors, seed=7):
    rng = random.Random(seed)
    start = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    for n in range(count):
        published = start + dt.timedelta(minutes=37 * n + rng.randint(0, 30))
        updated = published + dt.timedelta(minutes=rng.choice((0, 0, 0, 12, 95)))
        yield {
            "id": f"https://news.example/articles/{n}",
            "title": sentence(rng, 5, 11).rstrip("."),
            "standfirst": sentence(rng, 14, 26),
            "content_html": body(rng, n),
            "authors": [f"Author {r:03d}" for r in zipf(rng, authors, 2 if rng.random() < 0.2 else 1)],
            "tags": [f"tag-{r:03d}" for r in zipf(rng, tags, rng.randint(2, 6))],
            "published": published.isoformat(),
            "updated": updated.isoformat(),
        }


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--articles", type=int, default=10_000)
    ap.add_argument("--tags", type=int, default=400)
    ap.add_argument("--authors", type=int, default=150)
    ap.add_argument("--seed", type=int, default=7)
    args = ap.parse_args()
    for article in articles(args.articles, args.tags, args.authors, args.seed):
        sys.stdout.write(json.dumps(article, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

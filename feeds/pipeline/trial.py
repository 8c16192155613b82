"""What a partner's feed would bring, without keeping anything: `sources test`."""

from feeds.errors import PollError, Refusal
from feeds.ingest.address import refuse_url
from feeds.ingest.convert import convert
from feeds.ingest.exchange import Answer
from feeds.ingest.fetch import Fetcher
from feeds.ingest.identity import measured, tell_apart
from feeds.ingest.readers import Read, read_here
from feeds.model.dates import rfc3339
from feeds.model.entry import ParsedFeed
from feeds.model.source import Outcome, Source, Validators
from feeds.model.submission import submission_of
from feeds.pipeline.meeting import OURS
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.returning import is_by_address
from feeds.pipeline.revising import words_of

MOST = 50  # entries that are told of
SAMPLE = 300  # characters of an entry's text


def _read(
    fetcher: Fetcher, url: str, reader: Read, seconds: float, *, is_named: bool = False
) -> tuple[str, Answer, ParsedFeed]:
    """Fetch and read a feed, or the one that a page names; give its address, too."""
    answer = fetcher.fetch(url, Validators())
    try:
        return url, answer, reader(answer.body, answer.url, answer.content_type, frozenset(), seconds)
    except PollError as error:
        if is_named or not error.feed:
            raise
        return _read(fetcher, error.feed, reader, seconds, is_named=True)


def look_at(room: Newsroom, fetcher: Fetcher, url: str, reader: Read = read_here) -> dict[str, object]:
    """Fetch and read a feed; tell what would be published of it. Raises Refusal 422 for no address of a feed."""
    if (reason := refuse_url(url)) is not None:
        raise Refusal(422, f"The address cannot be taken: {reason}.")
    now = room.clock.now()
    source = Source(id="test", url=url, created_at=now)
    told: dict[str, object] = {"url": url, "outcome": "", "status": None, "detail": "", "title": "", "entries": []}
    try:
        address, answer, feed = _read(fetcher, url, reader, room.settings.ingest.timeout.total_seconds())
    except PollError as error:
        # No port scanner: what we refuse to ask reads like what cannot be reached.
        is_refused = error.outcome == Outcome.REFUSED and error.status is None
        if is_refused:
            return {**told, "outcome": str(Outcome.UNREACHABLE), "detail": "nothing that could be read is there"}
        return {**told, "outcome": str(error.outcome), "status": error.status, "detail": error.detail}
    entries: list[dict[str, object]] = []
    for number, (entry, key, _) in enumerate(tell_apart(feed.entries, measured(feed.entries))[:MOST]):
        taken = convert(entry, source, feed=feed, now=now)
        state, why = "published", ""
        if number >= room.settings.ingest.first_poll:
            state, why = "remembered", "past ingest.first_poll"
        if is_by_address(room.site, entry):
            state, why = "refused", OURS
        try:
            article = submission_of({**taken.fields, "published_at": rfc3339(taken.published_at or now)})
        except Refusal as refusal:
            entries.append({"entry_id": key, "title": str(taken.fields.get("title", "")), "state": "refused",
                            "why": words_of(refusal)})  # fmt: skip
            continue
        entries.append(
            {
                "entry_id": key,
                "title": article.title,
                "link": article.canonical_url or None,
                "state": state,
                "why": why or None,
                "published_at": rfc3339(article.published_at) if article.published_at else None,
                "authors": [author.name for author in article.authors],
                "tags": list(article.tags),
                "image": article.image.url if article.image else None,
                "attachments": len(article.attachments),
                "standfirst": article.standfirst or None,
                "content_html": article.content_html[:SAMPLE],
            }
        )
    return {
        **told,
        "url": address,
        "outcome": str(Outcome.CHANGED if entries else Outcome.UNCHANGED),
        "status": answer.status,
        "detail": "; ".join(feed.faults)[:500],
        "title": feed.title,
        "site_url": feed.site_url or None,
        "entries": entries,
    }

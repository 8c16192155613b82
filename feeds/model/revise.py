"""How an article becomes its next revision: what is kept, what moves, what is refused. Pure; time comes in.

In come the article as it is (None: there is none), what a client wants, and the labels that its names stand for; out
comes the article as it is to be, equal to the former where nothing changed (CONTRACT section 4).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from feeds.errors import Fault, Refusal
from feeds.model.article import Article, Attachment, Correction, Image, Origin, Related, Status
from feeds.model.dates import whole_second
from feeds.model.label import Label, fold
from feeds.model.submission import SentRelated, Submission

# A change of one of these moves `updated_at`.
SUBSTANCE = ("title", "standfirst", "content_html", "authors", "image", "attachments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """The labels that a submission's names stand for."""

    authors: tuple[Label, ...] = ()
    tags: tuple[Label, ...] = ()
    section: Label | None = None


def revise(
    current: Article | None,
    wanted: Submission,
    filing: Filing,
    *,
    article_id: str,
    now: datetime,
    origin: Origin | None = None,
) -> Article:
    """Give the article as `wanted` makes it at `now`; raises Refusal(422) with every fault.

    What is left out of `wanted` is empty afterwards, but for status, published_at and the dates that are ours.
    """
    now = whole_second(now)
    status, published_at = _standing(current, wanted, now)
    check(current, wanted, now)
    draft = Article(
        id=article_id,
        title=wanted.title,
        standfirst=wanted.standfirst,
        content_html=wanted.content_html,
        authors=filing.authors,
        tags=filing.tags,
        section=filing.section,
        kicker=wanted.kicker,
        language=wanted.language,
        rights=wanted.rights,
        canonical_url=wanted.canonical_url,
        dateline=wanted.dateline,
        image=Image(**wanted.image.model_dump()) if wanted.image else None,
        attachments=tuple(Attachment(**sent.model_dump()) for sent in wanted.attachments),
        related=tuple(_related(current, at, sent) for at, sent in enumerate(wanted.related)),
        flags=tuple(wanted.flags),
        status=status,
        published_at=published_at,
        expires_at=wanted.expires_at,
        created_at=current.created_at if current else now,
        updated_at=current.updated_at if current else now,
        corrections=current.corrections if current else (),
        revision=current.revision if current else 1,
        origin=origin or (current.origin if current else None),
        was_public=current.was_public if current else False,
        withdrawn_at=current.withdrawn_at if current else None,
        withdrawn_reason=current.withdrawn_reason if current else "",
        measured=current.measured if current else (),
    )
    return _dated(current, draft, wanted, now)


def withdraw(current: Article, *, reason: str, now: datetime) -> Article:
    """Give the article as withdrawn; one that is withdrawn already stays as it is."""
    if current.status is Status.WITHDRAWN:
        return current
    return replace(
        current,
        status=Status.WITHDRAWN,
        withdrawn_at=whole_second(now),
        withdrawn_reason=reason,
        revision=current.revision + 1,
    )


def publish_due(current: Article) -> Article:
    """Give a scheduled article as published at its moment."""
    moment = current.published_at
    if moment is None:
        raise ValueError(f"{current.id} is scheduled without a moment")
    updated = current.updated_at if current.was_public else moment
    return replace(current, status=Status.PUBLISHED, updated_at=updated, revision=current.revision + 1)


def check(current: Article | None, wanted: Submission, now: datetime) -> None:
    """Raise Refusal(422) with every fault of a submission that only shows beside the article as it is."""
    status, published_at = _standing(current, wanted, whole_second(now))
    faults = []
    if status is Status.SCHEDULED and published_at is None:
        faults.append(Fault("/published_at", "is required for what is scheduled"))
    if current is not None and current.was_public:
        if published_at is not None and published_at > now and published_at != current.published_at:
            faults.append(Fault("/published_at", "must not be in the future: the article was public already"))
        elif wanted.status is Status.SCHEDULED:
            faults.append(Fault("/status", "must not be scheduled: the article was public already"))
    if wanted.expires_at is not None and published_at is not None and wanted.expires_at <= published_at:
        faults.append(Fault("/expires_at", "must be later than published_at"))
    if faults:
        raise Refusal(422, "The article cannot be taken as it is.", tuple(faults))


def _standing(current: Article | None, wanted: Submission, now: datetime) -> tuple[Status, datetime | None]:
    """Decide status and moment: what is asked, with the clock's say on what is published or scheduled.

    To be published without a moment is to be published now, also for what was to go out later.
    """
    published_at = wanted.published_at or (current.published_at if current else None)
    if wanted.published_at is None and wanted.status is Status.PUBLISHED and published_at is not None:
        published_at = None if published_at > now else published_at
    status = wanted.status or (current.status if current else Status.PUBLISHED)
    if status in (Status.PUBLISHED, Status.SCHEDULED) and published_at is not None:
        status = Status.SCHEDULED if published_at > now else Status.PUBLISHED
    if status is Status.PUBLISHED and published_at is None:
        published_at = now
    return status, published_at


def _dated(current: Article | None, draft: Article, wanted: Submission, now: datetime) -> Article:
    """Move the dates that are ours, and count the revision, where something changed."""
    if wanted.correction:
        draft = replace(draft, corrections=(*draft.corrections, Correction(now, wanted.correction)))
    draft = _withdrawn_or_back(current, draft, now)
    if wanted.updated_at is not None and (current is None or wanted.updated_at != current.updated_at):
        draft = replace(draft, updated_at=wanted.updated_at)
    elif draft.status is Status.PUBLISHED and not draft.was_public and draft.published_at is not None:
        draft = replace(draft, updated_at=draft.published_at)
    elif current is not None and _moves(current, draft, wanted):
        draft = replace(draft, updated_at=max(now, current.updated_at))
    if current is None or draft == current:
        return draft
    return replace(draft, revision=current.revision + 1)


def _withdrawn_or_back(current: Article | None, draft: Article, now: datetime) -> Article:
    was_withdrawn = current is not None and current.status is Status.WITHDRAWN
    if draft.status is Status.WITHDRAWN and not was_withdrawn:
        return replace(draft, withdrawn_at=now, withdrawn_reason="")
    if was_withdrawn and draft.status is not Status.WITHDRAWN:
        return replace(draft, withdrawn_at=None, withdrawn_reason="")
    return draft


def _moves(current: Article, draft: Article, wanted: Submission) -> bool:
    """Say whether readers have to be told of the change."""
    if wanted.correction:
        return True
    if current.status is Status.WITHDRAWN and draft.status is Status.PUBLISHED:
        return True
    if wanted.minor:
        return False
    return any(_told(getattr(current, name)) != _told(getattr(draft, name)) for name in SUBSTANCE)


def _told(value: object) -> object:
    """Give what counts of a value: of authors, who they are, not what else is known of them."""
    if isinstance(value, tuple):
        return tuple(part.id if isinstance(part, Label) else part for part in value)
    return value


def _related(current: Article | None, at: int, sent: SentRelated) -> Related:
    """Make a related line; one that GET gave out for a line that is there already is that line.

    Two lines may lead to one story: the line in the same place is looked at first.
    """
    present = current.related if current else ()
    for line in (*present[at : at + 1], *present):
        if sent.id is not None and line.id == sent.id:
            return line
        if (
            line.id is None
            and fold(line.title) == fold(sent.title)
            and ((line.tied is not None and line.tied.id == sent.id) or (sent.id is None and line.url == sent.url))
        ):
            return line
    return Related(id=sent.id, title=sent.title, url=sent.url)

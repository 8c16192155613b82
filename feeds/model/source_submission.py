"""What an operator sends of a source, validated; the one shape for the API and the commands (CONTRACT section 9)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from feeds.model.markup import plain
from feeds.model.submission import Language, Name, Raw, Sent, WebAddress

_Line = Annotated[Raw, Field(max_length=500), AfterValidator(plain)]


def _needed(address: str) -> str:
    if not address:
        raise ValueError("must be an http or https address")
    return address


class SourceSubmission(Sent):
    """A source as it is to be; what is left out keeps its default. Days count from an entry's own date.

    `identity` is what its entries are told apart by; of a `wire` the versions go before other partners'.
    """

    url: Annotated[WebAddress, AfterValidator(_needed)]
    title: _Line = ""
    site_url: WebAddress = ""
    publish: Literal["auto", "hold"] = "auto"
    rights: Literal["full", "summary", "link"] = "full"
    tags: Annotated[
        dict[Name, Annotated[Raw, Field(max_length=200), AfterValidator(plain)]], Field(max_length=1000)
    ] = {}
    add_tags: Annotated[list[Name], Field(max_length=50)] = []
    section: Annotated[Raw, Field(max_length=200), AfterValidator(plain)] = ""
    authors: Annotated[list[Name], Field(max_length=50)] = []
    credit: _Line = ""
    language: Language = ""
    max_age_days: Annotated[int, Field(ge=1, le=36500)] | None = None
    first_poll: Annotated[int, Field(ge=0, le=10_000)] | None = None
    identity: Literal["auto", "id", "link", "title"] = "auto"
    wire: bool = False


class SentSourceChange(SourceSubmission):
    """A source as it is to be after a patch; a state that is set by hand."""

    state: Literal["active", "paused", "gone", "quarantined"] = "active"


class SentSourceTest(Sent):
    """An address to be looked at."""

    url: Annotated[WebAddress, AfterValidator(_needed)]


class SentRelease(Sent):
    """Which held entries are to be published, by their ids; none: all."""

    entries: Annotated[list[Annotated[str, Field(min_length=1, max_length=4096)]], Field(max_length=10_000)] = []

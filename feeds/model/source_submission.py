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


_Ours = Annotated[Raw, Field(max_length=200), AfterValidator(plain)]
_Mapping = Annotated[dict[Name, _Ours], Field(max_length=1000)]
_Names = Annotated[list[Name], Field(max_length=200)]


def _tongue(text: str) -> str:
    if not text:
        raise ValueError("must be a BCP 47 language tag such as en or pt-BR")
    return text


class SentFilter(Sent):
    """A rule for new entries that have one of its words, one of its tags and one of its languages, as far as given."""

    action: Literal["publish", "hold", "drop"]
    words: _Names = []
    tags: _Names = []
    languages: Annotated[list[Annotated[Language, AfterValidator(_tongue)]], Field(max_length=50)] = []


class SourceSubmission(Sent):
    """A source as it is to be; what is left out keeps its default. Days count from an entry's own date.

    The first of `filters` that fits an entry decides what becomes of it, else `publish` does.
    `identity` is what its entries are told apart by; of a `wire` the versions go before other partners'.
    """

    url: Annotated[WebAddress, AfterValidator(_needed)]
    title: _Line = ""
    site_url: WebAddress = ""
    publish: Literal["auto", "hold"] = "auto"
    filters: Annotated[list[SentFilter], Field(max_length=100)] = []
    rights: Literal["full", "summary", "link"] = "full"
    summary_words: Annotated[int, Field(ge=1, le=1000)] | None = None
    images: bool = True
    expire_days: Annotated[int, Field(ge=1, le=36500)] | None = None
    full_text: bool = False
    tags: _Mapping = {}
    add_tags: Annotated[list[Name], Field(max_length=50)] = []
    section: _Ours = ""
    authors: Annotated[list[Name], Field(max_length=50)] = []
    map_authors: _Mapping = {}
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

"""What a client sends of an article, validated and cleaned: the one shape for the API, imports and partners' entries.

In comes parsed JSON (or a mapping of the same shape); out comes a frozen Submission, or pydantic's errors, which
`faults_of` turns into pointers and words. Nothing is looked up here: names stay names.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from feeds.errors import Fault, Refusal
from feeds.model.article import FLAGS, Status
from feeds.model.dates import parse_rfc3339, whole_second
from feeds.model.label import fold
from feeds.model.language import language_tag
from feeds.model.markup import clean, plain, plain_lines, site_address, web_address
from feeds.model.slug import RESERVED_SLUGS, SLUG

MAX_CONTENT = 1024 * 1024  # bytes of UTF-8 (CONTRACT section 4)
MAX_FAULTS = 100
# What GET gives out and a client may send back without effect (CONTRACT section 4).
READ_ONLY = (
    "guid",
    "url",
    "slug",
    "updated_at",
    "created_at",
    "corrections",
    "revision",
    "source",
    "in_feeds",
    "withdrawn_at",
    "withdrawn_reason",
)

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,63}/[A-Za-z0-9!#$&^_.+-]{1,63}(?:\s*;[\x20-\x7e]{0,100})?", re.ASCII)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not hold the character U+0000")
    return text


def _headline(text: str) -> str:
    if not (words := plain(text)):
        raise ValueError("must not be empty")
    return words


def _name(text: str) -> str:
    words = plain(text)
    if not fold(words):
        raise ValueError("must not be empty")
    return words


def _body(html: str) -> str:
    if len(html.encode("utf-8", "replace")) > MAX_CONTENT:
        raise ValueError("may have up to 1 MiB")
    return clean(html)


def _language(text: str) -> str:
    if not text:
        return text
    if (tag := language_tag(text)) is None:
        raise ValueError("must be a BCP 47 language tag such as en or pt-BR")
    return tag


def _web(text: str) -> str:
    if not text:
        return text
    if (address := web_address(text)) is None:
        raise ValueError("must be an http or https address")
    return address


def _site(text: str) -> str:
    if (address := site_address(text)) is None:
        raise ValueError("must be an http or https address, or one within the site such as /media/…")
    return address


def _optional_site(text: str) -> str:
    return _site(text) if text else text


def _media_type(text: str) -> str:
    if text and not _MEDIA_TYPE.fullmatch(text):
        raise ValueError("must be a media type such as audio/mpeg")
    return text.lower()


def _slug(text: str) -> str:
    if not SLUG.fullmatch(text) or text in RESERVED_SLUGS:
        raise ValueError("must be a slug: 1 to 80 of a-z, 0-9 and -, and none of " + ", ".join(sorted(RESERVED_SLUGS)))
    return text


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return whole_second(value)
    if not isinstance(value, str):
        raise ValueError("must be a text: an RFC 3339 time with its offset")
    try:
        return whole_second(parse_rfc3339(value))
    except ValueError as error:
        raise ValueError(f"must be {error}") from error


def _once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


Raw = Annotated[str, AfterValidator(_without_nul)]
_Line = Annotated[Raw, AfterValidator(plain)]
Slug = Annotated[Raw, AfterValidator(_slug), WithJsonSchema({"type": "string", "pattern": SLUG.pattern})]
Name = Annotated[Raw, Field(min_length=1, max_length=200), AfterValidator(_name)]
Instant = Annotated[
    datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]  # whole seconds, UTC
WebAddress = Annotated[Raw, Field(max_length=4096), AfterValidator(_web)]
SiteAddress = Annotated[Raw, Field(max_length=4096), AfterValidator(_site)]
OptionalSiteAddress = Annotated[Raw, Field(max_length=4096), AfterValidator(_optional_site)]
Language = Annotated[Raw, AfterValidator(_language)]
MediaType = Annotated[Raw, Field(max_length=200), AfterValidator(_media_type)]
Bytes = Annotated[int, Field(ge=0, le=2**53)]
Pixels = Annotated[int, Field(ge=1, le=1_000_000)]


class Sent(BaseModel):
    """The ways of everything that clients send: strict types, no unknown field, a null is as if left out."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return {key: value for key, value in given.items() if value is not None}
        return given


class SentAuthor(Sent):
    """An author: `slug` names it where given, else `name` does; the rest fills only what is empty."""

    name: Name
    slug: Slug | None = None
    bio: Annotated[Raw, Field(max_length=2000), AfterValidator(plain_lines)] = ""
    url: WebAddress = ""
    image: OptionalSiteAddress = ""


class SentImage(Sent):
    """A picture; sizes in pixels, `length` in bytes."""

    url: SiteAddress
    alt: Annotated[_Line, Field(max_length=2000)] = ""
    caption: Annotated[_Line, Field(max_length=2000)] = ""
    credit: Annotated[_Line, Field(max_length=500)] = ""
    width: Pixels | None = None
    height: Pixels | None = None
    type: MediaType = ""
    length: Bytes | None = None


class SentAttachment(Sent):
    """A file beside the article; `length` in bytes, `duration` in seconds."""

    url: SiteAddress
    type: MediaType = ""
    length: Bytes | None = None
    title: Annotated[_Line, Field(max_length=500)] = ""
    duration: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _whole_duration(cls, given: Any) -> Any:
        """Take whole seconds as well: strict mode tells 60 from 60.0, JSON does not (RFC 8259 §6)."""
        if isinstance(given, dict) and type(found := given.get("duration")) is int and abs(found) <= 2**53:
            return {**given, "duration": float(found)}
        return given


class SentRelated(Sent):
    """A story pointed to: one of ours by `id`, or any by `title` (which ties itself to ours) and `url`."""

    id: Annotated[Raw, Field(min_length=1, max_length=64)] | None = None
    title: Annotated[_Line, Field(max_length=500)] = ""
    url: WebAddress = ""

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.id is None and not self.title:
            raise ValueError("must name a story by its id or its title")
        return self


Model = TypeVar("Model", bound=Sent)
ARTICLE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


def _article_id(text: str) -> str:
    if not ARTICLE_ID.fullmatch(text):
        raise ValueError("must be 1 to 64 of A-Z, a-z, 0-9, . _ -, the first a letter or digit")
    return text


def _flags(flags: list[str]) -> list[str]:
    if unknown := [flag for flag in flags if flag not in FLAGS]:
        raise ValueError(f"may hold {', '.join(FLAGS)}, not {unknown[0][:40]!r}")
    return [flag for flag in FLAGS if flag in flags]


def _status(value: object) -> Status:
    try:
        return Status(value)  # type: ignore[arg-type]  # any value may come; what is no status raises
    except ValueError:
        raise ValueError("must be one of " + ", ".join(Status)) from None


ArticleId = Annotated[
    Raw, AfterValidator(_article_id), WithJsonSchema({"type": "string", "pattern": ARTICLE_ID.pattern})
]


def _person(given: Any) -> Any:
    return {"name": given} if isinstance(given, str) else given


class Submission(Sent):
    """One article as a client wants it (CONTRACT section 4). Absent fields are at their defaults."""

    id: ArticleId | None = None
    title: Annotated[Raw, Field(min_length=1, max_length=500), AfterValidator(_headline)]
    standfirst: Annotated[_Line, Field(max_length=2000)] = ""
    content_html: Annotated[Raw, AfterValidator(_body)] = ""
    authors: Annotated[list[Annotated[SentAuthor, BeforeValidator(_person)]], Field(max_length=50)] = []
    tags: Annotated[list[Name], Field(max_length=100)] = []
    section: Annotated[Raw, Field(max_length=200), AfterValidator(plain)] = ""
    kicker: Annotated[_Line, Field(max_length=200)] = ""
    language: Language = ""
    rights: Annotated[_Line, Field(max_length=2000)] = ""
    canonical_url: WebAddress = ""
    dateline: Annotated[_Line, Field(max_length=200)] = ""
    image: SentImage | None = None
    attachments: Annotated[list[SentAttachment], Field(max_length=100)] = []
    related: Annotated[list[SentRelated], Field(max_length=100)] = []
    flags: Annotated[list[str], Field(max_length=20), AfterValidator(_flags)] = []
    status: (
        Annotated[
            Status,
            BeforeValidator(_status),
            WithJsonSchema({"type": "string", "enum": [str(status) for status in Status]}),
        ]
        | None
    ) = None
    published_at: Instant | None = None
    expires_at: Instant | None = None
    minor: bool = False
    correction: Annotated[Raw, Field(max_length=2000), AfterValidator(plain_lines)] = ""
    # Scope admin alone may set it (migrations); the doors drop it for all others.
    updated_at: Instant | None = None

    @field_validator("correction")
    @classmethod
    def _one_kind_of_change(cls, note: str, info: ValidationInfo) -> str:
        if note and info.data.get("minor"):
            raise ValueError("must not come with minor: a silent fix has no note")
        return note


def submission_of(given: object, *, may_set_updated: bool = False) -> Submission:
    """Validate what a client sent of an article; raises Refusal(422) with every fault at once.

    What GET gives out and is read-only is dropped unread, so that sending an answer back changes nothing.
    """
    if not isinstance(given, dict):
        raise Refusal(422, "An article is a JSON object.", (Fault("", "must be an object"),))
    kept = {key: value for key, value in given.items() if key not in READ_ONLY}
    if may_set_updated and "updated_at" in given:
        kept["updated_at"] = given["updated_at"]
    return validated(Submission, kept, "The article cannot be taken as it is.")


def validated(model: type[Model], given: object, detail: str) -> Model:
    """Validate against a model of what clients send; raises Refusal(422) with every fault."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise Refusal(422, detail, tuple(faults_of(error))) from error


def faults_of(error: ValidationError) -> Iterable[Fault]:
    """Turn pydantic's errors into RFC 6901 pointers and words, at most MAX_FAULTS; never with what was sent."""
    for found in error.errors(include_url=False, include_input=False, include_context=True)[:MAX_FAULTS]:
        parts = found["loc"]
        if len(parts) > 1 and parts[-1] == "[key]" and found["type"] != "extra_forbidden":  # a name in a mapping
            parts = parts[:-1]
        pointer = "".join("/" + _pointer_part(part) for part in parts)
        yield Fault(pointer, _words(found["type"], found.get("ctx", {}), found["msg"]))


def _pointer_part(part: int | str) -> str:
    text = str(part).encode("utf-8", "replace").decode()
    return text[:100].replace("~", "~0").replace("/", "~1")


_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is no field that can be sent",
    "string_type": "must be a text",
    "string_unicode": "must be a text of whole Unicode characters (no lone surrogate)",
    "list_type": "must be a list",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "string_too_long": "may have up to {max_length} characters",
    "too_long": "may hold up to {max_length}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
}


def _words(kind: str, context: dict[str, Any], message: str) -> str:
    """Say what may stand there, in our words; never in pydantic's, which speak of inputs and validators."""
    if kind == "too_long" and context.get("field_type") == "Value":  # a text whose length is looked at behind a check
        kind = "string_too_long"
    if kind in _WORDS:
        return _WORDS[kind].format(**context)
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    return "is none of the values that may stand here"

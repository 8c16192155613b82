"""What editors send of authors, tags, sections and channels, validated (CONTRACT section 5)."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from feeds.model.article import FLAGS
from feeds.model.markup import plain, plain_lines
from feeds.model.rule import Rule
from feeds.model.submission import ArticleId, Language, Name, OptionalSiteAddress, Raw, Sent, Slug, WebAddress
from feeds.settings.kinds import duration

_AGE = duration("1m")
_Text = Annotated[Raw, Field(max_length=2000), AfterValidator(plain_lines)]
_Line = Annotated[Raw, Field(max_length=500), AfterValidator(plain)]


def _age(value: object) -> timedelta:
    try:
        parsed = _AGE.parse(value)
    except ValueError:
        raise ValueError(f"must be {_AGE.may_be}") from None
    assert isinstance(parsed, timedelta)
    return parsed


def _flags(flags: list[str]) -> list[str]:
    if unknown := [flag for flag in flags if flag not in FLAGS]:
        raise ValueError(f"may hold {', '.join(FLAGS)}, not {unknown[0][:40]!r}")
    return flags


_Names = Annotated[list[Name], Field(max_length=100)]
_Age = Annotated[timedelta, BeforeValidator(_age), WithJsonSchema({"type": "string", "examples": ["36h", "30d"]})]


class SentAuthorPage(Sent):
    """An author as it is to be; what is left out is empty (in PATCH: stays)."""

    slug: Slug | None = None
    name: Name
    bio: _Text = ""
    url: WebAddress = ""
    image: OptionalSiteAddress = ""


class SentTag(Sent):
    """A tag as it is to be."""

    slug: Slug | None = None
    name: Name
    description: _Text = ""


class SentRule(Sent):
    """A section's rule: all that is given has to hold."""

    any_tags: _Names = []
    all_tags: _Names = []
    no_tags: _Names = []
    authors: _Names = []
    sections: _Names = []
    sources: Annotated[list[Annotated[Raw, Field(min_length=1, max_length=80)]], Field(max_length=100)] = []
    flags: Annotated[list[str], Field(max_length=20), AfterValidator(_flags)] = []
    corrected: bool | None = None
    max_age: _Age | None = None

    def value(self) -> Rule:
        """Give the rule that was sent."""
        lists = {name: tuple(part) for name, part in self.model_dump().items() if isinstance(part, list)}
        return Rule(**lists, corrected=self.corrected, max_age=self.max_age)


class SentSection(Sent):
    """A section as it is to be; without a rule it holds the articles that name it."""

    slug: Slug | None = None
    title: Name
    description: _Text = ""
    rule: SentRule | None = None
    pinned: Annotated[list[ArticleId], Field(max_length=50)] = []


class SentMerge(Sent):
    """The label, by slug, that another one is merged into."""

    into: Slug


class SentChannel(Sent):
    """A channel's own ways; empty or absent: as the site has it."""

    title: _Line = ""
    description: _Line = ""
    language: Language = ""
    content: Literal["full", "summary"] = "full"
    window: Annotated[int, Field(ge=1, le=1000)] | None = None
    image: OptionalSiteAddress = ""
    partners: bool = True

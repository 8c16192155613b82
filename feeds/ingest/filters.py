"""Which of a source's filters a new entry falls under: by its words, its tags, its language.

A word or phrase stands for itself alone, whatever its case: `art` is not in `party`. In scripts written without
spaces it may stand anywhere. Tags are the partner's own or ours that they are mapped to; `en` is any English.
"""

import re
from functools import lru_cache

from feeds.ingest.convert import tags_of
from feeds.ingest.xml_entry import line_of
from feeds.model.entry import Entry, ParsedFeed
from feeds.model.label import fold
from feeds.model.language import language_tag
from feeds.model.markup import plain
from feeds.model.source import Filter, Source

# Scripts without spaces between words: Thai and its neighbours, Chinese, Japanese.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_OF_A_WORD = re.compile(rf"[^\W{_UNSPACED}]")


def rule_for(entry: Entry, source: Source, feed: ParsedFeed) -> tuple[Filter, str] | None:
    """Give the first filter that an entry falls under, and why in words; None where it falls under none."""
    if not source.filters:
        return None
    texts = (entry.title, entry.summary, entry.content)
    text = "\n".join(fold(line_of(part)) for part in texts)
    tags = {fold(tag) for tag in (*map(plain, entry.tags), *tags_of(entry, source))}
    language = language_tag(source.language or entry.language or feed.language) or ""
    for rule in source.filters:
        if (why := _why(rule, text, tags, language)) is not None:
            return rule, why
    return None


def _why(rule: Filter, text: str, tags: set[str], language: str) -> str | None:
    """Say by what a rule applies; None where it does not."""
    said = []
    if rule.words:
        if (word := _words(rule.words).search(text)) is None:
            return None
        said.append(f"the word {word[0]!r}")
    if rule.tags:
        if (tag := next((tag for tag in rule.tags if fold(tag) in tags), None)) is None:
            return None
        said.append(f"the tag {tag!r}")
    if rule.languages:
        if not any(f"{language}-".lower().startswith(f"{wanted}-".lower()) for wanted in rule.languages):
            return None
        said.append(f"the language {language}")
    return ", ".join(said) or "every other entry"


@lru_cache(maxsize=256)
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_alone(fold(word)) for word in words))


def _alone(word: str) -> str:
    before, after = (r"(?<!\w)" if _OF_A_WORD.match(word) else ""), (r"(?!\w)" if _OF_A_WORD.match(word[-1]) else "")
    return before + re.escape(word) + after

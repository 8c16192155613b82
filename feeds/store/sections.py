"""What sections have beside their name: a rule by which they choose, and articles that stand first."""

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from feeds.model.label import BUILT_IN_SECTIONS, Label
from feeds.model.rule import Rule
from feeds.store.labels import label_of
from feeds.store.schema import labels

_US = timedelta(microseconds=1)
LISTS = ("any_tags", "all_tags", "no_tags", "authors", "sections", "sources", "flags")


def rules(connection: Connection) -> list[tuple[Label, Rule]]:
    """Give the sections that choose their articles by a rule."""
    rows = connection.execute(select(labels).where(labels.c.kind == "sections", labels.c.rule != ""))
    return [(label_of(row), _rule_of(row.rule)) for row in rows]


def find_rule(connection: Connection, label: int) -> Rule | None:
    """Give a section's rule; None where it holds the articles that name it."""
    text = connection.execute(select(labels.c.rule).where(labels.c.id == label)).scalar()
    return _rule_of(text) if text else None


def set_rule(connection: Connection, label: int, rule: Rule | None) -> None:
    """Set a section's rule, or take it away."""
    connection.execute(update(labels).where(labels.c.id == label).values(rule=_spell(rule) if rule else ""))


def pinned(connection: Connection, label: int) -> list[str]:
    """Give the ids of articles that stand first in a section's channel."""
    text = connection.execute(select(labels.c.pinned).where(labels.c.id == label)).scalar()
    return [str(article) for article in json.loads(text or "[]")]


def set_pinned(connection: Connection, label: int, articles: list[str]) -> None:
    """Set which articles stand first."""
    connection.execute(update(labels).where(labels.c.id == label).values(pinned=json.dumps(articles)))


def _spell(rule: Rule) -> str:
    values: dict[str, Any] = {name: value for name, value in asdict(rule).items() if value not in ((), None)}
    if rule.max_age is not None:
        values["max_age"] = rule.max_age // _US
    return json.dumps(values or {"any": True}, ensure_ascii=False)


def _rule_of(text: str) -> Rule:
    values: dict[str, Any] = json.loads(text)
    age = values.get("max_age")
    return Rule(
        **{name: tuple(values.get(name, ())) for name in LISTS},
        corrected=values.get("corrected"),
        max_age=None if age is None else age * _US,
    )


def chooses(connection: Connection, label: Label) -> bool:
    """Say whether a section chooses its articles itself: by a rule, or as one of the built-in ones."""
    return label.slug in BUILT_IN_SECTIONS or find_rule(connection, label.id) is not None

"""Full text of articles in any status: SQLite's FTS5, and the small query language that people type.

A query is words and "phrases", all of which must be there; case and accents do not count. Whatever else is typed is
read as words, never as FTS5's own operators.
"""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing

from sqlalchemy import Connection, Select, column, delete, func, select, table, text

from feeds.model.article import Article
from feeds.model.markup import text_of_clean
from feeds.store.schema import search_numbers

MOST_TERMS = 20
MOST_CHARACTERS = 200
_TERM = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"\w")
_COLUMNS = ("title", "standfirst", "body", "names")
_TOKENIZER = "unicode61 remove_diacritics 2"  # as the first migration made the index
_INSERT = text(
    "INSERT INTO search_text (rowid, title, standfirst, body, names)"
    " VALUES (:number, :title, :standfirst, :body, :names)"
)
_DELETE = text("DELETE FROM search_text WHERE rowid = :number")
_MERGE = text("INSERT INTO search_text (search_text, rank) VALUES ('merge', :pages)")
MERGE_PAGES = 500  # about 2 MiB
_matches = table("search_text", column("rowid"))


def index(connection: Connection, articles: Sequence[Article]) -> None:
    """Make articles found by what they say now; the connection must be a writer's, alone in drawing numbers."""
    rows = connection.execute(
        select(search_numbers.c.article, search_numbers.c.number).where(
            search_numbers.c.article.in_([article.id for article in articles])
        )
    )
    numbers = {row.article: row.number for row in rows}
    if numbers:
        connection.execute(_DELETE, [{"number": number} for number in numbers.values()])
    if new := [article.id for article in articles if article.id not in numbers]:
        last = connection.execute(select(func.max(search_numbers.c.number))).scalar() or 0
        drawn = {article: last + place for place, article in enumerate(new, 1)}
        connection.execute(
            search_numbers.insert(), [{"number": number, "article": article} for article, number in drawn.items()]
        )
        numbers |= drawn
    connection.execute(_INSERT, [_row(article, numbers[article.id]) for article in articles])


def forget(connection: Connection, article: str) -> None:
    """Forget an article; its words stand in the index until it was merged."""
    own = search_numbers.c.article == article
    number = connection.execute(select(search_numbers.c.number).where(own)).scalar()
    if number is not None:
        connection.execute(_DELETE, [{"number": number}])
        connection.execute(delete(search_numbers).where(own))


def merge(connection: Connection, *, is_first: bool) -> bool:
    """Merge some of the index, so that the words of forgotten articles go for good; say whether there may be more.

    What `optimize` does in one long transaction, in short ones: FTS5's `merge`, first with a negative number of pages.
    """
    changes = text("SELECT total_changes()")
    before = connection.execute(changes).scalar_one()
    connection.execute(_MERGE, {"pages": -MERGE_PAGES if is_first else MERGE_PAGES})
    return bool(connection.execute(changes).scalar_one() - before >= 2)  # FTS5 §6.7: fewer when nothing was left


def _row(article: Article, number: int) -> dict[str, object]:
    return {
        "number": number,
        "title": f"{article.kicker} {article.title}",
        "standfirst": article.standfirst,
        "body": text_of_clean(article.content_html),
        "names": ", ".join(label.name for label in (*article.authors, *article.tags)),
    }


def ids_of(query: str) -> Select[tuple[str]] | None:
    """Give a selection of the ids of articles that hold all that is asked for; None where nothing is asked."""
    asked = _match_of(query)
    if not asked:
        return None
    return (
        select(search_numbers.c.article)
        .select_from(_matches.join(search_numbers, search_numbers.c.number == _matches.c.rowid))
        .where(text("search_text MATCH :asked").bindparams(asked=asked))
    )


def holding(query: str, articles: Sequence[Article]) -> set[str]:
    """Give the ids of those of these articles that hold all that is asked for, as they are handed in.

    The index knows all that is stored; of a partner's story less may be shown. Words are told apart as the index does,
    for it is one: in memory, for this question alone.
    """
    asked = _match_of(query)
    if not asked or not articles:
        return set()
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(f"CREATE VIRTUAL TABLE search_text USING fts5({', '.join(_COLUMNS)}, tokenize='{_TOKENIZER}')")
        memory.executemany(str(_INSERT), [_row(article, number) for number, article in enumerate(articles)])
        found = memory.execute("SELECT rowid FROM search_text WHERE search_text MATCH ?", [asked])
        return {articles[number].id for (number,) in found}


def _match_of(query: str) -> str:
    """Write what was typed as FTS5 asks; "" where it holds no word."""
    terms = [phrase or word for phrase, word in _TERM.findall(query[:MOST_CHARACTERS])]
    return " ".join('"' + term.replace('"', '""') + '"' for term in terms[:MOST_TERMS] if _WORD.search(term))

"""Full text of articles in any status: SQLite's FTS5, and the small query language that people type.

A query is words and "phrases", all of which must be there; case and accents do not count. Whatever else is typed is
read as words, never as FTS5's own operators.
"""

import re
from collections.abc import Sequence

from sqlalchemy import Connection, Select, column, delete, func, select, table, text

from feeds.model.article import Article
from feeds.model.markup import text_of_clean
from feeds.store.schema import search_numbers

MOST_TERMS = 20
MOST_CHARACTERS = 200
_TERM = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"\w")
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
    terms = [phrase or word for phrase, word in _TERM.findall(query[:MOST_CHARACTERS])]
    quoted = ['"' + term.replace('"', '""') + '"' for term in terms[:MOST_TERMS] if _WORD.search(term)]
    if not quoted:
        return None
    return (
        select(search_numbers.c.article)
        .select_from(_matches.join(search_numbers, search_numbers.c.number == _matches.c.rowid))
        .where(text("search_text MATCH :asked").bindparams(asked=" ".join(quoted)))
    )

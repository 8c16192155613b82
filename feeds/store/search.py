"""Full text of articles in any status: SQLite's FTS5, and the small query language that people type.

A query is words and "phrases", all of which must be there; case and accents do not count. Whatever else is typed is
read as words, never as FTS5's own operators.
"""

import re

from sqlalchemy import Connection, Select, column, select, table, text

from feeds.model.article import Article
from feeds.model.markup import text_of
from feeds.store.schema import search_numbers
from feeds.store.upsert import insert_missing

MOST_TERMS = 20
MOST_CHARACTERS = 200
_TERM = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"\w")
_INSERT = text(
    "INSERT INTO search_text (rowid, title, standfirst, body, names)"
    " VALUES (:number, :title, :standfirst, :body, :names)"
)
_matches = table("search_text", column("rowid"))


def index(connection: Connection, article: Article) -> None:
    """Make an article found by what it says now."""
    insert_missing(connection, search_numbers, [{"article": article.id}])
    number = connection.execute(
        select(search_numbers.c.number).where(search_numbers.c.article == article.id)
    ).scalar_one()
    names = ", ".join(label.name for label in (*article.authors, *article.tags))
    connection.execute(text("DELETE FROM search_text WHERE rowid = :number"), {"number": number})
    connection.execute(
        _INSERT,
        {
            "number": number,
            "title": f"{article.kicker} {article.title}",
            "standfirst": article.standfirst,
            "body": text_of(article.content_html),
            "names": names,
        },
    )


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

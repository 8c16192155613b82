"""`POST /api/articles:batch`: up to 1,000 articles in one call, each as PUT with an id, as POST without."""

from collections.abc import Iterator

from flask import Blueprint, Response, request

from feeds.errors import Fault, Refusal
from feeds.model.submission import Submission, submission_of
from feeds.pipeline import ids, intake
from feeds.pipeline.intake import Wish
from feeds.store.database import Connection
from feeds.web.api.bodies import answer, parse_json
from feeds.web.auth import require, room

blueprint = Blueprint("batch", __name__)
MOST = 1000
SET = 100  # articles a transaction
LINES = "application/x-ndjson"


@blueprint.post("/api/articles:batch")
def batch() -> Response:
    """Store articles; the good ones whatever the others are, answered in order."""
    scope = require("write")
    checked = [_checked(given, scope) for given in _read()]
    results: list[dict[str, object]] = []
    for at in range(0, len(checked), SET):
        with room().store.write() as connection:
            results += _take(connection, checked[at : at + SET])
        if len(checked) > SET:
            room().store.give_way()
    return answer({"results": results})


def _read() -> list[object | Refusal]:
    """Read the body: a JSON list, or a JSON text a line; a line that is none is its own refusal."""
    data = request.get_data(cache=False)
    given: list[object | Refusal]
    if request.mimetype == LINES:
        given = list(_lines(data))
    elif request.mimetype == "application/json":
        parsed = parse_json(data)
        if not isinstance(parsed, list):
            raise Refusal(422, "The body must be a list of articles.", (Fault("", "must be a list"),))
        given = parsed
    else:
        raise Refusal(415, f"The body must be application/json or {LINES}.")
    if len(given) > MOST:
        raise Refusal(422, f"A batch may hold up to {MOST} articles.", (Fault("", f"may hold up to {MOST}"),))
    return given


def _lines(data: bytes) -> Iterator[object | Refusal]:
    for line in data.split(b"\n"):
        if line.strip():
            try:
                yield parse_json(line)
            except Refusal as error:
                yield error


def _checked(given: object | Refusal, scope: str) -> Submission | Refusal:
    if isinstance(given, Refusal):
        return given
    try:
        return submission_of(given, may_set_updated=scope == "admin")
    except Refusal as error:
        named = given.get("id") if isinstance(given, dict) else None
        error.article = named if isinstance(named, str) else None
        return error


def _take(connection: Connection, some: list[Submission | Refusal]) -> list[dict[str, object]]:
    """Store a set of articles; answer for each in order."""
    now = room().clock.now()
    wishes = [Wish(article_id=sent.id or ids.new(now), wanted=sent) for sent in some if isinstance(sent, Submission)]
    done = iter(zip(wishes, intake.save_all(connection, room(), wishes, now=now), strict=True))
    results = []
    for sent in some:
        if isinstance(sent, Refusal):
            results.append(_refused(sent, sent.article))
            continue
        wish, saved = next(done)
        if isinstance(saved, Refusal):
            results.append(_refused(saved, sent.id))
        else:
            results.append({"id": wish.article_id, "code": 201 if saved.is_new else 200})
    return results


def _refused(error: Refusal, article_id: str | None) -> dict[str, object]:
    faults = [{"pointer": fault.pointer, "detail": fault.detail} for fault in error.faults]
    return {"id": article_id, "code": error.status, "errors": faults or [{"pointer": "", "detail": error.detail}]}

"""`/api/articles`: written, changed, read, withdrawn (CONTRACT section 5)."""

from flask import Blueprint, Response, request

from feeds.errors import Fault, Refusal
from feeds.model.article import Article
from feeds.model.markup import plain
from feeds.model.merge_patch import merge_patch
from feeds.model.representation import represent
from feeds.model.submission import ARTICLE_ID, Submission, submission_of
from feeds.pipeline import ids, intake, pictures
from feeds.pipeline.erasure import erase
from feeds.pipeline.intake import Saved
from feeds.store import articles, places
from feeds.store.database import Connection
from feeds.web.api.bodies import PATCH_TYPES, answer, parse_json, parse_object, read_json, spell, tag_of
from feeds.web.auth import require, room
from feeds.web.conditional import check_write

blueprint = Blueprint("articles", __name__, url_prefix="/api/articles")
RETRIES = 5  # of a patch whose article was changed by others meanwhile


@blueprint.post("")
def create() -> Response:
    """Store a new article."""
    scope = require("write")
    wanted = _submission(read_json(), scope)
    now = room().clock.now()
    article_id = wanted.id or ids.new(now)
    with room().store.write() as connection:
        if articles.find(connection, article_id) is not None:
            raise Refusal(409, f"There is an article {article_id} already.", (Fault("/id", "is taken"),))
        saved = intake.save(connection, room(), article_id, wanted, now=now)
    return _answer(saved, 201)


@blueprint.put("/<article_id>")
def replace(article_id: str) -> Response:
    """Store an article whole; the same again changes nothing."""
    scope = require("write")
    wanted = _submission(read_json(), scope)
    _check_ids(article_id, wanted)
    now = room().clock.now()
    with room().store.write() as connection:
        _guard(connection, article_id)
        saved = intake.save(connection, room(), article_id, wanted, now=now)
    return _answer(saved, 201 if saved.is_new else 200)


@blueprint.patch("/<article_id>")
def change(article_id: str) -> Response:
    """Change some fields of an article (RFC 7396)."""
    scope = require("write")
    patch = parse_object(read_json(PATCH_TYPES))
    for _ in range(RETRIES):
        with room().store.read() as connection:
            if articles.erased(connection, [article_id]):
                raise intake.erased()
            before, told = _present(connection, article_id)
            told = _with_new_picture(connection, told, patch)
        # Validated and cleaned outside the transaction, so it must still be the same article inside.
        wanted = _submission(merge_patch(told, patch), scope)
        _check_ids(article_id, wanted)
        with room().store.write() as connection:
            _guard(connection, article_id)
            if articles.find(connection, article_id) == before:
                return _answer(intake.save(connection, room(), article_id, wanted, now=room().clock.now()), 200)
    raise Refusal(503, "The article is being changed by others again and again.")


@blueprint.get("/<article_id>")
def show(article_id: str) -> Response:
    """Give an article."""
    require("read")
    with room().store.read() as connection:
        _, told = _present(connection, article_id)
    made = answer(told)
    tag = made.headers["ETag"]
    if check_write(tag, if_match=None, if_none_match=request.headers.get("If-None-Match")) is not None:
        return Response(status=304, headers={"ETag": tag, "Cache-Control": "no-cache"})
    return made


@blueprint.get("/<article_id>/revisions")
def revisions(article_id: str) -> Response:
    """Give all revisions of an article, the present one first."""
    require("read")
    with room().store.read() as connection:
        _, told = _present(connection, article_id)
        kept = articles.revisions_of(connection, article_id)
    return answer({"items": [told, *(parse_json(body.encode()) for body in kept[1:])], "next": None})


@blueprint.delete("/<article_id>")
def withdraw(article_id: str) -> Response:
    """Withdraw an article, or erase it; again: nothing changes."""
    is_erasing = _is_erasing()
    require("admin" if is_erasing else "write")
    reason = plain(request.args.get("reason", ""))[:2000]
    if is_erasing:
        erase(room(), article_id, reason=reason, guard=lambda connection: _guard(connection, article_id))
        return Response(status=204)
    with room().store.write() as connection:
        _guard(connection, article_id)
        if not articles.erased(connection, [article_id]):
            current, _ = _present(connection, article_id)
            intake.take_back(connection, room(), current, reason=reason, now=room().clock.now())
    return Response(status=204)


def _is_erasing() -> bool:
    asked = request.args.get("erase", "false").lower()
    if asked not in ("true", "false"):
        raise Refusal(422, "erase is true or false.", (Fault("", "erase must be true or false"),))
    return asked == "true"


def _with_new_picture(connection: Connection, told: dict[str, object], patch: dict[str, object]) -> dict[str, object]:
    """Give an article as it is told, less what was filled in of its picture where the patch names another one."""
    image, wanted = told["image"], patch.get("image")
    if isinstance(image, dict) and isinstance(wanted, dict) and wanted.get("url", image["url"]) != image["url"]:
        return {**told, "image": pictures.unmeasured(connection, room(), image)}
    return told


def _submission(given: object, scope: str) -> Submission:
    return submission_of(given, may_set_updated=scope == "admin")


def _present(connection: Connection, article_id: str) -> tuple[Article, dict[str, object]]:
    """Give the article, and as it is told; raises Refusal 404."""
    found = articles.find(connection, article_id)
    if found is None:
        if articles.erased(connection, [article_id]):
            raise Refusal(410, "The article was erased.")
        raise Refusal(404, "There is no such article.")
    in_feeds = places.keys_of(connection, [article_id])[article_id]
    return found, represent(found, room().site, in_feeds)


def _guard(connection: Connection, article_id: str) -> None:
    """Check If-Match and If-None-Match against the article as it is now; raises Refusal 412 (RFC 9110 §13.1)."""
    if_match, if_none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if if_match is None and if_none_match is None:
        return
    tag = None
    if articles.find(connection, article_id) is not None:
        tag = tag_of(spell(_present(connection, article_id)[1]))
    if check_write(tag, if_match=if_match, if_none_match=if_none_match) is not None:
        raise Refusal(412, "The article is not, or no longer, what the request expects.")


def _check_ids(article_id: str, wanted: Submission) -> None:
    if not ARTICLE_ID.fullmatch(article_id):
        raise Refusal(422, "The address names no id that an article may have.", (Fault("", "is no article id"),))
    if wanted.id is not None and wanted.id != article_id:
        raise Refusal(422, "The body names another article than the address.", (Fault("/id", f"must be {article_id}"),))


def _answer(saved: Saved, status: int) -> Response:
    told = represent(saved.article, room().site, saved.in_feeds)
    headers = {"Location": f"{room().site.url}/api/articles/{saved.article.id}"} if status == 201 else {}
    return answer(told, status, headers)

"""Refusals as problem details (RFC 9457), and errors as pages where a reader asked for one."""

import json
import logging
from collections.abc import Iterable

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from feeds.errors import Fault, Refusal, StoreError
from feeds.logs import event
from feeds.web.outage import RETRY_AFTER, said

_log = logging.getLogger(__name__)


def problem(status: int, detail: str, faults: Iterable[Fault] = (), headers: dict[str, str] | None = None) -> Response:
    """Make the answer of a refusal; every fault with its RFC 6901 pointer."""
    body = {
        "type": "about:blank",
        "title": HTTP_STATUS_CODES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "errors": [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults],
    }
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    answer = Response(text, status, content_type="application/problem+json")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.update(headers or {})
    return answer


def register(app: Flask) -> None:
    """Answer for what views raise: problems under /api, pages elsewhere; never a traceback, never what was sent."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StoreError, _out_of_reach)
    app.register_error_handler(Exception, _failed)


def _refused(error: Refusal) -> Response:
    headers = {"WWW-Authenticate": 'Bearer realm="Broadsheet"'} if error.status == 401 else {}
    if error.retry_after:
        headers["Retry-After"] = str(error.retry_after)
    return _answer(error.status, error.detail, error.faults, headers)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    made = error.get_response()
    headers = {name: made.headers[name] for name in ("Allow", "Location", "Retry-After") if name in made.headers}
    if 300 <= status < 400:
        return Response("", status, headers)
    detail = {
        404: "There is nothing at this address.",
        405: "The method is not one of those that this address knows.",
        400: "The request cannot be read.",
    }.get(status, error.description or HTTP_STATUS_CODES.get(status, "Error"))
    return _answer(status, detail, (), headers)


def _out_of_reach(error: StoreError) -> Response:
    event(_log, "store", level=logging.ERROR, path=request.path, reason=str(error))
    return _answer(503, said(error), (), {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"})


def _failed(error: Exception) -> Response:
    event(_log, "request failed", level=logging.ERROR, error=error, method=request.method, path=request.path)
    return _answer(500, "Something went wrong here; the log says what.", (), {})


def _answer(status: int, detail: str, faults: Iterable[Fault], headers: dict[str, str]) -> Response:
    if request.path.startswith("/api/") or request.path == "/api":
        return problem(status, detail, faults, headers)
    if request.path.startswith("/feeds/") and request.headers.get("Sec-Fetch-Dest") != "document":
        # Programs ask for documents; CORS lets those in browsers see what was wrong.
        return problem(status, detail, faults, {**headers, "Access-Control-Allow-Origin": "*"})
    from feeds.web.pages.errors import error_page  # pages raise problems as well: a circle otherwise

    answer = error_page(status, detail)
    answer.headers.update(headers)
    return answer

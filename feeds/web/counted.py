"""Every answer counted by kind and status, ahead of everything else; what nothing caught is a 500 of ours."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from feeds import metrics
from feeds.logs import event

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGI = Callable[[Environ, StartResponse], Iterable[bytes]]

# By the first part of the path; all else is a page.
_KINDS = {"feeds": "document", "api": "api", "static": "file", "media": "file"}
_PROBES = frozenset(("healthz", "readyz", "metrics"))
_log = logging.getLogger(__name__)


class Counted:
    """Counts the answers of a WSGI application."""

    def __init__(self, app: WSGI) -> None:
        self._app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        has_started = False

        def counted(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal has_started
            if not has_started:
                metrics.count("feeds_http_requests", kind_of(environ.get("PATH_INFO", "/")), status[:3])
            has_started = True
            return start_response(status, headers, *rest)

        try:
            return self._app(environ, counted)
        except Exception as error:
            event(_log, "request failed", level=logging.ERROR, error=error, method=environ.get("REQUEST_METHOD"))
            if has_started:
                raise
            counted("500 Internal Server Error", [("Content-Length", "0"), ("Cache-Control", "no-store")])
            return ()


def kind_of(path: str) -> str:
    """Name the kind of an address: document, api, file, probe or page."""
    first = path[1:].partition("/")[0]
    return _KINDS.get(first) or ("probe" if first in _PROBES else "page")

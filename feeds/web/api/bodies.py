"""Bodies of the API: JSON read strictly, answers with their entity tag."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import NoReturn

from flask import Response, request

from feeds.errors import Fault, Refusal

JSON_TYPES = ("application/json",)
MOST_DEPTH = 100  # of nesting; what we take has five levels, and Python's own bound hangs on who calls
PATCH_TYPES = ("application/merge-patch+json", "application/json")  # RFC 7396
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(types: Sequence[str] = JSON_TYPES) -> object:
    """Read the request's body; raises Refusal 415 for another type and 400 for what is no JSON (RFC 8259)."""
    if request.mimetype not in types:
        raise Refusal(415, f"The body must be {' or '.join(types)}.")
    return parse_json(request.get_data(cache=False))


def parse_json(data: bytes) -> object:
    """Parse JSON: UTF-8, no NaN, no lone surrogate, no nesting that would exhaust whoever walks it."""
    try:
        text = data.decode("utf-8")
        value = json.loads(text, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise Refusal(400, "The body is not UTF-8.") from error
    except RecursionError as error:
        raise Refusal(400, "The body is nested too deeply.") from error
    except ValueError as error:
        raise Refusal(400, f"The body is not JSON: {str(error)[:200]}.") from error
    if _is_deeper(value, MOST_DEPTH):
        raise Refusal(400, "The body is nested too deeply.")
    if _SURROGATE.search(text) and not _is_whole(value):
        raise Refusal(400, "The body holds half of a surrogate pair, which is no character.")
    return value


def _is_whole(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_deeper(value: object, most: int) -> bool:
    level = [value]
    for _ in range(most):
        inner: list[object] = []
        for found in level:
            if isinstance(found, dict):
                inner += found.values()
            elif isinstance(found, list):
                inner += found
        if not inner:
            return False
        level = inner
    return True


def parse_object(given: object) -> dict[str, object]:
    """Take what has to be an object; raises Refusal 422."""
    if not isinstance(given, dict):
        raise Refusal(422, "The body must be a JSON object.", (Fault("", "must be an object"),))
    return given


def answer(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with JSON and the strong tag of its bytes."""
    data = spell(value)
    made = Response(data, status, content_type="application/json")
    made.headers["ETag"] = tag_of(data)
    made.headers["Cache-Control"] = "no-cache"
    made.headers.update(headers or {})
    return made


def spell(value: object) -> bytes:
    """Write JSON as it is answered."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def tag_of(data: bytes) -> str:
    """Give the strong entity tag of an answer's bytes."""
    return f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")

"""Lists in pages: `{items, next}`, limits and cursors. A cursor that is not ours is refused."""

import base64
import binascii
import json
from collections.abc import Sequence

from flask import request

from feeds.errors import Fault, Refusal

MOST = 200
USUAL = 50


def read_limit() -> int:
    """Read `limit` of the query; raises Refusal 422."""
    text = request.args.get("limit")
    if text is None:
        return USUAL
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
        raise Refusal(422, f"limit may be 1 to {MOST}.", (Fault("", f"limit must be a whole number from 1 to {MOST}"),))
    return int(text)


def read_cursor(*kinds: type) -> tuple[object, ...] | None:
    """Read `cursor` of the query as values of these types; None where it is absent; raises Refusal 422."""
    text = request.args.get("cursor")
    if text is None:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
        json.dumps(values, ensure_ascii=False).encode()  # a lone surrogate is no value that the store could look up
    except (ValueError, binascii.Error, RecursionError):
        values = None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise Refusal(
            422, "The cursor is none that was given out.", (Fault("", "cursor must be a `next` of this list"),)
        )
    if any(isinstance(value, int) and abs(value) >= 2**63 for value in values):
        raise Refusal(
            422, "The cursor is none that was given out.", (Fault("", "cursor must be a `next` of this list"),)
        )
    return tuple(values)


def make_cursor(*values: object) -> str:
    """Make the cursor that goes on behind these values."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def page(items: Sequence[object], next_cursor: str | None) -> dict[str, object]:
    """Give a list as it is answered."""
    return {"items": list(items), "next": next_cursor}

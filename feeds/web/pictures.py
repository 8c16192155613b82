"""`/media/HASH.EXT`: pictures, as they were taken in, for ever."""

from flask import Blueprint, Response, request, send_file

from feeds.errors import Refusal
from feeds.model.picture import TYPES
from feeds.pipeline.pictures import NAME, path_of
from feeds.web.auth import room
from feeds.web.conditional import check_read

blueprint = Blueprint("pictures", __name__)
CACHE_CONTROL = "max-age=31536000, immutable"
_TYPE_OF = {extension: media_type for media_type, extension in TYPES.items()}


@blueprint.get("/media/<name>")
def show(name: str) -> Response:
    """Give a picture; its name is the hash of its bytes, so it never changes."""
    path = path_of(room(), name) if NAME.fullmatch(name) else None
    if path is None or not path.is_file():
        raise Refusal(404, "There is nothing at this address.")
    tag = f'"{name.partition(".")[0]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": CACHE_CONTROL,
        "Access-Control-Allow-Origin": "*",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    status = check_read(tag, request.headers.get("If-Match"), request.headers.get("If-None-Match"))
    if status == 412:
        raise Refusal(412, "The picture is not what the request expects.")
    if status == 304:
        return Response(status=304, headers=headers)
    made = send_file(path, mimetype=_TYPE_OF[name.rpartition(".")[2]], conditional=False, etag=False)
    for field in ("Last-Modified", "Expires"):  # of the file, and of other static files
        del made.headers[field]
    made.headers.update(headers)
    return made

"""Logs: one line an event, `key=value` for people or a JSON object for machines (CONTRACT section 10).

In come the records of standard logging, ours by `event` and those of every library; out go lines on one stream.
Control characters, line ends and what turns a terminal's text round are escaped; tokens and the passwords in
addresses are masked; long values are cut, so that no article's text gets in by way of an error.
"""

import json
import logging
import math
import re
import sys
import threading
from datetime import UTC, datetime
from typing import TextIO

MAX_VALUE = 500  # characters of one value
MAX_TRACE = 4000  # characters of a traceback, its end: the cause stands there
_PLAIN = re.compile(r"[!#-<>-~]+")  # printable ASCII without space, quote and equals sign
_SECRETS = re.compile(
    r"(?P<token>(?<![A-Za-z0-9_])bs_[A-Za-z0-9_-]+|bs_[A-Za-z0-9_-]{20,})"
    r"|(?P<bearer>\bBearer\s+)[^\s\"',]+"
    r"|(?P<user>[a-z]://)[^/?#@\s\"]*@",
    re.IGNORECASE,
)
# Libraries whose everyday lines drown ours; their warnings stay.
_TALKATIVE = ("apscheduler", "alembic", "sqlalchemy")


def event(
    logger: logging.Logger,
    name: str,
    /,
    *,
    level: int = logging.INFO,
    error: BaseException | None = None,
    **values: object,
) -> None:
    """Log one event by its name, with values such as `source=…, took_ms=…`; a value of None is left out.

    `error` adds the exception with its traceback.
    """
    exc_info = None if error is None else (type(error), error, error.__traceback__)
    logger.log(level, name, exc_info=exc_info, extra={"values": values})


def set_up_logging(*, format: str, level: str, process: str = "", stream: TextIO | None = None) -> None:
    """Send all logging of this process to `stream` (standard error), as `log.format` and `log.level` say.

    `process` names the process in every line. May be called again: the last call counts.
    """
    out = stream or sys.stderr
    as_json = format == "json" or (format == "auto" and not out.isatty())
    handler = logging.StreamHandler(out)
    handler.setFormatter(LineFormatter(as_json=as_json, process=process))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    logging.captureWarnings(capture=True)


def log_uncaught() -> None:
    """Log what nothing caught, in the main thread, in others and in destructors, instead of printing it."""

    def caught(error: BaseException | None, where: str) -> None:
        if error is not None and not isinstance(error, KeyboardInterrupt | SystemExit):
            event(logging.getLogger("feeds"), "uncaught", level=logging.CRITICAL, error=error, where=where)

    sys.excepthook = lambda _kind, error, _trace: caught(error, "main")
    threading.excepthook = lambda told: caught(told.exc_value, told.thread.name if told.thread else "thread")
    sys.unraisablehook = lambda told: caught(told.exc_value, "destructor")


class LineFormatter(logging.Formatter):
    """Write a record as one line: time, level, logger and process, the event and its values, the error."""

    def __init__(self, *, as_json: bool, process: str = "") -> None:
        super().__init__()
        self._as_json = as_json
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        values = {key: _masked(value) for key, value in self._values_of(record).items()}
        if self._as_json:
            return json.dumps(values)  # ASCII: whatever is not is \u-escaped
        return " ".join(f"{key}={_written(value)}" for key, value in values.items())

    def _values_of(self, record: logging.LogRecord) -> dict[str, object]:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, object] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        if self._process:
            line["process"] = self._process
        line["event"] = record.getMessage()
        given = getattr(record, "values", {})
        # A value may bear the name of one of the line's own fields: neither may be lost.
        line |= {f"{key}_" if key in line else key: value for key, value in given.items() if value is not None}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = f"{type(error).__name__}: {error}"
            line["trace"] = self.formatException(record.exc_info)[-MAX_TRACE:]
        return line


def _masked(value: object) -> object:
    """Give a value as it may be logged: numbers as they are, all else as text, masked and cut."""
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):  # JSON has no NaN
        return value
    text = _SECRETS.sub(_mask, str(value))
    most = MAX_TRACE if "\n" in text and text.startswith("Traceback") else MAX_VALUE
    return text if len(text) <= most else text[:most] + "…"


def _mask(match: re.Match[str]) -> str:
    if match["token"]:
        return "bs_***"
    return f"{match['bearer']}***" if match["bearer"] else f"{match['user']}***@"


def _written(value: object) -> str:
    text = str(value)
    if _PLAIN.fullmatch(text):
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + "".join(sign if sign.isprintable() else _escaped(sign) for sign in quoted) + '"'


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"

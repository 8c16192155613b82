import io
import json
import logging
import sys
import threading
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.logs import MAX_VALUE, LineFormatter, event, log_uncaught, set_up_logging

TOKEN = "bs_Zm9vYmFyYmF6cXV4cXV1eA-_x"


@pytest.fixture
def log():
    """A way to log through a fresh set-up: `log("json", logger, …)` gives the lines; logging is put back behind it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    streams = []

    def set_up(format: str, *, kind: type[io.StringIO] = io.StringIO, **options: object) -> io.StringIO:
        streams.append(kind())
        set_up_logging(format=format, stream=streams[-1], **{"level": "info", **options})
        return streams[-1]

    yield set_up
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_event_is_one_line_of_keys_and_values(log):
    out = log("text", process="worker")
    event(logging.getLogger("feeds.pipeline.poll"), "polled", source="harbour-wire", took_ms=12, status=None, why="a b")
    line = out.getvalue()
    assert line.endswith(
        'level=info logger=feeds.pipeline.poll process=worker event=polled source=harbour-wire took_ms=12 why="a b"\n'
    )
    assert line.startswith("at=20")
    assert line.count("\n") == 1


def test_an_event_is_one_json_object_where_that_is_asked_for(log):
    out = log("json", process="web")
    event(logging.getLogger("feeds"), "kept", level=logging.WARNING, took_ms=1.5, title="Ahoi ⚓\n")
    line = json.loads(out.getvalue())
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "feeds",
        "process": "web",
        "event": "kept",
        "took_ms": 1.5,
        "title": "Ahoi ⚓\n",
    }


def test_lines_of_libraries_look_the_same(log):
    out = log("text")
    logging.getLogger("urllib").warning("retry %d of %s", 2, "x=1")
    assert 'level=warning logger=urllib event="retry 2 of x=1"' in out.getvalue()


def test_talkative_libraries_are_heard_from_warnings_on(log):
    out = log("text", level="debug")
    logging.getLogger("apscheduler.scheduler").info("Running job")
    logging.getLogger("apscheduler.scheduler").warning("missed")
    assert out.getvalue().count("\n") == 1


def test_an_error_stays_on_one_line_with_its_cause_and_traceback(log):
    out = log("text")
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        event(logging.getLogger("feeds"), "failed", level=logging.ERROR, error=error)
    line = out.getvalue()
    assert line.count("\n") == 1
    assert 'error="ValueError: first\\nsecond" trace="Traceback' in line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_auto_is_text_on_a_terminal_and_json_elsewhere(log):
    out = log("auto")
    logging.getLogger("x").info("here")
    assert json.loads(out.getvalue())["event"] == "here"
    out = log("auto", kind=Terminal)
    logging.getLogger("x").info("here")
    assert "event=here" in out.getvalue()


def test_pythons_warnings_are_events(log):
    out = log("text")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old\nway", stacklevel=1)
        logging.captureWarnings(capture=False)
    assert out.getvalue().count("\n") == 1
    assert "logger=py.warnings" in out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"Authorization: Bearer {TOKEN}",
        f"token={TOKEN}&x",
        f"q%3D{TOKEN}",
        "https://me:Zm9vYmFy@feeds.example/x",
        "bearer Zm9vYmFy",
    ],
)
@pytest.mark.parametrize("format", ["text", "json"])
def test_no_token_and_no_password_is_logged(log, text, format):
    out = log(format)
    event(logging.getLogger("feeds"), f"saw {text}", value=text, listed=[text])
    assert "Zm9vYmFy" not in out.getvalue()
    assert "***" in out.getvalue()


def test_words_that_only_look_like_a_token_stay(log):
    out = log("text")
    event(logging.getLogger("feeds"), "jobs_done", address="http://feeds.example/a?b=c@d")
    assert "event=jobs_done" in out.getvalue()
    assert "a?b=c@d" in out.getvalue()


def test_long_values_are_cut(log):
    out = log("json")
    event(logging.getLogger("feeds"), "kept", text="x" * 10_000)
    assert len(json.loads(out.getvalue())["text"]) == MAX_VALUE + 1


def test_a_value_that_bears_the_name_of_a_field_is_kept_beside_it(log):
    out = log("json")
    event(logging.getLogger("feeds"), "kept", at="then", process="x")
    assert json.loads(out.getvalue())["at_"] == "then"


@given(st.text(), st.one_of(st.text(), st.integers(), st.floats(), st.binary(), st.lists(st.text())), st.booleans())
def test_whatever_is_logged_is_one_printable_line(message, value, as_json):
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, message, (), None)
    record.values = {"value": value}
    line = LineFormatter(as_json=as_json).format(record)
    assert line.isprintable()
    line.encode("utf-8")
    if as_json:
        assert json.loads(line, parse_constant=pytest.fail)["level"] == "info"


def test_what_nothing_caught_is_one_line_too(log, monkeypatch):
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    out = log("json")
    log_uncaught()

    def fail() -> None:
        raise ValueError("told\nby the test")

    thread = threading.Thread(target=fail, name="the thread")
    thread.start()
    thread.join()
    try:
        fail()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["event"], line["where"]) for line in lines] == [("uncaught", "the thread"), ("uncaught", "main")]
    assert all(line["error"] == "ValueError: told\nby the test" for line in lines)

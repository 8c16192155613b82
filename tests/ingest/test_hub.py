"""What hubs are sent over real sockets, what each of their answers comes to, and how long one is left alone."""

import queue
import socket
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import PollError
from feeds.ingest.exchange import MAX_REDIRECTS, Answer
from feeds.ingest.hub import (
    FIRST_REST,
    JITTER,
    LONGEST_REST,
    LONGEST_WISH,
    Telling,
    form_of,
    is_refusal,
    rest_after,
)
from feeds.model.source import Validators
from tests.ingest.test_fetch import fetcher
from tests.loopback import Loopback, Request, always, reply

DOCUMENT = "https://news.example/feeds/tags/a-b.rss"


def told(url: str, *allow: str, seconds: float = 5) -> Answer | PollError:
    answered: queue.SimpleQueue[Answer | PollError | None] = queue.SimpleQueue()
    teller = fetcher(*allow, seconds=seconds)
    teller.tell(url, form_of(DOCUMENT), answered.put)
    came = answered.get(timeout=10)
    teller.stop()
    assert came is not None
    return came


def form(request: Request, connection: socket.socket) -> dict[str, str]:
    """Read the form of a request to its end."""
    body = request.head.partition(b"\r\n\r\n")[2]
    while len(body) < int(request.fields["content-length"]):
        body += connection.recv(65536)
    return dict(parse_qsl(body.decode("ascii"), strict_parsing=True))


def test_hub_is_posted_the_document_in_the_words_of_every_hub() -> None:
    forms: list[dict[str, str]] = []

    def hub(request: Request, connection: socket.socket) -> None:
        forms.append(form(request, connection))
        connection.sendall(reply(204))

    with Loopback(hub) as server:
        came = told(f"{server.url}/hub?x=1")
    assert isinstance(came, Answer)
    assert forms == [{"hub.mode": "publish", "hub.url": DOCUMENT, "hub.topic": DOCUMENT}]
    (request,) = server.requests
    assert request.head.startswith(b"POST /hub?x=1 HTTP/1.1\r\n")
    assert request.fields["content-type"] == "application/x-www-form-urlencoded"
    assert request.fields["user-agent"] == "Broadsheet/1 (+https://news.example)"
    assert not {"cookie", "referer", "authorization", "expect", "if-none-match"} & set(request.fields)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299, 303])
def test_every_success_says_that_the_hub_took_it_whatever_its_body(status: int) -> None:
    with Loopback(always(reply(status, b"x" * 5000, "Location: /thanks"))) as server:
        assert isinstance(told(server.url), Answer)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "outcome", "is_final"),
    [
        (400, "http-error", True),
        (403, "http-error", True),
        (404, "http-error", True),
        (410, "http-error", True),
        (408, "http-error", False),
        (429, "throttled", False),
        (500, "http-error", False),
        (502, "http-error", False),
        (503, "throttled", False),
        (304, "http-error", False),
        (302, "http-error", False),  # without a Location
    ],
)
def test_every_other_answer_is_a_failure_or_a_refusal(status: int, outcome: str, is_final: bool) -> None:
    with Loopback(always(reply(status, b"no", "Retry-After: 90"))) as server:
        came = told(server.url)
    assert isinstance(came, PollError)
    assert (came.outcome, came.status, came.retry_after) == (outcome, status, 90)
    assert is_refusal(came) is is_final


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_followed_with_the_same_form(status: int) -> None:
    forms = []

    def hub(request: Request, connection: socket.socket) -> None:
        forms.append((request.path, form(request, connection)["hub.url"]))
        connection.sendall(reply(status, b"", "Location: /new") if request.path == "/old" else reply(202))

    with Loopback(hub) as server:
        assert isinstance(told(f"{server.url}/old"), Answer)
    assert forms == [("/old", DOCUMENT), ("/new", DOCUMENT)]


def test_redirects_end_somewhere_and_lead_to_no_forbidden_address() -> None:
    with Loopback(always(reply(307, b"", "Location: /again"))) as server:
        came = told(server.url)
    assert isinstance(came, PollError)
    assert came.outcome == "redirected"
    assert len(server.requests) == MAX_REDIRECTS + 1
    with (
        Loopback(always(reply(204)), host="127.0.0.2") as inner,
        Loopback(always(reply(307, b"", f"Location: {inner.url}"))) as server,
    ):
        came = told(server.url, "127.0.0.1/32")
    assert isinstance(came, PollError)
    assert came.outcome == "refused"
    assert inner.connections == 0


def test_hub_that_the_settings_name_by_its_address_may_be_anywhere() -> None:
    with Loopback(always(reply(204))) as server:
        assert isinstance(told(server.url, "10.0.0.0/8"), Answer)
        assert isinstance(told(server.url.replace("127.0.0.1", "localhost"), "10.0.0.0/8"), Answer)


def test_hub_that_redirects_to_a_forbidden_address_never_gets_there() -> None:
    with (
        Loopback(always(reply(204))) as inner,
        Loopback(always(reply(307, b"", f"Location: {inner.url}"))) as server,
    ):
        came = told(server.url, "10.0.0.0/8")
    assert isinstance(came, PollError)
    assert came.outcome == "refused"
    assert (inner.connections, server.connections) == (0, 1)


@pytest.mark.parametrize(
    ("hub", "address", "is_so"),
    [
        ("http://127.0.0.1:8080/hub", "127.0.0.1", True),
        ("http://[::1]/hub", "::1", True),
        ("http://localhost/", "::1", True),
        ("http://localhost/", "10.0.0.1", False),
        ("http://10.0.0.1/", "10.0.0.2", False),
        ("https://hub.example/", "127.0.0.1", False),
        ("https://127.0.0.1.example/", "127.0.0.1", False),
    ],
)
def test_name_is_judged_by_where_it_leads(hub: str, address: str, is_so: bool) -> None:
    assert Telling(url=hub, validators=Validators(), timeout=1, form=b"").is_named(address) == is_so


def test_hub_that_says_nothing_times_out_and_one_that_is_not_there_is_unreachable() -> None:
    with Loopback(lambda _request, connection: connection.recv(1 << 20)) as server:
        came = told(server.url, seconds=0.2)
    assert isinstance(came, PollError)
    assert came.outcome == "timeout"
    came = told(server.url)
    assert isinstance(came, PollError)
    assert came.outcome == "unreachable"


def test_handle_that_told_a_hub_asks_a_partner_with_get() -> None:
    with Loopback(always(reply(200, b"<rss/>"))) as server:
        both = fetcher()
        answered: queue.SimpleQueue[Answer | PollError | None] = queue.SimpleQueue()
        both.tell(server.url, form_of(DOCUMENT), answered.put)
        answered.get(timeout=10)
        assert both.fetch(f"{server.url}/feed", Validators()).body == b"<rss/>"
        both.stop()
    assert [request.head.split(b" ")[0] for request in server.requests] == [b"POST", b"GET"]
    assert "content-type" not in server.requests[1].fields


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_rest_doubles_up_to_its_limit_with_jitter_later_only(failures: int, share: float) -> None:
    rest = rest_after(failures, share=share, retry_after=None)
    least = min(FIRST_REST.total_seconds() * 2 ** min(failures - 1, 40), LONGEST_REST.total_seconds())
    assert least <= rest.total_seconds() <= least * (1 + JITTER) + 0.001
    assert rest_after(failures + 1, share=share, retry_after=None) >= rest


def test_hub_that_asks_for_a_longer_rest_gets_it_up_to_a_day() -> None:
    assert rest_after(1, share=0, retry_after=600) == timedelta(minutes=10)
    assert rest_after(1, share=0, retry_after=0) == FIRST_REST
    assert rest_after(1, share=0, retry_after=1e9) == LONGEST_WISH

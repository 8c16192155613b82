"""Certificates are verified: whom nobody vouches for, who is somebody else and whose time is over is not asked."""

import ssl
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from feeds.errors import PollError
from feeds.ingest.exchange import Answer
from feeds.ingest.fetch import Fetcher
from feeds.model.source import Validators
from tests.loopback import Loopback, always, reply

# Made for these tests alone; the key protects nothing.
FOLDER = Path(__file__).parents[1] / "data" / "ingest" / "tls"


def asked(certificate: str, *, trusted: str | None) -> tuple[Answer | PollError, int]:
    """Ask a server that shows a certificate, trusting one; give the answer and how many requests it saw."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / certificate, FOLDER / "key.pem")
    asking = Fetcher(
        user_agent="x",
        timeout=timedelta(seconds=5),
        max_bytes=1000,
        allow=[ip_network("127.0.0.1/32")],
        authorities=None if trusted is None else str(FOLDER / trusted),
    )
    with Loopback(always(reply(200, b"feed")), tls=context) as partner:
        try:
            return asking.fetch(f"{partner.url}/feed", Validators()), len(partner.requests)
        except PollError as error:
            return error, len(partner.requests)
        finally:
            asking.stop()


def test_certificate_that_is_vouched_for_is_taken() -> None:
    answer, requests = asked("loopback.pem", trusted="loopback.pem")
    assert isinstance(answer, Answer)
    assert (answer.body, requests) == (b"feed", 1)


@pytest.mark.parametrize(
    ("certificate", "trusted"),
    [("loopback.pem", None), ("elsewhere.pem", "elsewhere.pem"), ("ended.pem", "ended.pem")],
    ids=["signed by itself", "of another host", "over"],
)
def test_certificate_that_cannot_be_trusted_ends_the_poll_before_the_request(
    certificate: str, trusted: str | None
) -> None:
    error, requests = asked(certificate, trusted=trusted)
    assert isinstance(error, PollError)
    assert (error.outcome, requests) == ("tls", 0)
    assert "certificate" in error.detail.lower()

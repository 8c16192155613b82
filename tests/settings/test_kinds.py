from datetime import timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.settings.kinds import ADDRESS, HOST, LANGUAGE, NETWORK, PICTURE, SITE_URL, SIZE, duration, written
from feeds.settings.sections import KINDS


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("250ms", timedelta(milliseconds=250)),
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("36h", timedelta(hours=36)),
        ("30d", timedelta(days=30)),
    ],
)
def test_durations_are_read_in_their_unit(text, length):
    assert duration("0s").parse(text) == length


@pytest.mark.parametrize("text", ["250ms", "90s", "15m", "36h", "30d"])
def test_durations_are_written_as_they_may_be_set(text):
    assert written(duration("0s").parse(text)) == text
    assert written(timedelta(hours=24)) == "1d"


@pytest.mark.parametrize(("text", "size"), [("1B", 1), ("512KiB", 524288), ("10MiB", 10485760), ("1GiB", 1073741824)])
def test_sizes_are_read_in_bytes(text, size):
    assert SIZE.parse(text) == size


@pytest.mark.parametrize(
    "tag", ["en", "pt-BR", "zh-Hant-TW", "es-419", "de-1996", "sl-rozaj-biske", "en-u-ca-buddhist"]
)
def test_language_tags_are_kept_as_written(tag):
    assert LANGUAGE.parse(tag) == tag


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("HTTPS://News.Example/", "https://news.example"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://xn--exmple-cua.example:8443", "https://xn--exmple-cua.example:8443"),
    ],
)
def test_the_address_of_the_site_has_no_slash_at_its_end_and_a_host_in_small_letters(written, kept):
    assert SITE_URL.parse(written) == kept


def test_other_addresses_are_kept_as_written():
    address = "https://hub.example/Publish?a=%C3%A9"
    assert ADDRESS.parse(address) == address
    assert PICTURE.parse("/media/logo.png") == "/media/logo.png"


def test_hosts_are_written_in_one_way():
    assert HOST.parse("News.Example") == "news.example"
    assert HOST.parse("0:0::1") == "::1"


def test_an_address_is_a_network_of_one():
    assert NETWORK.parse("127.0.0.1") == ip_network("127.0.0.1/32")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(), st.lists, max_leaves=5
)


@given(st.sampled_from(sorted(KINDS)), anything)
def test_whatever_a_setting_is_given_is_taken_or_refused(name, value):
    kind = KINDS[name]
    try:
        kind.parse(value)
    except ValueError:
        assert kind.may_be


@given(st.sampled_from(sorted(KINDS)), st.text())
def test_whatever_the_environment_holds_is_taken_or_refused(name, text):
    kind = KINDS[name]
    try:
        kind.parse(kind.read(text))
    except ValueError:
        assert kind.may_be

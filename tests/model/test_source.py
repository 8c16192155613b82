"""What is told of sources by their addresses."""

import pytest

from feeds.model.source import host_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://quay.example/feed", "quay.example"),
        ("https://QUAY.example./feed", "quay.example"),
        ("https://quay.example:443/feed", "quay.example"),
        ("http://quay.example:80", "quay.example"),
        ("http://quay.example:443/", "quay.example:443"),
        ("https://quay.example:8443/", "quay.example:8443"),
        ("https://someone:secret@quay.example/feed", "quay.example"),
        ("http://[::1]:8000/", "::1:8000"),
        ("https://quay.example:port/", ""),
        ("https://[quay/", ""),
        ("/media/1.png", ""),
    ],
)
def test_a_host_is_one_however_an_address_spells_it(url: str, host: str) -> None:
    assert host_of(url) == host

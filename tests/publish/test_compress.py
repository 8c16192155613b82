"""Content codings: bytes back as they were, the same bytes for ever, a mark for each compressor."""

import gzip
import re

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.publish.compress import CODINGS, coding_tag, compress

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}
SAMPLE = b"<item><title>The ferry sails again</title></item>\n" * 400


@given(st.sampled_from(CODINGS), st.binary(max_size=2000))
def test_packed_bytes_unpack_to_what_they_were(coding: str, data: bytes) -> None:
    assert UNPACK[coding](compress(coding, data)) == data


@pytest.mark.parametrize("coding", CODINGS)
def test_same_bytes_are_packed_the_same_way_again(coding: str) -> None:
    assert compress(coding, SAMPLE) == compress(coding, bytes(bytearray(SAMPLE)))


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_repetition_is_packed_well(coding: str) -> None:
    assert len(compress(coding, SAMPLE)) < len(SAMPLE) / 20


def test_gzip_holds_no_clock_and_no_name() -> None:
    packed = compress("gzip", SAMPLE)
    assert packed[:4] == b"\x1f\x8b\x08\x00"  # no name, no comment (RFC 1952 §2.3)
    assert packed[4:8] == b"\x00\x00\x00\x00"  # no time


def test_unknown_coding_is_an_error() -> None:
    with pytest.raises(KeyError):
        compress("zstd", b"")


def test_marks_are_a_letter_and_two_hex_digits_where_bytes_are_packed() -> None:
    assert coding_tag("identity") == "i"
    assert re.fullmatch(r"b[0-9a-f]{2}", coding_tag("br"))
    assert re.fullmatch(r"g[0-9a-f]{2}", coding_tag("gzip"))
    assert len({coding_tag(coding) for coding in CODINGS}) == len(CODINGS)

"""Content codings: the bytes of a document as they travel.

A strong entity tag names bytes, so each coding has one compressor and one level for ever (RFC 9110 §8.8.1). A
compressor's bytes may hang on its version and on the processor; `coding_tag` tells hosts apart that differ.
"""

import zlib
from collections.abc import Callable
from functools import cache

import brotli
from isal import igzip

CODINGS = ("br", "gzip", "identity")

_GZIP_LEVEL = 2  # isal's level 3 gives other bytes on another processor
_BROTLI_QUALITY = 5
_LETTERS = {"br": "b", "gzip": "g", "identity": "i"}


def compress(coding: str, data: bytes) -> bytes:
    """Apply a content coding of `CODINGS`; identity gives the data back. Raises KeyError for any other."""
    return _COMPRESSORS[coding](data)


@cache
def coding_tag(coding: str) -> str:
    """Give the mark of a coding in entity tags: its letter, and two hex digits of a fixed sample compressed here.

    Identity, which is the same everywhere, is `i` alone.
    """
    if coding == "identity":
        return _LETTERS[coding]
    packed = compress(coding, _sample())
    return f"{_LETTERS[coding]}{zlib.crc32(packed) & 0xFF:02x}"


def _gzip(data: bytes) -> bytes:
    packed: bytes = igzip.compress(data, _GZIP_LEVEL, mtime=0)  # the clock is no part of the document
    return packed


def _brotli(data: bytes) -> bytes:
    packed: bytes = brotli.compress(data, quality=_BROTLI_QUALITY)
    return packed


_COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {"br": _brotli, "gzip": _gzip, "identity": bytes}


def _sample() -> bytes:
    """Make 64 KiB that look like text to a compressor: repeated words in an order that does not repeat."""
    words = [f"<p>word{number * number} of item {number}</p>" for number in range(64)]
    state, chosen = 1, []
    for _ in range(3000):
        state = (state * 1103515245 + 12345) % 2**31
        chosen.append(words[state >> 25])
    return " ".join(chosen).encode()[: 64 * 1024]

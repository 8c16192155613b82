"""Signs that an answer is a test for browsers instead of what was asked for (CONTRACT section 9, `challenge`).

In come the header fields and the first bytes of an answer, out goes a verdict. Such a page is never answered
with a disguise: the operator is told, who can ask the partner to let our User-Agent through.
"""

from collections.abc import Mapping

ADVICE = "the partner's site tests for browsers; ask it to let our User-Agent or address through"

_LOOKED_AT = 65_536  # bytes; the marks stand in the head of the page or right below it
_FIELDS = {"cf-mitigated": "challenge", "x-amzn-waf-action": "challenge", "x-amzn-waf-captcha": "captcha"}
_MARKS = (
    b"/cdn-cgi/challenge-platform/",
    b"_cf_chl_opt",
    b"cf-browser-verification",
    b"cf-challenge",
    b"<title>just a moment...",
    b"<title>attention required! | cloudflare",
    b"_incapsula_resource",
    b"px-captcha",
    b"captcha-delivery.com",
    b"awswafcookiedomainlist",
    b"token.awswaf.com",
    b"sucuri_cloudproxy_js",
    b"ddos-guard/js-challenge",
    b"<title>ddos-guard",
    b"/.within.website/x/cmd/anubis",
    b"/_sec/cp_challenge",
    b"/.well-known/sgcaptcha",
)


def is_challenge(body: bytes, headers: Mapping[str, str]) -> bool:
    """Say whether the answer is a challenge page; `headers` has lower-case names, and may be empty."""
    if any(headers.get(name, "").strip().lower() == value for name, value in _FIELDS.items()):
        return True
    head = body[:_LOOKED_AT].lower()
    return (b"<html" in head or b"<!doctype html" in head) and any(mark in head for mark in _MARKS)

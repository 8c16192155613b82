"""Clean HTML is not parsed again where it need not be: the same comes out as if it were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.markup import cleaner

PIECES = """
<p>|</p>|<b>|</b>|<br>|text |&amp;|&nbsp;|&copy;|\u00a0|<|"|'|</a>|<li>|<table><tr><td>|<pre>|<svg>|<ruby><rt>
<a href="https://x.example/a?b=1&c=2">|<a href='#x'>|<a href="https://x.example/a b">|<a href="HTTPS://X.example">
<a title='x>y' href=http://a.example>|<img src="https://x.example/\u00fc.jpg" alt="a&quot;b">|<img src=/m/1.png>
<source srcset='a 1x'>|<video poster=x.png src=https://v.example/>|<iframe src=https://p.example/x></iframe>
""".replace("\n", "|").split("|")


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_shortcut_of_settled_html_changes_no_byte(pieces: list[str]) -> None:
    html, base = cleaner.clean("".join(pieces)), "https://news.example/articles/1/x"
    short = cleaner.absolute(html, base)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cleaner, "_is_settled", lambda html, base: False)
        assert cleaner.absolute(html, base) == short


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_text_of_clean_html_is_what_a_parser_finds(pieces: list[str]) -> None:
    html = cleaner.clean("".join(pieces))
    assert cleaner.text_of_clean(html) == cleaner.text_of(html)

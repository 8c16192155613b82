"""Clean HTML, plain text and addresses: what is kept, what is shown, how it is spelt."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import markup

BASE = "https://news.example/articles/a1/title"


def in_documents(html: str) -> str:
    return markup.for_documents(markup.clean(html), base=BASE)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One <b>bold</b>ly</p><p>two</p>", "One boldly two"),
        ("a<br>b<hr>c", "a b c"),
        ("<ul><li>three</li><li>four</li></ul>", "three four"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("<dl><dt>term</dt><dd>what it is</dd></dl>", "term what it is"),
        ("<center>a</center><center>b</center>", "a b"),
        ("<form><fieldset><legend>a</legend>b</fieldset></form>", "a b"),
        ("extra<wbr>ordinary", "extraordinary"),
        ("<script>no()</script>a<style>p{}</style><noscript>n</noscript><template>t</template>", "a"),
        ("a<p hidden>not <b>this</b></p>b", "ab"),
        ('a<span style="display: none">not this</span>b', "ab"),
        ("<video src='/v.mp4'>Your browser cannot</video>a", "a"),
        ("<iframe src='https://a.example/'>Your browser <b>cannot</b></iframe>a", "a"),
        ("Fish &amp; chips &lt;b&gt; &nbsp; &hellip;", "Fish & chips <b> …"),
        ("Ferry&shy;man", "Ferry\u00adman"),
        ("<pre>a\n  b</pre>", "a b"),
    ],
)
def test_summary_of_a_body_is_the_text_that_a_browser_shows(html: str, text: str) -> None:
    assert markup.summary("", markup.clean(html)) == text


def test_summary_is_cut_at_a_word() -> None:
    words = "harbour " * 60
    cut = markup.summary("", words)
    assert cut == words[: cut.index("…")].rstrip() + "…"
    assert 290 < len(cut) <= 301
    assert markup.summary("", "a" * 300) == "a" * 300
    assert markup.summary("", "a" * 299 + " b") == "a" * 299 + "…"
    assert markup.summary("", "Hello " + "w" * 500) == "Hello…"
    assert len(markup.summary("", "京都 " + "京" * 500)) == 301
    assert markup.summary("As written", words) == "As written"


@pytest.mark.parametrize("inside", ["a\n  b\n\nc", "\nfirst line empty", "\n\n\nthree", "<code>\n\tx</code>"])
def test_line_breaks_of_preformatted_text_are_kept(inside: str) -> None:
    # HTML drops the line end that begins a pre, so what stands there is written behind one more.
    html = f"<pre>\n{inside}</pre>" if inside.startswith("\n") else f"<pre>{inside}</pre>"
    assert in_documents(html) == html
    assert markup.unsafe(html) is None


def test_frame_is_a_link_in_documents_whatever_stands_within_it() -> None:
    html = '<p><iframe src="https://player.example/v?a=1&amp;b=2" title="The film">No <b>frames</b>?</iframe></p>'
    assert in_documents(html) == '<p><a href="https://player.example/v?a=1&amp;b=2">The film</a></p>'


def test_what_nobody_was_meant_to_see_goes_out_nowhere() -> None:
    html = '<div hidden>a<div>b</div>c</div>d<p style="color:red;display:none">e</p><p style="color:red">f</p>'
    assert in_documents(html) == "d<p>f</p>"
    assert in_documents('<p title="hidden=&quot;x&quot;">kept</p>') == '<p title="hidden=&quot;x&quot;">kept</p>'


def test_blocks_of_no_use_in_a_story_leave_their_text_apart() -> None:
    assert in_documents("<center>a</center><nav>b</nav>") == "<div>a</div><div>b</div>"


@pytest.mark.parametrize(
    ("given", "spelt"),
    [
        ("https://bücher.example/größe?ä=ö#ü", "https://xn--bcher-kva.example/gr%C3%B6%C3%9Fe?%C3%A4=%C3%B6#%C3%BC"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://日本語。example/", "https://xn--wgv71a119e.example/"),
        ("https://a.example/?list[]=1&list[]=2", "https://a.example/?list%5B%5D=1&list%5B%5D=2"),
        ("https://[2001:db8::1]:8080/a[1]", "https://[2001:db8::1]:8080/a%5B1%5D"),
        ("https://a.example/100%?50%25", "https://a.example/100%25?50%25"),
        ("https://a.example/a b|c#d#e", "https://a.example/a%20b%7Cc#d%23e"),
        ("//cdn.example/a.png", "https://cdn.example/a.png"),
        ("/media/a.png", "https://news.example/media/a.png"),
        ("#part", f"{BASE}#part"),
        ("?page=2", f"{BASE}?page=2"),
        ("../b", "https://news.example/articles/b"),
    ],
)
def test_address_goes_out_absolute_and_in_ascii(given: str, spelt: str) -> None:
    assert markup.absolute_address(given, BASE) == spelt
    assert markup.ascii_address(spelt) == spelt


@pytest.mark.parametrize("address", ["https://" + "ü" * 70 + ".example/", "https://a..example/", "https://-a.example/"])
def test_host_that_there_cannot_be_is_no_address(address: str) -> None:
    assert markup.web_address(address) is None


@given(st.text(max_size=30))
def test_any_address_is_spelt_in_ascii_once_and_for_all(text: str) -> None:
    for address in (f"https://a.example/{text}", f"https://a.example/?{text}", f"/x#{text}"):
        spelt = markup.absolute_address(address, BASE)
        assert spelt.isascii()
        assert markup.ascii_address(spelt) == spelt


def test_spaces_that_mean_something_stay_in_plain_text() -> None:
    assert markup.plain(" « a\u00a0»  b\u3000c\t\n d\u202f€\u00a0") == "« a\u00a0» b\u3000c d\u202f€"
    assert markup.plain("a\u2028b\x85c") == "a b c"
    assert markup.plain("\u00a0\u3000") == ""


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a &b; & c", "a &amp;b; &amp; c"),
        ("&copy 2026 &notit; &#65 &#x42;", "© 2026 ¬it; A B"),
        (
            '<a href="https://x.example/?a=1&copy=2&b=3">&</a>',
            '<a href="https://x.example/?a=1&amp;copy=2&amp;b=3">&amp;</a>',
        ),
        ("<i title='> & &amp;'>&</i>", '<i title="&gt; &amp; &amp;">&amp;</i>'),
        ("a < b & c", "a &lt; b &amp; c"),
    ],
)
def test_many_references_are_cleaned_as_a_few_are(text: str, cleaned: str) -> None:
    assert markup.clean(text) == cleaned
    assert markup.clean(f"{text} " * 300).strip() == " ".join([cleaned] * 300)


def test_texts_full_of_references_take_time_by_their_length_alone() -> None:
    before = time.process_time()
    assert markup.clean("&" * 800_000) == "&amp;" * 800_000
    assert markup.text_of("x& " * 200_000) == " ".join(["x&"] * 200_000)
    assert time.process_time() - before < 5  # seconds of processor time; by the square of their number it takes 20

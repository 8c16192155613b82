"""Trackers, adverts and buttons to share are left out of partners' texts by rule; stories are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.ingest.convert import convert
from feeds.ingest.declutter import declutter
from feeds.model.entry import Entry, EntryText, ParsedFeed
from feeds.model.markup import clean
from feeds.model.source import Source
from tests.ingest.test_cases import NOW, URL

STORY = "<p>The quay burns.</p>"
CLUTTER = {
    "a pixel by its size": '<img src="https://x.example/7" width="1" height="1">',
    "a pixel by its style": '<img src="https://x.example/7" style="border:0;width:1px;height:1px">',
    "a pixel by its name": '<p><img src="https://t.example/pixel.gif?id=7"></p>',
    "a pixel by its host": '<img src="https://pixel.wp.example/g?post=7">',
    "a reader counted": '<img src="https://counter.paper.example/content/7/count.gif" width="30" height="30">',
    "feedburner": '<div class="feedflare"><a href="https://f.example/~ff/x"><img src="/a">Share</a></div>',
    "feedburner's picture": '<img src="https://feeds.feedburner.com/~r/Quay/~4/abc" height="10">',
    "jetpack": '<div class="sharedaddy sd-sharing"><h3>Share this:</h3><ul><li><a href="/s">X</a></li></ul></div>',
    "addtoany": '<p><a class="a2a_button_x" href="https://www.addtoany.com/add_to/x?u"></a></p>',
    "links to share": '<p>Share this: <a href="https://www.facebook.com/sharer/sharer.php?u=x">Facebook</a> | '
    '<a href="https://twitter.com/intent/tweet?text=x">Twitter</a> | <a href="mailto:?subject=x">Mail</a></p>',
    "a list to share": '<ul><li><a href="https://wa.me/?text=x">WhatsApp</a></li><li>'
    '<a href="https://www.linkedin.com/shareArticle?url=x"><img src="/in.png"></a></li></ul>',
    "a frame to like": '<iframe src="https://www.facebook.com/plugins/like.php?href=x"></iframe>',
    "an advert": '<aside class="ad-container" id="x"><p>Buy</p></aside>',
    "adsense": '<ins class="adsbygoogle" style="display:block"></ins><script>push()</script>',
    "an advert linked": '<p><a href="https://ad.doubleclick.net/jump/x"><img src="https://ad.doubleclick.net/x"></a></p>',
    "a frame of adverts": '<iframe src="https://ads.paper.example/frame"></iframe>',
    "what else to read": '<div id="taboola-below-article"><p>You will not believe it</p></div>',
    "a form to subscribe": '<div class="newsletter-signup"><p>Get our mails</p><form><input></form></div>',
}
KEPT = [
    '<p><a href="https://twitter.com/quay/status/7">What the mayor wrote</a></p>',
    '<p class="advertiser-news">Shares of <b>Advert</b> fell; share this with nobody.</p>',
    '<p><img src="https://partner.example/stats/1.png" alt=""> <img src="https://img.example/track.jpg" alt=""></p>',
    f'<div class="advert"><p>{"The story itself. " * 40}</p></div>',
    '<p><img src="https://img.example/lighthouse/beacon.png" alt="" width="640" height="480"></p>',
    "<p>Save · share · <i>tweet</i></p>",
    '<blockquote class="twitter-tweet"><p>Words</p><a href="https://twitter.com/a/status/1">May 1</a></blockquote>',
    '<p><a href="mailto:desk@quay.example?subject=x">Write to us</a></p>',
    '<p><iframe src="https://www.youtube.com/embed/x"></iframe></p>',
]


def taken(html: str) -> str:
    entry = Entry(content=EntryText(value=html, is_html=True), base=URL)
    made = convert(entry, Source(id="s", url=URL, created_at=NOW), feed=ParsedFeed(), now=NOW)
    return str(made.fields.get("content_html", ""))


@pytest.mark.parametrize("kind", CLUTTER)
def test_clutter_is_left_out(kind: str) -> None:
    assert taken(f"{STORY}{CLUTTER[kind]}{STORY}") == STORY * 2
    assert taken(f'<div class="entry">{CLUTTER[kind]}{STORY}</div>') == f"<div>{STORY}</div>"


@pytest.mark.parametrize("html", KEPT)
def test_story_is_left_alone(html: str) -> None:
    assert declutter(html, URL) == html
    assert taken(html) == clean(html)


@given(st.lists(st.sampled_from([*CLUTTER.values(), *KEPT, STORY, "<div>", "</div>", "</p>", "<a", '"', "<ul><li>"])))
def test_all_clutter_goes_at_once_from_whatever_html(parts: list[str]) -> None:
    once = declutter("".join(parts), URL)
    assert declutter(once, URL) == once


def test_pictures_have_size_text_and_absolute_addresses_and_links_no_trackers() -> None:
    assert taken(
        '<p><img data-src="/a.jpg" src="/blank.gif" data-orig-size="640,480">'
        '<img src="b.jpg" alt="B" srcset="b2.jpg 2x">'
        '<a href="/c?id=7&amp;utm_source=rss&amp;x=1#top">c</a><a href="https://quay.example/?utm_source=rss">d</a></p>'
        '<video poster="v.jpg" src="v.mp4"></video><amp-img src="/e.jpg" width="4" height="3" alt="E"></amp-img>'
    ) == (
        '<p><img src="https://partner.example/a.jpg" width="640" height="480" alt="">'
        '<img src="https://partner.example/feeds/b.jpg" alt="B" srcset="https://partner.example/feeds/b2.jpg 2x">'
        '<a href="https://partner.example/c?id=7&amp;x=1#top">c</a><a href="https://quay.example/">d</a></p>'
        '<video poster="https://partner.example/feeds/v.jpg" src="https://partner.example/feeds/v.mp4"></video>'
        '<img src="https://partner.example/e.jpg" width="4" height="3" alt="E">'
    )

"""What partners ask for: ttl, skipHours, skipDays, syndication, Cache-Control, Expires; nonsense asks for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.ingest.wishes import fresh_for, wishes_of
from feeds.model.pacing import NO_WISHES, Wishes


@pytest.mark.parametrize(
    ("frame", "wishes"),
    [
        ("<rss><channel><ttl>60</ttl></channel></rss>", Wishes(minutes=60)),
        ("<ttl> 5 </ttl>", Wishes(minutes=5)),
        ("<ttl>soon</ttl>", NO_WISHES),
        ("<ttl>-5</ttl>", NO_WISHES),
        ("<x:ttl>60</x:ttl>", NO_WISHES),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", Wishes(minutes=360)),
        ("<sy:updatePeriod> hourly </sy:updatePeriod>", Wishes(minutes=60)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", Wishes(minutes=1440)),
        ("<syn:updatePeriod>weekly</syn:updatePeriod><ttl>5</ttl>", Wishes(minutes=10080)),
        ("<sy:updatePeriod>never</sy:updatePeriod>", NO_WISHES),
        (
            "<skipHours><hour>0</hour><hour>24</hour><hour>5</hour><hour>77</hour></skipHours>",
            Wishes(skip_hours=(0, 5)),
        ),
        ("<skipDays><day>Sunday</day><day>monday</day><day>Someday</day></skipDays>", Wishes(skip_days=(0, 6))),
        ("<hour>5</hour><day>Sunday</day>", NO_WISHES),
        ("<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(24)) + "</skipHours>", NO_WISHES),
    ],
)
def test_feed_says_how_often_it_may_be_asked(frame: str, wishes: Wishes) -> None:
    assert wishes_of(frame) == wishes


@given(st.text(st.sampled_from("<>/=tls:kiphour0123456789 \n&;#")))
def test_any_frame_is_read(frame: str) -> None:
    assert wishes_of(frame).minutes >= 0


DATE = "Fri, 01 May 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": 'MAX-AGE="600"'}, 600),
        ({"cache-control": "max-age=600", "age": "500"}, 100),
        ({"cache-control": "max-age=600", "age": "900"}, 0),
        ({"cache-control": "s-maxage=600"}, 0),
        ({"cache-control": "max-age=600, no-cache"}, 0),
        ({"cache-control": "no-store"}, 0),
        ({"cache-control": "max-age=x", "expires": "Fri, 01 May 2026 08:10:00 GMT", "date": DATE}, 600),
        ({"cache-control": "max-age=60", "expires": "Fri, 01 May 2026 08:10:00 GMT", "date": DATE}, 60),
        ({"expires": "Fri, 01 May 2026 07:00:00 GMT", "date": DATE}, 0),
        ({"expires": "0", "date": DATE}, 0),
        ({"expires": "Fri, 01 May 2026 08:10:00 GMT"}, 0),
        ({}, 0),
    ],
)
def test_answer_says_how_long_it_is_fresh(fields: dict[str, str], seconds: float) -> None:
    assert fresh_for(fields) == seconds

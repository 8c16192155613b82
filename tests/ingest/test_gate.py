"""Who may ask now: one at a time to a host, a pause between two, so many in all, and nobody is forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from feeds.ingest.gate import Gate


def gate(spacing: float = 1.0, most: int = 10) -> Gate[str]:
    return Gate(spacing=spacing, most=most)


def test_one_at_a_time_to_a_host_and_a_pause_between_two() -> None:
    asked = gate()
    for name in "abc":
        asked.put("one", name, now=0)
    assert asked.take(0) == [("one", "a")]
    assert (asked.take(5), asked.next_at()) == ([], None)
    asked.leave("one", now=5)
    assert (asked.take(5.9), asked.next_at()) == ([], 6)
    assert asked.take(6) == [("one", "b")]


def test_host_that_is_busy_holds_up_no_other() -> None:
    asked = gate()
    for host, name in (("one", "a"), ("one", "b"), ("two", "c")):
        asked.put(host, name, now=0)
    assert asked.take(0) == [("one", "a"), ("two", "c")]


def test_pause_counts_for_what_comes_after_the_queue_was_empty() -> None:
    asked = gate()
    asked.put("one", "a", now=0)
    asked.take(0)
    asked.leave("one", now=3)
    asked.put("one", "b", now=3.5)
    assert (asked.take(3.9), asked.take(4)) == ([], [("one", "b")])


def test_next_hop_of_a_redirect_goes_first_at_its_host() -> None:
    asked = gate()
    asked.put("one", "a", now=0)
    asked.put("one", "hop", now=0, is_first=True)
    assert asked.take(0) == [("one", "hop")]


def test_place_that_is_kept_is_free_when_it_is_given_back() -> None:
    asked = gate(spacing=0, most=1)
    asked.put("one", "a", now=0)
    asked.put("two", "b", now=0)
    asked.take(0)
    asked.leave("one", now=1, keeps_place=True)
    assert (asked.take(1), asked.next_at()) == ([], None)
    asked.free()
    assert asked.take(1) == [("two", "b")]


@given(
    spacing=st.sampled_from([0.0, 1.0]),
    most=st.integers(1, 4),
    hosts=st.lists(st.sampled_from("abcd"), max_size=30),
    lengths=st.lists(st.floats(0, 3), min_size=30, max_size=30),
)
def test_everything_that_waits_has_its_turn(spacing: float, most: int, hosts: list[str], lengths: list[float]) -> None:
    asked: Gate[int] = Gate(spacing=spacing, most=most)
    for number, host in enumerate(hosts):
        asked.put(host, number, now=0)
    now, under_way, begun = 0.0, {}, []
    last_end: dict[str, float] = {}
    while len(begun) < len(hosts):
        for host, number in asked.take(now):
            assert host not in {other for other, _ in under_way.values()}
            assert now >= last_end.get(host, -spacing) + spacing
            under_way[number] = (host, now + lengths[number])
            begun.append(number)
        assert len(under_way) <= most
        if under_way:
            number = min(under_way, key=lambda one: under_way[one][1])
            host, end = under_way.pop(number)
            now = max(now, end)
            last_end[host] = now
            asked.leave(host, now=now)
        else:
            next_at = asked.next_at()
            assert next_at is not None
            now = max(now, next_at)
    assert sorted(begun) == list(range(len(hosts)))

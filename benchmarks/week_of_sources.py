"""A week of 200 simulated partners, polled at their own pace, beside pollers with a fixed interval.

    python week_of_sources.py [--seed 7] [--write]

Deterministic: same seed, same table. Partners publish by the day and the week, in bursts or by the clock; some are
dead, some tell no dates, some ask (ttl) for pauses that do not fit them. When to ask is decided by the product's own
feeds/ingest/pace.py and rhythm.py, with the simulation's clock handed in; nothing is fetched. `--write` puts table and
plot into docs/ingest.md and docs/ingest_week.svg.
"""

import argparse
import bisect
import math
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from week_plot import draw  # noqa: E402  # after the path

from feeds.ingest import pace  # noqa: E402
from feeds.ingest.rhythm import listen  # noqa: E402
from feeds.model.pacing import NO_RHYTHM, NO_WISHES, Rhythm, Wishes  # noqa: E402
from feeds.model.source import Outcome  # noqa: E402

SOURCES = 200
START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
WEEK = timedelta(days=7)
PAST = timedelta(days=28)  # for which partners have published before the first poll
MINUTE = timedelta(minutes=1)
DOCUMENT = ROOT / "docs" / "ingest.md"
PLOT = ROOT / "docs" / "ingest_week.svg"
BEGIN, END = "<!-- simulated: begin -->", "<!-- simulated: end -->"

MEDIAN = 1.0  # stories a day of the partner in the middle
SPREAD = 2.0  # standard deviation of the logarithm: one in eight brings more than ten a day
HEAD_BYTES = 350  # of any answer
STORY_BYTES = 1500  # of an entry, compressed

# Share of a day's stories by the hour, local time: a newsroom's, a wire's, a blog's.
_NEWSROOM = (1, 0.5, 0.3, 0.3, 0.6, 2, 5, 7, 8, 8, 8, 7, 7, 7, 7, 7, 7, 7, 6, 5, 4, 3, 2, 1.5)
_WIRE = (3, 2.5, 2, 2, 2.5, 3, 4, 5, 5, 5.5, 5.5, 5.5, 5.5, 5.5, 5.5, 5.5, 5.5, 5, 4.5, 4.5, 4, 4, 3.5, 3)
_BLOG = (0, 0, 0, 0, 0, 0, 1, 2, 5, 8, 9, 8, 6, 6, 8, 8, 7, 5, 3, 3, 4, 4, 2, 1)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a partner is like: by which hours it publishes, and how much of that on Saturdays and Sundays.

    `burst` is the size of a burst, of which one comes in two days; `ttl` are minutes, one of which its feed asks for.
    """

    name: str
    hours: Sequence[float]
    weekend: float
    burst: float = 0.0
    is_dead: bool = False
    has_dates: bool = True
    ttl: tuple[int, ...] = (0,)


WIRE, NEWSROOM, SMALL = Kind("wire", _WIRE, 0.7), Kind("newsroom", _NEWSROOM, 0.5), Kind("small", _BLOG, 0.2)
BURSTY, UNDATED = Kind("bursty", _WIRE, 0.8, burst=12), Kind("without dates", _NEWSROOM, 0.5, has_dates=False)
ASKING, DEAD = Kind("asking for a pause", _NEWSROOM, 0.5, ttl=(1, 60, 240, 1440)), Kind("dead", _BLOG, 0, is_dead=True)
KINDS = (WIRE, NEWSROOM, SMALL, BURSTY, UNDATED, ASKING, DEAD)
ODD = {3: BURSTY, 7: UNDATED, 11: ASKING, 15: DEAD}  # of twenty partners; the others follow their rate


@dataclass(slots=True)
class Partner:
    """One partner: its kind, when each of its stories appears (minutes from START, sorted), what its answers are."""

    number: int
    kind: Kind
    stories: list[float]
    holds: int
    ttl: int
    has_validators: bool

    def document(self, at: float) -> tuple[int, int]:
        """Give the range of stories in its document at a minute."""
        last = bisect.bisect_right(self.stories, at)
        return max(0, last - self.holds), last


@dataclass(slots=True)
class Tally:
    """What polling a partner for the week came to; delays in minutes, of the week's stories."""

    requests: int = 0
    bytes: int = 0
    lost: int = 0
    delays: list[float] = field(default_factory=list)
    at: list[float] = field(default_factory=list)


# Called after a poll with (partner, minute, is it a failure, new stories); gives the minute of the next one.
Pacer = Callable[[Partner, float, bool, Sequence[float]], float]


def partners(seed: int) -> list[Partner]:
    """Make the partners. Their stories a day are spread log-normally, as feeds' are."""
    made: list[Partner] = []
    for number in range(SOURCES):
        rng = random.Random(f"{seed} {number}")
        rate = MEDIAN * math.exp(SPREAD * statistics.NormalDist().inv_cdf((number + 0.5) / SOURCES))
        kind = ODD.get(number % 20) or (WIRE if rate >= 100 else NEWSROOM if rate >= 8 else SMALL)
        made.append(
            Partner(
                number=number,
                kind=kind,
                stories=[] if kind.is_dead else sorted(_stories(rng, kind, rate)),
                holds=rng.randint(*((50, 100) if rate >= 100 else (20, 40))),
                ttl=rng.choice(kind.ttl),
                has_validators=rng.random() < 0.8,
            )
        )
    return made


def _stories(rng: random.Random, kind: Kind, rate: float) -> Iterator[float]:
    """Draw the minutes at which stories appear: by hour and weekday, some at a full quarter, some in bursts."""
    shift = rng.choice((-5, 0, 0, 0, 1, 1, 2, 8))  # hours of local time ahead of UTC
    total = sum(kind.hours)
    for hour in range(-24 * PAST.days, 24 * (WEEK.days + 2)):
        local = START + timedelta(hours=hour + shift)
        share = kind.hours[local.hour] / total * (kind.weekend if local.weekday() >= 5 else 1)
        for _ in range(_poisson(rng, rate * share)):
            minute = rng.choice((0, 15, 30)) + rng.random() if rng.random() < 0.3 else rng.uniform(0, 60)
            yield hour * 60 + minute
        if kind.burst and rng.random() < 1 / 48:
            yield from (hour * 60 + rng.expovariate(1 / 60) for _ in range(_poisson(rng, kind.burst)))


def _poisson(rng: random.Random, mean: float) -> int:
    """Draw from a Poisson distribution (Knuth)."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def poll(partner: Partner, first: float, pacer: Pacer) -> Tally:
    """Poll a partner for the week, and after it until each of the week's stories was taken or had left."""
    tally = Tally()
    seen, at = 0, first  # stories before `seen` were met or had left the document
    week = WEEK / MINUTE
    wanted = bisect.bisect_left(partner.stories, first), bisect.bisect_left(partner.stories, week)
    while at < week or (seen < wanted[1] and not partner.kind.is_dead):
        oldest, last = partner.document(at)
        new = partner.stories[max(seen, oldest) : last]
        if at < week:
            tally.requests += 1
            tally.at.append(at)
            is_whole = not partner.kind.is_dead and (last > seen or not partner.has_validators or at == first)
            tally.bytes += HEAD_BYTES + is_whole * (last - oldest) * STORY_BYTES
        mine = range(max(wanted[0], seen), min(wanted[1], last))
        tally.lost += sum(number < oldest for number in mine)
        tally.delays += [at - partner.stories[number] for number in mine if number >= oldest]
        seen = max(seen, last)
        at = pacer(partner, at, partner.kind.is_dead, new)
    return tally


def fixed(minutes: float) -> Pacer:
    """Poll every so many minutes, whatever comes."""
    return lambda _partner, at, _has_failed, _new: at + minutes


def own_pace(floor: timedelta, ceiling: timedelta = timedelta(hours=24)) -> Pacer:
    """Poll as the product does."""
    rhythms: dict[int, Rhythm] = {}
    failures: dict[int, int] = {}

    def pacer(partner: Partner, at: float, has_failed: bool, new: Sequence[float]) -> float:
        now = START + at * MINUTE
        known = rhythms.get(partner.number, NO_RHYTHM)
        failures[partner.number] = failures.get(partner.number, 0) + 1 if has_failed else 0
        if not has_failed:
            moments = [START + minute * MINUTE for minute in new] if partner.kind.has_dates else []
            if new or known.at is None:
                rhythms[partner.number] = known = listen(known, new=len(new), moments=moments, now=now)
        due, _ = pace.next_poll(
            outcome=Outcome.TIMEOUT if has_failed else Outcome.CHANGED if new else Outcome.UNCHANGED,
            failures=failures[partner.number],
            now=now,
            floor=floor,
            ceiling=ceiling,
            retry_after=None,
            seed=str(partner.number),
            rhythm=known,
            wishes=Wishes(minutes=partner.ttl) if partner.ttl else NO_WISHES,
        )
        return (due - START) / MINUTE

    return pacer


@dataclass(frozen=True, slots=True)
class Result:
    """A week with one poller.

    `delays` are in minutes, without those of partners that ask for a longer pause than a quarter of an hour: a poller
    that keeps it is late by their wish. `by_kind` has requests and delays of each kind, `by_hour` requests of each hour.
    """

    name: str
    requests: int
    megabytes: float
    lost: int
    delays: Sequence[float]
    by_hour: Sequence[int]
    by_kind: Mapping[str, tuple[int, Sequence[float]]]

    def within(self, minutes: float) -> float:
        """Give the share of stories that were taken within so many minutes."""
        return sum(delay <= minutes for delay in self.delays) / len(self.delays)


def week(name: str, made: Sequence[Partner], pacer: Pacer) -> Result:
    """Poll all partners for the week; each is added at a moment of its own in the first quarter of an hour."""
    tallies = [(partner, poll(partner, (partner.number * 7.3) % 15, pacer)) for partner in made]
    by_hour = [0] * (24 * WEEK.days)
    by_kind: dict[str, tuple[int, list[float]]] = {kind.name: (0, []) for kind in KINDS}
    for partner, tally in tallies:
        for at in tally.at:
            by_hour[int(at // 60)] += 1
        requests, delays = by_kind[partner.kind.name]
        by_kind[partner.kind.name] = (requests + tally.requests, delays + tally.delays)
    return Result(
        name=name,
        requests=sum(tally.requests for _, tally in tallies),
        megabytes=sum(tally.bytes for _, tally in tallies) / 1e6,
        lost=sum(tally.lost for _, tally in tallies),
        delays=sorted(delay for partner, tally in tallies if partner.ttl <= 15 for delay in tally.delays),
        by_hour=by_hour,
        by_kind=by_kind,
    )


def share(values: Sequence[float], of_hundred: int) -> float:
    """Give the value that so many of a hundred do not pass; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) * of_hundred // 100, len(ordered) - 1)] if ordered else 0.0


def table(results: Sequence[Result]) -> str:
    """Write what pollers came to in Markdown; the first one is the measure."""
    head = ("poller", "requests", "", "MB", "median", "mean", "95 of 100", "within 15 min", "lost")
    rows = [
        (
            result.name,
            f"{result.requests:,}",
            f"{result.requests / results[0].requests:.0%}",
            f"{result.megabytes:.0f}",
            f"{share(result.delays, 50):.1f} min",
            f"{statistics.fmean(result.delays):.1f} min",
            f"{share(result.delays, 95):.0f} min",
            f"{result.within(15):.0%}",
            f"{result.lost}",
        )
        for result in results
    ]
    return _markdown(head, rows)


def table_of_kinds(made: Sequence[Partner], fixed_one: Result, own: Result) -> str:
    """Write what each kind of partner sees and gives, in Markdown: requests to one, and the median delay."""
    rows = []
    for kind in KINDS:
        many = sum(partner.kind is kind for partner in made)
        stories = len(own.by_kind[kind.name][1])
        cells = [kind.name, str(many), f"{stories / many / 7:.1f}"]
        for result in (fixed_one, own):
            requests, delays = result.by_kind[kind.name]
            cells += [f"{requests / many:.0f}", f"{share(delays, 50):.0f} min" if delays else "–"]
        rows.append(cells)
    head = ("partners", "", "stories a day", "requests, fixed", "delay, fixed", "requests, own pace", "delay, own pace")
    return _markdown(head, rows)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("--write", action="store_true", help="put tables and plot into docs/")
    args = ap.parse_args()
    made = partners(args.seed)
    fixed_one = week("fixed, 15 min", made, fixed(15))
    own = [week(f"own pace, floor {floor} min", made, own_pace(floor * MINUTE)) for floor in (15, 10, 5)]
    others = [week(f"fixed, {minutes} min", made, fixed(minutes)) for minutes in (10, 20, 25, 30, 45, 60, 75)]
    sparing = min(others, key=lambda one: abs(one.requests - own[-1].requests))
    tables = "\n\n".join((table([fixed_one, *own, sparing]), table_of_kinds(made, fixed_one, own[0])))
    print(tables)
    if args.write:
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        DOCUMENT.write_text(f"{before}{BEGIN}\n{tables}\n{END}{after}", encoding="utf-8")
        published = [int(minute // 60) for partner in made for minute in partner.stories if 0 <= minute < 24 * 7 * 60]
        stories = [published.count(hour) for hour in range(24 * 7)]
        PLOT.write_text(draw(own, [fixed_one, *others], stories), encoding="utf-8")


if __name__ == "__main__":
    main()

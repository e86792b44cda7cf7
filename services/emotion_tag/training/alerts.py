"""Measures the alerts: false alarms on noise, and how soon spikes are noticed.

    python -m services.emotion_tag.training.alerts [--subjects 300] [--days 28] [--data FOLDER]

Subjects are made up: texts come with the hours of the day, the negative share of each differs, has
seasons, and scatters from hour to hour more than chance (Gamma, so counts are negative binomial).
The alerts learn for two weeks, cold; then false alarms are counted, and at a random daytime hour
the angry share is multiplied for three hours in a copy of the world. Beside them, in the same
worlds: a z-score of the hour's count over the last week, and a share of the hour's texts, each with
its usual limit and with the limit at which it has no more false alarms than the alerts.

With `--data` real texts are tagged by the shipped model and told in random order: nothing has
happened, so every alert is false.
"""

import argparse
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from services.emotion_tag.domain.alert_counts import FAMILIES, QUARTER, Counts, Family
from services.emotion_tag.domain.alert_rate import Habit
from services.emotion_tag.domain.alert_watch import (
    FALSE_ALARMS,
    LEAST_PEOPLE,
    Watch,
    threshold_for,
)
from services.emotion_tag.domain.aspect import ASPECTS
from services.emotion_tag.training.alert_plain_ways import (
    SAME_ALERT,
    SPIKE_QUARTERS,
    SPIKES,
    WEEK,
    Found,
    plain_ways,
)
from services.emotion_tag.training.alert_replay import replay
from services.emotion_tag.training.alert_worlds import (
    AN_HOUR,
    DAY,
    START,
    Ints,
    Told,
    World,
    make_world,
    tell,
)

LEARNING = 14  # days

_NO_ASPECTS = (0.0,) * len(ASPECTS)


class Watched:
    """A subject under the eyes of the service's own rule."""

    def __init__(self, threshold: float) -> None:
        self.watch = Watch(START, Habit(START))
        self.quarters: dict[datetime, Counts] = {}
        self.threshold = threshold

    def copy(self) -> "Watched":
        other = Watched(self.threshold)
        other.watch, other.quarters = self.watch, dict(self.quarters)
        return other

    def close(self, now: datetime, of_kind: Habit) -> Habit:
        """Close the hours before `now`; return what the kind has learned."""
        self.watch, of_kind = self.watch.rolled(now, self.quarters, of_kind)
        self.quarters = {at: c for at, c in self.quarters.items() if at >= self.watch.hour}
        return of_kind

    def hear(self, now: datetime, told: Told, of_kind: Habit) -> list[tuple[Family, int]]:
        """Look after every negative text; families that are up, and the text that showed it."""
        up: list[tuple[Family, int]] = []
        alarmed: set[int] = set()
        counted = [0.0] * len(FAMILIES)
        for place, at in sorted((place, at) for at, all_ in enumerate(told.at) for place in all_):
            counted[at] += 1
            self.quarters[now] = Counts(place + 1.0, tuple(counted), _NO_ASPECTS)
            if at in alarmed or self._lately(at, now) < LEAST_PEOPLE:
                continue
            family = FAMILIES[at]
            if self.watch.run(family, self.quarters, of_kind).most >= self.threshold:
                self.watch = self.watch.forgot(family)
                alarmed.add(at)
                up.append((family, place))
        self.quarters[now] = Counts(float(told.texts), tuple(counted), _NO_ASPECTS)
        return up

    def _lately(self, at: int, now: datetime) -> float:
        """Negative people of this hour, or of the run that goes on."""
        if self.watch.runs[at].most > 0:
            return LEAST_PEOPLE
        return sum(c.negatives[at] for q, c in self.quarters.items() if q <= now)


@dataclass
class Result:
    """All that was counted in a world."""

    subject_days: int
    spikes: int
    alerts: Found
    others: dict[str, Found]


def measure(rng: np.random.Generator, world: World, threshold: float) -> Result:
    """Run the alerts and the two plain ways over a world."""
    subjects, quarters = world.texts.shape
    watched = [Watched(threshold) for _ in range(subjects)]
    alerts = Found(delays={size: [] for size in SPIKES})
    kind = Habit(START)
    angry = np.zeros((subjects, quarters), np.int64)
    everyone = np.zeros((subjects, len(FAMILIES), quarters), np.int64)
    last = np.full((subjects, len(FAMILIES)), -SAME_ALERT)
    first = LEARNING * DAY
    spike_at = rng.integers(first + WEEK, quarters - SPIKE_QUARTERS, subjects)
    spiked: list[tuple[int, float, Ints]] = []
    for quarter in range(quarters):
        now = START + quarter * QUARTER
        for one in range(subjects):
            rates = world.rates[one, :, quarter] * world.scatter[one, :, quarter]
            if quarter % AN_HOUR == 0:
                kind = watched[one].close(now, kind)
            if quarter == spike_at[one]:
                for size in SPIKES:
                    delay, counts = _spike(
                        rng, watched[one].copy(), world, one, quarter, size, kind
                    )
                    spiked.append((one, size, counts))
                    if delay is not None and alerts.delays is not None:
                        alerts.delays[size].append(delay)
            told = tell(rng, int(world.texts[one, quarter]), rates)
            everyone[one, :, quarter] = [len(all_) for all_ in told.at]
            for family, _ in watched[one].hear(now, told, kind):
                at = FAMILIES.index(family)
                if quarter - last[one, at] >= SAME_ALERT and quarter >= first:
                    alerts.alarms += 1
                last[one, at] = quarter
    angry = everyone[:, 0]
    days = subjects * (quarters - first) // DAY
    others = plain_ways(world.texts, everyone, angry, spike_at, spiked, alerts.alarms, first)
    return Result(days, subjects, alerts, others)


def _spike(
    rng: np.random.Generator,
    watched: Watched,
    world: World,
    one: int,
    begins: int,
    size: float,
    kind: Habit,
) -> tuple[float | None, Ints]:
    """Minutes until the angry family is up, and its counts through the spike."""
    found, counts = None, np.zeros(SPIKE_QUARTERS, np.int64)
    for after in range(SPIKE_QUARTERS):
        quarter = begins + after
        now = START + quarter * QUARTER
        if quarter % AN_HOUR == 0 and after:
            watched.close(now, kind)
        rates = world.rates[one, :, quarter] * world.scatter[one, :, quarter]
        rates[0] *= size
        told = tell(rng, int(world.texts[one, quarter]), rates)
        counts[after] = len(told.at[0])
        for family, place in watched.hear(now, told, kind):
            if family is FAMILIES[0] and found is None:
                found = (after + (place + 1) / told.texts) * (QUARTER / timedelta(minutes=1))
    return found, counts


def main() -> None:
    """Measure worlds of different sizes and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m services.emotion_tag.training.alerts")
    parser.add_argument("--subjects", type=int, default=300)
    parser.add_argument("--days", type=int, default=28, help="counted, after two weeks of learning")
    parser.add_argument("--volumes", type=float, nargs="+", default=[30, 150, 600])
    parser.add_argument("--spread", type=float, default=0.1)
    parser.add_argument("--false-alarms", type=float, default=FALSE_ALARMS)
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--data", type=Path, help="replay real texts from this folder instead")
    parser.add_argument("--most", type=int, default=20_000, help="texts of each corpus to replay")
    asked = parser.parse_args()
    if asked.data:
        threshold = threshold_for(asked.false_alarms)
        _say(replay(asked.data, threshold, asked.most, asked.seed))
        return
    for volume in asked.volumes:
        rng = np.random.default_rng(asked.seed)
        world = make_world(
            rng,
            subjects=asked.subjects,
            days=LEARNING + asked.days,
            texts_a_day=volume,
            spread=asked.spread,
        )
        result = measure(rng, world, threshold_for(asked.false_alarms))
        _say(
            f"\n{volume:g} texts a day, {result.subject_days:,} subject-days, "
            f"{result.spikes} spikes of each size, spread {asked.spread:g}"
        )
        _show("alerts", result.alerts, result)
        for label, found in result.others.items():
            _show(label, found, result)


def _show(label: str, found: Found, result: Result) -> None:
    rate = found.alarms / result.subject_days * 1000
    parts = [f"  {label:16} false alarms per 1,000 subject-days {rate:8.2f}"]
    for size, delays in (found.delays or {}).items():
        half = f"{np.median(delays):4.0f} min" if delays else "       –"
        parts.append(f"×{size:g}: {len(delays) / result.spikes:4.0%} {half}")
    _say(" | ".join(parts))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()

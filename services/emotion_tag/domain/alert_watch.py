"""Watches one subject: says, text by text, whether more people are upset than can be chance.

The evidence for a spike is a likelihood ratio: how much better the counts fit `RATIOS` times the
expected rate than the rate itself, both with the scatter of a negative binomial over the hour.
Page (1954) summed it from wherever it last was nothing; so do we, with the hour as the unit that
scatters as a whole, and a spike may begin at any quarter of the current hour. Under the usual rate
a likelihood ratio ever exceeds x with a probability below 1/x, however often one looks (Ville
1939), so a bound on false alarms follows from the number of beginnings in a day:

    false alarms a subject-day <= 96 quarters * 3 families * 2 ratios * exp(-threshold)

It is held for negative binomial noise of a known mean; `training/alerts.py` measures the rest.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.emotion_tag.domain.alert_counts import (
    FAMILIES,
    HOUR,
    NOTHING,
    QUARTER,
    Counts,
    Family,
    hour_of,
    total,
)
from services.emotion_tag.domain.alert_rate import Habit, expected_share

Quarters = Mapping[datetime, Counts]
"""Counts by the beginning of their quarter of an hour."""

PARTS = HOUR // QUARTER

RATIOS = (2.0, 4.0)
"""Spikes of these sizes are looked for; others between and beyond are found a little later."""

FALSE_ALARMS = 0.001
"""At most so many for each subject and day."""

LEAST_PEOPLE = 5
"""Fewer people are no crowd; what they say is not shown as what people say, either."""

DOUBT = 1.0
"""Standard deviations that the expected rate is taken higher by, while it is not well known."""

RUN_HALF_LIFE = timedelta(hours=12)
"""Evidence of former hours fades: a spike is something of hours, a bad week is not one."""

TRUST_IN_ALERT = 0.1
"""How much of an hour under an alert is learned from: a lasting change becomes usual in weeks."""


SLACK = 15.0
"""The bound is at least so many times too high; measured, see decision 0012."""


def threshold_for(false_alarms: float) -> float:
    """The evidence that keeps false alarms of a subject and day about at that, or below."""
    beginnings = timedelta(days=1) / QUARTER * len(FAMILIES) * len(RATIOS)
    return math.log(beginnings / SLACK / false_alarms)


@dataclass(frozen=True, slots=True)
class Run:
    """Evidence for one family up to the end of an hour."""

    evidence: tuple[float, ...] = (0.0,) * len(RATIOS)
    """For each of `RATIOS`, in nats, not negative."""
    since: datetime | None = None
    """Where what has most evidence began."""

    @property
    def most(self) -> float:
        return max(self.evidence)


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of a subject at the beginning of an hour."""

    hour: datetime
    habit: Habit
    runs: tuple[Run, ...] = (Run(),) * len(FAMILIES)
    """In the order of `FAMILIES`."""

    def run(self, family: Family, quarters: Quarters, of_kind: Habit) -> Run:
        """The evidence by now; `quarters` has the counts of this hour, others are ignored."""
        at = FAMILIES.index(family)
        expected = expected_share(self.habit, of_kind, family, self.hour)
        careful = expected.mean * (1 + DOUBT / math.sqrt(expected.shape))
        before, spread = self.runs[at], of_kind.spread
        best = [0.0] * len(RATIOS)
        begun: list[datetime | None] = [None] * len(RATIOS)
        texts = negatives = 0.0
        for part in reversed(range(PARTS)):
            moment = self.hour + part * QUARTER
            counts = quarters.get(moment, NOTHING)
            texts, negatives = texts + counts.texts, negatives + counts.negatives[at]
            for i, ratio in enumerate(RATIOS):
                found = log_ratio(negatives, careful * texts, spread, ratio)
                since = moment
                if part == 0:
                    found += before.evidence[i]
                    since = before.since or moment
                if found > best[i]:
                    best[i], begun[i] = found, since
        return Run(tuple(best), begun[best.index(max(best))])

    def rolled(
        self,
        to: datetime,
        quarters: Quarters,
        of_kind: Habit,
        under_alert: frozenset[Family] = frozenset(),
    ) -> tuple["Watch", Habit]:
        """Close the hours before `to`: carry their evidence over and learn from them.

        Returns the watch at the hour of `to`, and the habit of the kind with what it learned.
        """
        watch, kind, last = self, of_kind, hour_of(to)
        hours = {hour_of(quarter) for quarter in quarters}
        for hour in sorted(one for one in hours if self.hour <= one < last):
            watch, kind = watch.waited(hour).closed(quarters, kind, under_alert)
        return watch.waited(last), kind

    def learned(self, quarter: datetime, counts: Counts, trust: float = 1.0) -> "Watch":
        """With what was said in a quarter that is over."""
        return replace(self, habit=self.habit.learned(quarter, counts, trust))

    def recounted(self, quarters: Quarters, of_kind: Habit) -> "Watch":
        """With evidence of closed hours made anew of counts that were changed meanwhile.

        Held against what is usual as it is known now; what was forgotten stays forgotten.
        """
        runs = tuple(
            run if run.since is None else self._again(family, run.since, quarters, of_kind)
            for family, run in zip(FAMILIES, self.runs, strict=True)
        )
        return replace(self, runs=runs)

    def _again(self, family: Family, since: datetime, quarters: Quarters, of_kind: Habit) -> Run:
        at, first = FAMILIES.index(family), hour_of(since)
        watch = replace(self, hour=first, runs=(Run(),) * len(FAMILIES))
        heard = {quarter: counts for quarter, counts in quarters.items() if quarter >= since}
        for hour in sorted({hour_of(quarter) for quarter in heard}):
            if hour < self.hour:
                watch = watch.waited(hour)
                run = watch.run(family, heard, of_kind)
                watch = replace(watch, runs=(*watch.runs[:at], run, *watch.runs[at + 1 :]))
        return watch.waited(self.hour).runs[at]

    def forgot(self, family: Family) -> "Watch":
        """Without evidence for a family: it counts anew."""
        at = FAMILIES.index(family)
        return replace(self, runs=(*self.runs[:at], Run(), *self.runs[at + 1 :]))

    def waited(self, hour: datetime) -> "Watch":
        left = math.pow(0.5, max(hour - self.hour, timedelta(0)) / RUN_HALF_LIFE)
        runs = tuple(Run(tuple(one * left for one in run.evidence), run.since) for run in self.runs)
        return replace(self, hour=max(hour, self.hour), runs=runs)

    def closed(
        self, quarters: Quarters, of_kind: Habit, under_alert: frozenset[Family]
    ) -> tuple["Watch", Habit]:
        """The same hour, over: `runs` has its evidence, and it was learned from."""
        counts = total(quarters.get(self.hour + i * QUARTER, NOTHING) for i in range(PARTS))
        runs = tuple(self.run(family, quarters, of_kind) for family in FAMILIES)
        trust = TRUST_IN_ALERT if under_alert else 1.0
        kind = of_kind.learned(self.hour, counts, trust)
        for family, negatives in zip(FAMILIES, counts.negatives, strict=True):
            if family not in under_alert and counts.texts:
                expected = expected_share(self.habit, of_kind, family, self.hour)
                kind = kind.scattered(negatives, expected.mean * counts.texts)
        habit = self.habit.learned(self.hour, counts, trust)
        return replace(self, habit=habit, runs=runs), kind


def log_ratio(observed: float, expected: float, spread: float, ratio: float) -> float:
    """Log-likelihood of `ratio` times the expected count over the expected one.

    Both negative binomial with variance mean + spread × mean²; as spread goes to 0 it is Poisson's
    observed × ln(ratio) - (ratio - 1) × expected.
    """
    size = 1 / spread
    return observed * math.log(ratio) - (observed + size) * math.log(
        (size + ratio * expected) / (size + expected)
    )

"""What share of negative texts is usual for a subject at an hour, learned from its own past.

The share is a Gamma-distributed rate per text (Gelman et al., Bayesian Data Analysis, 2.6). Its
prior is what is usual for subjects of the kind, worth `PRIOR_SHAPE` negative texts, so that a new
subject is held against its kind and a known one against itself. Hour of the day and day of the week
multiply it, each learned with shrinkage towards the kind's and that towards 1. The past fades by
half every `HALF_LIFE`. Counts of an hour scatter more than Poisson's: the kind's extra variance is
estimated by moments over the hours of its subjects (negative binomial, `spread` is 1/size).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from services.emotion_tag.domain.alert_counts import FAMILIES, Counts, Family
from services.emotion_tag.domain.aspect import ASPECTS

HALF_LIFE = timedelta(days=14)

PRIOR_SHAPE = 2.0
"""Subjects of a kind differ by about 1/√2 of their mean rate."""
PRIOR_TEXTS = 50.0
"""Texts that the first guess of a kind's rate is worth."""
FIRST_GUESS = (0.04, 0.08, 0.02)
"""Share of each family before anything is known; of 2,000 shop reviews .05, .11 and .01."""
SEASON_WEIGHT = 30.0
"""Negative texts that no season is worth; at an hour with 30 the two count alike."""

FIRST_SPREAD, SPREAD_WEIGHT = 0.1, 50.0
LEAST_SPREAD, MOST_SPREAD = 0.02, 1.0
"""Bounds: hours differ by 14 % of their mean at least (nothing is perfectly regular)."""

LOCAL = timezone(timedelta(hours=8))
"""Where days and weeks begin for most who write here; hours are learned wherever they begin."""

HOURS, DAYS = 24, 7
_COUNT = len(FAMILIES)


@dataclass(frozen=True, slots=True)
class Habit:
    """Faded sums over the past of a subject, or of all of a kind, as of a moment."""

    as_of: datetime
    hours: tuple[float, ...] = (0.0,) * HOURS
    """Texts by hour of the day."""
    days: tuple[float, ...] = (0.0,) * DAYS
    """Texts by day of the week."""
    negative_hours: tuple[float, ...] = (0.0,) * (HOURS * _COUNT)
    """Negative texts by family, then hour."""
    negative_days: tuple[float, ...] = (0.0,) * (DAYS * _COUNT)
    aspects: tuple[float, ...] = (0.0,) * len(ASPECTS)
    """Complaints."""
    scatter: tuple[float, float] = (0.0, 0.0)
    """Sums of (k - expected)² - expected, and of expected²; kept for kinds."""

    def learned(self, moment: datetime, counts: Counts, share: float = 1.0) -> "Habit":
        """With what was counted in the hour of `moment`; `share` 0 to 1 is how much to trust it.

        Counts are negative where texts are taken back; no sum ever falls below nothing.
        """
        faded = self._as_of(max(self.as_of, moment))
        left = share * _left(faded.as_of - moment)
        local = moment.astimezone(LOCAL)
        at_hours = [family * HOURS + local.hour for family in range(_COUNT)]
        at_days = [family * DAYS + local.weekday() for family in range(_COUNT)]
        negatives = [k * left for k in counts.negatives]
        return replace(
            faded,
            hours=_plus(faded.hours, [local.hour], [counts.texts * left]),
            days=_plus(faded.days, [local.weekday()], [counts.texts * left]),
            negative_hours=_plus(faded.negative_hours, at_hours, negatives),
            negative_days=_plus(faded.negative_days, at_days, negatives),
            aspects=_plus(
                faded.aspects, range(len(ASPECTS)), [left * one for one in counts.aspects]
            ),
        )

    def scattered(self, observed: float, expected: float) -> "Habit":
        """With one more hour of a subject: so many were expected, so many came."""
        excess, squares = self.scatter
        return replace(
            self,
            scatter=(excess + (observed - expected) ** 2 - expected, squares + expected**2),
        )

    @property
    def texts(self) -> float:
        return sum(self.hours)

    @property
    def spread(self) -> float:
        """Variance of an hour's rate over its squared mean, beyond Poisson's."""
        excess, squares = self.scatter
        found = (FIRST_SPREAD * SPREAD_WEIGHT + excess) / (SPREAD_WEIGHT + squares)
        return min(max(found, LEAST_SPREAD), MOST_SPREAD)

    def negatives(self, family: Family) -> float:
        at = FAMILIES.index(family)
        return sum(self.negative_hours[at * HOURS : (at + 1) * HOURS])

    def _as_of(self, moment: datetime) -> "Habit":
        left = _left(moment - self.as_of)
        if left == 1.0:
            return self
        return Habit(
            moment,
            hours=_times(self.hours, left),
            days=_times(self.days, left),
            negative_hours=_times(self.negative_hours, left),
            negative_days=_times(self.negative_days, left),
            aspects=_times(self.aspects, left),
            scatter=(self.scatter[0] * left, self.scatter[1] * left),
        )


@dataclass(frozen=True, slots=True)
class Expected:
    """The usual share of negative texts: Gamma-distributed around `mean`."""

    mean: float
    shape: float
    """How many negative texts the knowledge of it is worth."""

    def quantile(self, z: float) -> float:
        """At so many standard deviations, by Wilson and Hilferty (1931): to 1 % from shape 2 on."""
        return self.mean * gamma_quantile(self.shape, z) / self.shape


def gamma_quantile(shape: float, z: float) -> float:
    return shape * max(0.0, 1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))) ** 3


def expected_share(habit: Habit, of_kind: Habit, family: Family, moment: datetime) -> Expected:
    """What is to be expected of a subject in the hour of `moment`."""
    guess = FIRST_GUESS[FAMILIES.index(family)]
    usual = (of_kind.negatives(family) + guess * PRIOR_TEXTS) / (of_kind.texts + PRIOR_TEXTS)
    shape = PRIOR_SHAPE + habit.negatives(family)
    mean = shape / (PRIOR_SHAPE / usual + habit.texts)
    season = _season(habit, of_kind, family, moment, mean, usual)
    return Expected(min(mean * season, 1.0), shape)


def expected_complaints(habit: Habit, of_kind: Habit) -> tuple[float, ...]:
    """How many complaints of each aspect are usual for a text, in the order of `ASPECTS`."""
    return tuple(
        (own + PRIOR_TEXTS * (kind + 1) / (of_kind.texts + PRIOR_TEXTS))
        / (habit.texts + PRIOR_TEXTS)
        for own, kind in zip(habit.aspects, of_kind.aspects, strict=True)
    )


def _season(
    habit: Habit, of_kind: Habit, family: Family, moment: datetime, mean: float, usual: float
) -> float:
    local, at = moment.astimezone(LOCAL), FAMILIES.index(family)
    season = 1.0
    for texts, negatives, kind_texts, kind_negatives, slot in (
        (
            habit.hours,
            habit.negative_hours,
            of_kind.hours,
            of_kind.negative_hours,
            (at * HOURS, local.hour),
        ),
        (
            habit.days,
            habit.negative_days,
            of_kind.days,
            of_kind.negative_days,
            (at * DAYS, local.weekday()),
        ),
    ):
        first, now = slot
        of_all = (kind_negatives[first + now] + SEASON_WEIGHT) / (
            kind_texts[now] * usual + SEASON_WEIGHT
        )
        season *= (negatives[first + now] + SEASON_WEIGHT * of_all) / (
            texts[now] * mean + SEASON_WEIGHT
        )
    return season


def _left(age: timedelta) -> float:
    return math.pow(0.5, max(0.0, age / HALF_LIFE))


def _times(values: tuple[float, ...], factor: float) -> tuple[float, ...]:
    return tuple(value * factor for value in values)


def _plus(values: tuple[float, ...], at: Sequence[int], added: list[float]) -> tuple[float, ...]:
    whole = list(values)
    for index, one in zip(at, added, strict=True):
        whole[index] = max(0.0, whole[index] + one)
    return tuple(whole)

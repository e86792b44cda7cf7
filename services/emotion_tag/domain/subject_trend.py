"""How the feeling about a thing changes: counts by hour and by day, and their slopes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from services.emotion_tag.domain.standing import FORGOTTEN_AFTER
from services.emotion_tag.domain.taxonomy import Polarity
from services.emotion_tag.domain.voice import (
    POLARITIES,
    POLARITY,
    SIZE,
    VOLUME,
    Sums,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS_KEPT, DAYS_KEPT = timedelta(days=3), FORGOTTEN_AFTER

LEAST_SPANS = 5
"""A line through fewer points says more about the points than about a trend."""

_SURE = 1.96  # standard errors of a 95 % interval
_ROUNDS = 25
_POSITIVE = POLARITY.start + POLARITIES.index(Polarity.POSITIVE)
_NEGATIVE = POLARITY.start + POLARITIES.index(Polarity.NEGATIVE)


@dataclass(frozen=True, eq=False, slots=True)
class Span:
    """The sums of what was said in an hour or a day (UTC), not faded."""

    starts_at: datetime
    is_day: bool
    sums: Sums

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + (DAY if self.is_day else HOUR)


@dataclass(frozen=True, slots=True)
class Slope:
    """A change for each day, with the interval that holds it with 95 %."""

    per_day: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Whether it surely goes up, or surely down."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Trend:
    """Where it goes; None where too little is known."""

    volume: Slope | None
    """Of the logarithm of the volume: 0.1 is about 10 % more every day."""
    balance: Slope | None
    """Of positive less negative share."""


def span_start(at: datetime, *, is_day: bool) -> datetime:
    """When the hour or the day began that a moment lies in."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour.replace(hour=0) if is_day else hour


def filled(spans: Sequence[Span], since: datetime, until: datetime, *, is_day: bool) -> list[Span]:
    """All spans that begin from `since` to `until`, the silent ones too, oldest first."""
    known = {span.starts_at: span for span in spans if span.is_day == is_day}
    step = DAY if is_day else HOUR
    start = span_start(since, is_day=is_day)
    start = start if start >= since else start + step
    found = []
    while start <= until:
        found.append(known.get(start) or Span(start, is_day, np.zeros(SIZE)))
        start += step
    return found


def trend_of(spans: Sequence[Span], now: datetime) -> Trend:
    """Fit lines through complete spans; the one that still runs is left out."""
    complete = [span for span in spans if span.ends_at <= now]
    if len(complete) < LEAST_SPANS:
        return Trend(None, None)
    days = np.array([(span.starts_at - complete[0].starts_at) / DAY for span in complete])
    volumes = np.array([max(0.0, float(span.sums[VOLUME])) for span in complete])
    balances = np.array([float(s.sums[_POSITIVE] - s.sums[_NEGATIVE]) for s in complete])
    return Trend(_growth(days, volumes), _line(days, balances, volumes))


def _growth(days: Sums, volumes: Sums) -> Slope | None:
    """Poisson regression on time, its errors widened by the dispersion that is seen.

    Source: McCullagh & Nelder (1989), Generalized Linear Models, 6.2; fitted by Newton's steps.
    """
    if np.count_nonzero(volumes) < 2:  # noqa: PLR2004 - a line needs two points
        return None
    middle = float(days.mean())
    design = np.stack([np.ones_like(days), days - middle], axis=1)
    beta = np.array([math.log(float(volumes.mean())), 0.0])
    steepest = 30 / max(float(np.ptp(days)), 1e-9)
    for _ in range(_ROUNDS):
        means = np.exp(np.clip(design @ beta, -30, 30))
        step = np.linalg.solve(
            design.T @ (design * means[:, None]) + 1e-9 * np.eye(2), design.T @ (volumes - means)
        )
        beta = beta + np.clip(step, -1, 1)
        beta[1] = np.clip(beta[1], -steepest, steepest)
        if float(np.abs(step).max()) < 1e-8:  # noqa: PLR2004 - far below what is shown
            break
    means = np.exp(np.clip(design @ beta, -30, 30))
    spread = max(1.0, float(((volumes - means) ** 2 / means).sum()) / max(1, len(days) - 2))
    errors = spread * np.linalg.inv(design.T @ (design * means[:, None]) + 1e-9 * np.eye(2))
    return _slope(float(beta[1]), float(errors[1, 1]))


def _line(days: Sums, balances: Sums, volumes: Sums) -> Slope | None:
    """A line through the shares, each weighing as many texts as it is made of."""
    heard = volumes > 0
    if np.count_nonzero(heard) < LEAST_SPANS:
        return None
    x, weights = days[heard], volumes[heard]
    y = balances[heard] / weights
    middle = float((weights * x).sum() / weights.sum())
    spread = float((weights * (x - middle) ** 2).sum())
    mean = float((weights * y).sum() / weights.sum())
    per_day = float((weights * (x - middle) * (y - mean)).sum()) / spread
    left = y - mean - per_day * (x - middle)
    # A share of n texts varies by 1/n at most, however well the line happens to fit.
    seen = float((weights * left**2).sum()) / (len(x) - 2)
    expected = max(1.0 - mean**2, 1e-3)
    return _slope(per_day, max(seen, expected) / spread)


def _slope(per_day: float, variance: float) -> Slope:
    off = _SURE * math.sqrt(variance)
    return Slope(per_day, per_day - off, per_day + off)

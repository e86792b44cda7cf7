"""Worlds of made-up subjects for the measuring of alerts, see `alerts.py`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.domain.alert_counts import FAMILIES
from services.emotion_tag.domain.alert_rate import LOCAL

START = datetime(2026, 3, 2, tzinfo=LOCAL).astimezone(UTC)  # a Monday
DAY, AN_HOUR = 96, 4  # quarters
SATURDAY = 5

_BY_HOUR = 1 + 0.8 * np.cos((np.arange(24) - 21) / 24 * 2 * np.pi)  # most at nine in the evening

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Subjects of a kind, by quarter of an hour."""

    texts: Ints
    """[subject, quarter]"""
    rates: Floats
    """Share of negative texts, [subject, family, quarter]; without the scatter of hours."""
    scatter: Floats
    """What an hour multiplies it by, the same form."""


def make_world(
    rng: np.random.Generator, *, subjects: int, days: int, texts_a_day: float, spread: float
) -> World:
    """A world of quarters; `spread` is the squared coefficient of variation of an hour's rate."""
    quarters = days * DAY
    hour = np.arange(quarters) // AN_HOUR % 24
    day = np.arange(quarters) // DAY % 7
    profile = _BY_HOUR[hour] / _BY_HOUR.sum() / AN_HOUR
    texts = rng.poisson(texts_a_day * profile, (subjects, quarters))
    usual = np.array([0.05, 0.08, 0.02])
    own = rng.gamma(3, 1 / 3, (subjects, len(FAMILIES), 1)) * usual[:, None]
    season = 1 + 0.4 * np.sin((hour - 15) / 24 * 2 * np.pi) + 0.2 * (day >= SATURDAY)
    hours = quarters // AN_HOUR
    by_hour = rng.gamma(1 / spread, spread, (subjects, len(FAMILIES), hours))
    return World(texts, np.minimum(own * season, 0.3), np.repeat(by_hour, AN_HOUR, axis=2))


@dataclass
class Told:
    """A quarter of one subject as it is told, text by text."""

    texts: int
    at: list[list[int]]
    """For each family the places of its texts, rising."""


def tell(rng: np.random.Generator, texts: int, rates: Floats) -> Told:
    draws = rng.random(texts)
    edges = np.concatenate([[0.0], np.minimum(rates, 0.9).cumsum()])
    return Told(
        texts,
        [((draws >= low) & (draws < high)).nonzero()[0].tolist() for low, high in pairwise(edges)],
    )

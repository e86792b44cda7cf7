"""The plain ways to notice a spike that alerts are held against, see `alerts.py`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.domain.alert_counts import FAMILIES
from services.emotion_tag.domain.alert_watch import LEAST_PEOPLE
from services.emotion_tag.training.alert_worlds import AN_HOUR, DAY, Floats, Ints

SPIKES = (2.0, 3.0, 5.0)
SPIKE_QUARTERS = 12
SAME_ALERT = 96  # quarters in which a family that is up again is the same alert
WEEK = 7 * DAY

T = TypeVar("T", np.int64, np.float64)


@dataclass
class Found:
    """What one way of looking found."""

    alarms: int = 0
    delays: dict[float, list[float]] | None = None
    """Minutes from the beginning of a spike, by its size; those not noticed are missing."""


def plain_ways(
    texts: Ints,
    everyone: Ints,
    angry: Ints,
    spike_at: Ints,
    spiked: Sequence[tuple[int, float, Ints]],
    alarms: int,
    first: int,
) -> dict[str, Found]:
    """The plain ways, with their usual limits and with as few false alarms as ours."""
    usual = {"z-score": 3.0, "share": 0.15}
    ways: dict[str, Callable[[Ints, Ints], Floats]] = {"z-score": _z_score, "share": _share}
    found: dict[str, Found] = {}
    for name, way in ways.items():
        scores = [way(texts, everyone[:, at])[:, first:] for at in range(len(FAMILIES))]
        limits = {f"{name} > {usual[name]:g}": usual[name]}
        best = _limit_for(scores, alarms)
        limits[f"{name} > {best:.2f}"] = best
        for label, limit in limits.items():
            delays: dict[float, list[float]] = {size: [] for size in SPIKES}
            for one, size, counts in spiked:
                row = angry[one : one + 1].copy()
                row[0, spike_at[one] : spike_at[one] + SPIKE_QUARTERS] = counts
                score = way(texts[one : one + 1], row)[0, spike_at[one] :][:SPIKE_QUARTERS]
                over = (score > limit).nonzero()[0]
                if len(over):
                    delays[size].append(float(over[0] + 1) * 15)
            found[label] = Found(_episodes(scores, limit), delays)
    return found


def _z_score(texts: Ints, negatives: Ints) -> Floats:
    """Of the last hour's count, over the hours of the week before; nothing below five."""
    del texts
    hour = _last(negatives, AN_HOUR)
    before = np.roll(hour, AN_HOUR, axis=1).astype(np.float64)
    mean = _last(before, WEEK) / WEEK
    deviation = np.sqrt(np.maximum(_last(before**2, WEEK) / WEEK - mean**2, 0.25))
    return np.where(hour >= LEAST_PEOPLE, (hour - mean) / deviation, 0.0)


def _share(texts: Ints, negatives: Ints) -> Floats:
    """Of the last hour's texts; nothing below five negative ones."""
    hour = _last(negatives, AN_HOUR)
    share = hour / np.maximum(_last(texts, AN_HOUR), 1)
    return np.where(hour >= LEAST_PEOPLE, share, 0.0)


def _last(values: NDArray[T], length: int) -> NDArray[T]:
    """Sums over the last `length` quarters, this one included."""
    sums = np.concatenate([np.zeros_like(values[:, :1]), values.cumsum(axis=1)], axis=1)
    starts = np.maximum(np.arange(1, sums.shape[1]) - length, 0)
    last: NDArray[T] = sums[:, 1:] - sums[:, starts]
    return last


def _episodes(scores: Iterable[Floats], limit: float) -> int:
    """How often a score goes over the limit, a day of it counting once."""
    count = 0
    for family in scores:
        for row in family:
            last = -SAME_ALERT
            for quarter in (row > limit).nonzero()[0]:
                count += quarter - last >= SAME_ALERT
                last = quarter
    return count


def _limit_for(scores: Sequence[Floats], alarms: int) -> float:
    """The lowest limit with at most so many episodes."""
    low, high = 0.0, float(max(score.max() for score in scores)) + 1e-9
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if _episodes(scores, middle) > alarms else (low, middle)
    return high

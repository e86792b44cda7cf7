"""How a person usually is, over weeks, from what they said, and whether they have changed.

A day with words has a mean valence; days, not texts, are what counts, for one bad evening may bring
ten texts. The person's mean is drawn to that of all people (a normal prior), as much as their days
scatter. A shift is a single change of level; its probability weighs all days it may have begun on.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from services.emotion_tag.domain.mood import VALENCE_SPREAD, Evidence
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion

LEAST_DAYS = 10
LEAST_TEXTS = 20
PERSON_SPREAD = 0.3
"""Standard deviation of people's own means around that of all; half the spread of single texts."""
LEAST_NOISE = 0.15  # standard deviation of a day's mean that is assumed at the least
LATELY = timedelta(days=7)
LEAST_DAYS_LATELY, LEAST_DAYS_BEFORE = 3, 7
EDGE = 4  # days with words on either side of a shift
SHIFT_PRIOR = 0.1  # that there was a shift at all
SHIFT_SPREAD = 0.6  # standard deviation of a shift's size, if there was one
PRIOR_TEXTS = 12.0  # texts' worth of the base rate in the mix of emotions
_Z = 1.645  # 95 % on either side


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with a 90 % credible interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Shift:
    """The likeliest day on which a new level began."""

    at: datetime
    before: float
    after: float
    probability: float


@dataclass(frozen=True, kw_only=True)
class Hour:
    hour: int
    share: float
    valence: Estimate


@dataclass(frozen=True, kw_only=True)
class Tendency:
    start: datetime
    end: datetime
    days: int
    texts: int
    valence: Estimate
    arousal: Estimate
    emotions: tuple[tuple[Emotion, Estimate], ...]
    """Largest first."""
    hours: tuple[Hour, ...]
    variability: float
    instability: float
    lately: Estimate | None
    shift: Shift | None


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    valence: float
    arousal: float
    weight: float


def tendency(
    evidence: Sequence[Evidence],
    base: Sequence[float],
    end: datetime,
    utc_offset: timedelta,
) -> Tendency | None:
    """What can be told, or None if there is too little; `base` is the mix of all people.

    `evidence` comes oldest first; `utc_offset` is how far the person's clock is ahead of UTC.
    """
    days = days_of(evidence, utc_offset)
    if len(days) < LEAST_DAYS or len(evidence) < LEAST_TEXTS:
        return None
    usual_valence = _dot((TAXONOMY[e].valence for e in EMOTIONS), base)
    usual_arousal = _dot((TAXONOMY[e].arousal for e in EMOTIONS), base)
    valence = shrunk([day.valence for day in days], usual_valence)
    return Tendency(
        start=evidence[0].said_at,
        end=end,
        days=len(days),
        texts=len(evidence),
        valence=valence,
        arousal=shrunk([day.arousal for day in days], usual_arousal),
        emotions=_mix(evidence, base),
        hours=_hours(evidence, valence.mean, utc_offset),
        variability=_deviation([day.valence for day in days]),
        instability=_instability([day.valence for day in days]),
        lately=_lately(days, (end + utc_offset).date()),
        shift=find_shift(days),
    )


def days_of(evidence: Sequence[Evidence], utc_offset: timedelta) -> list[Day]:
    """The days with words, oldest first, each with its means, weighed by how much a text tells."""
    pieces: dict[date, list[Evidence]] = defaultdict(list)
    for piece in evidence:
        if piece.weight > 0:
            pieces[(piece.said_at + utc_offset).date()].append(piece)
    return [
        Day(
            day=day,
            valence=_weighed(said, _VALENCE),
            arousal=_weighed(said, _AROUSAL),
            weight=sum(piece.weight for piece in said),
        )
        for day, said in sorted(pieces.items())
    ]


def shrunk(values: Sequence[float], usual: float, spread: float = PERSON_SPREAD) -> Estimate:
    """The mean, drawn to `usual`: the normal posterior with the values' own scatter as noise."""
    noise = max(_deviation(values), LEAST_NOISE) ** 2
    precision = 1 / spread**2 + len(values) / noise
    mean = (usual / spread**2 + sum(values) / noise) / precision
    half = _Z / math.sqrt(precision)
    return Estimate(mean, mean - half, mean + half)


def find_shift(days: Sequence[Day]) -> Shift | None:
    """The likeliest shift, if one is more probable than none.

    Marginal likelihoods of two normal models with known noise, that of the steps from day to day:
    one level, or two that differ by about `SHIFT_SPREAD`, every place equally likely beforehand.
    """
    values = [day.valence for day in days]
    places = range(EDGE, len(values) - EDGE + 1)
    if not places:
        return None
    noise = max(_instability(values) / math.sqrt(2), LEAST_NOISE) ** 2
    factors = []
    for place in places:
        before, after = values[:place], values[place:]
        difference = sum(after) / len(after) - sum(before) / len(before)
        alone = noise * (1 / len(before) + 1 / len(after))
        shifted = alone + SHIFT_SPREAD**2
        factors.append(
            0.5 * math.log(alone / shifted) + 0.5 * difference**2 * (1 / alone - 1 / shifted)
        )
    top = max(factors)
    evidence = math.exp(min(top, 700.0)) * sum(math.exp(f - top) for f in factors) / len(factors)
    odds = evidence * SHIFT_PRIOR / (1 - SHIFT_PRIOR)
    probability = odds / (1 + odds)
    if probability <= 0.5:  # noqa: PLR2004 - more probable than not
        return None
    place = places[factors.index(top)]
    return Shift(
        at=datetime.combine(days[place].day, time(), UTC),
        before=sum(values[:place]) / place,
        after=sum(values[place:]) / (len(values) - place),
        probability=probability,
    )


def _lately(days: Sequence[Day], today: date) -> Estimate | None:
    """The last days minus those before, drawn to no difference."""
    first = today - LATELY
    late = [day.valence for day in days if day.day > first]
    before = [day.valence for day in days if day.day <= first]
    if len(late) < LEAST_DAYS_LATELY or len(before) < LEAST_DAYS_BEFORE:
        return None
    noise = max(_deviation(before), LEAST_NOISE) ** 2
    variance = noise * (1 / len(late) + 1 / len(before))
    difference = sum(late) / len(late) - sum(before) / len(before)
    precision = 1 / variance + 1 / SHIFT_SPREAD**2
    mean = difference / variance / precision
    half = _Z / math.sqrt(precision)
    return Estimate(mean, mean - half, mean + half)


def _mix(
    evidence: Sequence[Evidence], base: Sequence[float]
) -> tuple[tuple[Emotion, Estimate], ...]:
    """Shares under a Dirichlet prior with the base rate; each interval of its beta, as normal."""
    masses = [PRIOR_TEXTS * usual for usual in base]
    for piece in evidence:
        for i, score in enumerate(piece.scores):
            masses[i] += score
    total = sum(masses)
    shares = []
    for emotion, mass in zip(EMOTIONS, masses, strict=True):
        mean = mass / total
        half = _Z * math.sqrt(mean * (1 - mean) / (total + 1))
        shares.append((emotion, Estimate(mean, max(0.0, mean - half), min(1.0, mean + half))))
    return tuple(sorted(shares, key=lambda pair: -pair[1].mean))


def _hours(evidence: Sequence[Evidence], usual: float, utc_offset: timedelta) -> tuple[Hour, ...]:
    said: dict[int, list[float]] = defaultdict(list)
    for piece in evidence:
        said[(piece.said_at + utc_offset).hour].append(_dot(_VALENCE.values(), piece.scores))
    noise = VALENCE_SPREAD**2
    hours = []
    for hour in range(24):
        values = said[hour]
        precision = 1 / PERSON_SPREAD**2 + len(values) / noise
        mean = (usual / PERSON_SPREAD**2 + sum(values) / noise) / precision
        half = _Z / math.sqrt(precision)
        share = len(values) / len(evidence)
        valence = Estimate(mean, max(-1.0, mean - half), min(1.0, mean + half))
        hours.append(Hour(hour=hour, share=share, valence=valence))
    return tuple(hours)


_VALENCE: Mapping[Emotion, float] = {e: TAXONOMY[e].valence for e in EMOTIONS}
_AROUSAL: Mapping[Emotion, float] = {e: TAXONOMY[e].arousal for e in EMOTIONS}


def _weighed(pieces: Sequence[Evidence], values: Mapping[Emotion, float]) -> float:
    total = sum(piece.weight for piece in pieces)
    return sum(piece.weight * _dot(values.values(), piece.scores) for piece in pieces) / total


def _dot(values: Iterable[float], shares: Iterable[float]) -> float:
    return sum(value * share for value, share in zip(values, shares, strict=True))


def _deviation(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / max(1, len(values) - 1))


def _instability(values: Sequence[float]) -> float:
    """Root mean square of successive differences (Jahng, Wood & Trull 2008)."""
    steps = [after - before for before, after in pairwise(values)]
    return math.sqrt(sum(step**2 for step in steps) / max(1, len(steps)))

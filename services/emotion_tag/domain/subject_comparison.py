"""Things side by side: which aspects people praise in one and miss in the other.

Two aspects are compared by their shares of praise among what leans, with one success and one
failure added to each side (Agresti & Caffo 2000, Simple and effective confidence intervals for
proportions and differences of proportions), which holds its level from five texts a side on, also
where texts count in part. All pairs and aspects of one call are tested together: the p-values are
Holm's (1979, A simple sequentially rejective multiple test procedure), so the chance that anything
at all is claimed by mistake is 5 %.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from services.emotion_tag.domain.aspect import ASPECTS, Aspect
from services.emotion_tag.domain.subject import Subject
from services.emotion_tag.domain.subject_profile import AspectView, SubjectProfile

LEVEL = 0.05
LEAST_LEANING = 5.0
"""Texts that praise or complain of an aspect, on each side, for a comparison to be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AspectDifference:
    """How two things differ in one aspect."""

    aspect: Aspect
    praised: Subject
    """The one that is praised more for it."""
    missed: Subject
    difference: float
    """By how much the share of praise is larger, 0 to 1."""
    low: float
    high: float
    """The interval that holds the difference with 95 %, taken by itself."""
    p_value: float
    """Corrected for all comparisons of the call."""

    @property
    def is_significant(self) -> bool:
        return self.p_value < LEVEL


def compared(profiles: Sequence[SubjectProfile]) -> list[AspectDifference]:
    """Every aspect of every pair that has enough to go by, the surest difference first."""
    found: list[AspectDifference] = []
    for one, other in combinations(profiles, 2):
        of_one = {view.aspect: view for view in one.aspects}
        of_other = {view.aspect: view for view in other.aspects}
        for aspect in ASPECTS:
            left, right = of_one.get(aspect), of_other.get(aspect)
            if left and right and min(_leaning(left), _leaning(right)) >= LEAST_LEANING:
                found.append(_difference(one.subject, left, other.subject, right))
    return _corrected(sorted(found, key=lambda one: one.p_value))


def _difference(
    one: Subject, left: AspectView, other: Subject, right: AspectView
) -> AspectDifference:
    if _praise(left) < _praise(right):
        one, left, other, right = other, right, one, left
    n_left, n_right = _leaning(left) + 2, _leaning(right) + 2
    p_left, p_right = _praise(left), _praise(right)
    difference = p_left - p_right
    error = math.sqrt(p_left * (1 - p_left) / n_left + p_right * (1 - p_right) / n_right)
    return AspectDifference(
        aspect=left.aspect,
        praised=one,
        missed=other,
        difference=difference,
        low=max(-1.0, difference - 1.96 * error),
        high=min(1.0, difference + 1.96 * error),
        p_value=math.erfc(difference / error / math.sqrt(2)),
    )


def _corrected(found: Sequence[AspectDifference]) -> list[AspectDifference]:
    """Holm's correction of differences in the order of their p-values."""
    corrected: list[AspectDifference] = []
    least = 0.0
    for rank, one in enumerate(found):
        least = max(least, min(1.0, one.p_value * (len(found) - rank)))
        corrected.append(replace(one, p_value=least))
    return corrected


def _leaning(view: AspectView) -> float:
    return view.positive + view.negative


def _praise(view: AspectView) -> float:
    return (view.positive + 1) / (_leaning(view) + 2)

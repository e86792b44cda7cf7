"""How good answers are, in numbers: shared by the offline evaluation and by the service.

Answers and what people said are classes by number, 0 to n-1; a confusion matrix has a row for what
was said and a column for what was answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

BINS = 15
"""Of confidence, equally wide. Source: Guo et al. (2017), On Calibration of Modern Neural
Networks."""
NORMAL_95 = 1.959964
"""Half-width of a 95 % interval in standard deviations."""


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How well one class is found; all shares 0 to 1, 0 where there is nothing to divide by."""

    precision: float
    recall: float
    f1: float
    support: int
    """Texts that people gave this class."""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers of like confidence."""

    confidence: float
    """Their mean."""
    accuracy: float
    count: int


def numbered(labels: Sequence[str], classes: Sequence[str]) -> Counts:
    """Labels as numbers of their class.

    Raises:
        KeyError: a label is none of the classes.
    """
    places = {name: at for at, name in enumerate(classes)}
    return np.array([places[label] for label in labels], np.int64)


def confusion(said: Counts, answered: Counts, classes: int) -> Counts:
    """Count every pair of what was said and what was answered."""
    counted = np.bincount(said * classes + answered, minlength=classes * classes)
    return counted.reshape(classes, classes).astype(np.int64)


def accuracy(matrix: Counts) -> float:
    """Share of right answers; 0 of nothing."""
    total = int(matrix.sum())
    return float(np.trace(matrix)) / total if total else 0.0


def class_scores(matrix: Counts) -> list[ClassScore]:
    """Precision, recall and F1 of each class."""
    hits, said, answered = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    return [
        ClassScore(
            precision=_share(hit, of_answered),
            recall=_share(hit, of_said),
            f1=_share(2 * hit, of_said + of_answered),
            support=of_said,
        )
        for hit, of_said, of_answered in zip(
            hits.tolist(), said.tolist(), answered.tolist(), strict=True
        )
    ]


def macro_f1(matrix: Counts) -> float:
    """Mean F1 of the classes that people gave at least once; 0 of nothing."""
    scores = [score.f1 for score in class_scores(matrix) if score.support]
    return sum(scores) / len(scores) if scores else 0.0


def macro_f1_of(said: Sequence[str], answered: Sequence[str], classes: Sequence[str]) -> float:
    """As `macro_f1`, of labels; labels outside `classes` count as one more class, not averaged."""
    known = {name: at for at, name in enumerate(classes)}
    other = len(classes)
    rows = np.array([known.get(label, other) for label in said], np.int64)
    columns = np.array([known.get(label, other) for label in answered], np.int64)
    scores = class_scores(confusion(rows, columns, other + 1))[:other]
    found = [score.f1 for score in scores if score.support]
    return sum(found) / len(found) if found else 0.0


def reliability(confidence: Floats, right: Floats, bins: int = BINS) -> list[ReliabilityBin]:
    """Mean confidence and share of right answers of each bin that is not empty, equally wide."""
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    found = []
    for number in range(bins):
        here = place == number
        if here.any():
            found.append(
                ReliabilityBin(
                    float(confidence[here].mean()), float(right[here].mean()), int(here.sum())
                )
            )
    return found


def expected_calibration_error(confidence: Floats, right: Floats, bins: int = BINS) -> float:
    """Mean distance of confidence and correctness over bins of equal width; 0 of nothing."""
    total = len(right)
    return sum(
        abs(one.confidence - one.accuracy) * one.count / total
        for one in reliability(confidence, right, bins)
    )


def accuracy_at_coverage(confidence: Floats, right: Floats, coverage: float) -> float:
    """Share of right answers among the most confident `coverage` (0 to 1) of them.

    Of few answers at least one is looked at; 0 of no answers and of a coverage of 0.
    """
    if not len(right) or coverage <= 0:
        return 0.0
    kept = max(1, int(len(right) * coverage))
    most = np.argsort(-confidence, kind="stable")[:kept]
    return float(right[most].mean())


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share; (0, 1) without trials. Source: Wilson (1927)."""
    if trials == 0:
        return 0.0, 1.0
    share, z2 = successes / trials, NORMAL_95**2
    middle = share + z2 / (2 * trials)
    spread = NORMAL_95 * float(np.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials)))
    width = 1 + z2 / trials
    return max(0.0, (middle - spread) / width), min(1.0, (middle + spread) / width)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0

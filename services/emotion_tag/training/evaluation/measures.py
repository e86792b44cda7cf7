"""What is measured of answers, however they were made."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_BINS = 15


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How well one class is found."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int
    answered: dict[str, int]
    """What its texts were taken for, most often first: its row of the confusion matrix."""


def per_class(
    said: Sequence[str], answered: Sequence[str], classes: Sequence[str]
) -> list[ClassFigures]:
    """The classes that occur in `said`.

    Raises:
        ValueError: something was said that is none of the classes; a mean without it would flatter.
    """
    if others := set(said) - set(classes):
        raise ValueError(f"None of {', '.join(classes)}: {', '.join(sorted(others))}.")
    pairs = Counter(zip(said, answered, strict=True))
    meant, given = Counter(said), Counter(answered)
    figures = []
    for name in classes:
        if not meant[name]:
            continue
        hit = pairs[name, name]
        row = {other: pairs[name, other] for other in given if pairs[name, other]}
        figures.append(
            ClassFigures(
                name,
                hit / given[name] if given[name] else 0.0,
                hit / meant[name],
                2 * hit / (meant[name] + given[name]),
                meant[name],
                dict(sorted(row.items(), key=lambda pair: -pair[1])),
            )
        )
    return figures


def macro_f1(said: Sequence[str], answered: Sequence[str], classes: Sequence[str]) -> float:
    """Mean F1 of the classes that occur in `said`."""
    figures = per_class(said, answered, classes)
    return sum(one.f1 for one in figures) / len(figures)


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence."""

    confidence: float
    right: float
    share: float


def reliability(confidence: Floats, right: Floats) -> list[Bin]:
    """Over bins of equal width, those that have any answers."""
    place = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return [
        Bin(float(confidence[here].mean()), float(right[here].mean()), float(here.mean()))
        for number in range(_BINS)
        if (here := place == number).any()
    ]


def expected_calibration_error(confidence: Floats, right: Floats) -> float:
    """Mean distance of confidence and correctness."""
    return sum(
        one.share * abs(one.confidence - one.right) for one in reliability(confidence, right)
    )


def right_at_coverage(confidence: Floats, right: Floats, coverage: float) -> float:
    """How often the most confident share of the answers is right."""
    most = np.argsort(-confidence, kind="stable")[: max(1, int(len(right) * coverage))]
    return float(right[most].mean())

"""Whether one model is better than another, on texts that both have answered."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.emotion_tag.domain.metrics import Counts, Floats, expected_calibration_error

RESAMPLES = 1_000
_SEED = 20_260_101  # the same texts give the same interval
_MOST_CELLS_AT_ONCE = 2_000_000  # numbers held at a time, 16 MB
_TAILS = (2.5, 97.5)  # percent


@dataclass(frozen=True, slots=True)
class Both:
    """What two models answered to one text, and what people said; classes by number."""

    said: int
    one: int
    other: int
    one_confidence: float
    other_confidence: float
    traits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SliceDifference:
    """Accuracy of the one less that of the other, -1 to 1."""

    name: str
    count: int
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The one against the other; differences are the one's less the other's."""

    count: int
    only_one_right: int
    only_other_right: int
    p_value: float
    macro_f1: float
    macro_f1_low: float
    macro_f1_high: float
    calibration_error: float
    slices: tuple[SliceDifference, ...]
    """The worst first."""


def mcnemar(only_one: int, only_other: int) -> float:
    """How likely a split at least as uneven is if both are equally good, 0 to 1.

    The exact two-sided test on the discordant pairs. Source: McNemar (1947); Dietterich (1998)
    recommends it for classifiers that are trained once.
    """
    discordant = only_one + only_other
    if not discordant:
        return 1.0
    fewer = min(only_one, only_other)
    logs = math.lgamma(discordant + 1) - discordant * math.log(2)
    tail = sum(
        math.exp(logs - math.lgamma(k + 1) - math.lgamma(discordant - k + 1))
        for k in range(fewer + 1)
    )
    return min(1.0, 2 * tail)


def macro_f1_interval(matrix: Counts) -> tuple[float, float]:
    """The 95 % interval of macro-F1 by bootstrap over texts; (0, 0) of nothing."""
    if not matrix.sum():
        return 0.0, 0.0
    resampled = _resampled(matrix.ravel())
    values = np.concatenate([_macro_f1s(part.reshape(-1, *matrix.shape)) for part in resampled])
    low, high = np.percentile(values, _TAILS)
    return float(low), float(high)


def compare(answers: Sequence[Both], classes: int) -> Comparison:
    """Hold the one against the other; of no answers all is 0 and `p_value` 1."""
    said, one, other = (
        np.array([getattr(answer, name) for answer in answers], np.int64)
        for name in ("said", "one", "other")
    )
    one_right, other_right = (said == one).astype(np.float64), (said == other).astype(np.float64)
    only_one = int((one_right > other_right).sum())
    only_other = int((other_right > one_right).sum())
    difference, low, high = _macro_f1_difference(said, one, other, classes)
    confidence = np.array([answer.one_confidence for answer in answers], np.float64)
    other_confidence = np.array([answer.other_confidence for answer in answers], np.float64)
    return Comparison(
        count=len(answers),
        only_one_right=only_one,
        only_other_right=only_other,
        p_value=mcnemar(only_one, only_other),
        macro_f1=difference,
        macro_f1_low=low,
        macro_f1_high=high,
        calibration_error=expected_calibration_error(confidence, one_right)
        - expected_calibration_error(other_confidence, other_right),
        slices=tuple(_slices(answers, one_right - other_right)),
    )


def _slices(answers: Sequence[Both], gained: Floats) -> list[SliceDifference]:
    parts: dict[str, list[int]] = {}
    for at, answer in enumerate(answers):
        for name in answer.traits:
            parts.setdefault(name, []).append(at)
    found = [SliceDifference(name, len(at), float(gained[at].mean())) for name, at in parts.items()]
    return sorted(found, key=lambda part: (part.accuracy, part.name))


def _macro_f1_difference(
    said: Counts, one: Counts, other: Counts, classes: int
) -> tuple[float, float, float]:
    """The difference and its interval: texts are drawn again, each with both its answers.

    What matters of a sample is how often each triple of label and two answers is in it, so these
    counts are drawn from a multinomial, which is the same as drawing texts and much faster.
    """
    if not len(said):
        return 0.0, 0.0, 0.0
    triples, counts = np.unique((said * classes + one) * classes + other, return_counts=True)
    rows, firsts, seconds = (
        triples // classes**2,
        triples // classes % classes,
        triples % classes,
    )

    def differences(drawn: Counts) -> Floats:
        matrices = np.zeros((2, len(drawn), classes * classes), np.int64)
        for which, columns in enumerate((firsts, seconds)):
            for at, cell in enumerate(rows * classes + columns):
                matrices[which, :, cell] += drawn[:, at]
        first, second = (_macro_f1s(one.reshape(-1, classes, classes)) for one in matrices)
        return first - second

    values = np.concatenate([differences(part) for part in _resampled(counts)])
    low, high = np.percentile(values, _TAILS)
    return float(differences(counts[None, :])[0]), float(low), float(high)


def _resampled(counts: Counts) -> list[Counts]:
    """`RESAMPLES` samples of the same size, drawn with replacement, in parts that fit in memory."""
    total = int(counts.sum())
    random = np.random.default_rng(_SEED)
    at_once = max(1, min(RESAMPLES, _MOST_CELLS_AT_ONCE // max(1, len(counts))))
    sizes = [min(at_once, RESAMPLES - start) for start in range(0, RESAMPLES, at_once)]
    return [random.multinomial(total, counts / total, size=size).astype(np.int64) for size in sizes]


def _macro_f1s(matrices: Counts) -> Floats:
    """Macro-F1 of many confusion matrices at once."""
    hits = np.einsum("nii->ni", matrices).astype(np.float64)
    said, answered = matrices.sum(axis=2), matrices.sum(axis=1)
    occurs = said > 0
    f1 = np.where(occurs, 2 * hits / np.maximum(said + answered, 1), 0.0)
    values: Floats = f1.sum(axis=1) / np.maximum(occurs.sum(axis=1), 1)
    return values


def both(
    first: Mapping[str, tuple[int, float]],
    second: Mapping[str, tuple[int, float]],
    rows: Mapping[str, tuple[int, tuple[str, ...]]],
) -> list[Both]:
    """Join answers (class, confidence) of two models to the rows (class, slices) that both have."""
    return [
        Both(said, *(first[row][0], second[row][0], first[row][1], second[row][1]), traits)
        for row, (said, traits) in sorted(rows.items())
        if row in first and row in second
    ]

"""How good a model is on a gold set: answers one by one, and what follows from all of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np

from services.emotion_tag.domain.comparison import macro_f1_interval
from services.emotion_tag.domain.labels import CLASSES, LabelSpace
from services.emotion_tag.domain.metrics import (
    ClassScore,
    ReliabilityBin,
    accuracy,
    accuracy_at_coverage,
    class_scores,
    confusion,
    expected_calibration_error,
    macro_f1,
    numbered,
    reliability,
)

COVERAGES = tuple(share / 10 for share in range(10, 0, -1))

SHORT, LONG = 10, 50
"""Characters below which a text is short and from which it is long: a danmaku, a review."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered to one row."""

    row_id: UUID
    said: str
    """The label of the row."""
    answered: str
    confidence: float
    traits: tuple[str, ...]
    """The slices it belongs to."""

    @property
    def is_right(self) -> bool:
        return self.said == self.answered


@dataclass(frozen=True, slots=True)
class SliceFigures:
    """Figures of a part of the texts; shares 0 to 1."""

    name: str
    count: int
    accuracy: float
    macro_f1: float
    calibration_error: float


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What follows from all answers; shares 0 to 1."""

    count: int
    accuracy: float
    macro_f1: float
    macro_f1_low: float
    """Of the 95 % interval by bootstrap."""
    macro_f1_high: float
    calibration_error: float
    classes: tuple[tuple[str, ClassScore], ...]
    confusion: tuple[tuple[int, ...], ...]
    """Rows are what was said, columns what was answered, both in the order of `classes`."""
    bins: tuple[ReliabilityBin, ...]
    coverage: tuple[tuple[float, float], ...]
    """Share of the texts that is answered, most confident first, and share that is right."""
    slices: tuple[SliceFigures, ...]
    texts_per_second: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """As far as it has got; `ended_at` is None while it runs."""

    evaluation_id: UUID
    version: str
    gold_set_id: UUID
    created_at: datetime
    progress: float = 0.0
    ended_at: datetime | None = None
    error: str = ""
    figures: Figures | None = None

    @property
    def is_running(self) -> bool:
        return self.ended_at is None


def length_of(text: str) -> str:
    """The slice that a text belongs to by its length."""
    characters = len(text.strip())
    if characters < SHORT:
        return "short"
    return "long" if characters >= LONG else "middle"


def figures_of(
    answers: Sequence[Answer], space: LabelSpace, *, texts_per_second: float = 0.0
) -> Figures:
    """Work out all figures; of no answers all are 0."""
    classes = CLASSES[space]
    said = numbered([one.said for one in answers], classes)
    gave = numbered([one.answered for one in answers], classes)
    matrix = confusion(said, gave, len(classes))
    confidence = np.array([one.confidence for one in answers], np.float64)
    right = (said == gave).astype(np.float64)
    low, high = macro_f1_interval(matrix)
    return Figures(
        count=len(answers),
        accuracy=accuracy(matrix),
        macro_f1=macro_f1(matrix),
        macro_f1_low=low,
        macro_f1_high=high,
        calibration_error=expected_calibration_error(confidence, right),
        classes=tuple(zip(classes, class_scores(matrix), strict=True)),
        confusion=tuple(tuple(row) for row in matrix.tolist()),
        bins=tuple(reliability(confidence, right)),
        coverage=tuple(
            (share, accuracy_at_coverage(confidence, right, share)) for share in COVERAGES
        ),
        slices=tuple(slices_of(answers, space)),
        texts_per_second=texts_per_second,
    )


def slices_of(answers: Iterable[Answer], space: LabelSpace) -> list[SliceFigures]:
    """The figures of every slice, the largest first."""
    parts: dict[str, list[Answer]] = defaultdict(list)
    for one in answers:
        for name in one.traits:
            parts[name].append(one)
    found = [_slice(name, part, space) for name, part in parts.items()]
    return sorted(found, key=lambda one: (-one.count, one.name))


def _slice(name: str, part: Sequence[Answer], space: LabelSpace) -> SliceFigures:
    classes = CLASSES[space]
    said = numbered([one.said for one in part], classes)
    gave = numbered([one.answered for one in part], classes)
    matrix = confusion(said, gave, len(classes))
    confidence = np.array([one.confidence for one in part], np.float64)
    right = (said == gave).astype(np.float64)
    return SliceFigures(
        name=name,
        count=len(part),
        accuracy=accuracy(matrix),
        macro_f1=macro_f1(matrix),
        calibration_error=expected_calibration_error(confidence, right),
    )

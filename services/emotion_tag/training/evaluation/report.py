"""What was measured, as text and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from services.emotion_tag.training.evaluation.measures import (
    Bin,
    ClassFigures,
    expected_calibration_error,
    per_class,
    reliability,
    right_at_coverage,
)

_COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.5)
_LARGE = 100


@dataclass(frozen=True, slots=True)
class Section:
    """One set of texts, or one kind of figure."""

    title: str
    figures: dict[str, float] = field(default_factory=dict)
    classes: list[ClassFigures] = field(default_factory=list)
    reliability: list[Bin] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What the figures leave out, and why one is missing."""


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    model: str
    sections: list[Section]

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    def as_text(self) -> str:
        lines = [f"model {self.model}"]
        for section in self.sections:
            lines += ["", section.title, *(f"  {note}" for note in section.notes)]
            lines += [*_figures(section.figures), *_classes(section.classes)]
            if section.reliability:
                lines.append("  confidence → right (share of texts)")
                lines += [
                    f"    {one.confidence:.2f} → {one.right:.2f} ({one.share:.1%})"
                    for one in section.reliability
                ]
        return "\n".join(lines) + "\n"


def judged(
    title: str,
    said: Sequence[str],
    answered: Sequence[str],
    classes: Sequence[str],
    confidence: Sequence[float],
    *,
    notes: Sequence[str] = (),
) -> Section:
    """Accuracy, macro-F1, calibration and coverage of single-label answers."""
    right = np.array([s == a for s, a in zip(said, answered, strict=True)], np.float64)
    sure = np.array(confidence, np.float64)
    each = per_class(said, answered, classes)
    figures = {
        "texts": float(len(said)),
        "accuracy": float(right.mean()),
        "macro-F1": sum(one.f1 for one in each) / len(each),
        "ECE": expected_calibration_error(sure, right),
    }
    figures |= {
        f"right at {coverage:.0%} coverage": right_at_coverage(sure, right, coverage)
        for coverage in _COVERAGES[1:]
    }
    return Section(title, figures, each, reliability(sure, right), list(notes))


def _figures(figures: dict[str, float]) -> list[str]:
    width = max((len(name) for name in figures), default=0)
    return [
        f"  {name:<{width}}  "
        + (f"{value:>9,.0f}" if value >= _LARGE or _counts(name) else f"{value:>9.4f}")
        for name, value in figures.items()
    ]


def _counts(name: str) -> bool:
    return name.startswith("texts") and "/" not in name


def _classes(classes: list[ClassFigures]) -> list[str]:
    if not classes:
        return []
    lines = [f"  {'class':<15}{'P':>6}{'R':>6}{'F1':>6}{'texts':>7}  taken for"]
    for one in classes:
        row = ", ".join(f"{name} {count}" for name, count in one.answered.items())
        lines.append(
            f"  {one.name:<15}{one.precision:>6.3f}{one.recall:>6.3f}{one.f1:>6.3f}"
            f"{one.support:>7}  {row}"
        )
    return lines

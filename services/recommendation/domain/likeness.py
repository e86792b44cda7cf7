"""How alike items are: taken by the same people, or described alike."""

from collections.abc import Mapping, Sequence

import numpy as np

from services.recommendation.domain.shelf import Floats, Shelf
from services.recommendation.domain.taste import Fitted

# How much each kind of likeness counts where there is a model; without one only what items say of
# themselves does. The angle between the model's vectors was tried too and made lists worse on real
# data, see decision 0040.
TOGETHER, DESCRIBED = 1.0, 0.15

_SAME_CATEGORY, _SAME_BRAND, _SAME_TAGS = 0.5, 0.2, 0.3


def likeness(
    shelf: Shelf, fitted: Fitted | None, rows: Sequence[int], weights: Sequence[float]
) -> Floats:
    """For every item, how alike it is to the items `rows` taken together, at most 1.

    Negative weights push away. The largest distance from 0 is 1, unless nothing is alike at all.
    """
    pull = np.asarray(weights, np.float32)
    described = _peak(_described_alike(shelf, rows, pull))
    if fitted is None:
        return described
    together = _peak(_taken_together(fitted, rows, pull))
    return _peak(TOGETHER * together + DESCRIBED * described)


class Anchors:
    """Some items to which others are compared one by one, to say which of them speaks most."""

    def __init__(
        self, shelf: Shelf, fitted: Fitted | None, rows: Sequence[int], weights: Sequence[float]
    ) -> None:
        self._shelf = shelf
        self._anchors = [
            (row, weight, _neighbours(fitted, row))
            for row, weight in zip(rows, weights, strict=True)
            if weight > 0
        ]
        self._described = 1.0 if fitted is None else DESCRIBED

    def nearest(self, row: int) -> int | None:
        """Which anchor speaks most for the item in `row`, may be itself; None if none does."""
        best, best_score = None, 0.0
        for anchor, weight, together in self._anchors:
            score = TOGETHER * together.get(row, 0.0)
            score = weight * (score + self._described * self._described_pair(anchor, row))
            if score > best_score:
                best, best_score = anchor, score
        return best

    def _described_pair(self, one: int, other: int) -> float:
        a, b = self._shelf.items[one], self._shelf.items[other]
        score = _SAME_CATEGORY if a.category == b.category else 0.0
        if a.brand and a.brand == b.brand:
            score += _SAME_BRAND
        if a.tags and b.tags:
            score += _SAME_TAGS * len(set(a.tags).intersection(b.tags)) / len(a.tags)
        return score


def _neighbours(fitted: Fitted | None, row: int) -> Mapping[int, float]:
    if fitted is None:
        return {}
    rows, weights = fitted.neighbours(row)
    return dict(zip(rows.tolist(), weights.tolist(), strict=True))


def _described_alike(shelf: Shelf, rows: Sequence[int], pull: Floats) -> Floats:
    of_category = np.zeros(len(shelf.categories), np.float32)
    np.add.at(of_category, shelf.category[list(rows)], pull)
    of_brand = np.zeros(len(shelf.brands), np.float32)
    np.add.at(of_brand, shelf.brand[list(rows)], pull)
    of_brand[0] = 0
    found = _SAME_CATEGORY * of_category[shelf.category] + _SAME_BRAND * of_brand[shelf.brand]
    for row, weight in zip(rows, pull, strict=True):
        tags = shelf.items[row].tags
        for tag in tags:
            found[shelf.tagged[tag]] += _SAME_TAGS * weight / len(tags)
    return found


def _taken_together(fitted: Fitted, rows: Sequence[int], pull: Floats) -> Floats:
    found = np.zeros(fitted.row_count, np.float32)
    for row, weight in zip(rows, pull, strict=True):
        others, strengths = fitted.neighbours(row)
        found[others] += weight * strengths
    return found


def _peak(values: Floats) -> Floats:
    largest = float(np.abs(values).max()) if len(values) else 0.0
    return values / np.float32(largest) if largest > 0 else values

"""How far people agree beyond chance: Cohen's kappa and Krippendorff's alpha, for names of classes.

A unit is what was rated; it maps raters to the class each of them gave.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations, permutations

import numpy as np

from services.emotion_tag.domain.metrics import Counts, accuracy

Unit = Mapping[str, str]

OTHERS = ""
"""Stands for all classes but one."""

TWO = 2  # ratings that a unit needs to say anything about agreement


def cohen_kappa(matrix: Counts) -> float:
    """Agreement of two raters beyond chance, 1 at most; 1 if both always say the same one class.

    `matrix` counts pairs of what the two said. Source: Cohen (1960), A coefficient of agreement for
    nominal scales.
    """
    total = float(matrix.sum())
    if not total:
        return 0.0
    expected = float((matrix.sum(axis=0) * matrix.sum(axis=1)).sum()) / total**2
    return 1.0 if expected == 1 else (accuracy(matrix) - expected) / (1 - expected)


def observed_agreement(units: Sequence[Unit]) -> float:
    """Share of the pairs of ratings of one unit that are the same; 0 without a pair."""
    same, pairs = 0, 0
    for unit in units:
        for one, other in combinations(unit.values(), TWO):
            pairs += 1
            same += one == other
    return same / pairs if pairs else 0.0


def krippendorff_alpha(units: Sequence[Unit]) -> float | None:
    """Agreement of any number of raters beyond chance, units not rated by all included.

    None if no unit has two ratings, or all ratings are of one class: then chance cannot be told
    from agreement. Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability,
    nominal data, any number of observers, missing data.
    """
    coincidences: dict[tuple[str, str], float] = defaultdict(float)
    for unit in units:
        values = list(unit.values())
        if len(values) < TWO:
            continue
        share = 1 / (len(values) - 1)
        for one, other in permutations(values, TWO):
            coincidences[one, other] += share
    margins: dict[str, float] = defaultdict(float)
    for (one, _), weight in coincidences.items():
        margins[one] += weight
    total = sum(margins.values())
    disagreed = sum(weight for (one, other), weight in coincidences.items() if one != other)
    by_chance = sum(weight * (total - weight) for weight in margins.values())
    if not by_chance:
        return None
    return 1 - (total - 1) * disagreed / by_chance


def against_each(units: Sequence[Unit], wanted: str) -> list[Unit]:
    """The same units with two classes: `wanted`, and all others."""
    return [
        {rater: value if value == wanted else OTHERS for rater, value in unit.items()}
        for unit in units
    ]


def pair_kappas(units: Sequence[Unit]) -> dict[tuple[str, str], tuple[float, int]]:
    """Cohen's kappa of every two raters who rated the same units, and how many those were."""
    classes = sorted({value for unit in units for value in unit.values()})
    place = {value: at for at, value in enumerate(classes)}
    tables: dict[tuple[str, str], Counts] = {}
    for unit in units:
        for one, other in combinations(sorted(unit), TWO):
            table = tables.setdefault(
                (one, other), np.zeros((len(classes), len(classes)), np.int64)
            )
            table[place[unit[one]], place[unit[other]]] += 1
    return {pair: (cohen_kappa(table), int(table.sum())) for pair, table in tables.items()}

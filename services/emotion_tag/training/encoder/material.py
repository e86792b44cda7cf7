"""The texts of a recipe, folded and with their targets as arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.encoder.plain_text import PlainFolding
from services.emotion_tag.domain.taxonomy import SMP_SIX
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.encoder.recipe import Recipe
from services.emotion_tag.training.fit import FAMILIES, MEMBERS, mask_of

PARTS = 3
"""Sets of one label that are looked at, the heaviest first."""
Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Material:
    """Texts and what is known of them, row by row."""

    texts: list[str]
    parts: Integers
    shares: Floats
    universe: Integers
    """Masks of emotions, as `parts`; see `fit.MEMBERS`."""
    positive: Floats
    strength: Floats
    """Unknown is NaN in both."""
    weight: Floats
    polarity_weight: Floats
    source: Integers
    sources: list[str]

    def __len__(self) -> int:
        return len(self.texts)


def material_of(examples: Sequence[Example], recipe: Recipe, folding: PlainFolding) -> Material:
    """The examples of the recipe's corpora; rare families of each corpus weigh more."""
    used = [e for e in examples if e.corpus in recipe.servings and folding.fold(e.text)]
    parts = np.zeros((len(used), PARTS), np.int64)
    shares = np.zeros((len(used), PARTS), np.float32)
    for row, example in enumerate(used):
        heaviest = sorted(example.label, key=lambda part: -part[1])[:PARTS]
        for place, (label, share) in enumerate(heaviest):
            parts[row, place] = mask_of(label)
            shares[row, place] = share
    sources = sorted(recipe.servings)
    source = np.array([sources.index(example.corpus) for example in used])
    served = np.array([recipe.servings[name].weight for name in sources], np.float32)
    return Material(
        texts=[folding.fold(example.text) for example in used],
        parts=parts,
        shares=shares,
        universe=np.array([mask_of(example.universe) for example in used]),
        positive=_known(example.positive for example in used),
        strength=_known(example.strength for example in used),
        weight=served[source] * _balance(parts, source),
        polarity_weight=np.array([example.polarity_weight for example in used], np.float32),
        source=source,
        sources=sources,
    )


def _known(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float32)


def _balance(parts: Integers, source: Integers) -> Floats:
    """Lifts rare families of each corpus by the root of their rarity; the mean stays 1."""
    weight = np.ones(len(source), np.float32)
    for number in np.unique(source):
        rows = np.flatnonzero((source == number) & (parts[:, 0] > 0))
        families = (MEMBERS[parts[rows, 0]] @ FAMILIES > 0) @ (1 << np.arange(len(SMP_SIX)))
        _, which, count = np.unique(families, return_inverse=True, return_counts=True)
        lift = count**-0.5
        weight[rows] = lift[which] * len(rows) / (lift * count).sum()
    return weight

"""How good a ranking is, on a future it has not seen."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

AT = 10

Rank = Callable[[UUID], Sequence[str]]
"""The first `AT` items for a person, without those they had taken before."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One ranking on the held-out future; see the proto for ranges."""

    ranking: str
    precision: float
    ndcg: float
    coverage: float
    people_count: int


def evaluate(
    ranking: str, rank: Rank, took: Mapping[UUID, Collection[str]], *, catalogue_size: int
) -> Evaluation:
    """Average over the people in `took`: what each of them took later, and had not before."""
    gains = 1 / np.log2(np.arange(2, AT + 2))
    precisions, ndcgs = [], []
    shown: set[str] = set()
    for person, items in took.items():
        listed = list(rank(person))[:AT]
        shown.update(listed)
        hits = np.array([item in items for item in listed] + [False] * (AT - len(listed)))
        precisions.append(hits.mean())
        ndcgs.append(float(gains[hits].sum() / gains[: min(len(items), AT)].sum()))
    return Evaluation(
        ranking=ranking,
        precision=float(np.mean(precisions)) if precisions else 0.0,
        ndcg=float(np.mean(ndcgs)) if ndcgs else 0.0,
        coverage=len(shown) / catalogue_size if catalogue_size else 0.0,
        people_count=len(took),
    )

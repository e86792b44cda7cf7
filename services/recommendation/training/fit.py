"""Fits the model: LightFM's hybrid factorisation, and who is taken together with whom.

LightFM (Kula 2015, arXiv:1507.08439) learns a vector and a bias for every feature; an item is the
sum of its features: itself, its category, brand and tags, so that a new item is not unknown. The
loss is WARP (Weston, Bengio, Usunier 2011): it draws items the person did not take until one ranks
too high, and so works on the top of the list. One thread and a fixed seed: the same data give the
same model, bit for bit. People are known by themselves only.

Neighbours are items taken by the same people, by cosine, where a person who takes everything counts
less and few common people are drawn towards none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from lightfm import LightFM
from numpy.typing import NDArray
from scipy import sparse

from services.recommendation.domain.item import Item
from services.recommendation.domain.taste import Blend, TasteModel, features_of

SEED = 20250101
DIMENSIONS = 32
EPOCHS = 10  # more fits small shops too closely: 20 were worse on both sets of decision 0040
ITEM_ALPHA = USER_ALPHA = 1e-6  # L2; matters little at these sizes

NEIGHBOURS = 50
SHRINK = 5.0  # people; so few common ones are half believed
_BLOCK = 2048  # items whose neighbours are computed at once; bounds the memory

Report = Callable[[float], None]
"""Is told how far it is, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """Who took what, as rows of `users` and `items`; one entry for each pair, weights above 0."""

    users: Sequence[UUID]
    items: Sequence[Item]
    user_rows: NDArray[np.int32]
    item_rows: NDArray[np.int32]
    weights: NDArray[np.float32]


def fit(known: Known, *, version: str, now: datetime, blend: Blend, report: Report) -> TasteModel:
    """Fit one model; takes seconds to minutes and one core."""
    features, names = _item_features(known.items)
    taken = sparse.coo_matrix(
        (np.ones(len(known.weights), np.float32), (known.user_rows, known.item_rows)),
        shape=(len(known.users), len(known.items)),
    )
    strength = sparse.coo_matrix(
        (_confidence(known.weights), (known.user_rows, known.item_rows)), shape=taken.shape
    )
    model = LightFM(
        no_components=DIMENSIONS,
        loss="warp",
        item_alpha=ITEM_ALPHA,
        user_alpha=USER_ALPHA,
        random_state=SEED,
    )
    for epoch in range(EPOCHS):
        model.fit_partial(
            taken, item_features=features, sample_weight=strength, epochs=1, num_threads=1
        )
        report((epoch + 1) / (EPOCHS + 1))
    item_biases, item_vectors = model.get_item_representations(features)
    _, user_vectors = model.get_user_representations()
    starts, others, weights = neighbours(taken.tocsr())
    report(1.0)
    count = len(known.items)
    return TasteModel(
        version=version,
        trained_at=now,
        item_ids=tuple(item.item_id for item in known.items),
        item_vectors=np.asarray(item_vectors, np.float32),
        item_biases=np.asarray(item_biases, np.float32),
        feature_names=tuple(names),
        feature_vectors=np.asarray(model.item_embeddings[count:], np.float32),
        feature_biases=np.asarray(model.item_biases[count:], np.float32),
        user_ids=tuple(known.users),
        user_vectors=np.asarray(user_vectors, np.float32),
        neighbour_starts=starts,
        neighbour_items=others,
        neighbour_weights=weights,
        blend=blend,
    )


def neighbours(
    taken: sparse.csr_matrix,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Return the nearest items of each item as starts, items and weights, nearest first."""
    degrees = np.asarray(taken.sum(axis=1)).ravel()
    damped = sparse.diags(1 / np.log2(2 + degrees)) @ taken
    popular = np.sqrt(np.asarray(taken.sum(axis=0)).ravel() + SHRINK)
    by_item = taken.T.tocsr()
    starts, others, weights = [0], [], []
    for first in range(0, taken.shape[1], _BLOCK):
        block = (by_item[first : first + _BLOCK] @ damped).tocsr()
        for offset in range(block.shape[0]):
            start, end = block.indptr[offset : offset + 2]
            rows, values = block.indices[start:end], block.data[start:end]
            apart = rows != first + offset
            rows = rows[apart]
            values = values[apart] / (popular[first + offset] * popular[rows])
            best = np.lexsort((rows, -values))[:NEIGHBOURS]
            others.append(rows[best])
            weights.append(values[best])
            starts.append(starts[-1] + len(best))
    return (
        np.array(starts, np.int64),
        np.concatenate(others).astype(np.int32),
        np.concatenate(weights).astype(np.float32),
    )


def _confidence(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much a pair counts: 1 on average, more for who took it often, but slowly."""
    logs = np.log1p(weights)
    return np.asarray(logs / logs.mean(), np.float32)


def _item_features(items: Sequence[Item]) -> tuple[sparse.csr_matrix, list[str]]:
    """One row an item: itself and what it shares with others, adding up to 1."""
    described = [features_of(item) for item in items]
    names = sorted({name for some in described for name in some})
    column = {name: len(items) + at for at, name in enumerate(names)}
    rows, columns, values = [], [], []
    for row, some in enumerate(described):
        share = 1 / (1 + len(some))
        for at in (row, *(column[name] for name in some)):
            rows.append(row)
            columns.append(at)
            values.append(share)
    matrix = sparse.csr_matrix(
        (np.array(values, np.float32), (rows, columns)), shape=(len(items), len(items) + len(names))
    )
    return matrix, names

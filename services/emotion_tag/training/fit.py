"""Fits the weights: one softmax over the emotions from labels that are sets, one polarity logit.

The loss of an example is minus the log of the probability of its set, given that the label is one
that its corpus can name. Plain stochastic gradient descent with a falling step; half of the n-grams
of a text are left out at each visit, so that no single one is relied upon.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from services.emotion_tag.adapters.wide.folding import Folding
from services.emotion_tag.adapters.wide.grams import GramMaker
from services.emotion_tag.domain.taxonomy import EMOTIONS, SMP_SIX, TAXONOMY
from services.emotion_tag.training.corpora import Example, Label

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
COLUMNS = len(EMOTIONS) + 1
_PARTS = 3  # sets of one label that are looked at, the heaviest first
_CHUNK = 2000  # texts folded at once
_BIT = {emotion: 1 << place for place, emotion in enumerate(EMOTIONS)}
MEMBERS = ((np.arange(1 << len(EMOTIONS))[:, None] >> np.arange(len(EMOTIONS))) & 1).astype(
    np.float32
)
"""Row `mask` says which emotions are in the set."""
FAMILIES = np.array(
    [[TAXONOMY[e].smp_parent == family for family in SMP_SIX] for e in EMOTIONS], np.float32
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """What was chosen on the validation data."""

    seed: int = 20
    least_texts: int = 2
    """An n-gram in fewer texts is not looked at."""
    features: int = 320_000
    """N-grams kept, the weightiest first."""
    passes: int = 6
    step: float = 1.0
    polarity_step: float = 4.0
    decay: float = 5e-7
    left_out: float = 0.5
    batch: int = 64


@dataclass(frozen=True, slots=True)
class Corpus:
    """Examples as arrays."""

    hashes: NDArray[np.uint32]
    rows: NDArray[np.int64]
    parts: NDArray[np.int64]
    shares: Floats
    universe: NDArray[np.int64]
    positive: Floats
    weight: Floats
    polarity_weight: Floats
    source: NDArray[np.int64]
    sources: list[str]

    def __len__(self) -> int:
        return len(self.weight)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The weights, with the n-grams they belong to."""

    keys: NDArray[np.uint32]
    squares: NDArray[np.uint8]
    weights: Floats
    bias: dict[str, Floats]


def mask_of(label: Label) -> int:
    return sum(_BIT[emotion] for emotion in label)


def grams_of(
    texts: Sequence[str], folding: Folding
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Hashed n-grams of the texts, and the text of each."""
    maker = GramMaker()
    hashes, rows = [], []
    for start in range(0, len(texts), _CHUNK):
        symbols = folding.fold(texts[start : start + _CHUNK])
        grams = maker.make(symbols)
        hashes.append(grams.hashes)
        rows.append(np.searchsorted(symbols.ends, grams.first) + start)
    return np.concatenate(hashes), np.concatenate(rows)


def corpus_of(examples: Sequence[Example], folding: Folding) -> Corpus:
    hashes, rows = grams_of([example.text for example in examples], folding)
    parts = np.zeros((len(examples), _PARTS), np.int64)
    shares = np.zeros((len(examples), _PARTS), np.float32)
    for row, example in enumerate(examples):
        heaviest = sorted(example.label, key=lambda part: -part[1])[:_PARTS]
        for place, (label, share) in enumerate(heaviest):
            parts[row, place] = mask_of(label)
            shares[row, place] = share
    sources = sorted({example.corpus for example in examples})
    source = np.array([sources.index(example.corpus) for example in examples])
    weight = np.array([example.weight for example in examples], np.float32)
    unknown = float("nan")
    return Corpus(
        hashes=hashes,
        rows=rows,
        parts=parts,
        shares=shares,
        universe=np.array([mask_of(example.universe) for example in examples]),
        positive=np.array(
            [unknown if e.positive is None else e.positive for e in examples], np.float32
        ),
        weight=weight * _balance(parts, source, sources),
        polarity_weight=np.array([example.polarity_weight for example in examples], np.float32),
        source=source,
        sources=sources,
    )


def _balance(parts: NDArray[np.int64], source: NDArray[np.int64], sources: Sequence[str]) -> Floats:
    """Lifts rare families of each corpus by the root of their rarity; the mean stays 1."""
    weight = np.ones(len(source), np.float32)
    for number in range(len(sources)):
        rows = np.flatnonzero((source == number) & (parts[:, 0] > 0))
        if len(rows):
            families = (MEMBERS[parts[rows, 0]] @ FAMILIES > 0) @ (1 << np.arange(len(SMP_SIX)))
            _, which, count = np.unique(families, return_inverse=True, return_counts=True)
            lift = count**-0.5
            weight[rows] = lift[which] * len(rows) / (lift * count).sum()
    return weight


def fit(corpus: Corpus, recipe: Recipe) -> Fitted:
    """Fit on all n-grams, keep the weightiest, fit again on those alone."""
    keys, texts_with = _vocabulary(corpus, recipe.least_texts)
    squares = _squares(len(corpus), texts_with)
    log.info(
        "%s texts, %s n-grams in %s texts or more",
        *_thousands(len(corpus), len(keys)),
        recipe.least_texts,
    )
    weights, _ = _descend(_matrix(corpus, keys, squares), corpus, recipe)
    centred = weights - weights[:, :-1].mean(axis=1, keepdims=True)
    centred[:, -1] = weights[:, -1]
    gain = (np.abs(centred).max(axis=1)) * np.sqrt(squares) * np.sqrt(texts_with)
    kept = np.sort(np.argsort(-gain, kind="stable")[: recipe.features])
    log.info("the weightiest %s of them again", *_thousands(len(kept)))
    keys, squares = keys[kept], squares[kept]
    weights, bias = _descend(_matrix(corpus, keys, squares), corpus, recipe)
    return Fitted(keys, squares, weights, bias)


def _thousands(*numbers: int) -> list[str]:
    return [f"{number:,}" for number in numbers]


def _vocabulary(corpus: Corpus, least_texts: int) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    low, width = np.uint64(0xFFFFFFFF), np.uint64(32)
    pairs = np.unique(corpus.hashes.astype(np.uint64) | (corpus.rows.astype(np.uint64) << width))
    keys, count = np.unique((pairs & low).astype(np.uint32), return_counts=True)
    often = count >= least_texts
    return keys[often], count[often]


def _squares(texts: int, texts_with: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Square of the inverse document frequency, rounded: the same whole number at run time."""
    rarity = np.log((1 + texts) / (1 + texts_with)) + 1
    return np.clip(np.round(rarity**2), 1, 255).astype(np.uint8)


def _matrix(
    corpus: Corpus, keys: NDArray[np.uint32], squares: NDArray[np.uint8]
) -> sparse.csr_matrix:
    place = np.searchsorted(keys, corpus.hashes)
    known = keys.take(place, mode="clip") == corpus.hashes
    matrix = sparse.csr_matrix(
        (np.ones(known.sum(), np.float32), (corpus.rows[known], place[known])),
        shape=(len(corpus), len(keys)),
    )
    matrix.sum_duplicates()
    matrix.data = np.sqrt(squares[matrix.indices]).astype(np.float32)
    squared = np.add.reduceat(
        np.append(squares[matrix.indices].astype(np.int64), 0), matrix.indptr[:-1]
    )
    squared[np.diff(matrix.indptr) == 0] = 1
    matrix.data /= np.repeat(np.sqrt(squared), np.diff(matrix.indptr)).astype(np.float32)
    return matrix


def _descend(
    matrix: sparse.csr_matrix, corpus: Corpus, recipe: Recipe
) -> tuple[Floats, dict[str, Floats]]:
    random = np.random.default_rng(recipe.seed)
    weights = np.zeros((matrix.shape[1], COLUMNS), np.float32)
    bias = np.zeros((len(corpus.sources), COLUMNS), np.float32)
    steps = np.full(COLUMNS, recipe.step, np.float32)
    steps[-1] = recipe.polarity_step
    shrunk = 1.0  # the true weights are `weights * shrunk`
    total = recipe.passes * -(-len(corpus) // recipe.batch)
    done = 0
    lift = np.float32((1 - recipe.left_out) ** -0.5)
    for number in range(recipe.passes):
        order = random.permutation(len(corpus))
        loss = 0.0
        for start in range(0, len(order), recipe.batch):
            rows = order[start : start + recipe.batch]
            some = matrix[rows]
            some.data *= (random.random(len(some.data), np.float32) >= recipe.left_out) * lift
            columns, local = np.unique(some.indices, return_inverse=True)
            here = sparse.csr_matrix(
                (some.data, local.astype(np.int32), some.indptr), (len(rows), len(columns))
            )
            source = corpus.source[rows]
            logits = (here @ weights[columns]) * np.float32(shrunk) + bias[source]
            slope, part = _slope(logits, corpus, rows)
            loss += part
            left = np.float32(1 - done / total + 0.02)
            shrunk *= 1 - float(left) * recipe.step * recipe.decay * len(rows)
            weights[columns] -= (here.T @ slope) * (steps * left / np.float32(shrunk))
            np.add.at(bias, source, -0.05 * steps * left * slope)
            done += 1
        log.info("pass %d of %d, loss %.4f", number + 1, recipe.passes, loss / len(corpus))
    return weights * np.float32(shrunk), dict(zip(corpus.sources, bias, strict=True))


def _slope(logits: Floats, corpus: Corpus, rows: NDArray[np.int64]) -> tuple[Floats, float]:
    odds = np.exp(logits[:, :-1] - logits[:, :-1].max(axis=1, keepdims=True))
    possible = odds * MEMBERS[corpus.universe[rows]]
    all_odds = possible.sum(axis=1, keepdims=True)
    slope = np.zeros_like(logits)
    loss = 0.0
    for place in range(_PARTS):
        share = corpus.shares[rows, place]
        meant = odds * MEMBERS[corpus.parts[rows, place]]
        its_odds = meant.sum(axis=1, keepdims=True)
        its_odds[share == 0] = 1
        slope[:, :-1] += share[:, None] * (possible / all_odds - meant / its_odds)
        loss -= float((share * corpus.weight[rows] * np.log(its_odds / all_odds)[:, 0]).sum())
    slope[:, :-1] *= corpus.weight[rows, None]
    positive = corpus.positive[rows]
    known = ~np.isnan(positive)
    guessed = 1 / (1 + np.exp(-np.clip(logits[known, -1], -30, 30)))
    slope[known, -1] = (guessed - positive[known]) * corpus.polarity_weight[rows[known]]
    return slope, loss

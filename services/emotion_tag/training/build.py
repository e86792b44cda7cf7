"""Builds the wide model from the corpora: fold, fit, quantise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from opencc_pyo3 import OpenCC

from services.emotion_tag.adapters.wide.artefact import Artefact
from services.emotion_tag.adapters.wide.folding import Folding
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.fit import COLUMNS, Fitted, Recipe, corpus_of, fit
from services.emotion_tag.training.folding_table import folding_table

_MOST = 127  # of an int8
_CLIPPED = 0.9999  # quantile of the sizes of a column that still has its full size
# What a text of unknown origin begins with, for zh and en: shares of the biases of those corpora
# that there are. Our own comments have more questions and facts.
_BIAS_OF = (
    {"smp-usual": 0.5, "brighter-zh": 0.2, "own": 0.3},
    {"goemotions": 0.7, "brighter-en": 0.1, "own": 0.2},
)


def build(learned: Sequence[Example], recipe: Recipe, tell: Callable[..., None]) -> Artefact:
    """The model, the same for the same examples, recipe and library versions."""
    source, target, expansions = folding_table()
    tell("folding %d texts", len(learned))
    fitted = fit(corpus_of(learned, Folding(source, target, expansions)), recipe)
    weights, scale = _quantised(fitted)
    simplified_only, traditional_only = _telltale_characters()
    artefact = Artefact(
        version="",
        keys=fitted.keys,
        weights=weights,
        squares=fitted.squares,
        scale=scale,
        bias=np.array([_bias(fitted, shares) for shares in _BIAS_OF]),
        fold_source=source,
        fold_target=target,
        expansions=expansions,
        simplified_only=simplified_only,
        traditional_only=traditional_only,
    )
    return replace(artefact, version=f"wide-2-{_digest(artefact)}")


def _digest(artefact: Artefact) -> str:
    """What tells two models apart that answer differently."""
    made_of = (artefact.keys, artefact.weights, artefact.scale, artefact.bias)
    return sha256(b"".join(part.tobytes() for part in made_of)).hexdigest()[:8]


def _bias(fitted: Fitted, shares: Mapping[str, float]) -> NDArray[np.float64]:
    known = {corpus: share for corpus, share in shares.items() if corpus in fitted.bias}
    total = sum(known.values())
    return sum(
        (share / total * fitted.bias[corpus].astype(np.float64) for corpus, share in known.items()),
        start=np.zeros(COLUMNS),
    )


def _quantised(fitted: Fitted) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Weights with the n-gram's rarity folded in, as whole steps of each column."""
    folded = fitted.weights * np.sqrt(fitted.squares)[:, None]
    scale = np.quantile(np.abs(folded), _CLIPPED, axis=0) / _MOST
    return np.clip(np.round(folded / scale), -_MOST, _MOST).astype(np.int8), scale


def _telltale_characters() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Characters that are written in only one of the two Chinese scripts."""
    characters = [chr(code) for code in range(0x4E00, 0x9FFF)]
    joined = "\n".join(characters)
    simplified = OpenCC("t2s").convert(joined).split("\n")
    traditional = OpenCC("s2t").convert(joined).split("\n")
    triples = list(zip(characters, simplified, traditional, strict=True))
    only_traditional = [ord(c) for c, s, t in triples if s != c and t == c]
    only_simplified = [ord(c) for c, s, t in triples if t != c and s == c]
    return np.array(only_simplified, np.uint32), np.array(only_traditional, np.uint32)

"""Builds the model from the corpora: fold, fit, quantise, calibrate."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from opencc_pyo3 import OpenCC

from services.emotion_tag.adapters.wide.artefact import Artefact
from services.emotion_tag.adapters.wide.folding import Folding
from services.emotion_tag.training.calibrate import calibrated, uncalibrated
from services.emotion_tag.training.fit import COLUMNS, Fitted, Recipe, corpus_of, fit
from services.emotion_tag.training.folding_table import folding_table
from services.emotion_tag.training.splits import learning

_MOST = 127  # of an int8
_CLIPPED = 0.9999  # quantile of the sizes of a column that still has its full size
# Whose bias is taken, for zh and en: the corpora with the plainest priors, and for Chinese some of
# our own comments', where questions and facts are more common.
_BIAS_OF = ({"smp-usual": 0.8, "own": 0.2}, {"goemotions": 1.0})


def build(data: Path, recipe: Recipe, tell: Callable[..., None]) -> Artefact:
    """The model, the same for the same data, recipe and library versions."""
    tell("reading the corpora in %s", data)
    known = learning(data)
    source, target, expansions = folding_table()
    corpus = corpus_of(known.learned, Folding(source, target, expansions))
    fitted = fit(corpus, recipe)
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
        calibration=uncalibrated(),
    )
    emotions = [example for example in known.tuned if example.corpus not in ("shopping", "cped")]
    tell("calibrating on %d texts", len(emotions))
    polarities = [
        [example for example in known.tuned if example.corpus == name]
        for name in sorted({example.corpus for example in known.tuned} - {"cped"})
    ]
    artefact = calibrated(artefact, emotions, polarities)
    return replace(artefact, version=f"wide-1-{_digest(artefact)}")


def _digest(artefact: Artefact) -> str:
    """What tells two models apart that answer differently."""
    made_of = (artefact.keys, artefact.weights, artefact.scale, artefact.bias)
    digest = sha256(b"".join(part.tobytes() for part in made_of))
    digest.update(repr(artefact.calibration).encode())
    return digest.hexdigest()[:8]


def _bias(fitted: Fitted, shares: Mapping[str, float]) -> NDArray[np.float64]:
    return sum(
        (share * fitted.bias[corpus].astype(np.float64) for corpus, share in shares.items()),
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

"""Fits how strong a feeling is: to people's ratings, and to comments of ours that grow stronger.

BRIGHTER's raters gave posts a strength, but long posts hide what a degree word does. `graded.jsonl`
says the same three or four times, ever more strongly; each step has to be shown. Facts and
questions of our own have no strength.
"""

import json
from collections.abc import Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from services.emotion_tag.adapters.cascade import decide
from services.emotion_tag.adapters.cascade.calibration import Scale
from services.emotion_tag.adapters.wide.intensity import LESS, signs
from services.emotion_tag.adapters.wide.wide_reader import LANGUAGES
from services.emotion_tag.domain.taxonomy import Emotion
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.scales import Tuning, probabilities_of, scores_of

Floats = NDArray[np.float64]

GRADED = Path(__file__).parent / "graded.jsonl"
_STEP = 0.1
"""How much stronger the next comment of a row has to be, of 1."""
_STEPS_WEIGH, _NEUTRAL_WEIGHS = 2.0, 0.5
"""Mean square of the steps that are missing, and of the strength of what has none, beside the mean
square of what BRIGHTER's raters say otherwise."""
_SMALL = 1e-3  # what keeps the coefficients small


class Strengths(NamedTuple):
    """What both models say of texts whose strength is known."""

    tuning: Tuning
    graded: Tuning

    def without_encoder(self) -> "Strengths":
        return Strengths(self.tuning.without_encoder(), self.graded.without_encoder())


def graded(half: str) -> list[Example]:
    """The comments of one half, row by row; `group` tells the rows apart."""
    rows = [json.loads(line) for line in GRADED.read_text("utf-8").splitlines()]
    return [
        Example(
            text=text,
            language="en" if row["language"] == "en" else "zh",
            corpus="graded",
            label=(),
            group=str(number),
        )
        for number, row in enumerate(rows)
        if row["half"] == half
        for text in row["texts"]
    ]


def steps(examples: Sequence[Example]) -> list[tuple[int, int]]:
    """The places of a comment and the next stronger one."""
    places = groupby(range(len(examples)), key=lambda at: examples[at].group)
    return [pair for _, row in places for pair in pairwise(row)]


def fitted_strength(
    known: Strengths,
    scales: dict[str, dict[str, Scale]],
    sharpening: float,
    beside: Floats | None = None,
) -> list[float]:
    """The coefficients of the signs of intensity; the encoder's is one more, the last.

    `beside` is what the other part makes of the graded comments: of two texts either part may
    answer either.
    """
    rated = [at for at, e in enumerate(known.tuning.examples) if e.strength is not None]
    plain = [at for at, e in enumerate(known.tuning.examples) if _is_plain(e)]
    wanted = np.array([known.tuning.examples[at].strength for at in rated])
    of_rated = _signs(known.tuning.only(rated), scales, sharpening)
    of_plain = _signs(known.tuning.only(plain), scales, sharpening)
    of_graded = _signs(known.graded, scales, sharpening)
    weaker, stronger = (list(side) for side in zip(*steps(known.graded.examples), strict=True))

    def loss(coefficients: Floats) -> float:
        rated_as, plain_as, own = (
            _strength(each, coefficients) for each in (of_rated, of_plain, of_graded)
        )
        other = own if beside is None else beside
        taken = [own[stronger] - own[weaker]]
        taken += [other[stronger] - own[weaker], own[stronger] - other[weaker]]
        missing = np.maximum(0, _STEP - np.concatenate(taken))
        return float(
            ((rated_as - wanted) ** 2).mean()
            + _NEUTRAL_WEIGHS * (plain_as**2).mean()
            + _STEPS_WEIGH * (missing**2).mean()
            + _SMALL * (coefficients[1:] ** 2).sum()
        )

    bounds: list[tuple[float | None, float | None]] = [
        (None, None) if at == 0 else (None, 0.0) if at in LESS else (0.0, None)
        for at in range(of_rated.shape[1])
    ]
    found = minimize(loss, np.zeros(of_rated.shape[1]), method="L-BFGS-B", bounds=bounds)
    return [round(float(value), 4) for value in found.x]


def graded_as(
    known: Strengths,
    scales: dict[str, dict[str, Scale]],
    sharpening: float,
    coefficients: Sequence[float],
) -> Floats:
    """How strong each graded comment is shown to be."""
    return _strength(_signs(known.graded, scales, sharpening), np.array(coefficients))


def _strength(signs_of: Floats, coefficients: Floats) -> Floats:
    strength: Floats = 1 / (1 + np.exp(-signs_of @ coefficients))
    return strength


def _is_plain(example: Example) -> bool:
    return example.corpus == "own" and example.label == ((frozenset({Emotion.NEUTRAL}), 1.0),)


def _signs(tuning: Tuning, scales: dict[str, dict[str, Scale]], sharpening: float) -> Floats:
    """The signs of each text, row by row."""
    shown: dict[int, tuple[float, ...]] = {}
    for language in LANGUAGES:
        rows = [at for at, e in enumerate(tuning.examples) if e.language == language]
        if not rows:
            continue
        scale = scales[language]["unknown"]
        shares = probabilities_of(scores_of(scale, tuning.only(rows)), sharpening)
        for at, share in zip(rows, shares.tolist(), strict=True):
            text = tuning.examples[at].text
            shown[at] = signs(text, share[decide.NEUTRAL], max(share))
    made = np.array([shown[at] for at in range(len(tuning.examples))])
    return made if tuning.encoder is None else np.column_stack([made, tuning.encoder[:, -1]])

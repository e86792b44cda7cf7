"""Fits how the scores of one language and kind of text are read: see `Scale`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from services.emotion_tag.adapters.cascade import decide
from services.emotion_tag.adapters.cascade.calibration import Scale
from services.emotion_tag.adapters.wide.polarity import Leaning, contrasts
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity
from services.emotion_tag.training.confidence import with_confidence
from services.emotion_tag.training.corpora import Example, Label
from services.emotion_tag.training.fit import FAMILIES, MEMBERS, mask_of

Floats = NDArray[np.float64]

_EVEN = 0.5
_SIZE = len(EMOTIONS)
_NEUTRAL_LEADS = (0.0, 0.5, 1.0, 1.5)
"""Bounded, as shop reviews are never neutral in their corpus, though people are."""
_HELD = 0.02  # what keeps the biases small: texts of one kind are not all texts of that kind
PLAIN = Scale(
    wide=1.0,
    encoder=0.0,
    bias=[0.0] * _SIZE,
    positive=[1.0, 0.0, 0.0, 0.0],
    neutral_lead=1.0,
    confidence_knots=[(0.0, 0.0), (1.0, 1.0)],
    unsure_below=0.0,
)


@dataclass(frozen=True, slots=True)
class Tuning:
    """Examples with what the models say of them."""

    examples: Sequence[Example]
    wide: Floats
    """Emotions and positive, row by row."""
    encoder: Floats | None
    leanings: Sequence[Leaning]

    def only(self, at: Sequence[int]) -> "Tuning":
        return Tuning(
            [self.examples[i] for i in at],
            self.wide[list(at)],
            None if self.encoder is None else self.encoder[list(at)],
            [self.leanings[i] for i in at],
        )

    def without_encoder(self) -> "Tuning":
        return replace(self, encoder=None)


def allowed(examples: Sequence[Example]) -> Floats:
    """For each text the emotions that its label allows."""
    return MEMBERS[[mask_of(allowed_of(example)) for example in examples]].astype(np.float64)


def allowed_of(example: Example) -> Label:
    return frozenset[Emotion]().union(*(label for label, _ in example.label))


def scores_of(scale: Scale, tuning: Tuning) -> Floats:
    """The emotions' scores and the log-odds of positive, row by row."""
    encoded = [None] * len(tuning.examples) if tuning.encoder is None else tuning.encoder.tolist()
    rows = zip(tuning.wide.tolist(), encoded, strict=True)
    return np.array([decide.scaled(scale, wide, encoder) for wide, encoder in rows])


def probabilities_of(scores: Floats, sharpening: float) -> Floats:
    return np.array([decide.probabilities(row, sharpening) for row in scores.tolist()])


def clearness_of(probabilities: Floats) -> Floats:
    return np.array([decide.clearness(row) for row in probabilities.tolist()])


def rightness(examples: Sequence[Example], probabilities: Floats) -> Floats:
    """1 where the top emotion is one that the label allows, else 0."""
    right: Floats = allowed(examples)[np.arange(len(examples)), probabilities.argmax(axis=1)]
    return right


def fitted(
    tuning: Tuning,
    start: Scale,
    sharpening: float,
    telling: Tuning | None = None,
    judging: Tuning | None = None,
) -> Scale:
    """The scale that suits these examples; `start` is what it is kept near to.

    Emotions go by those of `telling` alone and how sure they are by those of `judging`, if given.
    """
    telling = telling or tuning
    judging = judging or telling
    scale = _positive(tuning, _emotions(telling, start))
    judged = probabilities_of(scores_of(scale, judging), sharpening)
    right = rightness(judging.examples, judged)
    scale = with_confidence(scale, clearness_of(judged), right)
    scores = scores_of(scale, tuning)
    return _neutral_lead(tuning, scores, probabilities_of(scores, sharpening), scale)


def _emotions(tuning: Tuning, start: Scale) -> Scale:
    right = allowed(tuning.examples)
    universe = MEMBERS[[mask_of(e.universe) for e in tuning.examples]].astype(np.float64)
    weight = balance(tuning.examples)
    wide = tuning.wide[:, :_SIZE]
    encoder = np.zeros_like(wide) if tuning.encoder is None else tuning.encoder[:, :_SIZE]
    begin = np.array([start.wide, start.encoder, *start.bias])

    def loss(x: Floats) -> tuple[float, Floats]:
        scores = x[0] * wide + x[1] * encoder + x[2:]
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        possible, meant = odds * universe, odds * right
        all_odds, its_odds = possible.sum(1, keepdims=True), meant.sum(1, keepdims=True)
        slope = weight[:, None] * (possible / all_odds - meant / its_odds)
        held = x[2:] - begin[2:]
        value = float((weight * np.log(all_odds / its_odds)[:, 0]).sum() + _HELD * (held**2).sum())
        gradient = np.concatenate(
            ([(slope * wide).sum(), (slope * encoder).sum()], slope.sum(0) + 2 * _HELD * held)
        )
        return value, gradient

    bounds = [(0.05, 4.0), (0.0, 4.0) if tuning.encoder is not None else (0.0, 0.0)]
    bounds += [(-2.0, 2.0)] * _SIZE
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds).x.tolist()
    rounded = [round(value, 4) for value in found]
    return replace(start, wide=rounded[0], encoder=rounded[1], bias=rounded[2:])


def balance(examples: Sequence[Example]) -> Floats:
    """Weights that add up to 1: every corpus by the root of its size, rare families lifted."""
    weight = np.zeros(len(examples))
    corpora = np.array([example.corpus for example in examples])
    families = allowed(examples) @ FAMILIES.astype(np.float64) > 0
    names = families @ (1 << np.arange(families.shape[1]))
    for corpus in np.unique(corpora):
        rows = (corpora == corpus).nonzero()[0]
        _, which, count = np.unique(names[rows], return_inverse=True, return_counts=True)
        lift = count[which] ** -0.5
        weight[rows] = lift / lift.sum() * len(rows) ** 0.5
    weight /= weight.sum()
    return weight


def _positive(tuning: Tuning, scale: Scale) -> Scale:
    known = [i for i, e in enumerate(tuning.examples) if e.positive is not None]
    some = tuning.only(known)
    wanted = np.array([e.positive for e in some.examples], np.float64)
    encoder = np.zeros(len(known)) if some.encoder is None else some.encoder[:, _SIZE]
    rows = scores_of(scale, some)[:, :_SIZE].tolist()
    emotions = np.array([decide.leaning_of(row) for row in rows])
    shown = np.stack((some.wide[:, _SIZE], encoder, emotions, np.ones(len(known))), axis=1)
    weight = balance(some.examples)

    def loss(x: Floats) -> float:
        odds = shown @ x
        missed = np.logaddexp(0, odds) - wanted * odds
        return float((weight * missed).sum() + 1e-3 * (x**2).sum())

    found = minimize(loss, np.array([0.5, 0.0, 0.0, 0.0]), method="L-BFGS-B").x.tolist()
    if some.encoder is None:
        found[1] = 0.0
    return replace(scale, positive=[round(value, 4) for value in found])


def leaning_of(example: Example) -> Polarity | None:
    """What people said; None where the label does not tell."""
    if example.polarity is not None:
        return example.polarity
    if example.positive is None:
        return None
    if example.positive == _EVEN:
        return Polarity.NEUTRAL
    return Polarity.POSITIVE if example.positive > _EVEN else Polarity.NEGATIVE


def _neutral_lead(tuning: Tuning, scores: Floats, probabilities: Floats, scale: Scale) -> Scale:
    said = [leaning_of(example) for example in tuning.examples]
    weight = balance(tuning.examples)
    neutral = probabilities[:, decide.NEUTRAL]
    contrasted = [contrasts(example.text) for example in tuning.examples]

    def share_right(lead: float) -> float:
        tried = replace(scale, neutral_lead=lead)
        return sum(
            float(part)
            for part, wanted, odds, share, leaning, contrast in zip(
                weight, said, scores[:, -1], neutral, tuning.leanings, contrasted, strict=True
            )
            if wanted is decide.polarity(tried, odds, share, leaning, contrasts=contrast)
        )

    return replace(scale, neutral_lead=max(_NEUTRAL_LEADS, key=share_right))

"""Makes scores into probabilities that can be believed, on data the weights have not seen."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from services.emotion_tag.adapters.wide.artefact import Artefact, Calibration, LanguageCalibration
from services.emotion_tag.adapters.wide.intensity import signs
from services.emotion_tag.adapters.wide.linear_tagger import LANGUAGES, NEUTRAL, LinearTagger
from services.emotion_tag.adapters.wide.polarity import lean
from services.emotion_tag.domain.taxonomy import Polarity
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.fit import FAMILIES, MEMBERS, mask_of

Floats = NDArray[np.float64]

RIGHT_IF_SURE = 0.8
"""Of the answers that are not unsure, this share is right on the validation data."""
_KNOTS = 24
_SHARPENINGS = (1.0, 1.5, 2.0, 3.0)
_EVEN = 0.5
# Bounded, as shop reviews are never neutral in their corpus, though people are.
_NEUTRAL_LEADS = (0.5, 1.0, 1.5)
_UNCALIBRATED = Calibration(
    languages={
        name: LanguageCalibration(
            temperature=1.0, confidence_knots=[(0.0, 0.0), (1.0, 1.0)], unsure_below=0.0
        )
        for name in LANGUAGES
    },
    sharpening=1.0,
    neutral_lead=1.0,
    # No corpus has mixed: set by hand on our own comments.
    sided_above=1.5,
    mixed_above=1.5,
    intensity=[0.0] * len(signs("", 0.0, 0.0)),
)


def uncalibrated() -> Calibration:
    """A start: scores taken at their word."""
    return _UNCALIBRATED


def calibrated(
    artefact: Artefact, emotions: Sequence[Example], polarities: Sequence[Sequence[Example]]
) -> Artefact:
    """Fit temperatures, confidence, thresholds and strength.

    `emotions` have labels, `polarities` are sets of which each counts the same.
    """
    by_language = {
        name: [example for example in emotions if example.language == name] for name in LANGUAGES
    }
    temperatures = {name: _temperature(artefact, known) for name, known in by_language.items()}
    artefact = _with(
        artefact,
        languages={
            name: replace(artefact.calibration.languages[name], temperature=temperature)
            for name, temperature in temperatures.items()
        },
    )
    artefact = _with(artefact, sharpening=_sharpening(artefact, by_language["zh"]))
    artefact = _with(
        artefact,
        languages={name: _confidence(artefact, name, known) for name, known in by_language.items()},
    )
    artefact = _with(artefact, neutral_lead=_neutral_lead(artefact, polarities))
    rated = [example for example in emotions if example.strength is not None]
    return _with(artefact, intensity=_intensity(artefact, rated))


def _with(artefact: Artefact, **fitted: object) -> Artefact:
    return replace(artefact, calibration=replace(artefact.calibration, **fitted))  # type: ignore[arg-type]


def masks_of(examples: Iterable[Example]) -> Floats:
    """For each text the emotions that its label allows."""
    masks = [
        mask_of(frozenset().union(*(label for label, _ in example.label))) for example in examples
    ]
    return MEMBERS[masks].astype(np.float64)


def texts_of(examples: Iterable[Example]) -> list[str]:
    return [example.text for example in examples]


def _temperature(artefact: Artefact, examples: Sequence[Example]) -> float:
    probabilities = LinearTagger(artefact).read(texts_of(examples)).probabilities
    logs = np.log(np.maximum(probabilities, 1e-12))
    right = masks_of(examples)

    def loss(log_temperature: float) -> float:
        cooled = logs / np.exp(log_temperature)
        odds = np.exp(cooled - cooled.max(axis=1, keepdims=True))
        return -float(np.log((odds * right).sum(axis=1) / odds.sum(axis=1)).mean())

    return round(float(np.exp(minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x)), 4)


def _sharpening(artefact: Artefact, examples: Sequence[Example]) -> float:
    """The least that makes the top emotion lie in the top family about as often as it can."""
    families = FAMILIES.astype(np.float64)
    in_top_family = []
    for power in _SHARPENINGS:
        tagger = LinearTagger(_with(artefact, sharpening=power))
        probabilities = tagger.read(texts_of(examples)).probabilities
        top_family = (probabilities @ families).argmax(axis=1)
        in_top_family.append(
            float((families[probabilities.argmax(axis=1)].argmax(axis=1) == top_family).mean())
        )
    enough = max(in_top_family) - 0.005
    return next(
        power for power, share in zip(_SHARPENINGS, in_top_family, strict=True) if share >= enough
    )


def _confidence(artefact: Artefact, name: str, examples: Sequence[Example]) -> LanguageCalibration:
    probabilities = LinearTagger(artefact).read(texts_of(examples)).probabilities
    likeliest = probabilities.max(axis=1)
    right = masks_of(examples)[np.arange(len(examples)), probabilities.argmax(axis=1)]
    order = np.argsort(likeliest, kind="stable")
    knots = _rising(likeliest[order], right[order])
    believed = np.interp(likeliest, [p for p, _ in knots], [r for _, r in knots])
    return replace(
        artefact.calibration.languages[name],
        confidence_knots=knots,
        unsure_below=_least_confidence(believed, right),
    )


def _rising(probability: Floats, right: Floats) -> list[tuple[float, float]]:
    """How often answers were right by their probability: equal bins, made to rise by pooling."""
    pools: list[tuple[float, float, int]] = []
    for part in np.array_split(np.arange(len(right)), _KNOTS):
        pools.append((float(probability[part].mean()), float(right[part].mean()), len(part)))
        while len(pools) > 1 and pools[-2][1] >= pools[-1][1]:
            (p1, r1, n1), (p2, r2, n2) = pools[-2:]
            both = n1 + n2
            pools[-2:] = [((p1 * n1 + p2 * n2) / both, (r1 * n1 + r2 * n2) / both, both)]
    return [(round(p, 5), round(r, 5)) for p, r, _ in pools]


def _least_confidence(believed: Floats, right: Floats) -> float:
    for threshold in np.arange(0.2, 0.95, 0.01):
        sure = believed >= threshold
        if sure.any() and right[sure].mean() >= RIGHT_IF_SURE:
            return round(float(threshold), 2)
    return 0.95


def leaning_of(example: Example) -> Polarity | None:
    """What people said; None where the label does not tell."""
    if example.polarity is not None:
        return example.polarity
    if example.positive is None:
        return None
    if example.positive == _EVEN:
        return Polarity.NEUTRAL
    return Polarity.POSITIVE if example.positive > _EVEN else Polarity.NEGATIVE


def _neutral_lead(artefact: Artefact, sets: Sequence[Sequence[Example]]) -> float:
    tagger = LinearTagger(artefact)
    known = []
    for examples in sets:
        leaning = [(e.text, said) for e in examples if (said := leaning_of(e)) is not None]
        reading = tagger.read([text for text, _ in leaning])
        clauses = tagger.clauses.read(reading.scored, reading.positive_bias)
        known.append(([said for _, said in leaning], reading, clauses))

    def share_right(neutral_lead: float) -> float:
        tried = _with(artefact, neutral_lead=neutral_lead)
        share = 0.0
        for said, reading, clauses in known:
            neutral = reading.probabilities[:, NEUTRAL]
            answers = lean(reading.positive, neutral, clauses, tried)
            right = sum(a == b for a, b in zip(answers, said, strict=True))
            share += right / len(said)
        return share

    return max(_NEUTRAL_LEADS, key=share_right)


def _intensity(artefact: Artefact, examples: Sequence[Example]) -> list[float]:
    probabilities = LinearTagger(artefact).read(texts_of(examples)).probabilities
    shown = np.array(
        [
            signs(example.text, row[NEUTRAL], max(row))
            for example, row in zip(examples, probabilities.tolist(), strict=True)
        ]
    )
    wanted = np.array([example.strength for example in examples])

    def loss(coefficients: Floats) -> float:
        guessed = 1 / (1 + np.exp(-shown @ coefficients))
        return float(((guessed - wanted) ** 2).mean() + 1e-3 * (coefficients[1:] ** 2).sum())

    found = minimize(loss, np.zeros(shown.shape[1]), method="L-BFGS-B")
    return [round(float(value), 4) for value in found.x]

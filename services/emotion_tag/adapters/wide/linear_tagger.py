"""Tags texts with the wide linear model: scores to probabilities, polarity, strength, evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.aspects.finder import AspectFinder
from services.emotion_tag.adapters.locales import load_locales
from services.emotion_tag.adapters.wide.artefact import Artefact, load
from services.emotion_tag.adapters.wide.evidence import shared_by_words, spans, spoke_for
from services.emotion_tag.adapters.wide.intensity import intensity, signs
from services.emotion_tag.adapters.wide.linear_model import LinearModel, Scored
from services.emotion_tag.adapters.wide.polarity import Clauses, lean
from services.emotion_tag.adapters.wide.script import ScriptDetector
from services.emotion_tag.domain.tag import EmotionTag, EvidenceSpan, TextInput
from services.emotion_tag.domain.taxonomy import EMOTIONS, SMP_SIX, TAXONOMY, Emotion

SHIPPED = Path(__file__).parents[2] / "models" / "research"
LANGUAGES = ("zh", "en")  # rows of the bias; whatever is not English is read as Chinese

Floats = NDArray[np.float64]
NEUTRAL = EMOTIONS.index(Emotion.NEUTRAL)
_FAMILY = np.array([SMP_SIX.index(TAXONOMY[e].smp_parent) for e in EMOTIONS])
_BY_FAMILY = np.argsort(_FAMILY, kind="stable")
_FAMILY_STARTS = np.searchsorted(_FAMILY[_BY_FAMILY], np.arange(len(SMP_SIX)))


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model made of several texts, before the thresholds."""

    scored: Scored
    languages: list[str]
    english: NDArray[np.bool_]
    blank: NDArray[np.bool_]
    """Texts with nothing to go by: neutral, without confidence."""
    probabilities: Floats
    positive: Floats
    """Log-odds that each text is for it."""
    positive_bias: Floats


class LinearTagger:
    """Deterministic; a text gets the same answer alone and in a batch."""

    def __init__(self, artefact: Artefact, added_locales: Path | None = None) -> None:
        self._artefact = artefact
        self.locales, lexicons = load_locales(added_locales)
        self._aspects = AspectFinder(artefact, lexicons)
        self._model = LinearModel(artefact)
        self.clauses = Clauses(artefact)
        self._scripts = ScriptDetector(artefact.simplified_only, artefact.traditional_only)
        languages = [artefact.calibration.languages[name] for name in LANGUAGES]
        self._temperature = np.array([language.temperature for language in languages])
        self._unsure_below = [language.unsure_below for language in languages]
        self._knots = [
            (
                np.array([probability for probability, _ in language.confidence_knots]),
                np.array([right for _, right in language.confidence_knots]),
            )
            for language in languages
        ]

    @classmethod
    def shipped(cls) -> "LinearTagger":
        """The model that lies in the repository."""
        return cls(load(SHIPPED))

    @property
    def version(self) -> str:
        return self._artefact.version

    def tag(self, inputs: Sequence[TextInput]) -> list[EmotionTag]:
        """Tag texts of any content, in their order."""
        if not inputs:
            return []
        texts = [one.text for one in inputs]
        reading = self.read(texts)
        probabilities = reading.probabilities
        top = probabilities.argmax(axis=1)
        likeliest = probabilities.max(axis=1)
        confidence = self.confidence(likeliest, reading.english)
        confidence[reading.blank] = 0.0
        leanings = self.clauses.read(reading.scored, reading.positive_bias)
        polarities = lean(reading.positive, probabilities[:, NEUTRAL], leanings, self._artefact)
        evidence = self._evidence(reading, top)
        locales = [
            self.locales.of(one.locale, language)
            for one, language in zip(inputs, reading.languages, strict=True)
        ]
        masks = [locale.lexicons for locale in locales]
        aspects = self._aspects.find(reading.scored, reading.positive_bias, masks)
        coefficients = self._artefact.calibration.intensity
        return [
            EmotionTag(
                emotion=EMOTIONS[top[i]],
                scores=tuple(scores),
                polarity=polarities[i],
                intensity=intensity(coefficients, signs(text, scores[NEUTRAL], likeliest[i])),
                confidence=sure,
                unsure=sure < self._unsure_below[int(reading.english[i])],
                language=reading.languages[i],
                evidence=evidence[i],
                model_version=self._artefact.version,
                aspects=aspects[i],
                locale=locales[i].name,
            )
            for i, (text, scores, sure) in enumerate(
                zip(texts, probabilities.tolist(), confidence.tolist(), strict=True)
            )
        ]

    def read(self, texts: Sequence[str]) -> Reading:
        """Score the texts and make probabilities of the scores."""
        scored = self._model.score(texts)
        languages = [self._scripts.language_of(text) for text in texts]
        english = np.array([language == "en" for language in languages])
        bias = self._artefact.bias[english.astype(np.int64)]
        logits = scored.logits + bias
        probabilities = self._probabilities(logits[:, :-1], english)
        blank = _blank(scored)
        probabilities[blank] = np.eye(len(EMOTIONS))[NEUTRAL]
        return Reading(scored, languages, english, blank, probabilities, logits[:, -1], bias[:, -1])

    def unsure_below(self, language: str) -> float:
        """The confidence under which an answer in a language is unsure."""
        return self._unsure_below[int(language == "en")]

    @property
    def lexicon_version(self) -> str:
        """Tells the lists of words apart by which aspects are found."""
        return self._aspects.version

    def spoke_for(self, text: str, emotion: Emotion) -> list[float]:
        """The share of each code point in what speaks for an emotion; below 0 if it speaks against.

        Those above 0 add up to 1, if there are any.
        """
        reading = self.read([text])
        top = np.array([EMOTIONS.index(emotion)])
        artefact = self._artefact
        spoke = spoke_for(
            reading.scored, artefact.weights, artefact.scale, top, reading.probabilities
        )
        spoke = shared_by_words(spoke, self._model.grams.in_words(reading.scored.symbols))
        each = np.zeros(len(text) + 1, np.float64)
        np.add.at(each, reading.scored.symbols.origin, spoke)
        shares: list[float] = (each / max(1, np.maximum(each, 0).sum())).tolist()
        return shares[:-1]

    def confidence(self, likeliest: Floats, english: NDArray[np.bool_]) -> Floats:
        """How often an answer of this probability was right on the validation data."""
        zh, en = (np.interp(likeliest, *knots) for knots in self._knots)
        confidence: Floats = np.where(english, en, zh)
        return confidence

    def _probabilities(self, logits: Floats, english: NDArray[np.bool_]) -> Floats:
        cooled = logits / self._temperature[english.astype(np.int64)][:, None]
        odds = np.exp(cooled - cooled.max(axis=1, keepdims=True))
        probabilities = odds / odds.sum(axis=1, keepdims=True)
        sharpened: Floats = probabilities**self._artefact.calibration.sharpening
        sharpened *= (_families(probabilities) / _families(sharpened))[:, _FAMILY]
        return sharpened

    def _evidence(self, reading: Reading, top: NDArray[np.int64]) -> list[tuple[EvidenceSpan, ...]]:
        speaking = top != NEUTRAL
        if not speaking.any():
            return [()] * len(top)
        spoke = spoke_for(
            reading.scored,
            self._artefact.weights,
            self._artefact.scale,
            top,
            reading.probabilities,
        )
        symbols = reading.scored.symbols
        spoke = shared_by_words(spoke, self._model.grams.in_words(symbols))
        return spans(symbols, spoke, speaking)


def _families(probabilities: Floats) -> Floats:
    """Sum of each of SMP's six; never 0, as a share of it is taken."""
    return np.maximum(np.add.reduceat(probabilities[:, _BY_FAMILY], _FAMILY_STARTS, axis=1), 1e-300)


def _blank(scored: Scored) -> NDArray[np.bool_]:
    """Texts without a single n-gram that the model knows."""
    blank: NDArray[np.bool_] = np.bincount(scored.text, minlength=len(scored.length)) == 0
    return blank

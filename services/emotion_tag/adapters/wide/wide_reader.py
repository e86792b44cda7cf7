"""Reads texts with the wide model: scores, language, clauses and evidence, before any decision."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.artefact import Artefact, load
from services.emotion_tag.adapters.wide.evidence import Evidence, Spans
from services.emotion_tag.adapters.wide.linear_model import AnyScored, LinearModel, ShortScored
from services.emotion_tag.adapters.wide.polarity import Clauses, Leaning
from services.emotion_tag.adapters.wide.script import ScriptDetector
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion

LANGUAGES = ("zh", "en")  # rows of the bias; whatever is not English is read as Chinese

Floats = NDArray[np.float64]
_NEUTRAL = EMOTIONS.index(Emotion.NEUTRAL)


class Reading(NamedTuple):
    """What the wide model made of several texts."""

    scored: AnyScored
    logits: Floats
    """For each text the emotions, then positive."""
    languages: list[str]
    """As people call them: `zh-Hans`, `zh-Hant`, `en`, `und`."""
    positive_bias: Floats
    leanings: list[Leaning]
    blank: list[bool]
    """Texts with nothing to go by."""


class WideReader:
    """Deterministic; a text is read the same alone and in a batch."""

    def __init__(self, artefact: Artefact) -> None:
        self.version = artefact.version
        self._model = LinearModel(artefact)
        self._bias = artefact.bias
        self._clauses = Clauses(artefact)
        self._evidence = Evidence(self._model, artefact.scale)
        self._scripts = ScriptDetector(artefact.simplified_only, artefact.traditional_only)

    @classmethod
    def of(cls, folder: Path) -> "WideReader":
        """The model in a folder; see `artefact.load` for what it raises."""
        return cls(load(folder))

    def read(self, texts: Sequence[str]) -> Reading:
        """Read texts of any content; at least one."""
        scored = self._model.score(texts)
        languages = [self._scripts.language_of(text) for text in texts]
        bias = self._bias.take([language == "en" for language in languages], axis=0)
        logits = scored.logits + bias
        return Reading(
            scored=scored,
            logits=logits,
            languages=languages,
            positive_bias=bias[:, -1],
            leanings=self._clauses.read(scored, bias[:, -1]),
            blank=scored.blank,
        )

    def unknown_shares(self, texts: Sequence[str]) -> list[float]:
        """Of the n-grams of each text the share that the model has never seen; 0 if it has none."""
        return self._model.unknown_shares(texts)

    def spoke_for(
        self, reading: Reading, length: int, top: int, probabilities: Sequence[float]
    ) -> list[float]:
        """The share of each code point of one text in what speaks for an emotion; below 0 if
        against.

        `length` is that of the text. Those above 0 add up to 1, if there are any.
        """
        scored = reading.scored.arrays
        spoke = self._evidence.spoke(scored, [top], np.array([probabilities]), [True])
        each = np.zeros(length + 1, np.float64)
        np.add.at(each, scored.origin, spoke)
        shares: list[float] = (each / max(1, np.maximum(each, 0).sum())).tolist()
        return shares[:-1]

    def evidence(
        self, reading: Reading, top: Sequence[int], probabilities: Sequence[Sequence[float]]
    ) -> list[Spans]:
        """What spoke for the emotion `top` of each text; nothing speaks for neutral."""
        wanted = [emotion != _NEUTRAL for emotion in top]
        if not any(wanted):
            return [()] * len(top)
        scored = reading.scored
        if isinstance(scored, ShortScored):
            return [self._evidence.of_short(scored, top[0], probabilities[0])]
        spoke = self._evidence.spoke(scored, top, np.array(probabilities), wanted)
        return self._evidence.spans(scored, spoke, wanted)

"""The sets of classes that corpora have, and which of them an answer is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, SMP_SIX, TAXONOMY, Polarity


@dataclass(frozen=True, slots=True)
class ClassSet:
    """Classes with the emotions of each; polarities have none."""

    name: str
    names: tuple[str, ...]
    parent: Mapping[str, str]
    """Emotion to class; empty for polarities."""

    def answer(self, tag: EmotionTag, among: Sequence[str] | None = None) -> str:
        """The class of a tag; the likeliest of those `among` which it is known to be."""
        if not self.parent:
            return self._leaning(tag, among or self.names)
        if among is None:
            return self.parent[tag.emotion]
        sums = dict.fromkeys(among, 0.0)
        for emotion, score in zip(EMOTIONS, tag.scores, strict=True):
            if self.parent[emotion] in sums:
                sums[self.parent[emotion]] += score
        return max(sums, key=sums.__getitem__)

    def _leaning(self, tag: EmotionTag, among: Sequence[str]) -> str:
        if tag.polarity in among:
            return str(tag.polarity)
        scores = dict.fromkeys(among, 0.0)
        for emotion, score in zip(EMOTIONS, tag.scores, strict=True):
            leaning = str(TAXONOMY[emotion].polarity)
            if leaning in scores:
                scores[leaning] += score
        return max(scores, key=scores.__getitem__)


SIX = ClassSet("six", SMP_SIX, {e: TAXONOMY[e].smp_parent for e in EMOTIONS})
EKMAN = ClassSet(
    "ekman",
    ("joy", "anger", "disgust", "fear", "sadness", "surprise", "neutral"),
    {e: TAXONOMY[e].ekman_parent for e in EMOTIONS},
)
TWELVE = ClassSet("twelve", tuple(map(str, EMOTIONS)), {e: str(e) for e in EMOTIONS})
POLARITIES = ClassSet("polarity", tuple(map(str, Polarity)), {})
CLASS_SETS = (SIX, POLARITIES, EKMAN, TWELVE)


def fitting(labels: frozenset[str]) -> ClassSet:
    """The coarsest set that has all of the labels.

    Raises:
        ValueError: no set has.
    """
    for classes in CLASS_SETS:
        if labels <= set(classes.names):
            return classes
    raise ValueError(f"No set of classes has all of {', '.join(sorted(labels))}.")

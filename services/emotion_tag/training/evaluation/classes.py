"""The sets of classes that corpora have, and which of them an answer is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.emotion_tag.domain.labels import CLASSES, LabelSpace, answered
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY


@dataclass(frozen=True, slots=True)
class ClassSet:
    """Classes with the emotions of each; polarities have none."""

    name: str
    space: LabelSpace
    parent: Mapping[str, str]
    """Emotion to class; empty for polarities."""

    @property
    def names(self) -> tuple[str, ...]:
        return CLASSES[self.space]

    def answer(self, tag: EmotionTag, among: Sequence[str] | None = None) -> str:
        """The class of a tag; the likeliest of those `among` which it is known to be."""
        return answered(tag, self.space, among)


SIX = ClassSet("six", LabelSpace.SMP_SIX, {e: TAXONOMY[e].smp_parent for e in EMOTIONS})
EKMAN = ClassSet("ekman", LabelSpace.EKMAN, {e: TAXONOMY[e].ekman_parent for e in EMOTIONS})
TWELVE = ClassSet("twelve", LabelSpace.EMOTION, {e: str(e) for e in EMOTIONS})
POLARITIES = ClassSet("polarity", LabelSpace.POLARITY, {})
BY_SPACE = {classes.space: classes for classes in (SIX, POLARITIES, EKMAN, TWELVE)}

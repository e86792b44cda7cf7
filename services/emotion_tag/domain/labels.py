"""What gold labels are: the twelve emotions, families of other people's systems, or polarity."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, SMP_SIX, TAXONOMY, Emotion, Polarity

EKMAN_SEVEN = ("joy", "anger", "disgust", "fear", "sadness", "surprise", "neutral")


class LabelSpace(StrEnum):
    """Which classes the labels of a set are."""

    EMOTION = "emotion"
    SMP_SIX = "smp_six"
    EKMAN = "ekman"
    POLARITY = "polarity"


CLASSES: Mapping[LabelSpace, tuple[str, ...]] = {
    LabelSpace.EMOTION: tuple(str(emotion) for emotion in EMOTIONS),
    LabelSpace.SMP_SIX: SMP_SIX,
    LabelSpace.EKMAN: EKMAN_SEVEN,
    LabelSpace.POLARITY: tuple(str(polarity) for polarity in Polarity),
}


def label_of(emotion: Emotion, polarity: Polarity, space: LabelSpace) -> str:
    """The class that an answer falls into."""
    match space:
        case LabelSpace.EMOTION:
            return str(emotion)
        case LabelSpace.SMP_SIX:
            return TAXONOMY[emotion].smp_parent
        case LabelSpace.EKMAN:
            return TAXONOMY[emotion].ekman_parent
        case LabelSpace.POLARITY:
            return str(polarity)


def fitting(labels: frozenset[str]) -> LabelSpace | None:
    """The coarsest space that has all labels, polarities before Ekman's; None if none has."""
    for space in (LabelSpace.SMP_SIX, LabelSpace.POLARITY, LabelSpace.EKMAN, LabelSpace.EMOTION):
        if labels <= set(CLASSES[space]):
            return space
    return None


def answered(tag: EmotionTag, space: LabelSpace, among: Sequence[str] | None = None) -> str:
    """The class of a tag; the likeliest of those `among` which it is known to be.

    Families are summed, as several of the twelve may share one: the most likely family answers.
    """
    if space is LabelSpace.POLARITY and (among is None or tag.polarity in among):
        return str(tag.polarity)
    if space is LabelSpace.EMOTION and among is None:
        return str(tag.emotion)
    shares = dict.fromkeys(CLASSES[space] if among is None else among, 0.0)
    for emotion, score in zip(EMOTIONS, tag.scores, strict=True):
        name = label_of(emotion, TAXONOMY[emotion].polarity, space)
        if name in shares:
            shares[name] += score
    return max(shares, key=lambda name: shares[name])

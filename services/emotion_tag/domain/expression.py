"""What a face expresses, in our taxonomy.

An expression is not a feeling, and the model that reads it is right two times in three. So a third
of every face's distribution lies on neutral, and no face is ever surer than that.
"""

from dataclasses import dataclass

from services.emotion_tag.domain.picture import Box, Face
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion

EXPRESSIONS = (
    Emotion.ANGER,
    Emotion.DISGUST,
    Emotion.FEAR,
    Emotion.JOY,
    Emotion.SADNESS,
    Emotion.SURPRISE,
    Emotion.NEUTRAL,
)
"""The seven classes of FER-2013 in its order (angry, disgust, fear, happy, sad, surprise, neutral)
as emotions of ours. Each has exactly one counterpart; what the seven cannot tell (like, gratitude,
anticipation, disappointment, boredom) stays 0."""

RELIABILITY = 0.66
"""Accuracy of the model on the test set of FER-2013. Source: Arriaga, Plöger & Valdenegro-Toro
(2017), Real-time Convolutional Neural Networks for Emotion and Gender Classification."""

UNSURE_BELOW = 0.4
"""A face is unsure if the model gives its top class less than six parts in ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceExpression:
    """What a face expresses, in our taxonomy."""

    emotion: Emotion
    scores: tuple[float, ...]
    """In the order of `EMOTIONS`; they add up to 1."""
    confidence: float
    """0 to `RELIABILITY`."""
    unsure: bool
    area_share: float
    box: Box


def expression_of(face: Face, area_share: float) -> FaceExpression:
    """A face in our taxonomy: two thirds of the model's word, a third neutral."""
    told = dict(zip(EXPRESSIONS, face.expressions, strict=True))
    scores = tuple(
        RELIABILITY * told.get(emotion, 0.0)
        + (1 - RELIABILITY if emotion is Emotion.NEUTRAL else 0.0)
        for emotion in EMOTIONS
    )
    top = max(zip(scores, EMOTIONS, strict=True), key=lambda pair: pair[0])[1]
    confidence = RELIABILITY * told.get(top, 0.0)
    return FaceExpression(
        emotion=top,
        scores=scores,
        confidence=confidence,
        unsure=confidence < UNSURE_BELOW,
        area_share=area_share,
        box=face.box,
    )

"""Tags and moods as the contract has them; used by calls and by events."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from resonance.emotion_tag.v1 import emotion_pb2 as pb
from services.emotion_tag.domain.aspect import ASPECTS
from services.emotion_tag.domain.mood import MoodView
from services.emotion_tag.domain.tag import EmotionTag, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity

EMOTION_NUMBERS = {
    emotion: pb.Emotion.Value(f"EMOTION_{emotion.value.upper()}") for emotion in EMOTIONS
}
POLARITY_NUMBERS = {
    polarity: pb.Polarity.Value(f"POLARITY_{polarity.value.upper()}") for polarity in Polarity
}
ASPECT_NUMBERS = {aspect: pb.Aspect.Value(f"ASPECT_{aspect.value.upper()}") for aspect in ASPECTS}
_KINDS = {
    kind: pb.TextKind.Value(f"TEXT_KIND_{kind.value.upper()}")
    for kind in TextKind
    if kind is not TextKind.UNKNOWN
} | {TextKind.UNKNOWN: pb.TEXT_KIND_UNSPECIFIED}
_KINDS_BACK = {number: kind for kind, number in _KINDS.items()}


def to_time(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def to_kind(kind: TextKind) -> pb.TextKind.ValueType:
    return _KINDS[kind]


def from_kind(number: int) -> TextKind:
    """Read a kind; one of a newer contract is unknown."""
    return _KINDS_BACK.get(pb.TextKind.ValueType(number), TextKind.UNKNOWN)


def to_scores(ranked: list[tuple[Emotion, float]]) -> list[pb.EmotionScore]:
    return [
        pb.EmotionScore(emotion=EMOTION_NUMBERS[emotion], probability=probability)
        for emotion, probability in ranked
    ]


def to_tag(tag: EmotionTag) -> pb.EmotionTag:
    return pb.EmotionTag(
        emotion=EMOTION_NUMBERS[tag.emotion],
        scores=to_scores(tag.ranked()),
        polarity=POLARITY_NUMBERS[tag.polarity],
        intensity=tag.intensity,
        confidence=tag.confidence,
        unsure=tag.unsure,
        language_code=tag.language,
        evidence=[
            pb.EvidenceSpan(start=span.start, end=span.end, contribution=span.contribution)
            for span in tag.evidence
        ],
        model_version=tag.model_version,
        taxonomy_version=tag.taxonomy_version,
        aspects=[
            pb.AspectSentiment(
                aspect=ASPECT_NUMBERS[one.aspect],
                polarity=POLARITY_NUMBERS[one.polarity],
                start=one.start if one.end else None,
                end=one.end or None,
                confidence=one.confidence,
            )
            for one in tag.aspects
        ],
        locale=tag.locale,
    )


def to_mood(view: MoodView) -> pb.Mood:
    return pb.Mood(
        user_id=str(view.user_id),
        emotion=EMOTION_NUMBERS[view.emotion],
        scores=to_scores(view.ranked()),
        valence=view.valence,
        arousal=view.arousal,
        confidence=view.confidence,
        causes=[
            pb.MoodCause(
                content_id=str(cause.content_id),
                emotion=EMOTION_NUMBERS[cause.emotion],
                occur_time=to_time(cause.said_at),
                share=cause.share,
            )
            for cause in view.causes
        ],
        update_time=to_time(view.updated_at) if view.updated_at else None,
        version=view.version,
        valence_deviation=view.valence_deviation,
    )

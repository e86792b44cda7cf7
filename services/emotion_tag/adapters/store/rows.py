"""Tags and moods as rows, and back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.emotion_tag.domain.aspect import Aspect, AspectSentiment
from services.emotion_tag.domain.content import Place, TaggedContent
from services.emotion_tag.domain.mood import Cause, Mood
from services.emotion_tag.domain.tag import EmotionTag, EvidenceSpan, TextKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity


def tag_to_row(content: TaggedContent) -> dict[str, Any]:
    return {
        "content_id": content.content_id,
        "author_id": content.author_id,
        "kind": str(content.kind),
        "item_ids": list(content.item_ids),
        "digest": content.digest,
        **tag_to_columns(content.tag),
        **_place_to_row(content.place),
        "author_key": content.author_key,
        "published_at": content.published_at,
        "tagged_at": content.tagged_at,
    }


def tag_to_columns(tag: EmotionTag) -> dict[str, Any]:
    """The answer alone; its values are JSON too."""
    return {
        "emotion": str(tag.emotion),
        "scores": list(tag.scores),
        "polarity": str(tag.polarity),
        "intensity": tag.intensity,
        "confidence": tag.confidence,
        "is_unsure": tag.unsure,
        "language": tag.language,
        "evidence": [[span.start, span.end, span.contribution] for span in tag.evidence],
        "model_version": tag.model_version,
        "taxonomy_version": tag.taxonomy_version,
        "aspects": [
            [one.aspect, one.polarity, one.start, one.end, one.confidence] for one in tag.aspects
        ],
        "locale": tag.locale,
    }


def content_from_row(row: Any) -> TaggedContent:
    return TaggedContent(
        content_id=row.content_id,
        author_id=row.author_id,
        kind=TextKind(row.kind),
        item_ids=tuple(row.item_ids),
        digest=bytes(row.digest),
        tag=tag_from_row(row),
        published_at=row.published_at,
        tagged_at=row.tagged_at,
        place=place_from_row(row),
        author_key=bytes(row.author_key or b""),
    )


def _place_to_row(place: Place) -> dict[str, Any]:
    return {
        "post_id": place.post_id,
        "reply_to_id": place.reply_to_id,
        "circle_id": place.circle_id,
        "room_id": place.room_id,
        "region_code": place.region_code,
        "topics": list(place.topics),
    }


def place_from_row(row: Any) -> Place:
    """Nowhere for a tag that was stored before places were kept."""
    return Place(
        post_id=row.post_id,
        reply_to_id=row.reply_to_id,
        circle_id=row.circle_id or "",
        room_id=row.room_id or "",
        region_code=row.region_code or "",
        topics=tuple(row.topics or ()),
    )


def tag_from_row(row: Any) -> EmotionTag:
    return EmotionTag(
        emotion=Emotion(row.emotion),
        scores=tuple(row.scores),
        polarity=Polarity(row.polarity),
        intensity=row.intensity,
        confidence=row.confidence,
        unsure=row.is_unsure,
        language=row.language,
        evidence=tuple(EvidenceSpan(*span) for span in row.evidence),
        model_version=row.model_version,
        taxonomy_version=row.taxonomy_version,
        aspects=tuple(_aspect(*one) for one in row.aspects or ()),
        locale=row.locale or "",
    )


def _aspect(aspect: str, polarity: str, start: int, end: int, confidence: float) -> AspectSentiment:
    return AspectSentiment(Aspect(aspect), Polarity(polarity), start, end, confidence)


def mood_to_row(mood: Mood) -> dict[str, Any]:
    return {
        "user_id": mood.user_id,
        "version": mood.version,
        "as_of": mood.as_of,
        "masses": list(mood.masses),
        "causes": [
            [str(c.content_id), str(c.emotion), c.weight, c.said_at.isoformat()]
            for c in mood.causes
        ],
    }


def mood_from_row(row: Any) -> Mood:
    return Mood(
        user_id=row.user_id,
        version=row.version,
        as_of=row.as_of,
        masses=tuple(row.masses),
        causes=tuple(
            Cause(
                content_id=UUID(content_id),
                emotion=Emotion(emotion),
                weight=weight,
                said_at=datetime.fromisoformat(said_at),
            )
            for content_id, emotion, weight, said_at in row.causes
        ),
    )

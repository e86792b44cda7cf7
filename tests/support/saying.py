"""Tagged texts as tests need them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from services.chassis.kernel.ids import new_id
from services.emotion_tag.domain.aspect import Aspect, AspectSentiment
from services.emotion_tag.domain.content import NOWHERE, Place, TaggedContent
from services.emotion_tag.domain.tag import EmotionTag, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion, Polarity
from services.emotion_tag.domain.voice import Voice, voice_of

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)


def tag_of(
    emotion: Emotion,
    *,
    aspects: Sequence[tuple[Aspect, Polarity]] = (),
    confidence: float = 0.75,
    unsure: bool = False,
) -> EmotionTag:
    return EmotionTag(
        emotion=emotion,
        scores=tuple(0.78 if e is emotion else 0.02 for e in EMOTIONS),
        polarity=TAXONOMY[emotion].polarity,
        intensity=0.5,
        confidence=confidence,
        unsure=unsure,
        language="zh-Hans",
        evidence=(),
        model_version="test-1",
        aspects=tuple(AspectSentiment(one, leans, 0, 1, 0.9) for one, leans in aspects),
    )


def text_of(
    emotion: Emotion = Emotion.JOY,
    *,
    author: int | None = None,
    at: datetime = NOON,
    items: Sequence[str] = ("sku-1",),
    place: Place = NOWHERE,
    aspects: Sequence[tuple[Aspect, Polarity]] = (),
    author_id: UUID | None = None,
    kind: TextKind = TextKind.COMMENT,
    digest: bytes = b"digest",
) -> TaggedContent:
    """A tagged text; `author` tells apart who said it, everybody is another by default."""
    content_id = new_id()
    return TaggedContent(
        content_id=content_id,
        author_id=author_id,
        kind=kind,
        item_ids=tuple(items),
        digest=digest,
        tag=tag_of(emotion, aspects=aspects),
        published_at=at,
        tagged_at=at,
        place=place,
        author_key=content_id.bytes if author is None else author.to_bytes(16, "big"),
    )


def voice(content: TaggedContent) -> Voice:
    return voice_of(content.content_id, content.author_key, content.published_at, content.tag)

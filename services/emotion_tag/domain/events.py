"""Facts this service tells the others."""

from dataclasses import dataclass
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.distress import DistressState
from services.emotion_tag.domain.mood import MoodView
from services.emotion_tag.domain.product_emotion import ProductEmotion
from services.emotion_tag.domain.tag import EmotionTag


@dataclass(frozen=True, kw_only=True)
class ContentTagged(DomainEvent):
    content: TaggedContent


@dataclass(frozen=True, kw_only=True)
class ContentCorrected(DomainEvent):
    """People decided that a text feels otherwise than was told, or undecided it."""

    content: TaggedContent
    former_tag: EmotionTag


@dataclass(frozen=True, kw_only=True)
class ContentUntagged(DomainEvent):
    """A text was deleted by its author, and its tag with it; as it was last."""

    content: TaggedContent


@dataclass(frozen=True, kw_only=True)
class ProductEmotionMoved(DomainEvent):
    """What a product is known for has changed notably."""

    product: ProductEmotion


@dataclass(frozen=True, kw_only=True)
class MoodMoved(DomainEvent):
    """A mood has changed; `mood` is as of its `updated_at`."""

    mood: MoodView


@dataclass(frozen=True, kw_only=True)
class MoodCleared(DomainEvent):
    """A mood was forgotten, and all that made it."""

    user_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class DistressMoved(DomainEvent):
    """How much care a person may need has changed, or was forgotten."""

    state: DistressState

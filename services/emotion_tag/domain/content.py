"""A published text as this service keeps it: what it feels like, never the text itself."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from services.emotion_tag.domain.author_key import author_key
from services.emotion_tag.domain.tag import EmotionTag, TextKind


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a text was said, and what it names; empty where its owner does not say."""

    post_id: UUID | None = None
    reply_to_id: UUID | None = None
    circle_id: str = ""
    room_id: str = ""
    region_code: str = ""
    """ISO 3166-2."""
    topics: tuple[str, ...] = ()
    """Hashtags without their signs, folded by their owner."""


NOWHERE = Place()


@dataclass(frozen=True, kw_only=True)
class Content:
    """A published text as its owner gives it; lives only while it is tagged."""

    content_id: UUID
    author_id: UUID
    kind: TextKind
    text: str
    item_ids: tuple[str, ...]
    published_at: datetime
    place: Place = NOWHERE

    @property
    def answers(self) -> UUID | None:
        """The comment or the post that it stands under; None of what starts a talk."""
        answered = self.place.reply_to_id or self.place.post_id
        return None if answered == self.content_id else answered

    def digest(self) -> bytes:
        """What tells whether the text has changed; salted, so that equal texts do not show."""
        text = self.text.encode("utf-8", "surrogatepass")
        return sha256(self.content_id.bytes + text).digest()


@dataclass(frozen=True, kw_only=True)
class TaggedContent:
    """A published text with its tag."""

    content_id: UUID
    author_id: UUID | None
    """Its author, if they allow feelings to be inferred; else nobody."""
    kind: TextKind
    item_ids: tuple[str, ...]
    digest: bytes
    tag: EmotionTag
    published_at: datetime
    tagged_at: datetime
    """When its first tag was told."""
    place: Place = NOWHERE
    author_key: bytes = b""
    """Tells the authors of a day apart without naming them, see `author_key.py`."""


def tagged(
    content: Content, tag: EmotionTag, now: datetime, *, author_allows: bool, salt: bytes
) -> TaggedContent:
    """Leave the text behind, and the author too unless they allow it."""
    return TaggedContent(
        content_id=content.content_id,
        author_id=content.author_id if author_allows else None,
        kind=content.kind,
        item_ids=content.item_ids,
        digest=content.digest(),
        tag=tag,
        published_at=content.published_at,
        tagged_at=now,
        place=content.place,
        author_key=author_key(content.author_id, salt),
    )

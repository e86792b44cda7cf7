"""Facts this service tells the others.

None carries text, but for hashtags: neighbours ask ContentService for it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.community.domain.kinds import ReactionKind, TextKind


@dataclass(frozen=True, kw_only=True)
class ContentPublished(DomainEvent):
    """A post or comment can be read from now on; `post_id` of a post is its own id."""

    content_id: UUID
    author_id: UUID
    kind: TextKind
    post_id: UUID
    item_ids: tuple[str, ...]
    published_at: datetime
    region_code: str
    topics: tuple[str, ...]
    reply_to_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ContentDeleted(DomainEvent):
    """Its text is gone: readers forget what they derived from it."""

    content_id: UUID
    author_id: UUID


@dataclass(frozen=True, kw_only=True)
class FollowChanged(DomainEvent):
    """Somebody follows somebody, or no longer does."""

    follower_id: UUID
    followee_id: UUID
    is_following: bool


@dataclass(frozen=True, kw_only=True)
class PostReacted(DomainEvent):
    """Somebody reacted, changed their reaction, or took it back (`kind` is NONE)."""

    post_id: UUID
    user_id: UUID
    kind: ReactionKind
    item_ids: tuple[str, ...]

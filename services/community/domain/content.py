"""Posts and comments, and the rules for saying and deleting them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.ids import new_id, new_id_at
from services.community.domain.errors import NotTheAuthor
from services.community.domain.events import ContentDeleted, ContentPublished
from services.community.domain.kinds import PostKind, TextKind
from services.community.domain.regions import check_region
from services.community.domain.texts import check_item_id, clean_body, clean_title
from services.community.domain.topics import topics_of

# In characters and counts; post.proto and community_service.proto say the same.
LONGEST_TITLE = 100
LONGEST_BODY = 5_000
LONGEST_COMMENT = 1_000
LONGEST_ITEM_ID = 64
MOST_ITEMS = 9
BEST_RATING = 5


@dataclass(frozen=True, kw_only=True)
class Post:
    """What somebody says about things; `rating` is 1 to 5 for a review, else 0.

    Ids are UUIDv7: their order is the order of publishing.
    """

    id: UUID
    author_id: UUID
    kind: PostKind
    title: str
    body: str
    item_ids: tuple[str, ...]
    rating: int
    created_at: datetime
    region_code: str = ""
    """Where its author is, as ISO 3166-2; empty if they do not say."""

    @classmethod
    def write(
        cls,
        *,
        author_id: UUID,
        kind: PostKind,
        title: str,
        body: str,
        item_ids: tuple[str, ...],
        rating: int,
        now: datetime,
        published_at: datetime | None = None,
    ) -> Self:
        """Make a post from what its author typed; `published_at` is set for imported history.

        Raises:
            InvalidField: text, items or rating break a rule of the kind.
        """
        _check_items(kind, item_ids)
        if not (1 <= rating <= BEST_RATING if kind is PostKind.REVIEW else rating == 0):
            raise InvalidField("rating", "rating", "A review has 1 to 5, every other kind 0.")
        return cls(
            id=new_id_at(published_at) if published_at else new_id(),
            author_id=author_id,
            kind=kind,
            title=clean_title(title, longest=LONGEST_TITLE),
            body=clean_body(body, longest=LONGEST_BODY),
            item_ids=item_ids,
            rating=rating,
            created_at=published_at or now,
        )

    def said_in(self, region_code: str) -> Self:
        """The same from a region; an empty one says nothing.

        Raises:
            InvalidField: it is none.
        """
        return replace(self, region_code=check_region(region_code))

    def published(self, now: datetime) -> ContentPublished:
        """The fact that it can be read from now on, whenever it was said."""
        return ContentPublished(
            occurred_at=now,
            content_id=self.id,
            author_id=self.author_id,
            kind=text_kind(self.kind),
            post_id=self.id,
            item_ids=self.item_ids,
            published_at=self.created_at,
            region_code=self.region_code,
            topics=topics_of(full_text(self.title, self.body)),
        )


@dataclass(frozen=True, kw_only=True)
class Comment:
    """What somebody says under a post, or in answer to another comment there."""

    id: UUID
    post_id: UUID
    author_id: UUID
    body: str
    reply_to_id: UUID | None
    created_at: datetime
    region_code: str = ""
    """As in `Post`."""

    @classmethod
    def write(
        cls,
        *,
        post_id: UUID,
        author_id: UUID,
        body: str,
        reply_to_id: UUID | None,
        now: datetime,
        published_at: datetime | None = None,
    ) -> Self:
        """Make a comment from what its author typed; `published_at` is set for imported history.

        Raises:
            InvalidField: the text breaks a rule.
        """
        return cls(
            id=new_id_at(published_at) if published_at else new_id(),
            post_id=post_id,
            author_id=author_id,
            body=clean_body(body, longest=LONGEST_COMMENT),
            reply_to_id=reply_to_id,
            created_at=published_at or now,
        )

    def said_in(self, region_code: str) -> Self:
        """As in `Post`."""
        return replace(self, region_code=check_region(region_code))

    def published(self, item_ids: tuple[str, ...], now: datetime) -> ContentPublished:
        """The fact that it can be read from now on.

        It is about the items of its post, and about the topics of its own text.
        """
        return ContentPublished(
            occurred_at=now,
            content_id=self.id,
            author_id=self.author_id,
            kind=TextKind.COMMENT,
            post_id=self.post_id,
            item_ids=item_ids,
            published_at=self.created_at,
            reply_to_id=self.reply_to_id,
            region_code=self.region_code,
            topics=topics_of(self.body),
        )


@dataclass(frozen=True, kw_only=True)
class Said:
    """A post or comment, as far as deleting it is concerned."""

    id: UUID
    author_id: UUID

    def delete(self, *, by: UUID, now: datetime) -> ContentDeleted:
        """Decide that it goes.

        Raises:
            NotTheAuthor: somebody else asks.
        """
        if by != self.author_id:
            raise NotTheAuthor("Only its author may delete it.")
        return self.gone(now)

    def gone(self, now: datetime) -> ContentDeleted:
        """The fact that it cannot be read any more."""
        return ContentDeleted(occurred_at=now, content_id=self.id, author_id=self.author_id)


def text_kind(kind: PostKind) -> TextKind:
    """What a post's text is to those who read it for its emotion."""
    return TextKind.POST if kind is PostKind.NOTE else TextKind.REVIEW


def full_text(title: str, body: str) -> str:
    """The text of a post as neighbours read it; evidence spans count from its beginning."""
    return f"{title}\n{body}" if title else body


def _check_items(kind: PostKind, item_ids: tuple[str, ...]) -> None:
    least = 0 if kind is PostKind.NOTE else 1
    most = 1 if kind is PostKind.REVIEW else MOST_ITEMS
    if not least <= len(item_ids) <= most:
        raise InvalidField("item_ids", "item_ids.count", f"Must be {least} to {most} items.")
    if len(set(item_ids)) != len(item_ids):
        raise InvalidField("item_ids", "item_ids.unique", "Must not repeat an item.")
    for at, item_id in enumerate(item_ids):
        check_item_id(item_id, field=f"item_ids[{at}]", longest=LONGEST_ITEM_ID)

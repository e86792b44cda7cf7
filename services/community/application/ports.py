"""What the use cases need from the outside, in their own words."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.community.domain.content import Comment, Post, Said
from services.community.domain.graph import Standing
from services.community.domain.kinds import ReactionKind, TextKind


class ReactionChange(Enum):
    """What a reaction did to those that were there."""

    NOTHING = "nothing"
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is talked about: a post that cannot be deleted until the transaction ends."""

    post_id: UUID
    item_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Feeling:
    """What a post or comment feels like, and when that was found out; 0 if unsure."""

    content_id: UUID
    is_comment: bool
    emotion: int
    tagged_at: datetime


class People(Protocol):
    async def add(self, user_ids: Iterable[UUID]) -> None:
        """Know these people from now on; those known already stay as they are."""
        ...


class Follows(Protocol):
    async def standing(self, follower_id: UUID, followee_id: UUID) -> Standing:
        """How they stand; nobody else changes whom the follower follows until the end."""
        ...

    async def add(self, follower_id: UUID, followee_id: UUID, at: datetime) -> None: ...

    async def remove(self, follower_id: UUID, followee_id: UUID) -> bool:
        """End it; whether it was so."""
        ...


class Posts(Protocol):
    async def add(self, post: Post) -> None: ...

    async def hold(self, post_id: UUID) -> Subject:
        """Keep the post from being deleted until the transaction ends; many may hold it at once.

        Raises:
            PostNotFound: there is none.
        """
        ...

    async def take(self, post_id: UUID) -> Said:
        """Lock the post to delete it; waits for those who hold it.

        Raises:
            PostNotFound: there is none.
        """
        ...

    async def remove(self, post_id: UUID, at: datetime) -> None:
        """Remove it and its counts; what stands under it is out of sight, one of `Leftovers`."""
        ...

    async def get(self, post_id: UUID, viewer: UUID | None) -> "PostView":
        """The post as this transaction has it.

        Raises:
            PostNotFound: there is none.
        """
        ...


class Comments(Protocol):
    async def add(self, comment: Comment) -> None:
        """Store and count it.

        Raises:
            CommentNotFound: it answers one that is not under its post.
        """
        ...

    async def take(self, comment_id: UUID) -> Said:
        """Lock the comment to delete it, and hold its post.

        Raises:
            CommentNotFound: there is none, or its post was deleted.
        """
        ...

    async def remove(self, comment_id: UUID) -> None:
        """Remove and uncount it; answers to it stay."""
        ...

    async def remove_under(self, post_id: UUID, *, limit: int) -> Sequence[Said]:
        """Remove at most `limit` comments of a removed post; return those removed."""
        ...


class Reactions(Protocol):
    async def put(
        self, post_id: UUID, user_id: UUID, kind: ReactionKind, at: datetime
    ) -> ReactionChange:
        """Set or (NONE) take back the one reaction of a person to a post, and count it."""
        ...

    async def remove_under(self, post_id: UUID, *, limit: int) -> int:
        """Remove at most `limit` reactions to a removed post; return how many."""
        ...


class Leftovers(Protocol):
    """Posts that are gone while something under them is not."""

    async def take(self) -> UUID | None:
        """Lock one that no other process works on; None if nothing is left."""
        ...

    async def done(self, post_id: UUID) -> None: ...


class KeptAnswers(Protocol):
    """Which answers, kept for a repeated `request_id`, hold the text of which post or comment."""

    async def note(self, request_id: UUID, content_id: UUID, at: datetime) -> None: ...

    async def erase(self, content_ids: Iterable[UUID], *, limit: int | None = None) -> int:
        """Empty the kept answers that hold their text, at most `limit`; return how many."""
        ...

    async def forget(self, before: datetime) -> None:
        """Drop the notes from before, whose answers are gone by themselves."""
        ...


class Feelings(Protocol):
    async def show(self, feelings: Iterable[Feeling]) -> None:
        """Note what they feel like; what is deleted, or tagged later than this, stays as it is."""
        ...


class Outbox(Protocol):
    async def add(self, events: Iterable[DomainEvent]) -> None:
        """Store events so that they are sent if, and only if, this transaction commits."""
        ...


class Transaction(Protocol):
    @property
    def people(self) -> People: ...
    @property
    def follows(self) -> Follows: ...
    @property
    def posts(self) -> Posts: ...
    @property
    def comments(self) -> Comments: ...
    @property
    def reactions(self) -> Reactions: ...
    @property
    def leftovers(self) -> Leftovers: ...
    @property
    def kept_answers(self) -> KeptAnswers: ...
    @property
    def feelings(self) -> Feelings: ...
    @property
    def outbox(self) -> Outbox: ...


class Transactions(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction: it commits on a clean exit and rolls back on any exception."""
        ...


@dataclass(frozen=True, kw_only=True)
class PostView:
    """A post as somebody sees it."""

    post: Post
    comment_count: int
    reaction_count: int
    emotion: int
    own_reaction: ReactionKind


@dataclass(frozen=True, kw_only=True)
class CommentView:
    """A comment as everybody sees it."""

    comment: Comment
    emotion: int


@dataclass(frozen=True, kw_only=True)
class Followee:
    """Somebody who is followed, and since when."""

    user_id: UUID
    followed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Content:
    """A published text as a neighbour reads it."""

    content_id: UUID
    author_id: UUID
    kind: TextKind
    text: str
    item_ids: tuple[str, ...]
    published_at: datetime
    post_id: UUID
    reply_to_id: UUID | None
    region_code: str
    topics: tuple[str, ...]


class Reader(Protocol):
    """Answers that change nothing, each from one query."""

    async def post(self, post_id: UUID, viewer: UUID | None) -> PostView:
        """One post.

        Raises:
            PostNotFound: there is none.
        """
        ...

    async def comments(
        self, post_id: UUID, *, after: UUID | None, limit: int
    ) -> Sequence[CommentView]:
        """Comments under a post, oldest first, younger than `after`.

        Raises:
            PostNotFound: there is no such post.
        """
        ...

    async def following(
        self, follower_id: UUID, *, before: Followee | None, limit: int
    ) -> Sequence[Followee]:
        """Whom somebody follows, latest first, from behind `before`."""
        ...

    async def follows_anybody(self, user_id: UUID) -> bool: ...

    async def home_feed(
        self, user_id: UUID, viewer: UUID | None, *, before: UUID | None, limit: int
    ) -> Sequence[PostView]:
        """Their own posts and those of whom they follow, newest first, older than `before`."""
        ...

    async def newest(
        self, viewer: UUID | None, *, before: UUID | None, limit: int
    ) -> Sequence[PostView]:
        """The posts of all, newest first, older than `before`."""
        ...

    async def contents(self, content_ids: Sequence[UUID]) -> Sequence[Content]:
        """The texts of those that exist."""
        ...


class Reads(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Reader]:
        """Open a reader; each of its queries is one round trip."""
        ...

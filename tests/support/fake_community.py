"""In-memory stand-ins that keep the promises of services.community.application.ports."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.community.application.ports import (
    CommentView,
    Content,
    Feeling,
    Followee,
    PostView,
    ReactionChange,
    Subject,
)
from services.community.domain.content import Comment, Post, Said, full_text, text_kind
from services.community.domain.errors import CommentNotFound, PostNotFound
from services.community.domain.graph import Standing
from services.community.domain.kinds import ReactionKind, TextKind
from services.community.domain.topics import topics_of


@dataclass
class Rows:
    """Everything stored; ids are UUIDv7, so sorting by them sorts by time."""

    people: set[UUID] = field(default_factory=set)
    follows: dict[tuple[UUID, UUID], datetime] = field(default_factory=dict)
    posts: dict[UUID, Post] = field(default_factory=dict)
    comments: dict[UUID, Comment] = field(default_factory=dict)
    reactions: dict[tuple[UUID, UUID], ReactionKind] = field(default_factory=dict)
    feelings: dict[UUID, Feeling] = field(default_factory=dict)
    leftovers: dict[UUID, datetime] = field(default_factory=dict)
    kept_answers: dict[tuple[UUID, UUID], datetime] = field(default_factory=dict)


@dataclass
class FakeDatabase:
    """Writes are there after a clean exit only; `sent` is what the outbox was given."""

    rows: Rows = field(default_factory=Rows)
    sent: list[DomainEvent] = field(default_factory=list)

    @asynccontextmanager
    async def transactions(self) -> AsyncIterator["FakeTransaction"]:
        tx = FakeTransaction(deepcopy(self.rows))
        yield tx
        self.rows = tx.rows
        self.sent += tx.outbox.pending

    @asynccontextmanager
    async def reads(self) -> AsyncIterator["FakeReader"]:
        yield FakeReader(self.rows)


class FakeTransaction:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.people = FakePeople(rows)
        self.follows = FakeFollows(rows)
        self.posts = FakePosts(rows)
        self.comments = FakeComments(rows)
        self.reactions = FakeReactions(rows)
        self.leftovers = FakeLeftovers(rows)
        self.kept_answers = FakeKeptAnswers(rows)
        self.feelings = FakeFeelings(rows)
        self.outbox = FakeOutbox()


@dataclass
class FakePeople:
    rows: Rows

    async def add(self, user_ids: Iterable[UUID]) -> None:
        self.rows.people |= set(user_ids)


@dataclass
class FakeFollows:
    rows: Rows

    async def standing(self, follower_id: UUID, followee_id: UUID) -> Standing:
        return Standing(
            follower_id=follower_id,
            followee_id=followee_id,
            is_followee_known=followee_id in self.rows.people,
            is_following=(follower_id, followee_id) in self.rows.follows,
            followed_count=sum(1 for who, _ in self.rows.follows if who == follower_id),
        )

    async def add(self, follower_id: UUID, followee_id: UUID, at: datetime) -> None:
        self.rows.follows.setdefault((follower_id, followee_id), at)

    async def remove(self, follower_id: UUID, followee_id: UUID) -> bool:
        return self.rows.follows.pop((follower_id, followee_id), None) is not None


@dataclass
class FakePosts:
    rows: Rows

    async def add(self, post: Post) -> None:
        self.rows.posts[post.id] = post

    async def hold(self, post_id: UUID) -> Subject:
        return Subject(post_id=post_id, item_ids=_post(self.rows, post_id).item_ids)

    async def take(self, post_id: UUID) -> Said:
        return Said(id=post_id, author_id=_post(self.rows, post_id).author_id)

    async def remove(self, post_id: UUID, at: datetime) -> None:
        del self.rows.posts[post_id]
        self.rows.leftovers[post_id] = at

    async def get(self, post_id: UUID, viewer: UUID | None) -> PostView:
        return await FakeReader(self.rows).post(post_id, viewer)


@dataclass
class FakeComments:
    rows: Rows

    async def add(self, comment: Comment) -> None:
        if comment.reply_to_id is not None:
            answered = self.rows.comments.get(comment.reply_to_id)
            if answered is None or answered.post_id != comment.post_id:
                raise CommentNotFound("No such comment under the post.")
        self.rows.comments[comment.id] = comment

    async def take(self, comment_id: UUID) -> Said:
        comment = self.rows.comments.get(comment_id)
        if comment is None or comment.post_id not in self.rows.posts:
            raise CommentNotFound("No such comment.")
        return Said(id=comment_id, author_id=comment.author_id)

    async def remove(self, comment_id: UUID) -> None:
        del self.rows.comments[comment_id]

    async def remove_under(self, post_id: UUID, *, limit: int) -> Sequence[Said]:
        under = [one for one in self.rows.comments.values() if one.post_id == post_id][:limit]
        return [
            Said(id=one.id, author_id=self.rows.comments.pop(one.id).author_id) for one in under
        ]


@dataclass
class FakeReactions:
    rows: Rows

    async def put(
        self,
        post_id: UUID,
        user_id: UUID,
        kind: ReactionKind,
        at: datetime,  # noqa: ARG002 - as the port has it
    ) -> ReactionChange:
        before = self.rows.reactions.pop((post_id, user_id), ReactionKind.NONE)
        if kind:
            self.rows.reactions[post_id, user_id] = kind
        if kind == before:
            return ReactionChange.NOTHING
        if not kind:
            return ReactionChange.REMOVED
        return ReactionChange.CHANGED if before else ReactionChange.ADDED

    async def remove_under(self, post_id: UUID, *, limit: int) -> int:
        under = [key for key in self.rows.reactions if key[0] == post_id][:limit]
        for key in under:
            del self.rows.reactions[key]
        return len(under)


@dataclass
class FakeLeftovers:
    rows: Rows

    async def take(self) -> UUID | None:
        return next(iter(self.rows.leftovers), None)

    async def done(self, post_id: UUID) -> None:
        del self.rows.leftovers[post_id]


@dataclass
class FakeKeptAnswers:
    rows: Rows

    async def note(self, request_id: UUID, content_id: UUID, at: datetime) -> None:
        self.rows.kept_answers.setdefault((content_id, request_id), at)

    async def erase(self, content_ids: Iterable[UUID], *, limit: int | None = None) -> int:
        wanted = set(content_ids)
        found = [key for key in self.rows.kept_answers if key[0] in wanted][:limit]
        for key in found:
            del self.rows.kept_answers[key]
        return len(found)

    async def forget(self, before: datetime) -> None:
        kept = self.rows.kept_answers
        self.rows.kept_answers = {key: at for key, at in kept.items() if at >= before}


@dataclass
class FakeFeelings:
    rows: Rows

    async def show(self, feelings: Iterable[Feeling]) -> None:
        for feeling in feelings:
            known = self.rows.feelings.get(feeling.content_id)
            if known is None or known.tagged_at <= feeling.tagged_at:
                self.rows.feelings[feeling.content_id] = feeling


@dataclass
class FakeOutbox:
    pending: list[DomainEvent] = field(default_factory=list)

    async def add(self, events: Iterable[DomainEvent]) -> None:
        self.pending += events


@dataclass
class FakeReader:
    rows: Rows

    async def post(self, post_id: UUID, viewer: UUID | None) -> PostView:
        return self._view(_post(self.rows, post_id), viewer)

    async def comments(
        self, post_id: UUID, *, after: UUID | None, limit: int
    ) -> Sequence[CommentView]:
        _post(self.rows, post_id)
        under = sorted(
            (one for one in self.rows.comments.values() if one.post_id == post_id),
            key=lambda one: one.id,
        )
        return [
            CommentView(comment=one, emotion=self._emotion(one.id))
            for one in under
            if after is None or one.id > after
        ][:limit]

    async def following(
        self, follower_id: UUID, *, before: Followee | None, limit: int
    ) -> Sequence[Followee]:
        latest = sorted(
            ((at, whom) for (who, whom), at in self.rows.follows.items() if who == follower_id),
            reverse=True,
        )
        return [
            Followee(user_id=whom, followed_at=at)
            for at, whom in latest
            if before is None or (at, whom) < (before.followed_at, before.user_id)
        ][:limit]

    async def follows_anybody(self, user_id: UUID) -> bool:
        return any(who == user_id for who, _ in self.rows.follows)

    async def home_feed(
        self, user_id: UUID, viewer: UUID | None, *, before: UUID | None, limit: int
    ) -> Sequence[PostView]:
        authors = {user_id, *(whom for who, whom in self.rows.follows if who == user_id)}
        newest = await self.newest(viewer, before=before, limit=len(self.rows.posts))
        return [view for view in newest if view.post.author_id in authors][:limit]

    async def newest(
        self, viewer: UUID | None, *, before: UUID | None, limit: int
    ) -> Sequence[PostView]:
        newest = sorted(self.rows.posts.values(), key=lambda post: post.id, reverse=True)
        return [self._view(post, viewer) for post in newest if before is None or post.id < before][
            :limit
        ]

    async def contents(self, content_ids: Sequence[UUID]) -> Sequence[Content]:
        posts, comments = self.rows.posts, self.rows.comments
        of_posts = [
            Content(
                content_id=post.id,
                author_id=post.author_id,
                kind=text_kind(post.kind),
                text=full_text(post.title, post.body),
                item_ids=post.item_ids,
                published_at=post.created_at,
                post_id=post.id,
                reply_to_id=None,
                region_code=post.region_code,
                topics=topics_of(full_text(post.title, post.body)),
            )
            for post in posts.values()
            if post.id in content_ids
        ]
        of_comments = [
            Content(
                content_id=comment.id,
                author_id=comment.author_id,
                kind=TextKind.COMMENT,
                text=comment.body,
                item_ids=posts[comment.post_id].item_ids,
                published_at=comment.created_at,
                post_id=comment.post_id,
                reply_to_id=comment.reply_to_id,
                region_code=comment.region_code,
                topics=topics_of(comment.body),
            )
            for comment in comments.values()
            if comment.id in content_ids and comment.post_id in posts
        ]
        return [*of_posts, *of_comments]

    def _view(self, post: Post, viewer: UUID | None) -> PostView:
        reactions = self.rows.reactions
        own = reactions.get((post.id, viewer)) if viewer else None
        return PostView(
            post=post,
            comment_count=sum(1 for c in self.rows.comments.values() if c.post_id == post.id),
            reaction_count=sum(1 for to, _ in reactions if to == post.id),
            emotion=self._emotion(post.id),
            own_reaction=own or ReactionKind.NONE,
        )

    def _emotion(self, content_id: UUID) -> int:
        feeling = self.rows.feelings.get(content_id)
        return feeling.emotion if feeling else 0


def _post(rows: Rows, post_id: UUID) -> Post:
    try:
        return rows.posts[post_id]
    except KeyError:
        raise PostNotFound("No such post.", post_id=str(post_id)) from None

"""What every importer makes: a community in memory, in the words of the public API.

Keys (`key`, `…_key`) are those of the data and mean nothing to the services; item ids go through as
they are. Times are aware and in UTC. Nothing here has been sent anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from infra.demo.importers.report import Report


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """An amount in minor units (cent, fen) of an ISO 4217 currency."""

    minor: int
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A person's account on a platform."""

    platform: str
    external_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A person; `language` is `zh-Hans`, `zh-Hant` or `en`."""

    key: str
    display_name: str
    language: str
    accounts: tuple[Account, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A thing that can be bought; `price` is None if unknown."""

    item_id: str
    title: str
    category: str
    brand: str = ""
    tags: tuple[str, ...] = ()
    price: Money | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Behavior:
    """Something a person did.

    `event_id` is made from the data, so that a second import of the same rows counts nothing twice.
    `type` is a name of `BehaviorType` without its prefix, such as `PURCHASE`. `paid` is for all of
    `quantity`. `rating` is 1 to 5 for `RATE`, else 0.
    """

    event_id: UUID
    user_key: str
    type: str
    item_id: str
    at: datetime
    quantity: int = 1
    paid: Money | None = None
    rating: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """Something said about things; `kind` is a name of `PostKind` without its prefix.

    `is_simulated` is True for words that nobody has said: show them with that label. `emotion` is
    what a simulated text was written to express (a name of `Emotion`), empty for real ones.
    """

    key: str
    author_key: str
    kind: str
    title: str
    body: str
    item_ids: tuple[str, ...]
    rating: int
    at: datetime
    is_simulated: bool = False
    emotion: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """Something said under a post, or in answer to the comment `reply_to_key` there."""

    key: str
    post_key: str
    author_key: str
    body: str
    at: datetime
    reply_to_key: str = ""
    is_simulated: bool = False
    emotion: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """A campaign with one coupon, to begin now and run for `runs_for`.

    `tone` is a name of `Tone` without its prefix; `audience` is a CEL expression, empty for all.
    `is_simulated` is False for campaigns that the data knows.
    """

    key: str
    title_zh: str
    title_en: str
    tone: str
    audience: str
    discount: Money
    minimum_spend: Money
    budget: Money
    stock: int
    limit_per_person: int
    priority: int
    runs_for: timedelta
    is_simulated: bool


@dataclass(frozen=True, kw_only=True)
class Community:
    """All of it. Every key that is named exists here; posts and comments are in order of time."""

    source: str
    """What it is and where it comes from, in a line that can be shown."""
    users: Sequence[User]
    items: Sequence[Item]
    behaviors: Sequence[Behavior]
    posts: Sequence[Post] = ()
    comments: Sequence[Comment] = ()
    campaigns: Sequence[Campaign] = ()
    report: Report = field(default_factory=Report)

    @property
    def last_event_at(self) -> datetime | None:
        """When the last thing was done or said; None if nothing was."""
        return max((thing.at for things in self._dated() for thing in things), default=None)

    @property
    def event_count(self) -> int:
        """How many things were done and said."""
        return sum(map(len, self._dated()))

    def moved_to(self, now: datetime) -> "Community":
        """The same history, moved as a whole so that its last event is `now`.

        What fades with time (interests, moods) would be gone from a history of years ago; spans
        between events stay as they are.
        """
        last = self.last_event_at
        if last is None:
            return self
        by = now - last
        return replace(
            self,
            behaviors=_moved(self.behaviors, by),
            posts=_moved(self.posts, by),
            comments=_moved(self.comments, by),
        )

    def since(self, oldest: datetime) -> "Community":
        """The same without what is older, which is reported as skipped (without its line)."""
        posts = [post for post in self.posts if post.at >= oldest]
        kept = {post.key for post in posts}
        comments = [c for c in self.comments if c.at >= oldest and c.post_key in kept]
        behaviors = [behavior for behavior in self.behaviors if behavior.at >= oldest]
        young = replace(self, behaviors=behaviors, posts=posts, comments=comments)
        for _ in range(self.event_count - young.event_count):
            self.report.skip("history", 0, "more than 20 years before the end of the history")
        return young

    def _dated(self) -> tuple[Sequence[Behavior], Sequence[Post], Sequence[Comment]]:
        return self.behaviors, self.posts, self.comments


_Dated = TypeVar("_Dated", Behavior, Post, Comment)


def _moved(things: Sequence[_Dated], by: timedelta) -> list[_Dated]:
    return [replace(thing, at=thing.at + by) for thing in things]

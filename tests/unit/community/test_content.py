"""The rules of posts and comments."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.chassis.kernel.errors import InvalidField
from services.community.domain.content import Comment, Post, Said, full_text
from services.community.domain.errors import NotTheAuthor, SelfFollow, TooManyFollowed, UserNotFound
from services.community.domain.graph import MOST_FOLLOWED, Standing
from services.community.domain.kinds import PostKind, TextKind

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def write(**changes: Any) -> Post:
    fields: dict[str, Any] = {
        "author_id": uuid4(),
        "kind": PostKind.NOTE,
        "title": "",
        "body": "好用",
        "item_ids": (),
        "rating": 0,
        "now": NOW,
    }
    return Post.write(**{**fields, **changes})


@pytest.mark.parametrize(
    ("kind", "items", "rating", "field"),
    [
        (PostKind.REVIEW, (), 5, "item_ids"),
        (PostKind.REVIEW, ("a", "b"), 5, "item_ids"),
        (PostKind.REVIEW, ("a",), 0, "rating"),
        (PostKind.REVIEW, ("a",), 6, "rating"),
        (PostKind.NOTE, ("a",), 1, "rating"),
        (PostKind.SHOW_ORDER, (), 0, "item_ids"),
        (PostKind.NOTE, tuple("abcdefghij"), 0, "item_ids"),
        (PostKind.NOTE, ("a", "a"), 0, "item_ids"),
        (PostKind.NOTE, ("a", "b\n"), 0, "item_ids[1]"),
    ],
)
def test_items_and_rating_must_fit_the_kind(
    kind: PostKind, items: tuple[str, ...], rating: int, field: str
) -> None:
    with pytest.raises(InvalidField) as refused:
        write(kind=kind, item_ids=items, rating=rating)
    assert refused.value.field == field


def test_every_kind_can_be_written() -> None:
    assert write().published(NOW).kind is TextKind.POST
    review = write(kind=PostKind.REVIEW, item_ids=("a",), rating=1).published(NOW)
    assert (review.kind, review.item_ids) == (TextKind.REVIEW, ("a",))
    shown = write(kind=PostKind.SHOW_ORDER, item_ids=tuple("abcdefghi"))
    assert shown.published(NOW).kind is TextKind.REVIEW


def test_the_event_of_a_post_carries_no_text() -> None:
    event = write(title="secret title", body="secret body").published(NOW)

    assert "secret" not in repr(event)


def test_posts_sort_by_the_time_they_were_written() -> None:
    ids = [write().id for _ in range(100)]

    assert ids == sorted(ids)


def test_a_comment_is_about_the_items_of_its_post() -> None:
    comment = Comment.write(
        post_id=uuid4(), author_id=uuid4(), body=" hm ", reply_to_id=None, now=NOW
    )

    event = comment.published(("a", "b"), NOW)

    assert comment.body == "hm"
    assert (event.kind, event.item_ids, event.post_id) == (
        TextKind.COMMENT,
        ("a", "b"),
        comment.post_id,
    )


def test_only_the_author_deletes() -> None:
    said = Said(id=uuid4(), author_id=uuid4())

    assert said.delete(by=said.author_id, now=NOW).content_id == said.id
    with pytest.raises(NotTheAuthor):
        said.delete(by=uuid4(), now=NOW)


def test_the_text_of_a_post_begins_with_its_title_if_it_has_one() -> None:
    assert full_text("标题", "正文") == "标题\n正文"
    assert full_text("", "正文") == "正文"


def standing(**changes: Any) -> Standing:
    fields: dict[str, Any] = {
        "follower_id": uuid4(),
        "followee_id": uuid4(),
        "is_followee_known": True,
        "is_following": False,
        "followed_count": 0,
    }
    return Standing(**{**fields, **changes})


def test_following_is_told_once() -> None:
    event = standing().follow(NOW)

    assert event is not None
    assert event.is_following
    assert standing(is_following=True, followed_count=MOST_FOLLOWED).follow(NOW) is None


def test_who_cannot_be_followed() -> None:
    me = uuid4()
    with pytest.raises(SelfFollow):
        standing(follower_id=me, followee_id=me).follow(NOW)
    with pytest.raises(UserNotFound):
        standing(is_followee_known=False).follow(NOW)
    with pytest.raises(TooManyFollowed):
        standing(followed_count=MOST_FOLLOWED).follow(NOW)
    assert standing(followed_count=MOST_FOLLOWED - 1).follow(NOW)

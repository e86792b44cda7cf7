"""What every store of the community keeps to."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.chassis.kernel.ids import new_id
from services.community.application.clear_leftovers import clear_leftovers
from services.community.application.create_comment import CreateComment, create_comment
from services.community.application.create_post import CreatePost, create_post
from services.community.application.delete_comment import delete_comment
from services.community.application.delete_post import delete_post
from services.community.application.follow_user import follow_user
from services.community.application.forget_answers import forget_answers
from services.community.application.know_people import know_people
from services.community.application.list_comments import list_comments
from services.community.application.list_feed import FeedPosition, list_feed
from services.community.application.list_following import list_following
from services.community.application.ports import Feeling, Followee, PostView
from services.community.application.react_to_post import ReactToPost, react_to_post
from services.community.application.show_emotions import show_emotions
from services.community.application.unfollow_user import unfollow_user
from services.community.domain.content import Comment, Post
from services.community.domain.errors import (
    CommentNotFound,
    NotTheAuthor,
    PostNotFound,
    UserNotFound,
)
from services.community.domain.kinds import PostKind, ReactionKind, TextKind
from tests.contract.community.conftest import Store
from tests.support.clock import FixedClock

CLOCK = FixedClock()
ANN, BEN, CAT = (UUID(int=n) for n in (1, 2, 3))


async def say(store: Store, who: UUID = ANN, body: str = "好用", title: str = "") -> Post:
    command = CreatePost(
        author_id=who,
        kind=PostKind.NOTE,
        title=title,
        body=body,
        item_ids=("a", "b"),
        rating=0,
        request_id=new_id(),
    )
    return await create_post(command, store.transactions, CLOCK)


async def comment(
    store: Store,
    post: Post,
    who: UUID = BEN,
    body: str = "真的吗",
    reply_to: UUID | None = None,
    region: str = "",
) -> Comment:
    command = CreateComment(
        post_id=post.id,
        author_id=who,
        body=body,
        reply_to_id=reply_to,
        request_id=new_id(),
        region_code=region,
    )
    return await create_comment(command, store.transactions, CLOCK)


async def react(store: Store, post: Post, who: UUID, kind: ReactionKind) -> PostView:
    command = ReactToPost(post_id=post.id, user_id=who, kind=kind, request_id=new_id())
    return await react_to_post(command, store.transactions, CLOCK)


async def see(store: Store, post_id: UUID, viewer: UUID | None = None) -> PostView:
    async with store.reads() as reader:
        return await reader.post(post_id, viewer)


async def follow(store: Store, who: UUID, whom: UUID) -> None:
    await know_people([whom], store.transactions)
    await follow_user(who, whom, store.transactions, CLOCK)


async def feed(store: Store, who: UUID, limit: int = 100) -> list[UUID]:
    views, _ = await list_feed(who, None, store.reads, position=None, limit=limit)
    return [view.post.id for view in views]


async def test_a_post_is_read_as_it_was_written(store: Store) -> None:
    post = await say(store, title="标题")

    view = await see(store, post.id)

    assert view == PostView(
        post=post, comment_count=0, reaction_count=0, emotion=0, own_reaction=ReactionKind.NONE
    )
    with pytest.raises(PostNotFound):
        await see(store, uuid4())


async def test_comments_are_counted_and_listed_oldest_first(store: Store) -> None:
    post = await say(store)
    first = await comment(store, post)
    second = await comment(store, post, reply_to=first.id)

    page, more = await list_comments(post.id, store.reads, after=None, limit=1)
    rest, end = await list_comments(post.id, store.reads, after=more, limit=1)

    assert [view.comment for view in (*page, *rest)] == [first, second]
    assert (more, end) == (first.id, None)
    assert (await see(store, post.id)).comment_count == 2


async def test_a_post_without_comments_has_an_empty_page_and_no_post_is_not_found(
    store: Store,
) -> None:
    post = await say(store)

    assert await list_comments(post.id, store.reads, after=None, limit=5) == ([], None)
    with pytest.raises(PostNotFound):
        await list_comments(uuid4(), store.reads, after=None, limit=5)


async def test_a_comment_needs_its_post_and_what_it_answers_there(store: Store) -> None:
    post, other = await say(store), await say(store)
    elsewhere = await comment(store, other)

    with pytest.raises(CommentNotFound):
        await comment(store, post, reply_to=elsewhere.id)
    with pytest.raises(CommentNotFound):
        await comment(store, post, reply_to=uuid4())
    await delete_post(other.id, ANN, store.transactions, CLOCK)
    with pytest.raises(PostNotFound):
        await comment(store, other)
    assert (await see(store, post.id)).comment_count == 0


async def test_there_is_one_reaction_a_person(store: Store) -> None:
    post = await say(store)

    counts = [
        (await react(store, post, who, kind)).reaction_count
        for who, kind in [
            (BEN, ReactionKind.NONE),
            (BEN, ReactionKind.LIKE),
            (BEN, ReactionKind.LIKE),
            (CAT, ReactionKind.HUG),
            (BEN, ReactionKind.USEFUL),
            (CAT, ReactionKind.NONE),
            (CAT, ReactionKind.NONE),
        ]
    ]

    assert counts == [0, 1, 1, 2, 2, 1, 1]
    assert (await see(store, post.id, BEN)).own_reaction is ReactionKind.USEFUL
    assert (await see(store, post.id, CAT)).own_reaction is ReactionKind.NONE
    assert (await see(store, post.id)).own_reaction is ReactionKind.NONE
    with pytest.raises(PostNotFound):
        await react_to_post(
            ReactToPost(post_id=uuid4(), user_id=BEN, kind=ReactionKind.LIKE),
            store.transactions,
            CLOCK,
        )


async def test_a_deleted_comment_is_gone_and_answers_to_it_stay(store: Store) -> None:
    post = await say(store)
    first = await comment(store, post, BEN)
    answer = await comment(store, post, CAT, reply_to=first.id)

    with pytest.raises(NotTheAuthor):
        await delete_comment(first.id, ANN, store.transactions, CLOCK)
    await delete_comment(first.id, BEN, store.transactions, CLOCK)

    views, _ = await list_comments(post.id, store.reads, after=None, limit=5)
    assert [view.comment for view in views] == [answer]
    assert (await see(store, post.id)).comment_count == 1
    with pytest.raises(CommentNotFound):
        await delete_comment(first.id, BEN, store.transactions, CLOCK)


async def test_a_deleted_post_takes_everything_under_it_along(store: Store) -> None:
    post, kept = await say(store), await say(store)
    under = await comment(store, post)
    await react(store, post, CAT, ReactionKind.LIKE)

    with pytest.raises(NotTheAuthor):
        await delete_post(post.id, BEN, store.transactions, CLOCK)
    await delete_post(post.id, ANN, store.transactions, CLOCK)

    assert await feed(store, ANN) == [kept.id]
    async with store.reads() as reader:
        contents = await reader.contents([post.id, under.id, kept.id])
    assert [content.content_id for content in contents] == [kept.id]
    for gone in (delete_post(post.id, ANN, store.transactions, CLOCK), see(store, post.id)):
        with pytest.raises(PostNotFound):
            await gone
    with pytest.raises(CommentNotFound):
        await delete_comment(under.id, BEN, store.transactions, CLOCK)


async def test_a_long_thread_goes_in_pieces_and_is_out_of_sight_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.community.application.delete_post.AT_ONCE", 1)
    monkeypatch.setattr("services.community.application.clear_leftovers.AT_ONCE", 1)
    post = await say(store)
    under = [await comment(store, post) for _ in range(3)]
    for who in (BEN, CAT):
        await react(store, post, who, ReactionKind.LIKE)

    await delete_post(post.id, ANN, store.transactions, CLOCK)

    async with store.reads() as reader:
        assert await reader.contents([one.id for one in under]) == []
    pieces = 0
    while await clear_leftovers(store.transactions, CLOCK):
        pieces += 1
    assert pieces >= 3
    async with store.transactions() as tx:
        assert await tx.comments.remove_under(post.id, limit=10) == []
        assert await tx.reactions.remove_under(post.id, limit=10) == 0
        assert await tx.kept_answers.erase([post.id, *(one.id for one in under)]) == 0


async def test_neighbours_read_the_texts_of_posts_and_comments(store: Store) -> None:
    post = await say(store, title="标题", body="正文")
    under = await comment(store, post, body="评论")

    async with store.reads() as reader:
        found = {one.content_id: one for one in await reader.contents([under.id, uuid4(), post.id])}

    assert set(found) == {post.id, under.id}
    assert (found[post.id].text, found[post.id].kind) == ("标题\n正文", TextKind.POST)
    assert (found[under.id].text, found[under.id].kind) == ("评论", TextKind.COMMENT)
    assert found[under.id].item_ids == ("a", "b")
    assert found[under.id].author_id == BEN
    assert (found[post.id].post_id, found[under.id].post_id) == (post.id, post.id)


async def test_neighbours_read_what_a_text_is_about_and_from_where(store: Store) -> None:
    post = await say(store, title="#开箱#", body="好用 #Unboxing")
    first = await comment(store, post, body="#真香# 到了", region="CN-ZJ")
    answer = await comment(store, post, reply_to=first.id)

    async with store.reads() as reader:
        asked = [post.id, first.id, answer.id]
        found = {one.content_id: one for one in await reader.contents(asked)}

    assert found[post.id].topics == ("开箱", "unboxing")
    assert (found[first.id].topics, found[first.id].region_code) == (("真香",), "CN-ZJ")
    assert (found[answer.id].topics, found[answer.id].region_code) == ((), "")
    assert (found[first.id].reply_to_id, found[answer.id].reply_to_id) == (None, first.id)


async def test_following_is_listed_latest_first_and_ends(store: Store) -> None:
    clock = FixedClock()
    people = [uuid4() for _ in range(5)]
    await know_people(people, store.transactions)
    for at, whom in enumerate(people):
        clock.advance(timedelta(seconds=at // 2))  # some at the same moment
        await follow_user(ANN, whom, store.transactions, clock)
        await follow_user(ANN, whom, store.transactions, clock)
    await unfollow_user(ANN, people[3], store.transactions, clock)
    await unfollow_user(ANN, uuid4(), store.transactions, clock)

    seen: list[UUID] = []
    before: Followee | None = None
    while True:
        page, before = await list_following(ANN, store.reads, before=before, limit=2)
        seen += [one.user_id for one in page]
        if before is None:
            break

    assert sorted(seen) == sorted({*people} - {people[3]})
    assert seen[0] == people[4]
    with pytest.raises(UserNotFound):
        await follow_user(ANN, uuid4(), store.transactions, clock)


async def test_a_feed_holds_own_posts_and_those_of_people_followed(store: Store) -> None:
    await follow(store, ANN, BEN)
    bens = await say(store, BEN)
    await say(store, CAT)
    anns = await say(store, ANN)

    assert await feed(store, ANN) == [anns.id, bens.id]


async def test_who_follows_nobody_sees_the_newest_of_all(store: Store) -> None:
    bens, cats = await say(store, BEN), await say(store, CAT)

    assert await feed(store, ANN) == [cats.id, bens.id]


async def pages(store: Store, who: UUID, limit: int) -> Sequence[list[UUID]]:
    found = []
    position: FeedPosition | None = None
    while True:
        views, position = await list_feed(who, None, store.reads, position=position, limit=limit)
        found.append([view.post.id for view in views])
        if position is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_pages_of_a_feed_join_without_gap_or_repeat(store: Store, limit: int) -> None:
    await follow(store, ANN, BEN)
    posts = [await say(store, who) for who in (BEN, BEN, ANN, CAT, BEN, ANN, BEN)]
    expected = [post.id for post in reversed(posts) if post.author_id != CAT]

    found = await pages(store, ANN, limit)

    assert [one for page in found for one in page] == expected
    assert all(len(page) == limit for page in found[:-1])


async def test_what_is_published_meanwhile_does_not_shift_the_pages(store: Store) -> None:
    await follow(store, ANN, BEN)
    posts = [await say(store, BEN) for _ in range(4)]
    first, position = await list_feed(ANN, None, store.reads, position=None, limit=2)
    await say(store, BEN)

    second, _ = await list_feed(ANN, None, store.reads, position=position, limit=2)

    seen = [view.post.id for view in (*first, *second)]
    assert seen == [post.id for post in reversed(posts)]


async def test_a_feed_of_all_goes_on_as_it_began(store: Store) -> None:
    posts = [await say(store, CAT) for _ in range(4)]
    _, position = await list_feed(ANN, None, store.reads, position=None, limit=2)
    await follow(store, ANN, BEN)

    second, _ = await list_feed(ANN, None, store.reads, position=position, limit=2)

    assert [view.post.id for view in second] == [posts[1].id, posts[0].id]


async def test_a_feed_shows_counts_feelings_and_the_own_reaction(store: Store) -> None:
    post = await say(store, ANN)
    await comment(store, post)
    await react(store, post, BEN, ReactionKind.HUG)

    [view], _ = await list_feed(BEN, BEN, store.reads, position=None, limit=5)

    assert (view.comment_count, view.reaction_count) == (1, 1)
    assert view.own_reaction is ReactionKind.HUG


async def test_the_newest_feeling_is_shown_whatever_comes_when(store: Store) -> None:
    post = await say(store)
    under = await comment(store, post)
    now = CLOCK.now()

    def feels(content_id: UUID, emotion: int, seconds: int, *, is_comment: bool) -> Feeling:
        return Feeling(
            content_id=content_id,
            is_comment=is_comment,
            emotion=emotion,
            tagged_at=now + timedelta(seconds=seconds),
        )

    await show_emotions(
        [
            feels(post.id, 1, 1, is_comment=False),
            feels(post.id, 2, 2, is_comment=False),
            feels(under.id, 8, 1, is_comment=True),
            feels(uuid4(), 3, 1, is_comment=False),
        ],
        store.transactions,
    )
    await show_emotions([feels(post.id, 5, 0, is_comment=False)], store.transactions)
    await show_emotions([], store.transactions)

    [view], _ = await list_comments(post.id, store.reads, after=None, limit=1)
    assert ((await see(store, post.id)).emotion, view.emotion) == (2, 8)


async def test_notes_of_old_answers_are_dropped(store: Store) -> None:
    post = await say(store)

    await forget_answers(CLOCK.now() + timedelta(days=8), timedelta(days=8), store.transactions)
    async with store.transactions() as tx:
        assert await tx.kept_answers.erase([post.id]) == 1
    await say(store)
    later = CLOCK.now() + timedelta(days=20)
    await forget_answers(later, timedelta(days=8), store.transactions)

    async with store.transactions() as tx:
        assert await tx.kept_answers.erase([post.id]) == 0

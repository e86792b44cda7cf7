"""Every RPC over a real server and PostgreSQL: answers, reasons, repeats, concurrency."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import func, insert, select, text

from resonance.community.v1 import community_events_pb2, post_pb2
from resonance.community.v1 import community_service_pb2 as pb
from resonance.community.v1 import content_service_pb2 as content_pb
from resonance.community.v1.error_reason_pb2 import ErrorReason
from resonance.emotion_tag.v1 import emotion_pb2
from services.chassis.kernel.errors import DomainError
from services.chassis.rpc.errors import RemoteError
from services.chassis.rpc.identity import Caller
from services.community.adapters.tables import follows, platform, post_counts
from services.community.domain import errors, kinds
from services.community.domain.graph import MOST_FOLLOWED
from tests.integration.community.conftest import ANN, BEN, CAT, Harness
from tests.support.serving import as_caller

SHOPPER = frozenset({"shopper"})


async def post(community: Harness, who: UUID = ANN, **fields: Any) -> post_pb2.Post:
    request = pb.CreatePostRequest(
        **{
            "author_id": str(who),
            "kind": post_pb2.POST_KIND_NOTE,
            "body": "今天很开心",
            "item_ids": ["a"],
            **fields,
        }
    )
    return (await community.stub.CreatePost(request)).post


async def comment(
    community: Harness, post_id: str, who: UUID = BEN, **fields: Any
) -> post_pb2.Comment:
    request = pb.CreateCommentRequest(
        **{"post_id": post_id, "author_id": str(who), "body": "同感", **fields}
    )
    return (await community.stub.CreateComment(request)).comment


async def react(
    community: Harness,
    post_id: str,
    who: UUID,
    kind: post_pb2.ReactionKind.ValueType = post_pb2.REACTION_KIND_LIKE,
    request_id: str = "",
) -> post_pb2.Post:
    request = pb.ReactToPostRequest(
        post_id=post_id, user_id=str(who), kind=kind, request_id=request_id
    )
    return (await community.stub.ReactToPost(request)).post


async def follow(community: Harness, who: UUID, whom: UUID) -> None:
    await community.stub.FollowUser(pb.FollowUserRequest(user_id=str(who), followee_id=str(whom)))


async def told(community: Harness) -> list[tuple[str, bytes]]:
    async with community.database.engine.connect() as connection:
        rows = await connection.execute(
            select(platform.outbox.c.subject, platform.outbox.c.payload).order_by(
                platform.outbox.c.position
            )
        )
        return [(row.subject.rpartition(".")[2], row.payload) for row in rows]


def refused(reason: str, code: grpc.StatusCode) -> Any:
    return pytest.raises(RemoteError, match=f"^{code.name} {reason}")


async def test_every_kind_of_post_is_published_and_read(community: Harness) -> None:
    note = await post(community, title="标题", body="  第一行\r\n第二行 ")
    review = await post(community, kind=post_pb2.POST_KIND_REVIEW, rating=4)
    shown = await post(community, kind=post_pb2.POST_KIND_SHOW_ORDER, item_ids=["a", "b"])

    got = (await community.stub.GetPost(pb.GetPostRequest(post_id=note.post_id))).post

    assert got == note
    assert (note.title, note.body, note.rating) == ("标题", "第一行\n第二行", 0)
    assert (review.rating, list(shown.item_ids)) == (4, ["a", "b"])
    assert abs(note.create_time.ToDatetime(UTC) - datetime.now(UTC)) < timedelta(seconds=5)


async def test_what_is_published_is_told_without_its_text(community: Harness) -> None:
    written = await post(community, title="秘密标题", body="秘密正文")
    answer = await comment(community, written.post_id, body="秘密评论")
    await react(community, written.post_id, CAT)
    await follow(community, ANN, BEN)
    await community.stub.DeletePost(
        pb.DeletePostRequest(post_id=written.post_id, author_id=str(ANN))
    )

    events = await told(community)

    assert [name for name, _ in events] == [
        "ContentPublished",
        "ContentPublished",
        "PostReacted",
        "FollowChanged",
        "ContentDeleted",
        "ContentDeleted",
    ]
    assert not any("秘密".encode() in payload for _, payload in events)
    published = community_events_pb2.ContentPublished.FromString(events[1][1])
    assert published.content_id == answer.comment_id
    assert published.post_id == written.post_id
    assert published.kind == emotion_pb2.TEXT_KIND_COMMENT
    assert list(published.item_ids) == ["a"]
    assert published.publish_time == answer.create_time
    reacted = community_events_pb2.PostReacted.FromString(events[2][1])
    assert (reacted.user_id, reacted.kind) == (str(CAT), post_pb2.REACTION_KIND_LIKE)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"body": "\u200b \n"}, "body"),
        ({"body": "a\x07b"}, "body"),
        ({"title": "a\nb"}, "title"),
        ({"item_ids": [" "]}, "item_ids[0]"),
        ({"body": ""}, "body"),
        ({"body": "好" * 5_001}, "body"),
        ({"title": "好" * 101}, "title"),
        ({"author_id": "me"}, "author_id"),
        ({"kind": post_pb2.POST_KIND_UNSPECIFIED}, "kind"),
        ({"item_ids": ["a", "a"]}, "item_ids"),
        ({"kind": post_pb2.POST_KIND_REVIEW, "rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"publish_time": Timestamp(seconds=2**40)}, "publish_time"),
        ({"publish_time": Timestamp(seconds=2**60)}, "publish_time"),
        ({"publish_time": Timestamp(seconds=0)}, "publish_time"),
    ],
)
async def test_a_post_that_breaks_a_rule_is_refused_and_changes_nothing(
    community: Harness, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(RemoteError) as failure:
        await post(community, **fields)

    assert failure.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert field in failure.value.message
    assert await told(community) == []


async def test_the_longest_texts_fit(community: Harness) -> None:
    written = await post(community, title="题" * 100, body="😀" * 5_000)
    answer = await comment(community, written.post_id, body="评" * 1_000)

    found = await community.contents.BatchGetContents(
        content_pb.BatchGetContentsRequest(content_ids=[written.post_id, answer.comment_id])
    )

    assert sorted(len(content.text) for content in found.contents) == [1_000, 5_101]


async def test_only_operators_publish_what_was_said_before(community: Harness) -> None:
    then = Timestamp(seconds=int(datetime(2015, 5, 1, tzinfo=UTC).timestamp()))
    request = pb.CreatePostRequest(
        author_id=str(ANN), kind=post_pb2.POST_KIND_NOTE, body="很久以前", publish_time=then
    )
    fresh = await post(community)

    with refused("IMPORT_NOT_ALLOWED", grpc.StatusCode.PERMISSION_DENIED):
        await community.stub.CreatePost(request, metadata=as_caller(Caller(ANN, SHOPPER)))
    operator = as_caller(Caller(BEN, frozenset({"operator"})))
    old = (await community.stub.CreatePost(request, metadata=operator)).post

    assert old.create_time == then
    feed = await community.stub.ListFeed(pb.ListFeedRequest(user_id=str(CAT)))
    assert [one.post_id for one in feed.posts] == [fresh.post_id, old.post_id]


async def test_the_reasons_of_a_comment(community: Harness) -> None:
    written, other = await post(community), await post(community)
    elsewhere = await comment(community, other.post_id)

    with refused("POST_NOT_FOUND", grpc.StatusCode.NOT_FOUND):
        await comment(community, str(uuid4()))
    with refused("COMMENT_NOT_FOUND", grpc.StatusCode.NOT_FOUND):
        await comment(community, written.post_id, reply_to_id=elsewhere.comment_id)
    with refused("INVALID_FIELD", grpc.StatusCode.INVALID_ARGUMENT):
        await comment(community, written.post_id, body="\t\n")
    first = await comment(community, written.post_id)
    reply = await comment(community, written.post_id, ANN, reply_to_id=first.comment_id)

    assert reply.reply_to_id == first.comment_id
    got = await community.stub.GetPost(pb.GetPostRequest(post_id=written.post_id))
    assert got.post.comment_count == 2


async def test_comments_are_paged_and_tokens_checked(community: Harness) -> None:
    written, other = await post(community), await post(community)
    expected = [(await comment(community, written.post_id)).comment_id for _ in range(5)]

    seen: list[str] = []
    token = ""
    while True:
        page = await community.stub.ListComments(
            pb.ListCommentsRequest(post_id=written.post_id, page_size=2, page_token=token)
        )
        seen += [one.comment_id for one in page.comments]
        last, token = token, page.next_page_token
        if not token:
            break

    assert seen == expected
    for post_id, bad in [(other.post_id, last), (written.post_id, last[:-1]), (other.post_id, "x")]:
        with refused("BAD_PAGE_TOKEN", grpc.StatusCode.INVALID_ARGUMENT):
            await community.stub.ListComments(
                pb.ListCommentsRequest(post_id=post_id, page_token=bad)
            )
    with refused("BAD_PAGE_TOKEN", grpc.StatusCode.INVALID_ARGUMENT):
        await community.stub.ListFeed(pb.ListFeedRequest(user_id=str(ANN), page_token=last))
    with refused("BAD_PAGE_TOKEN", grpc.StatusCode.INVALID_ARGUMENT):
        await community.stub.ListFollowing(
            pb.ListFollowingRequest(user_id=str(ANN), page_token="????")
        )
    with refused("POST_NOT_FOUND", grpc.StatusCode.NOT_FOUND):
        await community.stub.ListComments(pb.ListCommentsRequest(post_id=str(uuid4())))


async def test_following_and_its_reasons(community: Harness) -> None:
    await follow(community, ANN, BEN)
    await follow(community, ANN, BEN)
    await follow(community, ANN, CAT)

    page = await community.stub.ListFollowing(
        pb.ListFollowingRequest(user_id=str(ANN), page_size=1)
    )
    rest = await community.stub.ListFollowing(
        pb.ListFollowingRequest(user_id=str(ANN), page_token=page.next_page_token)
    )
    await community.stub.UnfollowUser(
        pb.UnfollowUserRequest(user_id=str(ANN), followee_id=str(CAT))
    )
    left = await community.stub.ListFollowing(pb.ListFollowingRequest(user_id=str(ANN)))

    assert [one.user_id for one in (*page.followees, *rest.followees)] == [str(CAT), str(BEN)]
    assert [one.user_id for one in left.followees] == [str(BEN)]
    assert [name for name, _ in await told(community)] == ["FollowChanged"] * 3
    with refused("SELF_FOLLOW", grpc.StatusCode.INVALID_ARGUMENT):
        await follow(community, ANN, ANN)
    with refused("USER_NOT_FOUND", grpc.StatusCode.NOT_FOUND):
        await follow(community, ANN, uuid4())


async def test_nobody_follows_more_than_allowed_even_at_once(community: Harness) -> None:
    rows = [
        {"follower_id": ANN, "followee_id": uuid4(), "followed_at": datetime.now(UTC)}
        for _ in range(MOST_FOLLOWED - 1)
    ]
    async with community.database.engine.begin() as connection:
        await connection.execute(insert(follows), rows)

    outcomes = await asyncio.gather(
        follow(community, ANN, BEN), follow(community, ANN, CAT), return_exceptions=True
    )

    [failure] = [one for one in outcomes if one is not None]
    assert isinstance(failure, RemoteError)
    assert failure.reason == "TOO_MANY_FOLLOWED"
    assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_the_own_reaction_is_that_of_whoever_asks(community: Harness) -> None:
    written = await post(community)
    await react(community, written.post_id, BEN, post_pb2.REACTION_KIND_HUG)

    async def own(caller: Caller) -> int:
        got = await community.stub.GetPost(
            pb.GetPostRequest(post_id=written.post_id), metadata=as_caller(caller)
        )
        feed = await community.stub.ListFeed(
            pb.ListFeedRequest(user_id=str(CAT)), metadata=as_caller(caller)
        )
        assert feed.posts[0].own_reaction == got.post.own_reaction
        return got.post.own_reaction

    assert await own(Caller(BEN, SHOPPER)) == post_pb2.REACTION_KIND_HUG
    assert await own(Caller(CAT, SHOPPER)) == post_pb2.REACTION_KIND_UNSPECIFIED
    assert await own(Caller()) == post_pb2.REACTION_KIND_UNSPECIFIED


async def test_counts_are_right_after_a_storm_on_one_post(community: Harness) -> None:
    written = await post(community)
    people = [uuid4() for _ in range(40)]
    storm = [
        *(react(community, written.post_id, who) for who in people),
        *(react(community, written.post_id, who, post_pb2.REACTION_KIND_HUG) for who in people),
        *(comment(community, written.post_id, who) for who in people),
        *(
            react(community, written.post_id, who, post_pb2.REACTION_KIND_UNSPECIFIED)
            for who in people[:20]
        ),
    ]

    await asyncio.gather(*storm)
    for who in people[:10]:
        await react(community, written.post_id, who, post_pb2.REACTION_KIND_UNSPECIFIED)

    got = (await community.stub.GetPost(pb.GetPostRequest(post_id=written.post_id))).post
    async with community.database.engine.connect() as connection:
        rows = await connection.scalar(text("SELECT count(*) FROM community.reactions"))
        slots = await connection.scalar(select(func.count()).select_from(post_counts))
    assert (got.comment_count, got.reaction_count) == (40, rows)
    assert slots is not None
    assert slots > 1


async def test_comments_and_a_deletion_at_once_leave_no_orphans(community: Harness) -> None:
    written = await post(community)

    outcomes = await asyncio.gather(
        *(comment(community, written.post_id) for _ in range(20)),
        community.stub.DeletePost(
            pb.DeletePostRequest(post_id=written.post_id, author_id=str(ANN))
        ),
        *(comment(community, written.post_id) for _ in range(20)),
        return_exceptions=True,
    )

    failures = [one for one in outcomes if isinstance(one, BaseException)]
    assert all(isinstance(one, RemoteError) for one in failures)
    assert {one.reason for one in failures if isinstance(one, RemoteError)} <= {"POST_NOT_FOUND"}
    async with community.database.engine.connect() as connection:
        for table in ("comments", "post_counts", "posts"):
            left = await connection.scalar(text(f"SELECT count(*) FROM community.{table}"))  # noqa: S608
            assert (table, left) == (table, 0)
    names = [name for name, _ in await told(community)]
    assert names.count("ContentPublished") == names.count("ContentDeleted")


async def test_deleting_and_its_reasons(community: Harness) -> None:
    written = await post(community)
    answer = await comment(community, written.post_id)

    with refused("NOT_THE_AUTHOR", grpc.StatusCode.PERMISSION_DENIED):
        await community.stub.DeletePost(
            pb.DeletePostRequest(post_id=written.post_id, author_id=str(BEN))
        )
    with refused("NOT_THE_AUTHOR", grpc.StatusCode.PERMISSION_DENIED):
        await community.stub.DeleteComment(
            pb.DeleteCommentRequest(comment_id=answer.comment_id, author_id=str(ANN))
        )
    delete_comment = pb.DeleteCommentRequest(comment_id=answer.comment_id, author_id=str(BEN))
    await community.stub.DeleteComment(delete_comment)
    with refused("COMMENT_NOT_FOUND", grpc.StatusCode.NOT_FOUND):
        await community.stub.DeleteComment(delete_comment)
    delete_post = pb.DeletePostRequest(post_id=written.post_id, author_id=str(ANN))
    await community.stub.DeletePost(delete_post)
    with refused("POST_NOT_FOUND", grpc.StatusCode.NOT_FOUND):
        await community.stub.DeletePost(delete_post)
    with refused("POST_NOT_FOUND", grpc.StatusCode.NOT_FOUND):
        await react(community, written.post_id, BEN)
    with refused("POST_NOT_FOUND", grpc.StatusCode.NOT_FOUND):
        await community.stub.GetPost(pb.GetPostRequest(post_id=written.post_id))


async def test_a_repeated_request_is_answered_the_same_and_done_once(community: Harness) -> None:
    request_id = str(uuid4())

    first, second = await asyncio.gather(
        post(community, request_id=request_id), post(community, request_id=request_id)
    )

    assert first == second
    assert len(await told(community)) == 1
    with refused("REQUEST_ID_REUSED", grpc.StatusCode.INVALID_ARGUMENT):
        await post(community, request_id=request_id, body="另一段话")


async def test_a_deleted_text_is_in_no_row_any_more(community: Harness) -> None:
    written = await post(community, body="请忘记我", request_id=str(uuid4()))
    await react(community, written.post_id, CAT, request_id=str(uuid4()))
    again = str(uuid4())
    answer = await comment(community, written.post_id, body="请忘记我", request_id=again)
    await community.stub.DeleteComment(
        pb.DeleteCommentRequest(
            comment_id=answer.comment_id, author_id=str(BEN), request_id=str(uuid4())
        )
    )
    await comment(community, written.post_id, body="请忘记我", request_id=str(uuid4()))

    await community.stub.DeletePost(
        pb.DeletePostRequest(post_id=written.post_id, author_id=str(ANN), request_id=str(uuid4()))
    )

    async with community.database.engine.connect() as connection:
        names = await connection.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema='community'")
        )
        for name in names.all():
            rows = await connection.execute(text(f"SELECT * FROM community.{name}"))  # noqa: S608
            for row in rows:
                flat = "".join(
                    cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
                    for cell in row
                )
                assert "请忘记我" not in flat, name
    repeated = await community.stub.CreateComment(
        pb.CreateCommentRequest(
            post_id=written.post_id, author_id=str(BEN), body="请忘记我", request_id=again
        )
    )
    assert repeated == pb.CreateCommentResponse()


async def test_a_feed_of_whom_one_follows_is_paged(community: Harness) -> None:
    await follow(community, ANN, BEN)
    theirs = [(await post(community, BEN)).post_id for _ in range(5)]
    await post(community, CAT)

    first = await community.stub.ListFeed(pb.ListFeedRequest(user_id=str(ANN), page_size=3))
    second = await community.stub.ListFeed(
        pb.ListFeedRequest(user_id=str(ANN), page_size=3, page_token=first.next_page_token)
    )

    assert [one.post_id for one in (*first.posts, *second.posts)] == theirs[::-1]
    assert second.next_page_token == ""
    with refused("BAD_PAGE_TOKEN", grpc.StatusCode.INVALID_ARGUMENT):
        await community.stub.ListFeed(
            pb.ListFeedRequest(user_id=str(BEN), page_token=first.next_page_token)
        )


async def test_neighbours_get_the_texts_that_exist(community: Harness) -> None:
    written = await post(community, title="标题", body="正文")
    review = await post(community, kind=post_pb2.POST_KIND_REVIEW, rating=1, body="差评")
    answer = await comment(community, review.post_id)

    found = await community.contents.BatchGetContents(
        content_pb.BatchGetContentsRequest(
            content_ids=[written.post_id, review.post_id, answer.comment_id, str(uuid4())]
        )
    )

    by_id = {content.content_id: content for content in found.contents}
    assert len(by_id) == 3
    assert by_id[written.post_id].text == "标题\n正文"
    assert by_id[review.post_id].kind == emotion_pb2.TEXT_KIND_REVIEW
    assert by_id[answer.comment_id].kind == emotion_pb2.TEXT_KIND_COMMENT
    assert by_id[answer.comment_id].author_id == str(BEN)
    with refused("INVALID_REQUEST", grpc.StatusCode.INVALID_ARGUMENT):
        await community.contents.BatchGetContents(content_pb.BatchGetContentsRequest())


async def test_a_comment_says_from_where_and_what_about(community: Harness) -> None:
    written = await post(community, body="#开箱#", region_code="CN-ZJ")
    with refused("INVALID_REQUEST", grpc.StatusCode.INVALID_ARGUMENT):
        await post(community, region_code="Zhejiang")

    found = await community.contents.BatchGetContents(
        content_pb.BatchGetContentsRequest(content_ids=[written.post_id])
    )

    (content,) = found.contents
    assert (content.region_code, list(content.topics)) == ("CN-ZJ", ["开箱"])
    assert content.post_id == written.post_id


def test_every_reason_of_the_contract_has_a_class_and_the_other_way_round() -> None:
    classes = {
        kind.reason
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, DomainError) and "reason" in vars(kind)
    }

    names = {name.removeprefix("ERROR_REASON_") for name in ErrorReason.DESCRIPTOR.values_by_name}
    assert classes == names - {"UNSPECIFIED"}


@pytest.mark.parametrize(
    ("ours", "theirs", "prefix"),
    [
        (kinds.PostKind, post_pb2.PostKind, "POST_KIND_"),
        (kinds.ReactionKind, post_pb2.ReactionKind, "REACTION_KIND_"),
        (kinds.TextKind, emotion_pb2.TextKind, "TEXT_KIND_"),
    ],
)
def test_numbers_of_kinds_are_those_of_the_contract(ours: Any, theirs: Any, prefix: str) -> None:
    for kind in ours:
        name = "UNSPECIFIED" if kind.name == "NONE" else kind.name
        assert theirs.Value(prefix + name) == kind

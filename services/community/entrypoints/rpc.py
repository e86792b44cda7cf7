"""CommunityService and ContentService over gRPC: protobuf in, a use case called, protobuf out."""

import struct
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from resonance.community.v1 import community_service_pb2 as pb
from resonance.community.v1 import content_service_pb2 as content_pb
from resonance.community.v1.community_service_pb2_grpc import CommunityServiceServicer
from resonance.community.v1.content_service_pb2_grpc import ContentServiceServicer
from services.chassis.kernel.clock import Clock
from services.chassis.kernel.ids import parse_id
from services.chassis.rpc.identity import current_caller
from services.chassis.rpc.page_tokens import PageTokens, page_size
from services.community.application.create_comment import CreateComment, create_comment
from services.community.application.create_post import CreatePost, create_post
from services.community.application.delete_comment import delete_comment
from services.community.application.delete_post import delete_post
from services.community.application.follow_user import follow_user
from services.community.application.list_comments import list_comments
from services.community.application.list_feed import FeedPosition, list_feed
from services.community.application.list_following import list_following
from services.community.application.ports import Followee, Reads, Transactions
from services.community.application.react_to_post import ReactToPost, react_to_post
from services.community.application.unfollow_user import unfollow_user
from services.community.domain.kinds import PostKind, ReactionKind
from services.community.entrypoints.imports import import_time
from services.community.entrypoints.wire import (
    fresh,
    optional_id,
    to_comment,
    to_comment_seen,
    to_content,
    to_post,
    to_time,
)

# As the comments of the contract say.
FOLLOWING_PAGE = 50
COMMENTS_PAGE = 20
FEED_PAGE = 20

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOLLOWING = struct.Struct(">q16s")  # microseconds since 1970, followee
_FEED = struct.Struct(">?16s")  # of all, post


class CommunityRpc(CommunityServiceServicer):
    def __init__(
        self, transactions: Transactions, reads: Reads, clock: Clock, tokens: PageTokens
    ) -> None:
        self._transactions, self._reads = transactions, reads
        self._clock, self._tokens = clock, tokens

    async def FollowUser(
        self, request: pb.FollowUserRequest, context: Any
    ) -> pb.FollowUserResponse:
        follower_id = parse_id(request.user_id, "user_id")
        followee_id = parse_id(request.followee_id, "followee_id")
        await follow_user(follower_id, followee_id, self._transactions, self._clock)
        return pb.FollowUserResponse()

    async def UnfollowUser(
        self, request: pb.UnfollowUserRequest, context: Any
    ) -> pb.UnfollowUserResponse:
        follower_id = parse_id(request.user_id, "user_id")
        followee_id = parse_id(request.followee_id, "followee_id")
        await unfollow_user(follower_id, followee_id, self._transactions, self._clock)
        return pb.UnfollowUserResponse()

    async def ListFollowing(
        self, request: pb.ListFollowingRequest, context: Any
    ) -> pb.ListFollowingResponse:
        user_id = parse_id(request.user_id, "user_id")
        before = None
        if request.page_token:
            micros, followee = self._tokens.unpack(
                f"following/{user_id}", request.page_token, _FOLLOWING
            )
            before = Followee(
                user_id=UUID(bytes=followee), followed_at=_EPOCH + timedelta(microseconds=micros)
            )
        page, last = await list_following(
            user_id, self._reads, before=before, limit=page_size(request.page_size, FOLLOWING_PAGE)
        )
        token = ""
        if last is not None:
            micros = (last.followed_at - _EPOCH) // timedelta(microseconds=1)
            position = _FOLLOWING.pack(micros, last.user_id.bytes)
            token = self._tokens.seal(f"following/{user_id}", position)
        return pb.ListFollowingResponse(
            followees=[
                pb.Followee(user_id=str(one.user_id), follow_time=to_time(one.followed_at))
                for one in page
            ],
            next_page_token=token,
        )

    async def CreatePost(
        self, request: pb.CreatePostRequest, context: Any
    ) -> pb.CreatePostResponse:
        command = CreatePost(
            author_id=parse_id(request.author_id, "author_id"),
            kind=PostKind(request.kind),
            title=request.title,
            body=request.body,
            item_ids=tuple(request.item_ids),
            rating=request.rating,
            request_id=optional_id(request.request_id, "request_id"),
            published_at=import_time(request, self._clock.now()),
            region_code=request.region_code,
        )
        post = await create_post(command, self._transactions, self._clock)
        return pb.CreatePostResponse(post=to_post(fresh(post)))

    async def GetPost(self, request: pb.GetPostRequest, context: Any) -> pb.GetPostResponse:
        post_id = parse_id(request.post_id, "post_id")
        async with self._reads() as reader:
            view = await reader.post(post_id, current_caller().subject)
        return pb.GetPostResponse(post=to_post(view))

    async def DeletePost(
        self, request: pb.DeletePostRequest, context: Any
    ) -> pb.DeletePostResponse:
        post_id = parse_id(request.post_id, "post_id")
        author_id = parse_id(request.author_id, "author_id")
        await delete_post(post_id, author_id, self._transactions, self._clock)
        return pb.DeletePostResponse()

    async def CreateComment(
        self, request: pb.CreateCommentRequest, context: Any
    ) -> pb.CreateCommentResponse:
        command = CreateComment(
            post_id=parse_id(request.post_id, "post_id"),
            author_id=parse_id(request.author_id, "author_id"),
            body=request.body,
            reply_to_id=optional_id(request.reply_to_id, "reply_to_id"),
            request_id=optional_id(request.request_id, "request_id"),
            published_at=import_time(request, self._clock.now()),
            region_code=request.region_code,
        )
        comment = await create_comment(command, self._transactions, self._clock)
        return pb.CreateCommentResponse(comment=to_comment(comment))

    async def ListComments(
        self, request: pb.ListCommentsRequest, context: Any
    ) -> pb.ListCommentsResponse:
        post_id = parse_id(request.post_id, "post_id")
        after = self._tokens.after(f"comments/{post_id}", request.page_token)
        page, last = await list_comments(
            post_id, self._reads, after=after, limit=page_size(request.page_size, COMMENTS_PAGE)
        )
        return pb.ListCommentsResponse(
            comments=[to_comment_seen(view) for view in page],
            next_page_token=self._tokens.seal(f"comments/{post_id}", last.bytes) if last else "",
        )

    async def DeleteComment(
        self, request: pb.DeleteCommentRequest, context: Any
    ) -> pb.DeleteCommentResponse:
        comment_id = parse_id(request.comment_id, "comment_id")
        author_id = parse_id(request.author_id, "author_id")
        await delete_comment(comment_id, author_id, self._transactions, self._clock)
        return pb.DeleteCommentResponse()

    async def ReactToPost(
        self, request: pb.ReactToPostRequest, context: Any
    ) -> pb.ReactToPostResponse:
        command = ReactToPost(
            post_id=parse_id(request.post_id, "post_id"),
            user_id=parse_id(request.user_id, "user_id"),
            kind=ReactionKind(request.kind),
            request_id=optional_id(request.request_id, "request_id"),
        )
        view = await react_to_post(command, self._transactions, self._clock)
        return pb.ReactToPostResponse(post=to_post(view))

    async def ListFeed(self, request: pb.ListFeedRequest, context: Any) -> pb.ListFeedResponse:
        user_id = parse_id(request.user_id, "user_id")
        position = None
        if request.page_token:
            is_of_all, before = self._tokens.unpack(f"feed/{user_id}", request.page_token, _FEED)
            position = FeedPosition(before=UUID(bytes=before), is_of_all=is_of_all)
        page, last = await list_feed(
            user_id,
            current_caller().subject,
            self._reads,
            position=position,
            limit=page_size(request.page_size, FEED_PAGE),
        )
        token = ""
        if last is not None:
            sealed = _FEED.pack(last.is_of_all, last.before.bytes)
            token = self._tokens.seal(f"feed/{user_id}", sealed)
        return pb.ListFeedResponse(posts=[to_post(view) for view in page], next_page_token=token)


class ContentRpc(ContentServiceServicer):
    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def BatchGetContents(
        self, request: content_pb.BatchGetContentsRequest, context: Any
    ) -> content_pb.BatchGetContentsResponse:
        wanted = [
            parse_id(text, f"content_ids[{at}]") for at, text in enumerate(request.content_ids)
        ]
        async with self._reads() as reader:
            found = await reader.contents(wanted)
        return content_pb.BatchGetContentsResponse(contents=[to_content(one) for one in found])

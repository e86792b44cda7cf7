"""Protobuf to domain and back, for what several RPCs share."""

from datetime import datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from resonance.community.v1 import content_service_pb2, post_pb2
from resonance.emotion_tag.v1 import emotion_pb2
from services.chassis.kernel.ids import parse_id
from services.community.application.ports import CommentView, Content, PostView
from services.community.domain.content import Comment, Post
from services.community.domain.kinds import UNKNOWN_EMOTION, ReactionKind


def optional_id(text: str, field: str) -> UUID | None:
    """Read an id that may be left out."""
    return parse_id(text, field) if text else None


def to_time(at: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(at)
    return timestamp


def fresh(post: Post) -> PostView:
    """A post as it is when nobody has reacted to it yet."""
    return PostView(
        post=post,
        comment_count=0,
        reaction_count=0,
        emotion=UNKNOWN_EMOTION,
        own_reaction=ReactionKind.NONE,
    )


def to_post(view: PostView) -> post_pb2.Post:
    post = view.post
    return post_pb2.Post(
        post_id=str(post.id),
        author_id=str(post.author_id),
        kind=post_pb2.PostKind.ValueType(post.kind),
        title=post.title,
        body=post.body,
        item_ids=post.item_ids,
        rating=post.rating,
        create_time=to_time(post.created_at),
        comment_count=view.comment_count,
        reaction_count=view.reaction_count,
        emotion=emotion_pb2.Emotion.ValueType(view.emotion),
        own_reaction=post_pb2.ReactionKind.ValueType(view.own_reaction),
    )


def to_comment(comment: Comment, emotion: int = UNKNOWN_EMOTION) -> post_pb2.Comment:
    return post_pb2.Comment(
        comment_id=str(comment.id),
        post_id=str(comment.post_id),
        author_id=str(comment.author_id),
        body=comment.body,
        reply_to_id=str(comment.reply_to_id) if comment.reply_to_id else "",
        create_time=to_time(comment.created_at),
        emotion=emotion_pb2.Emotion.ValueType(emotion),
    )


def to_comment_seen(view: CommentView) -> post_pb2.Comment:
    return to_comment(view.comment, view.emotion)


def to_content(content: Content) -> content_service_pb2.Content:
    return content_service_pb2.Content(
        content_id=str(content.content_id),
        author_id=str(content.author_id),
        kind=emotion_pb2.TextKind.ValueType(content.kind),
        text=content.text,
        item_ids=content.item_ids,
        publish_time=to_time(content.published_at),
        post_id=str(content.post_id),
        reply_to_id=str(content.reply_to_id) if content.reply_to_id else "",
        region_code=content.region_code,
        topics=content.topics,
    )

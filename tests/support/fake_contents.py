"""Community's ContentService as a neighbour of emotion_tag meets it: a real servicer on a dict."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from resonance.community.v1 import community_events_pb2, content_service_pb2
from resonance.community.v1.content_service_pb2_grpc import ContentServiceServicer
from resonance.emotion_tag.v1 import emotion_pb2
from services.chassis.kernel.errors import Unavailable
from services.chassis.kernel.ids import new_id


class CommunityAway(Unavailable):
    """The community cannot answer now."""

    reason = "NEIGHBOUR_UNAVAILABLE"


class FakeContents(ContentServiceServicer):
    """Keeps its promises: what does not exist is missing in the answer, at most 200 are asked."""

    def __init__(self) -> None:
        self.contents: dict[str, content_service_pb2.Content] = {}
        self.is_away = False
        self.calls = 0

    async def BatchGetContents(  # noqa: N802 - the name in the contract
        self,
        request: content_service_pb2.BatchGetContentsRequest,
        context: grpc.aio.ServicerContext[Any, Any],  # noqa: ARG002 - as the contract has it
    ) -> content_service_pb2.BatchGetContentsResponse:
        self.calls += 1
        if self.is_away:
            raise CommunityAway("The community is away.")
        found = [self.contents[one] for one in request.content_ids if one in self.contents]
        return content_service_pb2.BatchGetContentsResponse(contents=found)

    def publish(
        self,
        text: str,
        author_id: str,
        *,
        at: datetime | None = None,
        kind: emotion_pb2.TextKind.ValueType = emotion_pb2.TEXT_KIND_COMMENT,
        item_ids: Sequence[str] = ("sku-1",),
        **place: Any,
    ) -> community_events_pb2.ContentPublished:
        """Keep a text and return the event that tells of it; `place` has fields of both."""
        published_at = Timestamp()
        published_at.FromDatetime(at or datetime.now(UTC))
        content = content_service_pb2.Content(
            content_id=str(new_id()),
            author_id=author_id,
            kind=kind,
            text=text,
            item_ids=item_ids,
            publish_time=published_at,
            **place,
        )
        self.contents[content.content_id] = content
        return community_events_pb2.ContentPublished(
            content_id=content.content_id,
            author_id=author_id,
            kind=kind,
            post_id=content.content_id,
            item_ids=item_ids,
            publish_time=published_at,
            **place,
        )

    def delete(self, content_id: str) -> community_events_pb2.ContentDeleted:
        """Remove a text and return the event that tells of it."""
        content = self.contents.pop(content_id)
        return community_events_pb2.ContentDeleted(
            content_id=content_id, author_id=content.author_id
        )

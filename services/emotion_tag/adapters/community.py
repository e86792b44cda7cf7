"""The texts of published content, from the service that has them."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from uuid import UUID

from resonance.community.v1 import content_service_pb2 as pb
from resonance.community.v1.content_service_pb2_grpc import ContentServiceStub
from services.chassis.rpc.channels import Channel
from services.chassis.rpc.errors import RemoteError
from services.emotion_tag.domain.content import Content, Place
from services.emotion_tag.domain.errors import ContentUnreachable
from services.emotion_tag.wire import from_kind

MAX_AT_ONCE = 200  # content_service.proto says the same


class CommunityContents:
    def __init__(self, channel: Channel, *, timeout: timedelta) -> None:
        self._stub = ContentServiceStub(channel)
        self._timeout = timeout.total_seconds()

    async def read(self, content_ids: Sequence[UUID]) -> Sequence[Content]:
        found: list[Content] = []
        for start in range(0, len(content_ids), MAX_AT_ONCE):
            found += await self._read_some(content_ids[start : start + MAX_AT_ONCE])
        return found

    async def _read_some(self, content_ids: Sequence[UUID]) -> Sequence[Content]:
        request = pb.BatchGetContentsRequest(content_ids=[str(one) for one in content_ids])
        try:
            answer = await self._stub.BatchGetContents(request, timeout=self._timeout)
        except RemoteError as error:
            raise ContentUnreachable(
                "The owner of the content did not give it.", code=error.code.name
            ) from error
        return [_from_proto(content) for content in answer.contents]


def _from_proto(content: pb.Content) -> Content:
    return Content(
        content_id=UUID(content.content_id),
        author_id=UUID(content.author_id),
        kind=from_kind(content.kind),
        text=content.text,
        item_ids=tuple(content.item_ids),
        published_at=content.publish_time.ToDatetime(UTC),
        place=Place(
            post_id=_optional_id(content.post_id),
            reply_to_id=_optional_id(content.reply_to_id),
            circle_id=content.circle_id,
            room_id=content.room_id,
            region_code=content.region_code,
            topics=tuple(content.topics),
        ),
    )


def _optional_id(text: str) -> UUID | None:
    return UUID(text) if text else None

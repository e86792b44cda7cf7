"""EmotionTagService over gRPC: protobuf in, a use case called, protobuf out."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as pb
from resonance.emotion_tag.v1.emotion_tag_service_pb2_grpc import EmotionTagServiceServicer
from services.chassis.kernel.clock import Clock
from services.chassis.kernel.ids import parse_id
from services.chassis.rpc.methods import Unacceptable, answers_each
from services.emotion_tag.application.moods.get_mood import get_mood
from services.emotion_tag.application.ports import Reads, Tagger
from services.emotion_tag.application.tagging.explain_tag import ExplainTag
from services.emotion_tag.application.tagging.get_content_tag import get_content_tag
from services.emotion_tag.application.tagging.in_context import in_context
from services.emotion_tag.application.tagging.ports import Insights, Priors
from services.emotion_tag.application.tagging.tag_stream import Refusal, tag_stream
from services.emotion_tag.application.tagging.tag_texts import tag_texts
from services.emotion_tag.application.tagging.tag_together import TagTogether
from services.emotion_tag.domain.locale import Locale
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.entrypoints.correction_wire import to_adjudication
from services.emotion_tag.entrypoints.text_messages import (
    from_stream,
    from_text,
    to_explanation,
    to_stream_answer,
    to_taxonomy,
)
from services.emotion_tag.wire import to_mood, to_tag


class EmotionTagRpc(EmotionTagServiceServicer):
    def __init__(
        self,
        tagger: Tagger,
        priors: Priors,
        insights: Insights,
        locales: Sequence[Locale],
        reads: Reads,
        clock: Clock,
        *,
        half_life: timedelta,
    ) -> None:
        self._tagger, self._priors, self._reads, self._clock = tagger, priors, reads, clock
        self._half_life = half_life
        self._together = TagTogether(tagger)
        self._explain = ExplainTag(insights, priors)
        self._taxonomy = to_taxonomy(locales)

    def forget_answers(self) -> None:
        """Forget what was remembered of the former model."""
        self._together.forget()

    async def TagText(self, request: pb.TagTextRequest, context: Any) -> pb.TagTextResponse:
        inputs = await in_context([from_text(request)], self._priors)
        return pb.TagTextResponse(tag=to_tag(await self._together.tag(inputs[0])))

    async def BatchTagTexts(
        self, request: pb.BatchTagTextsRequest, context: Any
    ) -> pb.BatchTagTextsResponse:
        inputs = await in_context([from_text(one) for one in request.texts], self._priors)
        tags = await tag_texts(inputs, self._tagger)
        return pb.BatchTagTextsResponse(tags=[to_tag(tag) for tag in tags])

    @answers_each
    async def TagStream(  # type: ignore[override]  # grpc.aio lets it write its answers itself
        self, requests: AsyncIterator[pb.TagStreamRequest | Unacceptable], context: Any
    ) -> None:
        async def answer(message_id: str, outcome: EmotionTag | Refusal) -> None:
            await context.write(to_stream_answer(message_id, outcome))

        messages = (from_stream(one) async for one in requests)
        await tag_stream(messages, answer, self._together.tag, self._priors)

    async def ExplainTag(
        self, request: pb.ExplainTagRequest, context: Any
    ) -> pb.ExplainTagResponse:
        return to_explanation(await self._explain.explain(from_text(request)))

    async def GetTaxonomy(
        self, request: pb.GetTaxonomyRequest, context: Any
    ) -> pb.GetTaxonomyResponse:
        return self._taxonomy

    async def GetContentTag(
        self, request: pb.GetContentTagRequest, context: Any
    ) -> pb.GetContentTagResponse:
        content_id = parse_id(request.content_id, "content_id")
        tag, decided = await get_content_tag(content_id, self._reads)
        return pb.GetContentTagResponse(tag=to_tag(tag), adjudication=to_adjudication(decided))

    async def GetMood(self, request: pb.GetMoodRequest, context: Any) -> pb.GetMoodResponse:
        user_id = parse_id(request.user_id, "user_id")
        view = await get_mood(user_id, self._reads, self._clock, half_life=self._half_life)
        return pb.GetMoodResponse(mood=to_mood(view))

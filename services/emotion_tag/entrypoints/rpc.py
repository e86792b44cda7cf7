"""EmotionTagService over gRPC: protobuf in, a use case called, protobuf out."""

from datetime import timedelta
from typing import Any

from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as pb
from resonance.emotion_tag.v1.emotion_tag_service_pb2_grpc import EmotionTagServiceServicer
from resonance.type.v1.text_pb2 import LocalizedText
from services.chassis.kernel.clock import Clock
from services.chassis.kernel.ids import parse_id
from services.emotion_tag.application.moods.get_mood import get_mood
from services.emotion_tag.application.ports import Reads, Tagger
from services.emotion_tag.application.tagging.get_content_tag import get_content_tag
from services.emotion_tag.application.tagging.tag_texts import tag_texts
from services.emotion_tag.application.tagging.tag_together import TagTogether
from services.emotion_tag.domain.tag import TextInput
from services.emotion_tag.domain.taxonomy import TAXONOMY, TAXONOMY_VERSION, EmotionEntry, Localized
from services.emotion_tag.wire import EMOTION_NUMBERS, POLARITY_NUMBERS, to_mood, to_tag


class EmotionTagRpc(EmotionTagServiceServicer):
    def __init__(self, tagger: Tagger, reads: Reads, clock: Clock, *, half_life: timedelta) -> None:
        self._tagger, self._reads, self._clock = tagger, reads, clock
        self._half_life = half_life
        self._together = TagTogether(tagger)
        self._taxonomy = _taxonomy()

    async def TagText(self, request: pb.TagTextRequest, context: Any) -> pb.TagTextResponse:
        return pb.TagTextResponse(tag=to_tag(await self._together.tag(TextInput(request.text))))

    async def BatchTagTexts(
        self, request: pb.BatchTagTextsRequest, context: Any
    ) -> pb.BatchTagTextsResponse:
        tags = await tag_texts([TextInput(one.text) for one in request.texts], self._tagger)
        return pb.BatchTagTextsResponse(tags=[to_tag(tag) for tag in tags])

    async def GetTaxonomy(
        self, request: pb.GetTaxonomyRequest, context: Any
    ) -> pb.GetTaxonomyResponse:
        return self._taxonomy

    async def GetContentTag(
        self, request: pb.GetContentTagRequest, context: Any
    ) -> pb.GetContentTagResponse:
        content_id = parse_id(request.content_id, "content_id")
        return pb.GetContentTagResponse(tag=to_tag(await get_content_tag(content_id, self._reads)))

    async def GetMood(self, request: pb.GetMoodRequest, context: Any) -> pb.GetMoodResponse:
        user_id = parse_id(request.user_id, "user_id")
        view = await get_mood(user_id, self._reads, self._clock, half_life=self._half_life)
        return pb.GetMoodResponse(mood=to_mood(view))


def _taxonomy() -> pb.GetTaxonomyResponse:
    return pb.GetTaxonomyResponse(
        taxonomy_version=TAXONOMY_VERSION,
        emotions=[_description(entry) for entry in TAXONOMY.values()],
    )


def _description(entry: EmotionEntry) -> pb.EmotionDescription:
    return pb.EmotionDescription(
        emotion=EMOTION_NUMBERS[entry.emotion],
        name=_localized(entry.name),
        smp_parent=entry.smp_parent,
        ekman_parent=entry.ekman_parent,
        valence=entry.valence,
        arousal=entry.arousal,
        polarity=POLARITY_NUMBERS[entry.polarity],
        example=_localized(entry.example),
    )


def _localized(text: Localized) -> LocalizedText:
    return LocalizedText(zh=text.zh_hans, en=text.en)

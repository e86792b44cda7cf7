"""TrendService over gRPC: protobuf in, a use case called, protobuf out."""

from typing import Any

from resonance.emotion_tag.v1 import trend_service_pb2 as pb
from resonance.emotion_tag.v1.trend_service_pb2_grpc import TrendServiceServicer
from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.trends.list_rising_topics import Rise, list_rising_topics
from services.emotion_tag.application.trends.ports import Segment, TrendReads
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS
from services.emotion_tag.domain.trend import RisingTopic, TopicKind, Window
from services.emotion_tag.wire import EMOTION_NUMBERS, from_kind, to_scores, to_time

MOST_BY_DEFAULT = 20

_WINDOWS = {
    pb.TREND_WINDOW_UNSPECIFIED: Window.DAY,
    pb.TREND_WINDOW_HOUR: Window.HOUR,
    pb.TREND_WINDOW_DAY: Window.DAY,
    pb.TREND_WINDOW_WEEK: Window.WEEK,
}
_KINDS = {
    TopicKind.HASHTAG: pb.TOPIC_KIND_HASHTAG,
    TopicKind.PHRASE: pb.TOPIC_KIND_PHRASE,
}


class TrendRpc(TrendServiceServicer):
    def __init__(self, reads: TrendReads, clock: Clock) -> None:
        self._reads, self._clock = reads, clock

    async def ListRisingTopics(
        self, request: pb.ListRisingTopicsRequest, context: Any
    ) -> pb.ListRisingTopicsResponse:
        kind = from_kind(request.text_kind)
        segment = Segment(
            language=request.language_code,
            kind="" if kind is TextKind.UNKNOWN else kind.value,
            category=request.category,
            region_code=request.region_code,
        )
        window = _WINDOWS[request.window]
        most = request.limit or MOST_BY_DEFAULT
        rise = await list_rising_topics(window, segment, most, self._reads, self._clock)
        return pb.ListRisingTopicsResponse(
            topics=[_to_topic(one, rise) for one in rise.topics],
            window_start_time=to_time(rise.start),
            window_end_time=to_time(rise.end),
            text_count=round(rise.texts),
        )


def _to_topic(one: RisingTopic, rise: Rise) -> pb.RisingTopic:
    now = one.talk.now
    scores = sorted(zip(EMOTIONS, now.shares(), strict=True), key=lambda pair: -pair[1])
    return pb.RisingTopic(
        text=one.form,
        kind=_KINDS[one.talk.kind],
        variants=one.variants,
        text_count=round(now.texts),
        expected_count=one.expected,
        burst_score=one.score,
        is_new=one.is_new,
        emotion=EMOTION_NUMBERS[one.emotion],
        scores=to_scores(scores),
        positive_share=now.positives / now.texts,
        negative_share=now.negatives / now.texts,
        valence=now.valence,
        valence_change=one.valence_change,
        volumes=[
            pb.TopicVolume(start_time=to_time(start), text_count=count)
            for start, count in zip(rise.parts, one.talk.volumes, strict=True)
        ],
    )

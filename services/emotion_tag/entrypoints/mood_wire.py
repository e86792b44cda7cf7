"""What MoodService answers, as the contract has it."""

from resonance.emotion_tag.v1 import distress_pb2
from resonance.emotion_tag.v1 import mood_service_pb2 as pb
from services.emotion_tag.application.distress.ports import DistressRead
from services.emotion_tag.domain.distress import DistressSignal
from services.emotion_tag.domain.timeline import MoodPoint
from services.emotion_tag.wire import EMOTION_NUMBERS, to_scores, to_time

STRONGEST = 3  # mood_service.proto says the same


def to_point(point: MoodPoint) -> pb.MoodPoint:
    picture = point.picture
    if picture is None:
        return pb.MoodPoint(time=to_time(point.at), is_gap=True)
    return pb.MoodPoint(
        time=to_time(point.at),
        emotion=EMOTION_NUMBERS[picture.emotion],
        scores=to_scores(picture.ranked()[:STRONGEST]),
        valence=picture.valence,
        valence_deviation=picture.valence_deviation,
        arousal=picture.arousal,
        confidence=picture.confidence,
    )


def from_signal(signal: DistressSignal) -> distress_pb2.DistressSignal:
    return distress_pb2.DistressSignal(
        signal_id=str(signal.id),
        user_id=str(signal.user_id) if signal.user_id else "",
        content_id=str(signal.content_id),
        level=distress_pb2.DistressLevel.ValueType(signal.level),
        rule_ids=signal.rule_ids,
        create_time=to_time(signal.noticed_at),
        expire_time=to_time(signal.expires_at),
        outcome=distress_pb2.DistressOutcome.ValueType(signal.outcome),
        acknowledge_time=to_time(signal.acknowledged_at) if signal.acknowledged_at else None,
    )


def from_read(read: DistressRead) -> pb.DistressRead:
    return pb.DistressRead(
        read_id=str(read.id),
        reader_id=str(read.reader_id) if read.reader_id else "",
        signal_ids=map(str, read.signal_ids),
        read_time=to_time(read.read_at),
    )

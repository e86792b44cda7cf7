"""What MoodService answers, as the contract has it."""

from resonance.emotion_tag.v1 import distress_pb2
from resonance.emotion_tag.v1 import mood_service_pb2 as pb
from resonance.type.v1.text_pb2 import LocalizedText
from services.emotion_tag.application.distress.ports import DistressRead
from services.emotion_tag.application.moods.look_ahead import Forecast, Withheld
from services.emotion_tag.domain.distress import DistressSignal
from services.emotion_tag.domain.tendency import Estimate, Tendency
from services.emotion_tag.domain.timeline import MoodPoint
from services.emotion_tag.wire import EMOTION_NUMBERS, to_scores, to_time

STRONGEST = 3  # mood_service.proto says the same

_WHY = {
    Withheld.TOO_LITTLE_DATA: (
        pb.MOOD_WITHHELD_REASON_TOO_LITTLE_DATA,
        "说过的话还太少，看不出来。",
        "Too little has been said to tell.",
    ),
    Withheld.NOTHING_LATELY: (
        pb.MOOD_WITHHELD_REASON_NOTHING_LATELY,
        "最近一天没有说过话，无从预测。",
        "Nothing was said within a day, so there is nothing to go by.",
    ),
    Withheld.NOT_BETTER_THAN_BASELINES: (
        pb.MOOD_WITHHELD_REASON_NOT_BETTER_THAN_BASELINES,
        "用过去的话检验，预测并不比“和刚才一样”或“和大家一样”更准，所以不显示。",
        "Checked on the past, it is no better than “as just now” or “as usual”, so none is shown.",
    ),
}


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


def to_withheld(why: Withheld) -> pb.MoodWithheld:
    reason, zh, en = _WHY[why]
    return pb.MoodWithheld(reason=reason, explanation=LocalizedText(zh=zh, en=en))


def to_tendency(tendency: Tendency) -> pb.MoodTendency:
    told = pb.MoodTendency(
        start_time=to_time(tendency.start),
        end_time=to_time(tendency.end),
        day_count=tendency.days,
        text_count=tendency.texts,
        valence=_estimate(tendency.valence),
        arousal=_estimate(tendency.arousal),
        emotions=[
            pb.EmotionShare(emotion=EMOTION_NUMBERS[emotion], share=_estimate(share))
            for emotion, share in tendency.emotions
        ],
        hours=[
            pb.HourTendency(hour=one.hour, share=one.share, valence=_estimate(one.valence))
            for one in tendency.hours
        ],
        variability=tendency.variability,
        instability=tendency.instability,
        lately=_estimate(tendency.lately) if tendency.lately else None,
    )
    if tendency.shift:
        told.shift.CopyFrom(
            pb.MoodShift(
                time=to_time(tendency.shift.at),
                before=tendency.shift.before,
                after=tendency.shift.after,
                probability=tendency.shift.probability,
            )
        )
    return told


def to_forecast(forecast: Forecast) -> pb.MoodForecast:
    record = forecast.record
    return pb.MoodForecast(
        steps=[
            pb.MoodForecastStep(
                time=to_time(step.at),
                scores=to_scores(step.ranked()),
                valence=step.valence,
                valence_low=step.valence_low,
                valence_high=step.valence_high,
                valence_median=step.valence_median,
            )
            for step in forecast.steps
        ],
        record=pb.ForecastRecord(
            prediction_count=record.predictions,
            log_loss=record.log_loss,
            persistence_log_loss=record.persistence_log_loss,
            base_rate_log_loss=record.base_rate_log_loss,
            coverage=record.coverage,
        ),
        model_version=forecast.model_version,
    )


def _estimate(estimate: Estimate) -> pb.Estimate:
    return pb.Estimate(mean=estimate.mean, low=estimate.low, high=estimate.high)

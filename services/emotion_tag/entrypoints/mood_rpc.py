"""MoodService over gRPC: protobuf in, a use case called, protobuf out."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from resonance.emotion_tag.v1 import mood_service_pb2 as pb
from resonance.emotion_tag.v1.mood_service_pb2_grpc import MoodServiceServicer
from services.chassis.kernel.clock import Clock
from services.chassis.kernel.ids import parse_id
from services.chassis.rpc.identity import current_caller
from services.chassis.rpc.page_tokens import page_size
from services.emotion_tag.application.distress.acknowledge_signal import (
    AcknowledgeSignal,
    acknowledge_signal,
)
from services.emotion_tag.application.distress.list_signals import list_reads, list_signals
from services.emotion_tag.application.distress.ports import DistressQuery, DistressReads
from services.emotion_tag.application.moods.forget_mood import forget_mood
from services.emotion_tag.application.moods.list_timeline import TimelineQuery, list_timeline
from services.emotion_tag.application.moods.look_ahead import (
    Foresight,
    Withheld,
    forecast_mood,
    get_tendency,
)
from services.emotion_tag.application.moods.ports import Histories
from services.emotion_tag.application.ports import Transactions
from services.emotion_tag.domain.distress import DistressLevel, DistressOutcome
from services.emotion_tag.entrypoints.mood_wire import (
    from_read,
    from_signal,
    to_forecast,
    to_point,
    to_tendency,
    to_withheld,
)
from services.emotion_tag.entrypoints.pages import PAGES

_STEP = timedelta(hours=1)
_WEEKS = 8
_HOURS = 6


class MoodRpc(MoodServiceServicer):
    def __init__(
        self,
        transactions: Transactions,
        histories: Histories,
        distress: DistressReads,
        foresight: Foresight,
        clock: Clock,
        *,
        half_life: timedelta,
    ) -> None:
        self._transactions, self._histories, self._distress = transactions, histories, distress
        self._foresight, self._clock, self._half_life = foresight, clock, half_life

    async def ListMoodTimeline(
        self, request: pb.ListMoodTimelineRequest, context: Any
    ) -> pb.ListMoodTimelineResponse:
        user_id = parse_id(request.user_id, "user_id")
        query = TimelineQuery(
            user_id=user_id,
            since=_moment(request.from_time) if request.HasField("from_time") else None,
            until=_moment(request.to_time) if request.HasField("to_time") else None,
            step=request.step.ToTimedelta() if request.HasField("step") else _STEP,
            is_for_agent=_is_for_agent(user_id),
        )
        points = await list_timeline(query, self._histories, self._clock, half_life=self._half_life)
        return pb.ListMoodTimelineResponse(points=map(to_point, points))

    async def GetMoodTendency(
        self, request: pb.GetMoodTendencyRequest, context: Any
    ) -> pb.GetMoodTendencyResponse:
        found = await get_tendency(
            parse_id(request.user_id, "user_id"),
            timedelta(weeks=request.weeks or _WEEKS),
            timedelta(minutes=request.utc_offset_minutes),
            self._histories,
            self._foresight,
            self._clock,
        )
        if isinstance(found, Withheld):
            return pb.GetMoodTendencyResponse(withheld=to_withheld(found))
        return pb.GetMoodTendencyResponse(tendency=to_tendency(found))

    async def ForecastMood(
        self, request: pb.ForecastMoodRequest, context: Any
    ) -> pb.ForecastMoodResponse:
        found = await forecast_mood(
            parse_id(request.user_id, "user_id"),
            request.hours or _HOURS,
            self._histories,
            self._foresight,
            self._clock,
            half_life=self._half_life,
        )
        if isinstance(found, Withheld):
            return pb.ForecastMoodResponse(withheld=to_withheld(found))
        return pb.ForecastMoodResponse(forecast=to_forecast(found))

    async def ForgetMood(
        self, request: pb.ForgetMoodRequest, context: Any
    ) -> pb.ForgetMoodResponse:
        user_id = parse_id(request.user_id, "user_id")
        version = await forget_mood(user_id, self._transactions, self._clock)
        return pb.ForgetMoodResponse(version=version)

    async def ListDistressSignals(
        self, request: pb.ListDistressSignalsRequest, context: Any
    ) -> pb.ListDistressSignalsResponse:
        size = page_size(request.page_size, 20)
        name = f"distress/{request.user_id}/{request.least_level}/{request.only_open}"
        query = DistressQuery(
            user_id=_optional_id(request.user_id),
            least_level=DistressLevel(request.least_level),
            only_open=request.only_open,
            before=PAGES.after(name, request.page_token),
            limit=size,
        )
        reader = current_caller().subject
        found = await list_signals(query, reader, self._transactions, self._clock)
        return pb.ListDistressSignalsResponse(
            signals=map(from_signal, found),
            next_page_token=PAGES.following(name, found, size, found[-1].id if found else None),
        )

    async def AcknowledgeDistressSignal(
        self, request: pb.AcknowledgeDistressSignalRequest, context: Any
    ) -> pb.AcknowledgeDistressSignalResponse:
        command = AcknowledgeSignal(
            signal_id=parse_id(request.signal_id, "signal_id"),
            outcome=DistressOutcome(request.outcome),
            by=current_caller().subject,
        )
        signal = await acknowledge_signal(command, self._transactions, self._clock)
        return pb.AcknowledgeDistressSignalResponse(signal=from_signal(signal))

    async def ListDistressReads(
        self, request: pb.ListDistressReadsRequest, context: Any
    ) -> pb.ListDistressReadsResponse:
        size = page_size(request.page_size, 50)
        name = f"distressReads/{request.reader_id}"
        found = await list_reads(
            _optional_id(request.reader_id),
            PAGES.after(name, request.page_token),
            size,
            self._distress,
        )
        return pb.ListDistressReadsResponse(
            reads=map(from_read, found),
            next_page_token=PAGES.following(name, found, size, found[-1].id if found else None),
        )


def _is_for_agent(user_id: UUID) -> bool:
    """Whether somebody else asks who may not see everything."""
    caller = current_caller()
    return not (caller.is_internal or caller.subject == user_id or "admin" in caller.roles)


def _moment(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)


def _optional_id(text: str) -> UUID | None:
    """An id that validation has checked already, or None if it was left out."""
    return UUID(text) if text else None

"""AlertService over gRPC: protobuf in, a use case called, protobuf out."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Any

from resonance.emotion_tag.v1 import alert_pb2
from resonance.emotion_tag.v1 import alert_service_pb2 as pb
from resonance.emotion_tag.v1.alert_service_pb2_grpc import AlertServiceServicer
from services.chassis.kernel.clock import Clock
from services.chassis.kernel.ids import parse_id
from services.chassis.rpc.identity import current_caller
from services.chassis.rpc.page_tokens import page_size
from services.emotion_tag.alert_wire import STATE_NUMBERS, to_alert
from services.emotion_tag.application.alerts.handle_alert import acknowledge_alert, resolve_alert
from services.emotion_tag.application.alerts.ports import (
    AlertFilter,
    AlertReads,
    AlertTransactions,
)
from services.emotion_tag.application.alerts.read_alerts import get_alert
from services.emotion_tag.application.alerts.watch_alerts import Bell, watch_alerts
from services.emotion_tag.application.ports import Contents
from services.emotion_tag.application.trends.name_topics import name_topics
from services.emotion_tag.application.trends.ports import TrendReads
from services.emotion_tag.domain.alert import Alert
from services.emotion_tag.domain.alert_sighting import Severity
from services.emotion_tag.domain.locale import Locale
from services.emotion_tag.domain.subject import Subject
from services.emotion_tag.entrypoints.pages import PAGES
from services.emotion_tag.subject_wire import SUBJECT_KINDS
from services.emotion_tag.wire import EMOTION_NUMBERS, to_time

_STATES = {number: state for state, number in STATE_NUMBERS.items()}


class AlertRpc(AlertServiceServicer):
    def __init__(
        self,
        transactions: AlertTransactions,
        reads: AlertReads,
        topics: TrendReads,
        contents: Contents,
        bell: Bell,
        locales: Sequence[Locale],
        clock: Clock,
    ) -> None:
        self._transactions, self._reads = transactions, reads
        self._topics, self._contents = topics, contents
        self._bell, self._locales, self._clock = bell, locales, clock

    async def ListAlerts(
        self, request: pb.ListAlertsRequest, context: Any
    ) -> pb.ListAlertsResponse:
        wanted = _filter(request)
        size = page_size(request.page_size, 20)
        name = f"alerts/{wanted}"
        async with self._reads() as reader:
            found = await reader.page(wanted, PAGES.after(name, request.page_token), size)
        return pb.ListAlertsResponse(
            alerts=await self._shown(*found),
            next_page_token=PAGES.following(name, found, size, found[-1].id if found else None),
        )

    async def GetAlert(self, request: pb.GetAlertRequest, context: Any) -> pb.GetAlertResponse:
        alert_id = parse_id(request.alert_id, "alert_id")
        found, examples = await get_alert(alert_id, self._reads, self._contents)
        [alert] = await self._shown(found)
        return pb.GetAlertResponse(
            alert=alert,
            examples=[
                pb.AlertExample(
                    content_id=str(one.content_id),
                    text=one.text,
                    emotion=EMOTION_NUMBERS[one.emotion],
                    publish_time=to_time(one.published_at),
                )
                for one in examples
            ],
        )

    async def AcknowledgeAlert(
        self, request: pb.AcknowledgeAlertRequest, context: Any
    ) -> pb.AcknowledgeAlertResponse:
        handled = await acknowledge_alert(
            parse_id(request.alert_id, "alert_id"),
            current_caller().subject,
            request.note,
            self._transactions,
            self._clock,
        )
        [alert] = await self._shown(handled)
        return pb.AcknowledgeAlertResponse(alert=alert)

    async def ResolveAlert(
        self, request: pb.ResolveAlertRequest, context: Any
    ) -> pb.ResolveAlertResponse:
        handled = await resolve_alert(
            parse_id(request.alert_id, "alert_id"),
            current_caller().subject,
            request.note,
            self._transactions,
            self._clock,
        )
        [alert] = await self._shown(handled)
        return pb.ResolveAlertResponse(alert=alert)

    async def WatchAlerts(
        self, request: pb.WatchAlertsRequest, context: Any
    ) -> AsyncIterator[pb.WatchAlertsResponse]:
        wanted = _filter(request)
        span = request.watch_for.ToTimedelta() if request.HasField("watch_for") else None
        async with aclosing(watch_alerts(wanted, self._reads, self._bell, self._clock)) as changes:
            async for changed in _for(span, changes):
                [alert] = await self._shown(changed)
                yield pb.WatchAlertsResponse(alert=alert)

    async def _shown(self, *alerts: Alert) -> list[alert_pb2.Alert]:
        """Alerts as they are answered: in words, and topics as most write them."""
        names = await name_topics((one.subject for one in alerts), self._topics, self._clock)
        return [to_alert(one, self._locales, names.get(one.subject, "")) for one in alerts]


async def _for(span: timedelta | None, changes: AsyncIterator[Alert]) -> AsyncIterator[Alert]:
    """What comes within `span`; None is for ever."""
    loop = asyncio.get_running_loop()
    ends_at = None if span is None else loop.time() + span.total_seconds()
    while True:
        try:
            async with asyncio.timeout_at(ends_at):
                alert = await anext(changes)
        except TimeoutError:
            return
        yield alert


def _filter(request: pb.ListAlertsRequest | pb.WatchAlertsRequest) -> AlertFilter:
    kind = SUBJECT_KINDS.get(request.subject_kind)
    subject = Subject.named(kind, request.subject_id) if kind else None
    return AlertFilter(
        state=_STATES.get(request.state) if isinstance(request, pb.ListAlertsRequest) else None,
        kind=kind,
        subject_id=subject.subject_id if subject else "",
        least_severity=Severity(request.least_severity or Severity.MINOR),
    )

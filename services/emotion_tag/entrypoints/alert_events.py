"""What alerts do when texts are tagged, corrected or deleted."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from resonance.community.v1.community_events_pb2 import ContentDeleted
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import ContentCorrected, ContentTagged
from services.chassis.kernel.clock import Clock
from services.chassis.messaging.reaction import Delivered, Reaction, each
from services.emotion_tag.application.alerts.ports import AlertTransactions
from services.emotion_tag.application.alerts.watch_subjects import (
    recount_contents,
    unwatch_content,
    watch_contents,
)
from services.emotion_tag.domain.alert import AlertState
from services.emotion_tag.entrypoints.alert_measures import note_opened

PACE = timedelta(seconds=0.25)
"""An alert may take two seconds from the comment that makes it."""


def alert_reactions(
    transactions: AlertTransactions, clock: Clock, *, threshold: float
) -> Sequence[Reaction[Any]]:
    """Make the durable readers of alerts."""

    async def watch(told: Sequence[Delivered[ContentTagged]]) -> None:
        content_ids = [UUID(one.event.content_id) for one in told]
        for alert in await watch_contents(content_ids, transactions, clock, threshold=threshold):
            if alert.state is AlertState.OPEN:
                note_opened(alert, clock.now())

    async def recount(told: Sequence[Delivered[ContentCorrected]]) -> None:
        content_ids = {UUID(one.event.content.content_id) for one in told}
        for alert in await recount_contents(content_ids, transactions, clock, threshold=threshold):
            if alert.state is AlertState.OPEN:
                note_opened(alert, None)

    async def unwatch(told: Delivered[ContentDeleted]) -> None:
        await unwatch_content(UUID(told.event.content_id), transactions, clock)

    return (
        Reaction(reader="emotion_tag_watch_subjects", to=ContentTagged, do=watch, pace=PACE),
        Reaction(reader="emotion_tag_recount_alerts", to=ContentCorrected, do=recount),
        Reaction(reader="emotion_tag_unwatch_content", to=ContentDeleted, do=each(unwatch)),
    )

"""Bursts of complaints, told while they happen."""

from resonance.emotion_tag.v1.alert_service_pb2_grpc import add_AlertServiceServicer_to_server
from services.emotion_tag.adapters.store.alert_watches import (
    CommittedAlertNotices,
    PostgresAlertTransaction,
)
from services.emotion_tag.adapters.store.alerts import PostgresAlertReader
from services.emotion_tag.adapters.store.trends import PostgresTrendReader
from services.emotion_tag.application.alerts.watch_alerts import Bell
from services.emotion_tag.domain.alert_watch import threshold_for
from services.emotion_tag.entrypoints.alert_events import alert_reactions
from services.emotion_tag.entrypoints.alert_rpc import AlertRpc
from services.emotion_tag.entrypoints.alert_schedule import AlertHousekeeping
from services.emotion_tag.wiring.part import Part
from services.emotion_tag.wiring.shared import Shared


def alerts(shared: Shared) -> Part:
    database, clock, locales = shared.database, shared.clock, shared.locales.all
    bell = Bell()
    rings = CommittedAlertNotices(database, bell.ring)
    alerting = database.transactions(lambda on: PostgresAlertTransaction(on, rings, locales))
    reads, topics = database.reads(PostgresAlertReader), database.reads(PostgresTrendReader)
    threshold = threshold_for(shared.settings.false_alerts)
    return Part(
        servicer=(
            add_AlertServiceServicer_to_server,
            AlertRpc(alerting, reads, topics, shared.contents, bell, locales, clock),
        ),
        reactions=alert_reactions(alerting, clock, threshold=threshold),
        loops=(AlertHousekeeping(alerting, clock),),
    )

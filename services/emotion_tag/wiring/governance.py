"""Corrections by people, versions of the model, and what shows that it is wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from resonance.emotion_tag.v1.model_service_pb2_grpc import add_ModelServiceServicer_to_server
from services.emotion_tag.adapters.fairness.sentences import SentencePairs
from services.emotion_tag.adapters.inspector import ModelInspector
from services.emotion_tag.adapters.model_notices import ModelNotices
from services.emotion_tag.adapters.report.page import render
from services.emotion_tag.adapters.store.governance import PostgresGovernance
from services.emotion_tag.application.governance.change_model import ModelDesk
from services.emotion_tag.application.governance.follow_models import ModelKeeper
from services.emotion_tag.application.governance.measure_fairness import FairnessMeter
from services.emotion_tag.application.governance.run_evaluations import EvaluationRunner
from services.emotion_tag.application.governance.watch_drift import DriftLog
from services.emotion_tag.entrypoints.events import Note
from services.emotion_tag.entrypoints.model_events import model_reactions
from services.emotion_tag.entrypoints.model_parts import ModelParts
from services.emotion_tag.entrypoints.model_rpc import ModelRpc
from services.emotion_tag.entrypoints.model_schedule import ModelSchedule
from services.emotion_tag.wiring.part import Part
from services.emotion_tag.wiring.shared import Shared


@dataclass(frozen=True, kw_only=True)
class GovernancePart(Part):
    note: Note
    """Counts what was tagged."""
    warm_up: Callable[[], Awaitable[None]]
    """Takes the model that all replicas answer with."""


def governance(shared: Shared) -> GovernancePart:
    database, clock, contents = shared.database, shared.clock, shared.contents
    shelf, switch = shared.shelf, shared.switch
    notices = ModelNotices(shared.broker, database)

    def store(on: AsyncConnection) -> PostgresGovernance:
        return PostgresGovernance(on, notices.model_changes)

    transactions, reads = database.transactions(store), database.reads(store)
    desk = ModelDesk(transactions, shelf, switch, clock)
    drift = DriftLog(transactions, ModelInspector(switch), clock)
    servicer = ModelRpc(
        ModelParts(
            transactions=transactions,
            reads=reads,
            contents=contents,
            shelf=shelf,
            switch=switch,
            desk=desk,
            fairness=FairnessMeter(shelf, switch, SentencePairs()),
            wake=notices,
            clock=clock,
            half_life=shared.settings.mood_half_life,
            render=render,
        )
    )
    schedule = ModelSchedule(
        keeper=ModelKeeper(reads, shelf, switch),
        runner=EvaluationRunner(transactions, shelf, switch, contents, clock),
        desk=desk,
        drift=drift,
        transactions=transactions,
        clock=clock,
    )
    return GovernancePart(
        servicer=(add_ModelServiceServicer_to_server, servicer),
        reactions=model_reactions(transactions, contents, switch, clock),
        loops=(
            notices.run,
            partial(schedule.follow, notices.model_changed),
            partial(schedule.evaluate, notices.evaluation_asked),
            schedule.log_refusals,
            schedule.count,
            schedule.tidy,
        ),
        note=drift.note,
        warm_up=schedule.look,
    )

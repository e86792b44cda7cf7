"""Puts the emotion_tag service together: the only module that knows every concrete type."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from resonance.emotion_tag.v1.alert_service_pb2_grpc import add_AlertServiceServicer_to_server
from resonance.emotion_tag.v1.emotion_tag_service_pb2_grpc import (
    add_EmotionTagServiceServicer_to_server,
)
from resonance.emotion_tag.v1.model_service_pb2_grpc import add_ModelServiceServicer_to_server
from resonance.emotion_tag.v1.mood_service_pb2_grpc import add_MoodServiceServicer_to_server
from resonance.emotion_tag.v1.picture_service_pb2_grpc import add_PictureServiceServicer_to_server
from resonance.emotion_tag.v1.subject_service_pb2_grpc import add_SubjectServiceServicer_to_server
from resonance.emotion_tag.v1.trend_service_pb2_grpc import add_TrendServiceServicer_to_server
from services.chassis.rpc.channels import open_channel
from services.chassis.runtime import CannotStart, Ground, Service
from services.chassis.settings import variable_name
from services.emotion_tag.adapters.by_locale import ByLocale
from services.emotion_tag.adapters.cascade.metrics import texts_read
from services.emotion_tag.adapters.cascade.model import folder_of, open_model
from services.emotion_tag.adapters.community import CommunityContents
from services.emotion_tag.adapters.distress.lexicon import JsonLexicon
from services.emotion_tag.adapters.event_stream import BrokerStream
from services.emotion_tag.adapters.fairness.sentences import SentencePairs
from services.emotion_tag.adapters.forecast_file import load_forecast
from services.emotion_tag.adapters.insight import insights
from services.emotion_tag.adapters.inspector import ModelInspector
from services.emotion_tag.adapters.locales import BrokenLocaleError
from services.emotion_tag.adapters.model_notices import ModelNotices
from services.emotion_tag.adapters.model_shelf import ModelShelf
from services.emotion_tag.adapters.pictures.media import MediaFolder
from services.emotion_tag.adapters.pictures.workers import PictureWorkers
from services.emotion_tag.adapters.report.page import render
from services.emotion_tag.adapters.store.alert_watches import (
    CommittedAlertNotices,
    PostgresAlertTransaction,
)
from services.emotion_tag.adapters.store.alerts import PostgresAlertReader
from services.emotion_tag.adapters.store.governance import PostgresGovernance
from services.emotion_tag.adapters.store.history import PostgresHistory
from services.emotion_tag.adapters.store.pictures import PostgresPictureConsents
from services.emotion_tag.adapters.store.postgres import PostgresReader, PostgresTransaction
from services.emotion_tag.adapters.store.priors import PostgresPriors
from services.emotion_tag.adapters.store.subject_reader import PostgresSubjectReader
from services.emotion_tag.adapters.store.subjects import PostgresSubjectTransaction
from services.emotion_tag.adapters.store.tables import platform
from services.emotion_tag.adapters.store.trends import PostgresTrendReader, PostgresTrendTransaction
from services.emotion_tag.adapters.switch import SwitchableTagger
from services.emotion_tag.adapters.trends.folded_text import FoldedText
from services.emotion_tag.adapters.trends.phrase_miner import PhraseMiner
from services.emotion_tag.adapters.wide.artefact import BrokenModelError
from services.emotion_tag.application.alerts.watch_alerts import Bell
from services.emotion_tag.application.governance.change_model import ModelDesk
from services.emotion_tag.application.governance.follow_models import ModelKeeper
from services.emotion_tag.application.governance.measure_fairness import FairnessMeter
from services.emotion_tag.application.governance.run_evaluations import EvaluationRunner
from services.emotion_tag.application.governance.watch_drift import DriftLog
from services.emotion_tag.application.moods.look_ahead import Foresight
from services.emotion_tag.application.pictures.uploads import Uploads
from services.emotion_tag.application.trends.find_topics import TopicFinder
from services.emotion_tag.domain.alert_watch import threshold_for
from services.emotion_tag.entrypoints.alert_events import alert_reactions
from services.emotion_tag.entrypoints.alert_rpc import AlertRpc
from services.emotion_tag.entrypoints.alert_schedule import AlertHousekeeping
from services.emotion_tag.entrypoints.events import reactions
from services.emotion_tag.entrypoints.model_events import model_reactions
from services.emotion_tag.entrypoints.model_parts import ModelParts
from services.emotion_tag.entrypoints.model_rpc import ModelRpc
from services.emotion_tag.entrypoints.model_schedule import ModelSchedule
from services.emotion_tag.entrypoints.mood_rpc import MoodRpc
from services.emotion_tag.entrypoints.mood_schedule import MoodHousekeeping
from services.emotion_tag.entrypoints.picture_events import picture_reactions
from services.emotion_tag.entrypoints.picture_rpc import PictureRpc
from services.emotion_tag.entrypoints.rpc import EmotionTagRpc
from services.emotion_tag.entrypoints.subject_events import subject_reactions
from services.emotion_tag.entrypoints.subject_rpc import SubjectRpc
from services.emotion_tag.entrypoints.subject_schedule import SubjectHousekeeping
from services.emotion_tag.entrypoints.trend_events import TrendHousekeeping, trend_reactions
from services.emotion_tag.entrypoints.trend_rpc import TrendRpc
from services.emotion_tag.settings import Settings


def build(settings: Settings, ground: Ground) -> Service:
    """Wire the use cases to the model, PostgreSQL, gRPC and the events of the neighbours."""
    try:
        model = open_model(folder_of(settings.model), settings.locale_folder, texts_read)
    except (BrokenModelError, BrokenLocaleError) as error:
        is_model = isinstance(error, BrokenModelError)
        variable = variable_name(Settings, "model" if is_model else "locale_folder")
        raise CannotStart(f"{error} ({variable})") from None
    shelf = ModelShelf(
        lambda folder: open_model(folder, settings.locale_folder),
        folder_of(settings.model),
        settings.models_folder,
    )
    switch = SwitchableTagger(shelf.folders()[0].version, model)
    tagger = ByLocale(switch, model.locales)
    transactions = ground.database.transactions(PostgresTransaction)
    reads = ground.database.reads(PostgresReader)
    half_life = settings.mood_half_life
    community = open_channel(settings.community_address)
    contents = CommunityContents(community, timeout=settings.content_timeout)
    servicer = EmotionTagRpc(
        tagger,
        PostgresPriors(ground.database.reads(lambda connection: connection), ground.clock),
        insights(lambda: switch.active, model.locales),
        model.locales.all,
        reads,
        ground.clock,
        half_life=half_life,
    )
    moods = MoodRpc(
        transactions,
        ground.database.reads(PostgresHistory),
        ground.database.reads(PostgresTransaction),
        Foresight(*load_forecast()),
        ground.clock,
        half_life=half_life,
    )
    lexicon = JsonLexicon()
    pictures = PictureWorkers(
        workers=settings.picture_workers,
        waiting=settings.picture_waiting,
        picture_timeout=settings.picture_timeout,
        clip_timeout=settings.clip_timeout,
    )
    consents = ground.database.reads(PostgresPictureConsents)
    uploads = Uploads(pictures, MediaFolder(settings.media_folder), consents)

    bell = Bell()
    rings = CommittedAlertNotices(ground.database, bell.ring)
    alerting = ground.database.transactions(lambda on: PostgresAlertTransaction(on, rings))
    alerts = AlertRpc(
        alerting, ground.database.reads(PostgresAlertReader), contents, bell, ground.clock
    )
    threshold = threshold_for(settings.false_alerts)
    finding = ground.database.transactions(PostgresTrendTransaction)
    found = ground.database.reads(PostgresTrendReader)
    finder = TopicFinder(contents, PhraseMiner(), FoldedText(), found, ground.clock)
    following = ground.database.transactions(PostgresSubjectTransaction)
    subjects = SubjectRpc(ground.database.reads(PostgresSubjectReader), contents, ground.clock)

    notices = ModelNotices(ground.broker, ground.database)

    def governance(on: AsyncConnection) -> PostgresGovernance:
        return PostgresGovernance(on, notices.model_changes)

    governing = ground.database.transactions(governance)
    desk = ModelDesk(governing, shelf, switch, ground.clock)
    drift = DriftLog(governing, ModelInspector(switch), ground.clock)
    models = ModelRpc(
        ModelParts(
            transactions=governing,
            reads=ground.database.reads(governance),
            contents=contents,
            shelf=shelf,
            switch=switch,
            desk=desk,
            fairness=FairnessMeter(shelf, switch, SentencePairs()),
            wake=notices,
            clock=ground.clock,
            half_life=half_life,
            render=render,
        )
    )
    schedule = ModelSchedule(
        keeper=ModelKeeper(ground.database.reads(governance), shelf, switch),
        runner=EvaluationRunner(governing, shelf, switch, contents, ground.clock),
        desk=desk,
        drift=drift,
        transactions=governing,
        clock=ground.clock,
    )
    switch.watch(servicer.forget_answers)

    async def close() -> None:
        await pictures.close()
        await community.close()

    return Service(
        name="emotion_tag",
        tables=platform,
        servicers=(
            (add_EmotionTagServiceServicer_to_server, servicer),
            (add_MoodServiceServicer_to_server, moods),
            (add_AlertServiceServicer_to_server, alerts),
            (add_TrendServiceServicer_to_server, TrendRpc(found, ground.clock)),
            (add_PictureServiceServicer_to_server, PictureRpc(uploads, tagger)),
            (add_SubjectServiceServicer_to_server, subjects),
            (add_ModelServiceServicer_to_server, models),
        ),
        reactions=(
            *reactions(
                transactions,
                contents,
                tagger,
                lexicon,
                ground.clock,
                half_life=half_life,
                note=drift.note,
            ),
            *model_reactions(governing, contents, switch, ground.clock),
            *alert_reactions(alerting, ground.clock, threshold=threshold),
            *trend_reactions(finder, finding, ground.clock),
            *picture_reactions(ground.database.transactions(PostgresPictureConsents)),
            *subject_reactions(following, ground.clock),
        ),
        loops=(
            MoodHousekeeping(transactions, BrokerStream(ground.broker), ground.clock),
            AlertHousekeeping(alerting, ground.clock),
            TrendHousekeeping(finding, ground.clock),
            SubjectHousekeeping(following, ground.clock),
            notices.run,
            partial(schedule.follow, notices.model_changed),
            partial(schedule.evaluate, notices.evaluation_asked),
            schedule.log_refusals,
            schedule.count,
            schedule.tidy,
        ),
        warm_up=schedule.look,
        close=close,
    )

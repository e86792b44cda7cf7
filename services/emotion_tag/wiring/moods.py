"""Moods of people, back and ahead, and signs of distress."""

from resonance.emotion_tag.v1.mood_service_pb2_grpc import add_MoodServiceServicer_to_server
from services.emotion_tag.adapters.event_stream import BrokerStream
from services.emotion_tag.adapters.forecast_file import load_forecast
from services.emotion_tag.adapters.store.history import PostgresHistory
from services.emotion_tag.adapters.store.postgres import PostgresTransaction
from services.emotion_tag.application.moods.look_ahead import Foresight
from services.emotion_tag.entrypoints.mood_rpc import MoodRpc
from services.emotion_tag.entrypoints.mood_schedule import MoodHousekeeping
from services.emotion_tag.wiring.part import Part
from services.emotion_tag.wiring.shared import Shared


def moods(shared: Shared) -> Part:
    database, clock = shared.database, shared.clock
    servicer = MoodRpc(
        shared.transactions,
        database.reads(PostgresHistory),
        database.reads(PostgresTransaction),
        Foresight(*load_forecast()),
        clock,
        half_life=shared.settings.mood_half_life,
    )
    return Part(
        servicer=(add_MoodServiceServicer_to_server, servicer),
        loops=(MoodHousekeeping(shared.transactions, BrokerStream(shared.broker), clock),),
    )

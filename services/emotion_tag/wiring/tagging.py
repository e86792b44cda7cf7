"""Tags of texts, asked for and published."""

from resonance.emotion_tag.v1.emotion_tag_service_pb2_grpc import (
    add_EmotionTagServiceServicer_to_server,
)
from services.emotion_tag.adapters.distress.lexicon import JsonLexicon
from services.emotion_tag.adapters.insight import insights
from services.emotion_tag.adapters.store.postgres import PostgresReader
from services.emotion_tag.adapters.store.priors import PostgresPriors
from services.emotion_tag.entrypoints.events import Note, reactions
from services.emotion_tag.entrypoints.rpc import EmotionTagRpc
from services.emotion_tag.wiring.part import Part
from services.emotion_tag.wiring.shared import Shared


def tagging(shared: Shared, note: Note) -> Part:
    """`note` is told of all that was published and tagged."""
    database, clock, switch = shared.database, shared.clock, shared.switch
    half_life = shared.settings.mood_half_life
    servicer = EmotionTagRpc(
        shared.tagger,
        PostgresPriors(database.reads(lambda connection: connection), clock),
        insights(lambda: switch.active, shared.locales),
        shared.locales.all,
        database.reads(PostgresReader),
        clock,
        half_life=half_life,
    )
    switch.watch(servicer.forget_answers)
    return Part(
        servicer=(add_EmotionTagServiceServicer_to_server, servicer),
        reactions=reactions(
            shared.transactions,
            shared.contents,
            shared.tagger,
            JsonLexicon(),
            clock,
            half_life=half_life,
            note=note,
        ),
    )

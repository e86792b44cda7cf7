"""What people begin to talk of."""

from resonance.emotion_tag.v1.trend_service_pb2_grpc import add_TrendServiceServicer_to_server
from services.emotion_tag.adapters.store.trends import PostgresTrendReader, PostgresTrendTransaction
from services.emotion_tag.adapters.trends.folded_text import FoldedText
from services.emotion_tag.adapters.trends.phrase_miner import PhraseMiner
from services.emotion_tag.application.trends.find_topics import TopicFinder
from services.emotion_tag.entrypoints.trend_events import TrendHousekeeping, trend_reactions
from services.emotion_tag.entrypoints.trend_rpc import TrendRpc
from services.emotion_tag.wiring.part import Part
from services.emotion_tag.wiring.shared import Shared


def trends(shared: Shared) -> Part:
    database, clock = shared.database, shared.clock
    finding = database.transactions(PostgresTrendTransaction)
    found = database.reads(PostgresTrendReader)
    finder = TopicFinder(shared.contents, PhraseMiner(), FoldedText(), found, clock)
    return Part(
        servicer=(add_TrendServiceServicer_to_server, TrendRpc(found, clock)),
        reactions=trend_reactions(finder, finding, clock),
        loops=(TrendHousekeeping(finding, clock),),
    )

"""How people feel about products, brands, topics, circles, rooms and regions."""

from resonance.emotion_tag.v1.subject_service_pb2_grpc import add_SubjectServiceServicer_to_server
from services.emotion_tag.adapters.store.subject_reader import PostgresSubjectReader
from services.emotion_tag.adapters.store.subjects import PostgresSubjectTransaction
from services.emotion_tag.adapters.store.trends import PostgresTrendReader
from services.emotion_tag.entrypoints.subject_events import subject_reactions
from services.emotion_tag.entrypoints.subject_rpc import SubjectRpc
from services.emotion_tag.entrypoints.subject_schedule import SubjectHousekeeping
from services.emotion_tag.wiring.part import Part
from services.emotion_tag.wiring.shared import Shared


def subjects(shared: Shared) -> Part:
    database, clock = shared.database, shared.clock
    following = database.transactions(PostgresSubjectTransaction)
    topics = database.reads(PostgresTrendReader)
    servicer = SubjectRpc(database.reads(PostgresSubjectReader), topics, shared.contents, clock)
    return Part(
        servicer=(add_SubjectServiceServicer_to_server, servicer),
        reactions=subject_reactions(following, clock),
        loops=(SubjectHousekeeping(following, clock),),
    )

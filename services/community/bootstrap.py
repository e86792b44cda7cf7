"""Puts the community service together: the only module that knows every concrete type."""

from resonance.community.v1.community_service_pb2_grpc import (
    add_CommunityServiceServicer_to_server,
)
from resonance.community.v1.content_service_pb2_grpc import add_ContentServiceServicer_to_server
from services.chassis.rpc.page_tokens import PageTokens
from services.chassis.runtime import Ground, Service
from services.community.adapters.postgres import PostgresTransaction
from services.community.adapters.reads import PostgresReader
from services.community.adapters.tables import platform
from services.community.domain.errors import BadPageToken
from services.community.entrypoints.events import reactions
from services.community.entrypoints.rpc import CommunityRpc, ContentRpc
from services.community.entrypoints.schedule import Housekeeping
from services.community.settings import Settings


def build(settings: Settings, ground: Ground) -> Service:
    """Wire the use cases to PostgreSQL, gRPC and the events of the neighbours."""
    transactions = ground.database.transactions(PostgresTransaction)
    reads = ground.database.reads(PostgresReader)
    # Every replica shares the database, and so the key, unless another one is set.
    key = settings.page_token_key.get_secret_value() or settings.database_url.get_secret_value()
    community = CommunityRpc(transactions, reads, ground.clock, PageTokens(BadPageToken, key))
    housekeeping = Housekeeping(
        transactions, ground.clock, every=settings.clear_every, keep=settings.keep_requests
    )
    return Service(
        name="community",
        tables=platform,
        servicers=(
            (add_CommunityServiceServicer_to_server, community),
            (add_ContentServiceServicer_to_server, ContentRpc(reads)),
        ),
        reactions=reactions(transactions),
        loops=(housekeeping,),
    )

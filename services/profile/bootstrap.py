"""Puts the profile service together: the only module that knows every concrete type."""

from resonance.profile.v1.profile_service_pb2_grpc import add_ProfileServiceServicer_to_server
from services.chassis.runtime import Ground, Service
from services.profile.adapters.behavior_log import StreamedBehaviors
from services.profile.adapters.identity_hash import IdentityHash
from services.profile.adapters.postgres import PostgresTransaction
from services.profile.adapters.postgres_reader import PostgresReader
from services.profile.adapters.tables import platform
from services.profile.entrypoints.events import reactions
from services.profile.entrypoints.rpc import ProfileRpc
from services.profile.settings import Settings


def build(settings: Settings, ground: Ground) -> Service:
    """Wire the use cases to PostgreSQL, the broker, gRPC and the events of the neighbours."""
    transactions = ground.database.transactions(PostgresTransaction)
    servicer = ProfileRpc(
        transactions,
        ground.database.reads(PostgresReader),
        StreamedBehaviors(ground.broker),
        IdentityHash(settings.identity_key.get_secret_value().encode()),
        ground.clock,
    )
    return Service(
        name="profile",
        tables=platform,
        servicers=((add_ProfileServiceServicer_to_server, servicer),),
        reactions=reactions(transactions, ground.clock),
    )

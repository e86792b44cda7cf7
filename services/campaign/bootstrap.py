"""Puts the campaign service together: the only module that knows every concrete type."""

from resonance.campaign.v1 import campaign_service_pb2_grpc
from services.campaign.adapters import tables
from services.campaign.adapters.cel_audiences import CelAudiences
from services.campaign.adapters.postgres import PostgresTransaction
from services.campaign.entrypoints.events import reactions
from services.campaign.entrypoints.rpc import CampaignServicer
from services.campaign.entrypoints.schedule import Housekeeping
from services.campaign.settings import Settings
from services.chassis.runtime import Ground, Service


def build(settings: Settings, ground: Ground) -> Service:
    transactions = ground.database.transactions(PostgresTransaction)
    servicer = CampaignServicer(
        transactions=transactions,
        reads=ground.database.reads(PostgresTransaction),
        audiences=CelAudiences(),
        clock=ground.clock,
    )
    return Service(
        name="campaign",
        tables=tables.platform,
        servicers=[
            (campaign_service_pb2_grpc.add_CampaignServiceServicer_to_server, servicer),
        ],
        reactions=reactions(transactions),
        loops=[Housekeeping(transactions, ground.clock, every=settings.housekeeping_every)],
    )

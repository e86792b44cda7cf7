"""What belongs to one transaction or one read, kept in PostgreSQL."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.adapters import tables
from services.campaign.adapters.campaigns import PostgresCampaigns
from services.campaign.adapters.claims import PostgresClaims
from services.campaign.adapters.event_codec import encode
from services.campaign.adapters.guard_log import PostgresGuardLog
from services.campaign.adapters.people import PostgresPeople
from services.chassis.messaging.outbox import Outbox


class PostgresTransaction:
    def __init__(self, connection: AsyncConnection) -> None:
        self.campaigns = PostgresCampaigns(connection)
        self.claims = PostgresClaims(connection)
        self.people = PostgresPeople(connection)
        self.guard_log = PostgresGuardLog(connection)
        self.outbox = Outbox(connection, tables.platform.outbox, encode)

"""What belongs to one transaction or one read, kept in PostgreSQL."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.messaging.outbox import Outbox
from services.recommendation.adapters import tables
from services.recommendation.adapters.catalogue import PostgresItems, PostgresMentions
from services.recommendation.adapters.event_codec import encode
from services.recommendation.adapters.felt import PostgresFeelings
from services.recommendation.adapters.people import PostgresInteractions, PostgresPeople
from services.recommendation.adapters.trainings import PostgresTrainings
from services.recommendation.application.ports import Notices


class PostgresTransaction:
    def __init__(self, connection: AsyncConnection, notices: Notices) -> None:
        self.items = PostgresItems(connection)
        self.interactions = PostgresInteractions(connection)
        self.mentions = PostgresMentions(connection)
        self.feelings = PostgresFeelings(connection)
        self.people = PostgresPeople(connection)
        self.trainings = PostgresTrainings(connection)
        self.notices = notices
        self.outbox = Outbox(connection, tables.platform.outbox, encode)

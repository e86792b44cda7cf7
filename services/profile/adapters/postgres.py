"""A transaction of the profile service on one connection to PostgreSQL."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.messaging.outbox import Outbox
from services.profile.adapters import tables
from services.profile.adapters.event_codec import encode
from services.profile.adapters.postgres_people import (
    PostgresConsents,
    PostgresIdentities,
    PostgresUsers,
)
from services.profile.adapters.postgres_portraits import (
    PostgresBehaviors,
    PostgresItems,
    PostgresPortraits,
)


class PostgresTransaction:
    """Keeps `application.ports.Transaction`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.users = PostgresUsers(connection)
        self.consents = PostgresConsents(connection)
        self.identities = PostgresIdentities(connection)
        self.behaviors = PostgresBehaviors(connection)
        self.items = PostgresItems(connection)
        self.portraits = PostgresPortraits(connection)
        self.outbox = Outbox(connection, tables.platform.outbox, encode)

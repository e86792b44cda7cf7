"""What of the messaging runs beside the calls of a service."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from services.chassis.db.tables import PlatformTables
from services.chassis.db.transaction import Database
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.purge import Purge
from services.chassis.messaging.subscriber import Reaction, Subscriber


def reaction_loops(
    reactions: Sequence[Reaction[Any]], database: Database, broker: Broker, tables: PlatformTables
) -> list[Callable[[asyncio.Event], Awaitable[None]]]:
    """Return one loop per reaction, and one that keeps the platform tables small.

    Raises:
        ValueError: two reactions have the same reader.
    """
    readers = [reaction.reader for reaction in reactions]
    if len(set(readers)) != len(readers):
        raise ValueError("Every reaction needs a reader of its own.")
    return [
        *(Subscriber(database, tables.inbox, broker, reaction).run for reaction in reactions),
        Purge(database, tables).run,
    ]

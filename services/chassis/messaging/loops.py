"""What of the messaging runs beside the calls of a service."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy.pool import QueuePool

from services.chassis.db.tables import PlatformTables
from services.chassis.db.transaction import Database
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.purge import Purge
from services.chassis.messaging.reaction import Reaction
from services.chassis.messaging.subscriber import Subscriber

# Batches in their transaction at one time, over all readers of the process, and never more than
# half of the connections: calls go on while a backlog is worked off.
_MOST_AT_ONCE = 4


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
    pool = database.engine.pool
    connections = pool.size() if isinstance(pool, QueuePool) else _MOST_AT_ONCE
    turns = asyncio.Semaphore(max(1, min(_MOST_AT_ONCE, connections // 2)))
    return [
        *(
            Subscriber(database, tables.inbox, broker, reaction, turns=turns).run
            for reaction in reactions
        ),
        Purge(database, tables).run,
    ]

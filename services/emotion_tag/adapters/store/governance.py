"""A transaction over all that governance keeps."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.corrections import PostgresCorrections
from services.emotion_tag.adapters.store.evaluations import PostgresEvaluations
from services.emotion_tag.adapters.store.gold import PostgresGold
from services.emotion_tag.adapters.store.models import PostgresModels
from services.emotion_tag.adapters.store.observations import PostgresDriftCounts, PostgresShadows
from services.emotion_tag.adapters.store.postgres import PostgresTransaction
from services.emotion_tag.adapters.store.reviews import PostgresReviews


class PostgresGovernance(PostgresTransaction):
    """`on_change` is called inside a transaction that changes which model answers."""

    def __init__(self, connection: AsyncConnection, on_change: Callable[[], None]) -> None:
        super().__init__(connection)
        self.corrections = PostgresCorrections(connection)
        self.reviews = PostgresReviews(connection)
        self.gold = PostgresGold(connection)
        self.evaluations = PostgresEvaluations(connection)
        self.models = PostgresModels(connection, on_change)
        self.shadows = PostgresShadows(connection)
        self.drift = PostgresDriftCounts(connection)

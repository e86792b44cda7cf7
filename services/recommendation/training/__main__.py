"""Runs one training: `python -m services.recommendation.training <training id>`.

Started by the service, which reads its exit status: 0 when the model is stored and promoted. The
model, the end of the training and the event that tells of it commit together. While this process
lives it holds a lock of the database, and it ends when the process that started it is gone.
"""

import argparse
import asyncio
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.recommendation.adapters.postgres import PostgresTransaction
from services.recommendation.adapters.stockroom import history
from services.recommendation.adapters.trainings import hold_lock
from services.recommendation.domain.events import ModelPromoted
from services.recommendation.domain.training import Training
from services.recommendation.training.learn import Learned, learn

NICE = 10
"""Answering comes first where cores are few."""

_LOOK_EVERY = 0.5  # seconds


class CannotTrainError(Exception):
    """The message is for whoever started the training."""


class _Unheard:
    """No process of the service is told by this one: the one that started it does that."""

    def people_changed(self, user_ids: object) -> None:
        """Nobody is changed by a training."""

    def shelf_changed(self) -> None:
        """No item is changed by a training."""

    def training_waits(self) -> None:
        """None is started by a training."""


def _transaction(connection: AsyncConnection) -> PostgresTransaction:
    return PostgresTransaction(connection, _Unheard())


async def run(training_id: UUID, url: str) -> None:
    """Train, store and promote.

    Raises:
        CannotTrainError: the training is not there, not running, or another one is at work.
    """
    engine = make_engine(url, application="recommendation-training", pool_size=2)
    database = Database(engine)
    try:
        async with engine.connect() as guard:
            if not await hold_lock(guard):
                raise CannotTrainError("Another training is at work.")
            async with database.reads(_transaction)() as tx:
                training = await tx.trainings.find(training_id)
            if training is None or not training.is_running:
                raise CannotTrainError("The training is not running.")
            await _train(database, training)
    finally:
        await engine.dispose()


async def _train(database: Database, training: Training) -> None:
    transactions = database.transactions(_transaction)
    async with database.transactions(lambda connection: connection)() as connection:
        items, interactions = await history(connection)
    version = f"lightfm-{training.created_at:%Y%m%dT%H%M%S}-{training.training_id.hex[-6:]}"
    share = 0.0

    def report(done: float) -> None:
        nonlocal share
        share = done

    work = asyncio.ensure_future(
        asyncio.to_thread(
            learn, items, interactions, version=version, now=datetime.now(UTC), report=report
        )
    )
    parent = os.getppid()
    while not work.done():
        await asyncio.wait({work}, timeout=_LOOK_EVERY)
        if os.getppid() != parent:
            os._exit(1)  # the thread cannot be ended otherwise
        async with transactions() as tx:
            await tx.trainings.progress(training.training_id, min(share, 0.99), len(interactions))
    learned: Learned = work.result()
    ended = replace(
        training,
        ended_at=datetime.now(UTC),
        progress=1.0,
        fit_seconds=learned.fit_seconds,
        interaction_count=len(interactions),
        evaluations=learned.evaluations,
        model_version=version,
    )
    async with transactions() as tx:
        if not await tx.trainings.end(ended):
            raise CannotTrainError("The training was ended meanwhile.")
        await tx.trainings.promote(training.training_id, learned.model)
        promoted = ModelPromoted(model_version=version, trained_at=learned.model.trained_at)
        await tx.outbox.add([promoted])


def main() -> int:
    """Return the exit status: 0 done, 1 failed."""
    parser = argparse.ArgumentParser(description="Runs one training of the recommender.")
    parser.add_argument("training_id", type=UUID)
    chosen = parser.parse_args()
    os.nice(NICE)
    try:
        asyncio.run(run(chosen.training_id, os.environ["RECOMMENDATION_DATABASE_URL"]))
    except CannotTrainError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

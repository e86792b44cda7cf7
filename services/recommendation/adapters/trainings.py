"""Trainings and models, kept in PostgreSQL."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recommendation.adapters.model_file import dump, load
from services.recommendation.adapters.tables import models, trainings
from services.recommendation.domain.evaluation import Evaluation
from services.recommendation.domain.taste import TasteModel
from services.recommendation.domain.training import Training

MODELS_KEPT = 3

STARTING = timedelta(seconds=20)
"""A process that takes longer to begin with its training has died."""

# A training process holds this lock of the database for as long as it lives: when it dies, however
# it dies, the server lets go of it.
LOCK_CLASS = 0x7E50
_ORPHANS = text("""
UPDATE recommendation.trainings SET ended_at = :now, error = :error
WHERE ended_at IS NULL AND claimed_at < :latest AND NOT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = :class AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
""")
_HOLD = text("SELECT pg_try_advisory_lock(:class, 1)")


class PostgresTrainings:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def start(self, training: Training) -> UUID | None:
        values = {"training_id": training.training_id, "created_at": training.created_at}
        started = await self._connection.execute(
            insert_or(trainings)
            .values(values)
            .on_conflict_do_nothing()
            .returning(trainings.c.training_id)
        )
        if started.first() is not None:
            return None
        running = select(trainings.c.training_id).where(trainings.c.ended_at.is_(None))
        found: UUID | None = await self._connection.scalar(running)
        return found

    async def find(self, training_id: UUID | None) -> Training | None:
        query = select(trainings).order_by(trainings.c.training_id.desc()).limit(1)
        if training_id is not None:
            query = query.where(trainings.c.training_id == training_id)
        row = (await self._connection.execute(query)).mappings().first()
        return None if row is None else _to_training(row)

    async def claim(self, now: datetime) -> UUID | None:
        waiting = (
            select(trainings.c.training_id)
            .where(trainings.c.ended_at.is_(None), trainings.c.claimed_at.is_(None))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        claimed: UUID | None = await self._connection.scalar(
            update(trainings)
            .where(trainings.c.training_id.in_(waiting))
            .values(claimed_at=now)
            .returning(trainings.c.training_id)
        )
        return claimed

    async def release(self, training_id: UUID) -> None:
        await self._connection.execute(
            update(trainings)
            .where(trainings.c.training_id == training_id, trainings.c.ended_at.is_(None))
            .values(claimed_at=None, progress=0)
        )

    async def progress(self, training_id: UUID, share: float, interaction_count: int) -> None:
        await self._connection.execute(
            update(trainings)
            .where(trainings.c.training_id == training_id, trainings.c.ended_at.is_(None))
            .values(progress=share, interaction_count=interaction_count)
        )

    async def end(self, training: Training) -> bool:
        ended = await self._connection.execute(
            update(trainings)
            .where(trainings.c.training_id == training.training_id, trainings.c.ended_at.is_(None))
            .values(
                ended_at=training.ended_at,
                progress=training.progress,
                fit_seconds=training.fit_seconds,
                interaction_count=training.interaction_count,
                evaluations=[_from_evaluation(one) for one in training.evaluations],
                model_version=training.model_version,
                error=training.error,
            )
        )
        return ended.rowcount == 1

    async def fail_orphans(self, now: datetime, error: str) -> int:
        failed = await self._connection.execute(
            _ORPHANS,
            {"now": now, "latest": now - STARTING, "error": error, "class": LOCK_CLASS},
        )
        return failed.rowcount

    async def promote(self, training_id: UUID, model: TasteModel) -> None:
        artefact = dump(model)
        await self._connection.execute(
            insert(models).values(
                version=model.version,
                training_id=training_id,
                trained_at=model.trained_at,
                sha256=hashlib.sha256(artefact).hexdigest(),
                artefact=artefact,
            )
        )
        newest = select(models.c.number).order_by(models.c.number.desc()).limit(MODELS_KEPT)
        await self._connection.execute(delete(models).where(models.c.number.not_in(newest)))


async def hold_lock(connection: AsyncConnection) -> bool:
    """Take the lock that says a training process lives; False if another one does."""
    return bool(await connection.scalar(_HOLD, {"class": LOCK_CLASS}))


async def newest_model(connection: AsyncConnection, unless: str) -> TasteModel | None:
    """Read the newest model, or None if there is none or it is the one called `unless`.

    Raises:
        ValueError: what is kept is damaged.
    """
    newest = select(func.max(models.c.number)).scalar_subquery()
    found = await connection.execute(
        select(models.c.version, models.c.sha256, models.c.artefact).where(
            models.c.number == newest, models.c.version != unless
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    if hashlib.sha256(row.artefact).hexdigest() != row.sha256:
        raise ValueError(f"The model {row.version} is damaged.")
    return load(row.artefact)


def _to_training(row: RowMapping) -> Training:
    return Training(
        training_id=row["training_id"],
        created_at=row["created_at"],
        progress=row["progress"],
        ended_at=row["ended_at"],
        fit_seconds=row["fit_seconds"],
        interaction_count=row["interaction_count"],
        evaluations=tuple(Evaluation(**one) for one in row["evaluations"]),
        model_version=row["model_version"],
        error=row["error"],
    )


def _from_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "ranking": evaluation.ranking,
        "precision": evaluation.precision,
        "ndcg": evaluation.ndcg,
        "coverage": evaluation.coverage,
        "people_count": evaluation.people_count,
    }

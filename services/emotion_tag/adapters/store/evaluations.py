"""Evaluations and the answers they are made of, kept in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.model_tables import answer_chunks, evaluations
from services.emotion_tag.domain.errors import EvaluationNotFound
from services.emotion_tag.domain.evaluation import Answer, Evaluation, Figures, SliceFigures
from services.emotion_tag.domain.metrics import ClassScore, ReliabilityBin


class PostgresEvaluations:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def start(self, evaluation: Evaluation) -> Evaluation:
        await self._connection.execute(
            insert(evaluations)
            .values(
                evaluation_id=evaluation.evaluation_id,
                version=evaluation.version,
                gold_set_id=evaluation.gold_set_id,
                created_at=evaluation.created_at,
            )
            .on_conflict_do_nothing()
        )
        found = await self._connection.execute(
            select(evaluations).where(
                evaluations.c.version == evaluation.version,
                evaluations.c.gold_set_id == evaluation.gold_set_id,
                evaluations.c.ended_at.is_(None),
            )
        )
        return _to_evaluation(found.one())

    async def find(self, evaluation_id: UUID) -> Evaluation:
        found = await self._connection.execute(
            select(evaluations).where(evaluations.c.evaluation_id == evaluation_id)
        )
        row = found.one_or_none()
        if row is None:
            raise EvaluationNotFound("There is no such evaluation.", id=str(evaluation_id))
        return _to_evaluation(row)

    async def listed(
        self, version: str, gold_set_id: UUID | None, before: UUID | None, limit: int
    ) -> Sequence[Evaluation]:
        query = select(evaluations).order_by(evaluations.c.evaluation_id.desc()).limit(limit)
        if version:
            query = query.where(evaluations.c.version == version)
        if gold_set_id is not None:
            query = query.where(evaluations.c.gold_set_id == gold_set_id)
        if before is not None:
            query = query.where(evaluations.c.evaluation_id < before)
        return [_to_evaluation(row) for row in await self._connection.execute(query)]

    async def latest(self, version: str, gold_set_id: UUID) -> Evaluation | None:
        found = await self._connection.execute(
            select(evaluations)
            .where(
                evaluations.c.version == version,
                evaluations.c.gold_set_id == gold_set_id,
                evaluations.c.figures.is_not(None),
                evaluations.c.error == "",
            )
            .order_by(evaluations.c.evaluation_id.desc())
            .limit(1)
        )
        row = found.one_or_none()
        return None if row is None else _to_evaluation(row)

    async def take_up(self, now: datetime, until: datetime) -> Evaluation | None:
        free = (
            select(evaluations.c.evaluation_id)
            .where(
                evaluations.c.ended_at.is_(None),
                or_(evaluations.c.held_until.is_(None), evaluations.c.held_until < now),
            )
            .order_by(evaluations.c.evaluation_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        taken = await self._connection.execute(
            update(evaluations)
            .where(evaluations.c.evaluation_id.in_(free))
            .values(held_until=until)
            .returning(*evaluations.c)
        )
        row = taken.one_or_none()
        return None if row is None else _to_evaluation(row)

    async def where(self, evaluation_id: UUID) -> tuple[int, int, UUID | None]:
        rows = await self._connection.execute(
            select(
                answer_chunks.c.number,
                answer_chunks.c.last_row_id,
                func.cardinality(answer_chunks.c.row_ids).label("size"),
            )
            .where(answer_chunks.c.evaluation_id == evaluation_id)
            .order_by(answer_chunks.c.number)
        )
        done = rows.all()
        return len(done), sum(row.size for row in done), done[-1].last_row_id if done else None

    async def add_chunk(
        self,
        evaluation_id: UUID,
        number: int,
        last_row_id: UUID,
        answers: Sequence[Answer],
        seconds: float,
    ) -> None:
        await self._connection.execute(
            insert(answer_chunks).values(
                evaluation_id=evaluation_id,
                number=number,
                last_row_id=last_row_id,
                seconds=seconds,
                row_ids=[one.row_id for one in answers],
                said=[one.said for one in answers],
                answered=[one.answered for one in answers],
                confidences=[one.confidence for one in answers],
                traits=[list(one.traits) for one in answers],
            )
        )

    async def hold_on(self, evaluation_id: UUID, progress: float, until: datetime) -> bool:
        held = await self._connection.execute(
            update(evaluations)
            .where(evaluations.c.evaluation_id == evaluation_id, evaluations.c.ended_at.is_(None))
            .values(progress=progress, held_until=until)
        )
        return held.rowcount == 1

    async def let_go(self, evaluation_id: UUID) -> None:
        await self._connection.execute(
            update(evaluations)
            .where(evaluations.c.evaluation_id == evaluation_id, evaluations.c.ended_at.is_(None))
            .values(held_until=None)
        )

    async def answers(self, evaluation_id: UUID) -> tuple[Sequence[Answer], float]:
        rows = await self._connection.execute(
            select(answer_chunks)
            .where(answer_chunks.c.evaluation_id == evaluation_id)
            .order_by(answer_chunks.c.number)
        )
        found: list[Answer] = []
        seconds = 0.0
        for chunk in rows:
            seconds += chunk.seconds
            columns = (chunk.row_ids, chunk.said, chunk.answered, chunk.confidences, chunk.traits)
            for row_id, said, answered, confidence, traits in zip(*columns, strict=True):
                found.append(Answer(row_id, said, answered, confidence, tuple(traits)))
        return found, seconds

    async def end(self, evaluation: Evaluation) -> None:
        await self._connection.execute(
            update(evaluations)
            .where(
                evaluations.c.evaluation_id == evaluation.evaluation_id,
                evaluations.c.ended_at.is_(None),
            )
            .values(
                ended_at=evaluation.ended_at,
                progress=evaluation.progress,
                error=evaluation.error,
                figures=asdict(evaluation.figures) if evaluation.figures else None,
                held_until=None,
            )
        )


def _to_evaluation(row: Any) -> Evaluation:
    return Evaluation(
        evaluation_id=row.evaluation_id,
        version=row.version,
        gold_set_id=row.gold_set_id,
        created_at=row.created_at,
        progress=row.progress,
        ended_at=row.ended_at,
        error=row.error,
        figures=figures_from(row.figures) if row.figures else None,
    )


def figures_from(written: dict[str, Any]) -> Figures:
    """What `asdict` made of figures, back from JSON."""
    return Figures(
        **{
            **written,
            "classes": tuple((name, ClassScore(**score)) for name, score in written["classes"]),
            "confusion": tuple(tuple(row) for row in written["confusion"]),
            "bins": tuple(ReliabilityBin(**one) for one in written["bins"]),
            "coverage": tuple((share, right) for share, right in written["coverage"]),
            "slices": tuple(SliceFigures(**one) for one in written["slices"]),
        }
    )

"""Decisions of the vulnerability guard, kept for audit."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.adapters.tables import guard_decisions
from services.campaign.domain.guard import GuardDecision, GuardRule


class PostgresGuardLog:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, decisions: Iterable[GuardDecision]) -> None:
        await self._connection.execute(
            upsert(guard_decisions).on_conflict_do_nothing(),
            [_to_row(decision) for decision in decisions],
        )

    async def latest(
        self, user_id: UUID | None, before: UUID | None, limit: int
    ) -> Sequence[GuardDecision]:
        query = select(guard_decisions).order_by(guard_decisions.c.decision_id.desc()).limit(limit)
        if user_id is not None:
            query = query.where(guard_decisions.c.user_id == user_id)
        if before is not None:
            query = query.where(guard_decisions.c.decision_id < before)
        return [_to_decision(row) for row in await self._connection.execute(query)]

    async def forget(self, user_ids: Collection[UUID]) -> None:
        if user_ids:
            await self._connection.execute(
                delete(guard_decisions).where(guard_decisions.c.user_id.in_(sorted(user_ids)))
            )


def _to_row(decision: GuardDecision) -> dict[str, object]:
    return {
        "decision_id": decision.id,
        "user_id": decision.user_id,
        "campaign_id": decision.campaign_id,
        "rule": decision.rule.value,
        "valence": decision.valence,
        "mood_version": decision.mood_version,
        "decided_at": decision.decided_at,
    }


def _to_decision(row: Row[Any]) -> GuardDecision:
    return GuardDecision(
        id=row.decision_id,
        user_id=row.user_id,
        campaign_id=row.campaign_id,
        rule=GuardRule(row.rule),
        valence=row.valence,
        mood_version=row.mood_version,
        decided_at=row.decided_at,
    )

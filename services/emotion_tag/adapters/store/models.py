"""Which model answers, and the log of that, kept in PostgreSQL."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.model_tables import (
    evaluations,
    model_changes,
    model_state,
)
from services.emotion_tag.domain.model_version import ModelAction, ModelChange, ModelState
from services.emotion_tag.domain.promotion import Gate

_FIELDS = ("number", "active", "previous", "shadow", "sample_per_mille")


class PostgresModels:
    """`on_change` is called inside the transaction that changes the state."""

    def __init__(self, connection: AsyncConnection, on_change: Callable[[], None]) -> None:
        self._connection, self._on_change = connection, on_change

    async def state(self, *, lock: bool = False) -> ModelState:
        if lock:
            first = {name: getattr(ModelState(), name) for name in _FIELDS}
            await self._connection.execute(
                insert(model_state).values(**first).on_conflict_do_nothing()
            )
        query = select(*(model_state.c[name] for name in _FIELDS))
        found = await self._connection.execute(query.with_for_update() if lock else query)
        row = found.mappings().one_or_none()
        return ModelState(**row) if row else ModelState()

    async def change(self, state: ModelState) -> None:
        values = {name: getattr(state, name) for name in _FIELDS}
        await self._connection.execute(
            insert(model_state)
            .values(**values)
            .on_conflict_do_update(index_elements=[model_state.c.is_it], set_=values)
        )
        self._on_change()

    async def log(self, change: ModelChange) -> None:
        await self._connection.execute(
            insert(model_changes).values(
                change_id=change.change_id,
                action=str(change.action),
                version=change.version,
                former_version=change.former_version,
                actor_id=change.actor_id,
                reason=change.reason,
                override_reason=change.override_reason,
                gates=[_from_gate(gate) for gate in change.gates],
                created_at=change.created_at,
            )
        )

    async def changes(self, before: UUID | None, limit: int) -> Sequence[ModelChange]:
        query = select(model_changes).order_by(model_changes.c.change_id.desc()).limit(limit)
        if before is not None:
            query = query.where(model_changes.c.change_id < before)
        return [_to_change(row) for row in await self._connection.execute(query)]

    async def known_versions(self) -> Sequence[str]:
        rows = await self._connection.execute(
            union(select(model_changes.c.version), select(evaluations.c.version))
        )
        return sorted(rows.scalars())


def _from_gate(gate: Gate) -> dict[str, Any]:
    return {
        "name": gate.name,
        "is_passed": gate.is_passed,
        "measured": gate.measured,
        "limit": gate.limit,
        "detail_zh": gate.detail_zh,
        "detail_en": gate.detail_en,
        "gold_set_id": str(gate.gold_set_id) if gate.gold_set_id else None,
    }


def _to_gate(written: dict[str, Any]) -> Gate:
    named = written["gold_set_id"]
    return Gate(**{**written, "gold_set_id": UUID(named) if named else None})


def _to_change(row: Any) -> ModelChange:
    return ModelChange(
        change_id=row.change_id,
        action=ModelAction(row.action),
        version=row.version,
        former_version=row.former_version,
        actor_id=row.actor_id,
        reason=row.reason,
        override_reason=row.override_reason,
        gates=tuple(_to_gate(gate) for gate in row.gates),
        created_at=row.created_at,
    )

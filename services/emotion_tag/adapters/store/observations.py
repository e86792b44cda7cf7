"""Counts of what candidates answered and of what was seen by the hour, kept in PostgreSQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.model_tables import (
    drift_counts,
    shadow_counts,
    shadow_times,
)
from services.emotion_tag.application.governance.ports import Counts
from services.emotion_tag.domain.shadow import ShadowCount, ShadowTimes
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import Emotion

_SUMS = (
    "count",
    "same_polarity",
    "active_unsure",
    "candidate_unsure",
    "active_confidence",
    "candidate_confidence",
)


class PostgresShadows:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, version: str, active: str, counts: Sequence[ShadowCount], times: ShadowTimes
    ) -> None:
        key = {"version": version, "active_version": active}
        rows = [
            {
                **key,
                "active_emotion": str(one.active_emotion),
                "candidate_emotion": str(one.candidate_emotion),
                **{name: getattr(one, name) for name in _SUMS},
            }
            for one in counts
        ]
        await _add(self._connection, shadow_counts, rows, _SUMS)
        spent = {
            "texts": times.texts,
            "active_seconds": times.active_seconds,
            "candidate_seconds": times.candidate_seconds,
        }
        await _add(self._connection, shadow_times, [{**key, **spent}], tuple(spent))

    async def find(self, version: str, active: str) -> tuple[Sequence[ShadowCount], ShadowTimes]:
        rows = await self._connection.execute(
            select(shadow_counts).where(
                shadow_counts.c.version == version, shadow_counts.c.active_version == active
            )
        )
        counts = [
            ShadowCount(
                active_emotion=Emotion(row["active_emotion"]),
                candidate_emotion=Emotion(row["candidate_emotion"]),
                **{name: row[name] for name in _SUMS},
            )
            for row in rows.mappings()
        ]
        timed = await self._connection.execute(
            select(shadow_times).where(
                shadow_times.c.version == version, shadow_times.c.active_version == active
            )
        )
        found = timed.one_or_none()
        if found is None:
            return counts, ShadowTimes(texts=0, active_seconds=0.0, candidate_seconds=0.0)
        return counts, ShadowTimes(
            texts=found.texts,
            active_seconds=found.active_seconds,
            candidate_seconds=found.candidate_seconds,
        )


class PostgresDriftCounts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, counts: Counts) -> None:
        rows = [
            {"hour": hour, "of_kind": kind, "feature": feature, "value": value, "count": count}
            for (hour, kind, feature, value), count in sorted(counts.items())
        ]
        await _add(self._connection, drift_counts, rows, ("count",))

    async def between(
        self, start: datetime, end: datetime, kind: TextKind | None
    ) -> Mapping[str, Mapping[str, int]]:
        total = func.sum(drift_counts.c.count).label("total")
        query = (
            select(drift_counts.c.feature, drift_counts.c.value, total)
            .where(drift_counts.c.hour >= start, drift_counts.c.hour < end)
            .group_by(drift_counts.c.feature, drift_counts.c.value)
        )
        if kind is not None:
            query = query.where(drift_counts.c.of_kind == str(kind))
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for row in await self._connection.execute(query):
            found[row.feature][row.value] = int(row.total)
        return found

    async def prune(self, before: datetime) -> None:
        await self._connection.execute(delete(drift_counts).where(drift_counts.c.hour < before))


async def _add(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    sums: Sequence[str],
) -> None:
    """Add to the rows that are there, and make the others; all lock in one order of their keys."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    ordered = sorted(rows, key=lambda row: [str(row[name]) for name in keys])
    statement = insert(table).values(ordered)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={name: table.c[name] + statement.excluded[name] for name in sums},
        )
    )

"""Alerts, kept in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, null, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.alert_rows import alert_from_row, alert_to_row
from services.emotion_tag.adapters.store.alert_tables import alerts
from services.emotion_tag.adapters.store.rows import content_from_row
from services.emotion_tag.adapters.store.tables import people, tags
from services.emotion_tag.application.alerts.ports import AlertFilter
from services.emotion_tag.domain.alert import Alert, AlertState
from services.emotion_tag.domain.alert_counts import Family
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.errors import AlertNotFound
from services.emotion_tag.domain.subject import Subject

_JSON = ("acknowledgement", "resolution")


class PostgresAlerts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, alert_id: UUID, *, hold: bool = True) -> Alert:
        query = select(alerts).where(alerts.c.alert_id == alert_id)
        return await _one(self._connection, query.with_for_update() if hold else query, alert_id)

    async def latest(self, subjects: Iterable[Subject]) -> Mapping[tuple[Subject, Family], Alert]:
        wanted = [(one.kind.value, one.subject_id) for one in subjects]
        rows = await self._connection.execute(
            select(alerts)
            .ext(distinct_on(alerts.c.kind, alerts.c.subject_id, alerts.c.family))
            .where(tuple_(alerts.c.kind, alerts.c.subject_id).in_(wanted))
            .order_by(
                alerts.c.kind, alerts.c.subject_id, alerts.c.family, alerts.c.opened_at.desc()
            )
        )
        found = [alert_from_row(row) for row in rows]
        return {(alert.subject, alert.family): alert for alert in found}

    async def unresolved(self) -> Sequence[Alert]:
        rows = await self._connection.execute(
            select(alerts).where(alerts.c.state != AlertState.RESOLVED.value)
        )
        return [alert_from_row(row) for row in rows]

    async def put(self, changed: Iterable[Alert]) -> None:
        for alert in sorted(changed, key=lambda one: one.id):
            row: dict[str, Any] = {**alert_to_row(alert), "stored_at": func.now()}
            row |= {name: null() for name in _JSON if row[name] is None}
            statement = insert(alerts).values(row)
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=[alerts.c.alert_id], set_=row)
            )


class PostgresAlertReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(self, wanted: AlertFilter, after: UUID | None, size: int) -> Sequence[Alert]:
        query = select(alerts).where(alerts.c.severity >= int(wanted.least_severity))
        if wanted.state is not None:
            query = query.where(alerts.c.state == wanted.state.value)
        if wanted.kind is not None:
            query = query.where(alerts.c.kind == wanted.kind.value)
        if wanted.subject_id:
            query = query.where(alerts.c.subject_id == wanted.subject_id)
        if after is not None:
            query = query.where(alerts.c.alert_id < after)
        rows = await self._connection.execute(query.order_by(alerts.c.alert_id.desc()).limit(size))
        return [alert_from_row(row) for row in rows]

    async def alert(self, alert_id: UUID) -> Alert:
        query = select(alerts).where(alerts.c.alert_id == alert_id)
        return await _one(self._connection, query, alert_id)

    async def changed_since(self, moment: datetime) -> Sequence[Alert]:
        rows = await self._connection.execute(
            select(alerts)
            .where((alerts.c.stored_at >= moment) | (alerts.c.state != AlertState.RESOLVED.value))
            .order_by(alerts.c.opened_at, alerts.c.alert_id)
        )
        return [alert_from_row(row) for row in rows]

    async def quotable(self, content_ids: Sequence[UUID]) -> Sequence[TaggedContent]:
        rows = await self._connection.execute(
            select(tags)
            .join(people, people.c.user_id == tags.c.author_id)
            .where(
                tags.c.content_id.in_(list(content_ids)),
                ~tags.c.is_forgotten,
                people.c.allows_inference,
            )
        )
        found = {row.content_id: content_from_row(row) for row in rows}
        return [found[one] for one in content_ids if one in found]


async def _one(connection: AsyncConnection, query: Select[Any], alert_id: UUID) -> Alert:
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise AlertNotFound("There is no such alert.", alert_id=str(alert_id))
    return alert_from_row(row)

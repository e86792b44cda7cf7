"""People, what they allow and their accounts, kept in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.profile.adapters import tables
from services.profile.domain.consent import Consents, ConsentsView, Decision
from services.profile.domain.errors import UserNotFound
from services.profile.domain.identity import Identity
from services.profile.domain.purpose import Purpose
from services.profile.domain.user import User

_users, _identities, _decisions = tables.users, tables.identities, tables.consent_decisions

CONSENT_COLUMNS = (
    _users.c.user_id,
    _users.c.granted,
    _users.c.consents_version,
    _users.c.behaviors_forgotten_at,
    _users.c.emotions_forgotten_at,
)
_BITS = {purpose: 1 << purpose for purpose in Purpose}
# Most people grant the same few combinations: their sets are made once.
_GRANTED = {
    bits: frozenset(purpose for purpose, bit in _BITS.items() if bits & bit)
    for bits in range(0, 1 << (max(Purpose) + 1), 2)
}

# One row per purpose decided on; of somebody who never decided, one without a purpose.
LAST_DECISIONS = (
    select(_users.c.consents_version, *_decisions.c)
    .select_from(_users.outerjoin(_decisions, _decisions.c.user_id == _users.c.user_id))
    .where(_users.c.user_id == bindparam("user_id"))
    .ext(distinct_on(_decisions.c.purpose))
    .order_by(_decisions.c.purpose, _decisions.c.version.desc())
)
OF_PEOPLE: ColumnElement[bool] = _users.c.user_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
# NO KEY: other tables may refer to the person meanwhile. The order keeps batches that have people
# in common from waiting for each other in a circle.
_LOCK = (
    select(*CONSENT_COLUMNS)
    .where(OF_PEOPLE)
    .order_by(_users.c.user_id)
    .with_for_update(key_share=True)
)


class PostgresUsers:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, user: User) -> None:
        await self._connection.execute(
            insert(_users),
            {
                "user_id": user.user_id,
                "display_name": user.display_name,
                "language_code": user.language_code,
                "created_at": user.created_at,
            },
        )


class PostgresConsents:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, user_id: UUID) -> Consents:
        found = await self.lock_all([user_id])
        if user_id not in found:
            raise UserNotFound("There is no user with this id.", user_id=str(user_id))
        return found[user_id]

    async def lock_all(self, user_ids: Collection[UUID]) -> Mapping[UUID, Consents]:
        rows = await self._connection.execute(_LOCK, {"ids": list(user_ids)})
        return {row.user_id: to_consents(row) for row in rows}

    async def save(self, consents: Consents) -> None:
        await self._connection.execute(
            update(_users)
            .where(_users.c.user_id == consents.user_id)
            .values(
                granted=sum(_BITS[purpose] for purpose in consents.granted),
                consents_version=consents.version,
                behaviors_forgotten_at=consents.forgotten.get(Purpose.PERSONALIZATION),
                emotions_forgotten_at=consents.forgotten.get(Purpose.EMOTION_INFERENCE),
            )
        )
        await self._connection.execute(
            insert(tables.consent_decisions),
            [
                {
                    "user_id": consents.user_id,
                    "version": decision.version,
                    "purpose": decision.purpose.value,
                    "granted": decision.granted,
                    "decided_at": decision.decided_at,
                    "source": decision.source,
                    "policy_version": decision.policy_version,
                    "decided_by": decision.decided_by,
                }
                for decision in consents.decided
            ],
        )

    async def show(self, consents: Consents) -> ConsentsView:
        rows = await self._connection.execute(LAST_DECISIONS, {"user_id": consents.user_id})
        return to_view(consents.user_id, rows.all())

    async def save_forgotten(self, people: Sequence[Consents]) -> None:
        if not people:
            return
        await self._connection.execute(
            update(_users)
            .where(_users.c.user_id == bindparam("of"))
            .values(
                behaviors_forgotten_at=bindparam("behaviors"),
                emotions_forgotten_at=bindparam("emotions"),
            ),
            [
                {
                    "of": consents.user_id,
                    "behaviors": consents.forgotten.get(Purpose.PERSONALIZATION),
                    "emotions": consents.forgotten.get(Purpose.EMOTION_INFERENCE),
                }
                for consents in people
            ],
        )


class PostgresIdentities:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, platform: str, external_hash: bytes) -> Identity | None:
        found = await self._connection.execute(
            select(_identities).where(
                _identities.c.platform == platform,
                _identities.c.external_hash == external_hash,
            )
        )
        row = found.one_or_none()
        return None if row is None else Identity(*row)

    async def count(self, user_id: UUID) -> int:
        found = await self._connection.execute(
            select(func.count()).select_from(_identities).where(_identities.c.user_id == user_id)
        )
        return int(found.scalar_one())

    async def link(self, identity: Identity) -> Identity:
        # The empty update makes the statement return the row that is there, also one that a
        # simultaneous call has just committed.
        statement = upsert(_identities).values(
            identity_id=identity.identity_id,
            user_id=identity.user_id,
            platform=identity.platform,
            external_hash=identity.external_hash,
            linked_at=identity.linked_at,
        )
        kept = await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["platform", "external_hash"],
                set_={"platform": statement.excluded.platform},
            ).returning(*_identities.c)
        )
        return Identity(*kept.one())

    async def unlink(self, user_id: UUID, identity_id: UUID) -> bool:
        done = await self._connection.execute(
            delete(_identities).where(
                _identities.c.user_id == user_id, _identities.c.identity_id == identity_id
            )
        )
        return done.rowcount > 0

    async def unlink_all(self, user_id: UUID) -> None:
        await self._connection.execute(delete(_identities).where(_identities.c.user_id == user_id))


def to_consents(row: Row[*tuple[Any, ...]]) -> Consents:
    """Read what a person allows from `CONSENT_COLUMNS`."""
    forgotten = {}
    if row.behaviors_forgotten_at is not None:
        forgotten[Purpose.PERSONALIZATION] = row.behaviors_forgotten_at
    if row.emotions_forgotten_at is not None:
        forgotten[Purpose.EMOTION_INFERENCE] = row.emotions_forgotten_at
    return Consents(row.user_id, row.consents_version, _GRANTED[row.granted], forgotten)


def to_view(user_id: UUID, rows: Sequence[Row[*tuple[Any, ...]]]) -> ConsentsView:
    """Read the last decisions from `LAST_DECISIONS`."""
    decisions = (
        Decision(
            purpose=Purpose(row.purpose),
            granted=row.granted,
            decided_at=row.decided_at,
            source=row.source,
            policy_version=row.policy_version,
            decided_by=row.decided_by,
            version=row.version,
        )
        for row in rows
        if row.purpose is not None
    )
    last = {decision.purpose: decision for decision in decisions}
    return ConsentsView(user_id, rows[0].consents_version, last)

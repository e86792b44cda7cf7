"""What is read without a transaction; each method is one query."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.profile.adapters import tables
from services.profile.adapters.postgres_people import (
    CONSENT_COLUMNS,
    LAST_DECISIONS,
    OF_PEOPLE,
    to_consents,
    to_view,
)
from services.profile.adapters.postgres_portraits import PORTRAIT_COLUMNS, to_portrait
from services.profile.domain.consent import Consents, ConsentsView
from services.profile.domain.identity import Identity
from services.profile.domain.portrait import Portrait
from services.profile.domain.user import User

_users, _identities = tables.users, tables.identities
_portraits = tables.portraits

_ONE = _users.c.user_id == bindparam("user_id")
_USER = select(
    _users.c.user_id, _users.c.display_name, _users.c.language_code, _users.c.created_at
).where(_ONE)
_IDENTITIES = (
    select(_identities)
    .select_from(_users.outerjoin(_identities, _identities.c.user_id == _users.c.user_id))
    .where(_ONE)
    .order_by(_identities.c.linked_at, _identities.c.identity_id)
)
_RESOLVE = select(_identities.c.user_id).where(
    _identities.c.platform == bindparam("platform"),
    _identities.c.external_hash == bindparam("external_hash"),
)
_CONSENTS_OF = select(*CONSENT_COLUMNS).where(OF_PEOPLE)
_PORTRAIT = (
    select(*CONSENT_COLUMNS, *PORTRAIT_COLUMNS)
    .select_from(_users.outerjoin(_portraits, _portraits.c.user_id == _users.c.user_id))
    .where(_ONE)
)


class PostgresReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def user(self, user_id: UUID) -> User | None:
        row = (await self._connection.execute(_USER, {"user_id": user_id})).one_or_none()
        return None if row is None else User(*row)

    async def identities(self, user_id: UUID) -> Sequence[Identity] | None:
        rows = (await self._connection.execute(_IDENTITIES, {"user_id": user_id})).all()
        if not rows:
            return None
        return [Identity(*row) for row in rows if row.identity_id is not None]

    async def resolve(self, platform: str, external_hash: bytes) -> UUID | None:
        found: UUID | None = await self._connection.scalar(
            _RESOLVE, {"platform": platform, "external_hash": external_hash}
        )
        return found

    async def consents(self, user_id: UUID) -> ConsentsView | None:
        rows = (await self._connection.execute(LAST_DECISIONS, {"user_id": user_id})).all()
        return to_view(user_id, rows) if rows else None

    async def consents_of(self, user_ids: Collection[UUID]) -> Mapping[UUID, Consents]:
        if not user_ids:
            return {}
        rows = await self._connection.execute(_CONSENTS_OF, {"ids": list(user_ids)})
        return {row.user_id: to_consents(row) for row in rows}

    async def portrait(self, user_id: UUID) -> tuple[Consents, Portrait] | None:
        row = (await self._connection.execute(_PORTRAIT, {"user_id": user_id})).one_or_none()
        if row is None:
            return None
        portrait = Portrait(user_id) if row.version is None else to_portrait(user_id, row)
        return to_consents(row), portrait

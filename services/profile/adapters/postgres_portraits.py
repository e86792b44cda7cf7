"""Behaviours, items and portraits, kept in PostgreSQL; every method is one round trip."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Float,
    Integer,
    Row,
    SmallInteger,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from services.chassis.kernel.money import Money
from services.profile.adapters import tables
from services.profile.adapters.portrait_document import read_traits, write_traits
from services.profile.domain.behavior import Behavior, BehaviorType
from services.profile.domain.item import Item
from services.profile.domain.portrait import Portrait

_behaviors, _items, _portraits = tables.behaviors, tables.items, tables.portraits

_TIME = DateTime(timezone=True)
# Rows come as one array per column: one statement of one form, however many rows.
_BEHAVIOR: dict[str, TypeEngine[Any]] = {
    "event_id": Uuid(),
    "user_id": Uuid(),
    "type": SmallInteger(),
    "item_id": Text(),
    "occurred_at": _TIME,
    "quantity": Integer(),
    "paid_minor": BigInteger(),
    "paid_currency": Text(),
    "rating": SmallInteger(),
    "platform": Text(),
    "is_pending": Boolean(),
}
_PORTRAIT: dict[str, TypeEngine[Any]] = {
    "user_id": Uuid(),
    "version": BigInteger(),
    "behavior_count": BigInteger(),
    "purchase_count": BigInteger(),
    "spent_minor": Text(),
    "last_active_at": _TIME,
    "activity": Float(53),
    "traits": Text(),
}
_ITEM = ("category", "brand", "tags", "version")


def _unnested(columns: Mapping[str, TypeEngine[Any]]) -> dict[str, Any]:
    return {
        name: func.unnest(bindparam(f"{name}s", type_=ARRAY(kind)))
        for name, kind in columns.items()
    }


def _arrays(columns: Collection[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {
        f"{name}s": list(values)
        for name, values in zip(columns, zip(*rows, strict=True), strict=True)
    }


_ADD = (
    insert(_behaviors)
    .from_select(list(_BEHAVIOR), select(*_unnested(_BEHAVIOR).values()))
    .on_conflict_do_nothing(index_elements=["event_id"])
    .returning(_behaviors.c.event_id)
)
_OF_ITEMS = _behaviors.c.is_pending & (
    _behaviors.c.item_id == any_(bindparam("item_ids", type_=ARRAY(Text)))
)
_WAITING = select(_behaviors.c.user_id).where(_OF_ITEMS).distinct()
_TAKE = update(_behaviors).where(_OF_ITEMS).values(is_pending=False).returning(_behaviors)

# Readers of items share this lock, the writer has it alone.
_HOLD = "hashtextextended('profile.items', 0)"
_HOLD_SHARED = text(f"SELECT pg_advisory_xact_lock_shared({_HOLD})")
_HOLD_ALONE = text(f"SELECT pg_advisory_xact_lock({_HOLD})")

_GET_ITEMS = select(_items).where(
    _items.c.item_id == any_(bindparam("item_ids", type_=ARRAY(Text)))
)
PORTRAIT_COLUMNS = (
    _portraits.c.version,
    _portraits.c.behavior_count,
    _portraits.c.purchase_count,
    cast(_portraits.c.spent_minor, Text).label("spent_minor"),
    _portraits.c.last_active_at,
    _portraits.c.activity,
    cast(_portraits.c.traits, Text).label("traits"),
)
_GET_PORTRAITS = select(_portraits.c.user_id, *PORTRAIT_COLUMNS).where(
    _portraits.c.user_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
)
_json = {name: _portraits.c[name].type for name in ("spent_minor", "traits")}
_save_portraits = insert(_portraits).from_select(
    list(_PORTRAIT),
    select(
        *(
            cast(column, _json[name]) if name in _json else column
            for name, column in _unnested(_PORTRAIT).items()
        )
    ),
)
_SAVE_PORTRAITS = _save_portraits.on_conflict_do_update(
    index_elements=["user_id"],
    set_={name: _save_portraits.excluded[name] for name in _PORTRAIT if name != "user_id"},
)


class PostgresBehaviors:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, behaviors: Sequence[Behavior], pending: Collection[UUID]) -> set[UUID]:
        if not behaviors:
            return set()
        rows = [
            (
                one.event_id,
                one.user_id,
                one.type.value,
                one.item_id,
                one.occurred_at,
                one.quantity,
                one.paid.amount_minor if one.paid else None,
                one.paid.currency if one.paid else None,
                one.rating,
                one.platform,
                one.event_id in pending,
            )
            for one in behaviors
        ]
        return set(await self._connection.scalars(_ADD, _arrays(_BEHAVIOR, rows)))

    async def who_waits(self, item_ids: Collection[str]) -> set[UUID]:
        return set(await self._connection.scalars(_WAITING, {"item_ids": list(item_ids)}))

    async def take_pending(self, item_ids: Collection[str]) -> Sequence[Behavior]:
        rows = await self._connection.execute(_TAKE, {"item_ids": list(item_ids)})
        return [_to_behavior(row) for row in rows]

    async def forget(self, user_id: UUID) -> None:
        await self._connection.execute(delete(_behaviors).where(_behaviors.c.user_id == user_id))


class PostgresItems:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold(self) -> None:
        await self._connection.execute(_HOLD_SHARED)

    async def hold_alone(self) -> None:
        await self._connection.execute(_HOLD_ALONE)

    async def get(self, item_ids: Collection[str]) -> Mapping[str, Item]:
        if not item_ids:
            return {}
        rows = await self._connection.execute(_GET_ITEMS, {"item_ids": list(item_ids)})
        return {
            row.item_id: Item(row.item_id, row.category, row.brand, tuple(row.tags), row.version)
            for row in rows
        }

    async def save(self, items: Sequence[Item]) -> None:
        if not items:
            return
        statement = insert(_items).values(
            [
                {
                    "item_id": item.item_id,
                    "category": item.category,
                    "brand": item.brand,
                    "tags": list(item.tags),
                    "version": item.version,
                }
                for item in items
            ]
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["item_id"],
                set_={name: statement.excluded[name] for name in _ITEM},
                where=_items.c.version < statement.excluded.version,
            )
        )


class PostgresPortraits:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, user_ids: Collection[UUID]) -> dict[UUID, Portrait]:
        portraits = {user_id: Portrait(user_id) for user_id in user_ids}
        if portraits:
            rows = await self._connection.execute(_GET_PORTRAITS, {"ids": list(portraits)})
            portraits |= {row.user_id: to_portrait(row.user_id, row) for row in rows}
        return portraits

    async def save(self, portraits: Sequence[Portrait]) -> None:
        if not portraits:
            return
        rows = [
            (
                one.user_id,
                one.version,
                one.behavior_count,
                one.purchase_count,
                json.dumps(one.spent_minor),
                one.last_active_at,
                one.activity,
                write_traits(one.traits),
            )
            for one in portraits
        ]
        await self._connection.execute(_SAVE_PORTRAITS, _arrays(_PORTRAIT, rows))


def to_portrait(user_id: UUID, row: Row[*tuple[Any, ...]]) -> Portrait:
    """Read a portrait from `PORTRAIT_COLUMNS`."""
    return Portrait(
        user_id,
        row.version,
        read_traits(row.traits),
        row.behavior_count,
        row.purchase_count,
        json.loads(row.spent_minor),
        row.last_active_at,
        row.activity,
    )


def _to_behavior(row: Row[*tuple[Any, ...]]) -> Behavior:
    return Behavior(
        event_id=row.event_id,
        user_id=row.user_id,
        type=BehaviorType(row.type),
        item_id=row.item_id,
        occurred_at=row.occurred_at,
        quantity=row.quantity,
        paid=None if row.paid_minor is None else Money(row.paid_minor, row.paid_currency),
        rating=row.rating,
        platform=row.platform,
    )

"""Items, what people make of them, and what is said about them, kept in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.kernel.money import Money
from services.recommendation.adapters.felt import to_felt
from services.recommendation.adapters.tables import items, standings
from services.recommendation.domain.item import MENTION_HALF_LIFE, Item, Mention, Standing
from services.recommendation.domain.words import VALENCE, Emotion

_SAVE = text("""
INSERT INTO recommendation.items AS known (item_id, title, category, brand, tags, price_minor,
    currency, is_unavailable, created_at, version)
SELECT item_id, title, category, brand, tags, price_minor, currency, is_unavailable, created_at, 1
FROM jsonb_to_recordset(:rows) AS fresh (item_id text, title text, category text, brand text,
    tags jsonb, price_minor bigint, currency text, is_unavailable boolean, created_at timestamptz)
ORDER BY item_id
ON CONFLICT (item_id) DO UPDATE SET (title, category, brand, tags, price_minor, currency,
    is_unavailable, version, changed_at) = (excluded.title, excluded.category, excluded.brand,
    excluded.tags, excluded.price_minor, excluded.currency, excluded.is_unavailable,
    known.version + 1, now())
RETURNING item_id, version
""").bindparams(bindparam("rows", type_=JSONB))

_KEEP_MENTIONS = text("""
INSERT INTO recommendation.mentions AS known
    (content_id, item_id, emotion, polarity, weight, said_at, told_at)
SELECT content_id, item_id, emotion, polarity, weight, said_at, told_at
FROM jsonb_to_recordset(:rows) AS fresh (content_id text, item_id text, emotion smallint,
    polarity smallint, weight real, said_at timestamptz, told_at timestamptz)
WHERE NOT EXISTS (SELECT FROM recommendation.forgotten_contents AS gone
    WHERE gone.content_id = fresh.content_id)
ORDER BY content_id, item_id
ON CONFLICT (content_id, item_id) DO UPDATE SET (emotion, polarity, weight, said_at, told_at) =
    (excluded.emotion, excluded.polarity, excluded.weight, excluded.said_at, excluded.told_at)
WHERE known.told_at IS NULL OR known.told_at <= excluded.told_at
""").bindparams(bindparam("rows", type_=JSONB))

_FORGET_CONTENTS = text("""
INSERT INTO recommendation.forgotten_contents (content_id) SELECT unnest(CAST(:ids AS text[]))
ON CONFLICT DO NOTHING
""")

_DELETE_MENTIONS = text("""
DELETE FROM recommendation.mentions WHERE content_id = ANY(CAST(:ids AS text[]))
RETURNING item_id
""")

# Sums as of this moment, from the rows themselves: a change of one can never make them drift.
_COUNT_WORDS = text("""
WITH aged AS (
    SELECT item_id, emotion, polarity,
        weight * power(0.5, greatest(extract(epoch FROM now() - said_at), 0) / :half_life) AS weight
    FROM recommendation.mentions WHERE item_id = ANY(CAST(:ids AS text[]))
), strongest AS (
    SELECT DISTINCT ON (item_id) item_id, emotion FROM aged
    GROUP BY item_id, emotion ORDER BY item_id, sum(weight) DESC, emotion
), sums AS (
    SELECT item_id,
        sum(weight * (CASE polarity WHEN 1 THEN 1 WHEN 4 THEN 0.5 ELSE 0 END)) AS positive,
        sum(weight * (CASE polarity WHEN 2 THEN 1 WHEN 4 THEN 0.5 ELSE 0 END)) AS negative,
        sum(weight * (CAST(:valences AS float8[]))[emotion]) AS valence,
        sum(weight) AS words, count(*) AS mention_count
    FROM aged GROUP BY item_id
)
INSERT INTO recommendation.standings AS known
    (item_id, positive, negative, valence, words, emotion, mention_count, as_of)
SELECT id, coalesce(positive, 0), coalesce(negative, 0), coalesce(valence, 0), coalesce(words, 0),
    strongest.emotion, coalesce(mention_count, 0), now()
FROM unnest(CAST(:ids AS text[])) AS wanted (id)
LEFT JOIN sums ON sums.item_id = id LEFT JOIN strongest ON strongest.item_id = id
ORDER BY id
ON CONFLICT (item_id) DO UPDATE SET (positive, negative, valence, words, emotion, mention_count,
    as_of, changed_at) = (excluded.positive, excluded.negative, excluded.valence, excluded.words,
    excluded.emotion, excluded.mention_count, excluded.as_of, now())
""")

_VALENCES = [VALENCE[emotion] for emotion in Emotion]


class PostgresItems:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, item_ids: Collection[str]) -> Mapping[str, Item]:
        found = await self._connection.execute(
            select(items)
            .where(items.c.item_id.in_(item_ids))
            .order_by(items.c.item_id)
            .with_for_update()
        )
        return {row["item_id"]: to_item(row) for row in found.mappings()}

    async def save(self, items: Sequence[Item]) -> Mapping[str, int]:
        saved = await self._connection.execute(_SAVE, {"rows": [_to_row(item) for item in items]})
        return {row.item_id: row.version for row in saved}

    async def find(self, item_id: str) -> tuple[Item, Standing] | None:
        found = await self._connection.execute(
            select(
                items,
                *(column for column in standings.c if column.name not in {"item_id", "changed_at"}),
            )
            .join_from(items, standings, items.c.item_id == standings.c.item_id, isouter=True)
            .where(items.c.item_id == item_id)
        )
        row = found.mappings().one_or_none()
        return None if row is None else (to_item(row), to_standing(row))


class PostgresMentions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, mentions: Sequence[Mention]) -> None:
        rows = {
            (mention.content_id, item_id): {
                "content_id": mention.content_id,
                "item_id": item_id,
                "emotion": int(mention.emotion),
                "polarity": int(mention.polarity),
                "weight": mention.weight,
                "said_at": mention.said_at.isoformat(),
                "told_at": mention.told_at.isoformat(),
            }
            for mention in sorted(mentions, key=lambda one: one.told_at)
            for item_id in mention.item_ids
        }
        if rows:
            await self._connection.execute(_KEEP_MENTIONS, {"rows": list(rows.values())})
            await self._count({item_id for _, item_id in rows})

    async def forget(self, content_ids: Collection[str]) -> None:
        ids = {"ids": list(content_ids)}
        await self._connection.execute(_FORGET_CONTENTS, ids)
        touched = set(await self._connection.scalars(_DELETE_MENTIONS, ids))
        if touched:
            await self._count(touched)

    async def _count(self, item_ids: Collection[str]) -> None:
        await self._connection.execute(
            _COUNT_WORDS,
            {
                "ids": sorted(item_ids),
                "half_life": MENTION_HALF_LIFE.total_seconds(),
                "valences": _VALENCES,
            },
        )


def to_item(row: RowMapping) -> Item:
    """Read an item from a row with the columns of `items`."""
    price = row["price_minor"]
    return Item(
        item_id=row["item_id"],
        title=row["title"],
        category=row["category"],
        brand=row["brand"],
        tags=tuple(row["tags"]),
        price=None if price is None else Money(price, row["currency"]),
        is_unavailable=row["is_unavailable"],
        created_at=row["created_at"],
        version=row["version"],
    )


def to_standing(row: RowMapping) -> Standing:
    """Read a standing from a row with the columns of `standings`, all null where there is none."""
    if row["popularity"] is None:
        return Standing()
    return Standing(
        popularity=row["popularity"],
        positive=row["positive"],
        negative=row["negative"],
        valence=row["valence"],
        words=row["words"],
        emotion=None if row["emotion"] is None else Emotion(row["emotion"]),
        mention_count=row["mention_count"],
        as_of=row["as_of"],
        felt=to_felt(row),
    )


def _to_row(item: Item) -> dict[str, Any]:
    return {
        "item_id": item.item_id,
        "title": item.title,
        "category": item.category,
        "brand": item.brand,
        "tags": list(item.tags),
        "price_minor": item.price.amount_minor if item.price else None,
        "currency": item.price.currency if item.price else None,
        "is_unavailable": item.is_unavailable,
        "created_at": item.created_at.isoformat(),
    }

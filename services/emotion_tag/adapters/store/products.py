"""What was told of products, in PostgreSQL."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.domain.product_emotion import (
    LOOK_AGAIN,
    QUIET_AFTER_LOOKED,
    QUIET_AFTER_TOLD,
    ProductEmotion,
    Told,
)

_NEWS = text("""
    INSERT INTO emotion_tag.product_emotions AS known (item_id, look_at, quiet_until)
    SELECT item_id, CAST(:now AS timestamptz), CAST(:now AS timestamptz)
    FROM unnest(CAST(:item_ids AS text[])) AS one (item_id)
    ORDER BY item_id
    ON CONFLICT (item_id) DO UPDATE SET look_at = LEAST(
        known.look_at, GREATEST(excluded.look_at, known.quiet_until)
    )
""")
_TAKE = text("""
    SELECT item_id, version, told_mix, told_reliable FROM emotion_tag.product_emotions
    WHERE look_at <= :now
    ORDER BY look_at
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
""")
_TAGS = text("""
    SELECT item_id, tag, since FROM emotion_tag.product_tags
    WHERE item_id = ANY(CAST(:item_ids AS text[]))
""")
_LOOKED = text("""
    UPDATE emotion_tag.product_emotions AS known
    SET look_at = one.look_at, quiet_until = one.quiet_until
    FROM unnest(
        CAST(:item_ids AS text[]), CAST(:look_at AS timestamptz[]),
        CAST(:quiet_until AS timestamptz[])
    ) AS one (item_id, look_at, quiet_until)
    WHERE known.item_id = one.item_id
""")
_TOLD = text("""
    UPDATE emotion_tag.product_emotions AS known
    SET version = one.version, told_reliable = one.is_reliable, told_at = :now,
        told_mix = (CAST(:mixes AS double precision[]))[(one.n - 1) * 12 + 1 : one.n * 12]
    FROM unnest(
        CAST(:item_ids AS text[]), CAST(:versions AS bigint[]), CAST(:reliable AS boolean[])
    ) WITH ORDINALITY AS one (item_id, version, is_reliable, n)
    WHERE known.item_id = one.item_id
""")
_DROP_TAGS = text("""
    DELETE FROM emotion_tag.product_tags WHERE item_id = ANY(CAST(:item_ids AS text[]))
""")
_ADD_TAGS = text("""
    INSERT INTO emotion_tag.product_tags
        (item_id, tag, emotion, aspect, polarity, share, confidence, since)
    SELECT * FROM unnest(
        CAST(:item_ids AS text[]), CAST(:tags AS text[]), CAST(:emotions AS text[]),
        CAST(:aspects AS text[]), CAST(:polarities AS text[]), CAST(:shares AS double precision[]),
        CAST(:confidences AS double precision[]), CAST(:since AS timestamptz[])
    )
""")


class PostgresProducts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def have_news(self, item_ids: Iterable[str], now: datetime) -> None:
        await self._connection.execute(_NEWS, {"item_ids": list(item_ids), "now": now})

    async def take(self, now: datetime, *, limit: int) -> Sequence[Told]:
        rows = (await self._connection.execute(_TAKE, {"now": now, "limit": limit})).all()
        if not rows:
            return []
        tags: dict[str, dict[str, datetime]] = defaultdict(dict)
        held = await self._connection.execute(_TAGS, {"item_ids": [row.item_id for row in rows]})
        for row in held:
            tags[row.item_id][row.tag] = row.since
        return [
            Told(
                item_id=row.item_id,
                version=row.version,
                mix=tuple(row.told_mix or ()),
                is_reliable=row.told_reliable,
                tags=tags[row.item_id],
            )
            for row in rows
        ]

    async def put(self, found: Iterable[tuple[ProductEmotion, bool]], now: datetime) -> None:
        looked = list(found)
        told = [product for product, is_told in looked if is_told]
        await self._connection.execute(
            _LOOKED,
            {
                "item_ids": [product.item_id for product, _ in looked],
                "look_at": [now + LOOK_AGAIN if p.tags else None for p, _ in looked],
                "quiet_until": [
                    now + (QUIET_AFTER_TOLD if is_told else QUIET_AFTER_LOOKED)
                    for _, is_told in looked
                ],
            },
        )
        if told:
            await self._put_told(told, now)

    async def _put_told(self, told: Sequence[ProductEmotion], now: datetime) -> None:
        item_ids = [product.item_id for product in told]
        await self._connection.execute(
            _TOLD,
            {
                "item_ids": item_ids,
                "versions": [product.version for product in told],
                "reliable": [product.profile.is_reliable for product in told],
                "mixes": [share for product in told for share in product.mix],
                "now": now,
            },
        )
        await self._connection.execute(_DROP_TAGS, {"item_ids": item_ids})
        tags = [(product.item_id, tag, since) for product in told for tag, since in product.tags]
        await self._connection.execute(
            _ADD_TAGS,
            {
                "item_ids": [item_id for item_id, _, _ in tags],
                "tags": [tag.key for _, tag, _ in tags],
                "emotions": [tag.emotion and str(tag.emotion) for _, tag, _ in tags],
                "aspects": [tag.aspect and str(tag.aspect) for _, tag, _ in tags],
                "polarities": [str(tag.polarity) for _, tag, _ in tags],
                "shares": [tag.share.share for _, tag, _ in tags],
                "confidences": [tag.confidence for _, tag, _ in tags],
                "since": [since for _, _, since in tags],
            },
        )

"""What people did, allow and feel, kept in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Uuid, bindparam, case, delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recommendation.adapters.tables import consents, moods
from services.recommendation.domain.behavior import Interaction, Kind
from services.recommendation.domain.person import (
    DEEDS_KEPT,
    MOOD_HALF_LIFE,
    Deed,
    Mood,
    Person,
)
from services.recommendation.domain.words import Emotion

FADED_AFTER = 12 * MOOD_HALF_LIFE
"""By then a mood has lost all but 1 of 4,096."""

_LATE_GRANT = timedelta(minutes=10)
"""A grant that is told after the mood it allows arrives within this time."""

_mood = insert(moods)
_KEEP_MOOD = _mood.on_conflict_do_update(
    index_elements=[moods.c.user_id],
    set_={
        name: _mood.excluded[name]
        for name in ("version", "emotion", "valence", "arousal", "confidence", "updated_at")
    },
    where=moods.c.version < _mood.excluded.version,
).returning(moods.c.user_id)

_SO_FAR = text("""
SELECT user_id, item_id, sum(popularity) AS popularity FROM recommendation.interactions
WHERE (user_id, item_id) IN (SELECT user_id, item_id
    FROM jsonb_to_recordset(:pairs) AS pairs (user_id uuid, item_id text))
GROUP BY user_id, item_id
""").bindparams(bindparam("pairs", type_=JSONB))

_ADD = text("""
WITH added AS (
    INSERT INTO recommendation.interactions
        (user_id, item_id, event_id, kind, weight, popularity, occurred_at)
    SELECT fresh.* FROM jsonb_to_recordset(:rows) AS fresh (user_id uuid, item_id text,
        event_id uuid, kind smallint, weight real, popularity float8, occurred_at timestamptz)
    WHERE NOT EXISTS (SELECT FROM recommendation.consents AS said
        WHERE said.user_id = fresh.user_id AND said.withdrawn_at >= fresh.occurred_at)
    ON CONFLICT DO NOTHING
    RETURNING user_id, item_id, popularity
), counted AS (
    INSERT INTO recommendation.standings AS known (item_id, popularity)
    SELECT item_id, sum(popularity) FROM added GROUP BY item_id ORDER BY item_id
    ON CONFLICT (item_id) DO UPDATE
    SET popularity = known.popularity + excluded.popularity, changed_at = now()
)
SELECT DISTINCT user_id FROM added
""").bindparams(bindparam("rows", type_=JSONB))

_REMOVE = text("""
WITH gone AS (
    DELETE FROM recommendation.interactions
    WHERE user_id = :user_id AND (CAST(:events AS uuid[]) IS NULL OR event_id = ANY(:events))
    RETURNING item_id, popularity
), ordered AS (
    SELECT standings.item_id FROM recommendation.standings
    WHERE item_id IN (SELECT item_id FROM gone) ORDER BY item_id FOR UPDATE
), sums AS (
    SELECT item_id, sum(popularity) AS popularity FROM gone JOIN ordered USING (item_id)
    GROUP BY item_id
), counted AS (
    UPDATE recommendation.standings AS known
    SET popularity = greatest(known.popularity - sums.popularity, 0), changed_at = now()
    FROM sums WHERE known.item_id = sums.item_id
)
SELECT count(*) FROM gone
""").bindparams(bindparam("events", type_=ARRAY(Uuid)), bindparam("user_id", type_=Uuid))

_ENOUGH = text("""
SELECT (SELECT count(*) FROM (SELECT FROM recommendation.interactions
        JOIN recommendation.items USING (item_id) WHERE weight > 0 LIMIT :interactions) AS found),
    (SELECT count(*) FROM (SELECT DISTINCT user_id FROM recommendation.interactions
        JOIN recommendation.items USING (item_id) WHERE weight > 0 LIMIT :people) AS found)
""")

_LOAD = text("""
SELECT personalization, emotion_inference, mood.version AS mood_version, mood.emotion, mood.valence,
    mood.arousal, mood.confidence, mood.updated_at, deeds.*
FROM (SELECT CAST(:user_id AS uuid) AS user_id) AS wanted
LEFT JOIN recommendation.consents AS said USING (user_id)
LEFT JOIN recommendation.moods AS mood USING (user_id)
LEFT JOIN LATERAL (
    SELECT array_agg(item_id) AS item_ids, array_agg(kind) AS kinds, array_agg(weight) AS weights,
        array_agg(occurred_at) AS times
    FROM (SELECT * FROM recommendation.interactions AS did WHERE did.user_id = wanted.user_id
        ORDER BY occurred_at DESC, event_id DESC LIMIT :kept) AS latest
) AS deeds ON said.personalization
""")


class PostgresInteractions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, interactions: Sequence[Interaction]) -> Collection[UUID]:
        if not interactions:
            return ()
        so_far = await self._so_far(interactions)
        rows = []
        for one in interactions:
            pair = (one.user_id, one.item_id)
            added = one.popularity(so_far.get(pair, 0.0))
            so_far[pair] = so_far.get(pair, 0.0) + added
            rows.append(
                {
                    "user_id": str(one.user_id),
                    "item_id": one.item_id,
                    "event_id": str(one.event_id),
                    "kind": int(one.kind),
                    "weight": one.weight,
                    "popularity": added,
                    "occurred_at": one.occurred_at.isoformat(),
                }
            )
        return set(await self._connection.scalars(_ADD, {"rows": rows}))

    async def remove(self, user_id: UUID, event_ids: Collection[UUID]) -> bool:
        values = {"user_id": user_id, "events": list(event_ids)}
        return bool(await self._connection.scalar(_REMOVE, values))

    async def forget(self, user_id: UUID) -> None:
        await self._connection.execute(_REMOVE, {"user_id": user_id, "events": None})

    async def willing(self, user_ids: Collection[UUID]) -> Collection[UUID]:
        found = await self._connection.scalars(
            select(consents.c.user_id).where(
                consents.c.user_id.in_(user_ids), consents.c.personalization
            )
        )
        return set(found)

    async def enough(self, *, interactions: int, people: int) -> tuple[int, int]:
        limits = {"interactions": interactions, "people": people}
        counted = (await self._connection.execute(_ENOUGH, limits)).one()
        return counted[0], counted[1]

    async def _so_far(self, interactions: Sequence[Interaction]) -> dict[tuple[UUID, str], float]:
        """What these people have added to the popularity of these items."""
        pairs = {(one.user_id, one.item_id) for one in interactions}
        found = await self._connection.execute(
            _SO_FAR,
            {"pairs": [{"user_id": str(user), "item_id": item} for user, item in pairs]},
        )
        return {(row.user_id, row.item_id): row.popularity for row in found}


class PostgresPeople:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep_consents(
        self,
        user_id: UUID,
        *,
        personalization: bool,
        emotion_inference: bool,
        version: int,
        at: datetime,
    ) -> bool:
        said = insert(consents).values(
            user_id=user_id,
            personalization=personalization,
            emotion_inference=emotion_inference,
            version=version,
        )
        told = bindparam("told_at", at, type_=consents.c.withdrawn_at.type)
        withdrawn = consents.c.personalization & ~said.excluded.personalization
        kept = await self._connection.execute(
            said.on_conflict_do_update(
                index_elements=[consents.c.user_id],
                set_={
                    "personalization": said.excluded.personalization,
                    "emotion_inference": said.excluded.emotion_inference,
                    "version": said.excluded.version,
                    "withdrawn_at": case((withdrawn, told), else_=consents.c.withdrawn_at),
                },
                where=consents.c.version < said.excluded.version,
            ).returning(consents.c.user_id)
        )
        return kept.first() is not None

    async def keep_moods(self, known: Mapping[UUID, Mood]) -> Collection[UUID]:
        if not known:
            return ()
        rows = [
            {
                "user_id": user_id,
                "version": mood.version,
                "emotion": int(mood.emotion),
                "valence": mood.valence,
                "arousal": mood.arousal,
                "confidence": mood.confidence,
                "updated_at": mood.updated_at,
            }
            for user_id, mood in sorted(known.items())
        ]
        return set(await self._connection.scalars(_KEEP_MOOD, rows))

    async def clear_mood(self, user_id: UUID, version: int | None = None) -> None:
        nothing = dict.fromkeys(("emotion", "valence", "arousal", "confidence", "updated_at"))
        if version is None:
            await self._connection.execute(
                update(moods).where(moods.c.user_id == user_id).values(nothing)
            )
            return
        fresh = insert(moods).values(user_id=user_id, version=version)
        await self._connection.execute(
            fresh.on_conflict_do_update(
                index_elements=[moods.c.user_id],
                set_={"version": fresh.excluded.version, **nothing},
                where=moods.c.version <= fresh.excluded.version,
            )
        )

    async def sweep(self, now: datetime) -> int:
        allowed = (
            select(consents.c.user_id)
            .where(consents.c.user_id == moods.c.user_id, consents.c.emotion_inference)
            .exists()
        )
        swept = await self._connection.execute(
            delete(moods).where(
                or_(
                    moods.c.updated_at < now - FADED_AFTER,
                    ~allowed & (moods.c.updated_at < now - _LATE_GRANT),
                )
            )
        )
        return swept.rowcount

    async def load(self, user_id: UUID) -> tuple[Person, int]:
        found = await self._connection.execute(_LOAD, {"user_id": user_id, "kept": DEEDS_KEPT})
        row = found.one()
        deeds = tuple(
            Deed(item_id, Kind(kind), weight, at.astimezone(UTC))
            for item_id, kind, weight, at in zip(
                row.item_ids or (), row.kinds or (), row.weights or (), row.times or (), strict=True
            )
        )
        mood = None
        if row.emotion is not None:
            mood = Mood(
                emotion=Emotion(row.emotion),
                valence=row.valence,
                arousal=row.arousal,
                confidence=row.confidence,
                updated_at=row.updated_at,
                version=row.mood_version,
            )
        person = Person(
            user_id,
            allows_personalization=bool(row.personalization),
            allows_mood=bool(row.emotion_inference),
            mood=mood,
            deeds=deeds,
        )
        return person, row.mood_version or 0

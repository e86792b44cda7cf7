"""What campaign keeps of people: copies of what neighbours tell, as far as each person allows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, literal, null, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.adapters.tables import people
from services.campaign.domain.person import Mood, Need, Person, Portrait

_MOOD = ("mood_emotion", "mood_valence", "mood_confidence", "mood_felt_at")


class PostgresPeople:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, user_id: UUID) -> Person:
        found = await self._connection.execute(select(people).where(people.c.user_id == user_id))
        row = found.one_or_none()
        return Person(id=user_id) if row is None else _to_person(row)

    async def save_consents(self, user_id: UUID, granted: frozenset[str], version: int) -> bool:
        forgotten: dict[str, Any] = {}
        if not {"marketing", "personalization"} <= granted:
            forgotten["portrait"] = null()
        if not {"marketing", "emotion_inference"} <= granted:
            forgotten |= dict.fromkeys(_MOOD, null())
        if "emotion_inference" not in granted:
            forgotten["need_until"] = null()
        kept = {"granted": sorted(granted), "consent_version": version}
        saved = await self._connection.execute(
            upsert(people)
            .values(user_id=user_id, **kept)
            .on_conflict_do_update(
                index_elements=[people.c.user_id],
                set_=kept | forgotten,
                where=people.c.consent_version < version,
            )
            .returning(people.c.user_id)
        )
        return saved.one_or_none() is not None

    async def save_portrait(self, user_id: UUID, portrait: Portrait) -> None:
        allowed = people.c.granted.contains(["marketing", "personalization"])
        await self._connection.execute(
            upsert(people)
            .values(user_id=user_id, portrait_version=portrait.version)
            .on_conflict_do_update(
                index_elements=[people.c.user_id],
                set_={
                    "portrait": case(
                        (allowed, literal(_to_json(portrait), people.c.portrait.type))
                    ),
                    "portrait_version": portrait.version,
                },
                where=people.c.portrait_version < portrait.version,
            )
        )

    async def save_mood(self, user_id: UUID, mood: Mood) -> None:
        allowed = people.c.granted.contains(["marketing", "emotion_inference"])
        told = dict(
            zip(_MOOD, (mood.emotion, mood.valence, mood.confidence, mood.felt_at), strict=True)
        )
        await self._connection.execute(
            upsert(people)
            .values(user_id=user_id, mood_version=mood.version)
            .on_conflict_do_update(
                index_elements=[people.c.user_id],
                set_={
                    name: case((allowed, literal(value, people.c[name].type)))
                    for name, value in told.items()
                }
                | {"mood_version": mood.version},
                where=people.c.mood_version < mood.version,
            )
        )

    async def forget_mood(self, user_id: UUID, version: int) -> None:
        nothing: dict[str, Any] = dict.fromkeys(_MOOD, null())
        await self._connection.execute(
            upsert(people)
            .values(user_id=user_id, mood_version=version)
            .on_conflict_do_update(
                index_elements=[people.c.user_id],
                set_=nothing | {"mood_version": version},
                where=people.c.mood_version <= version,
            )
        )

    async def save_need(self, user_id: UUID, need: Need) -> None:
        told = {"need_until": need.until, "need_version": need.version}
        await self._connection.execute(
            upsert(people)
            .values(user_id=user_id, **told)
            .on_conflict_do_update(
                index_elements=[people.c.user_id],
                set_=told,
                where=people.c.need_version < need.version,
            )
        )


def _to_json(portrait: Portrait) -> dict[str, Any]:
    return {
        "interests": dict(portrait.interests),
        "engagement": portrait.engagement,
        "behavior_count": portrait.behavior_count,
        "purchase_count": portrait.purchase_count,
        "spent_minor": dict(portrait.spent_minor),
        "last_active_at": (
            portrait.last_active_at.isoformat() if portrait.last_active_at else None
        ),
    }


def _to_person(row: Row[Any]) -> Person:
    return Person(
        id=row.user_id,
        granted=frozenset(row.granted),
        portrait=_to_portrait(row),
        mood=(
            None
            if row.mood_emotion is None
            else Mood(
                emotion=row.mood_emotion,
                valence=row.mood_valence,
                confidence=row.mood_confidence,
                felt_at=row.mood_felt_at,
                version=row.mood_version,
            )
        ),
        need=(Need(until=row.need_until, version=row.need_version) if row.need_until else None),
    )


def _to_portrait(row: Row[Any]) -> Portrait | None:
    told = row.portrait
    if told is None:
        return None
    active = told["last_active_at"]
    return Portrait(
        interests=told["interests"],
        engagement=told["engagement"],
        behavior_count=told["behavior_count"],
        purchase_count=told["purchase_count"],
        spent_minor=told["spent_minor"],
        last_active_at=datetime.fromisoformat(active) if active else None,
        version=row.portrait_version,
    )

"""What campaign keeps of people: copies of what neighbours tell, as far as each person allows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, BindParameter, Row, bindparam, case, null, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.adapters.tables import people
from services.campaign.domain.person import Mood, Need, Person, Portrait

_MOOD = ("mood_emotion", "mood_valence", "mood_confidence", "mood_felt_at")

# One row each, many at once; what is told of a person is kept only if they allow it.
_WHO, _TOLD = bindparam("who", type_=people.c.user_id.type), bindparam("told", type_=BigInteger)


def _its(name: str) -> BindParameter[Any]:
    return bindparam(f"its_{name}", type_=people.c[name].type)


_SAVE_PORTRAIT = (
    upsert(people)
    .values(user_id=_WHO, portrait_version=_TOLD)
    .on_conflict_do_update(
        index_elements=[people.c.user_id],
        set_={
            "portrait": case(
                (people.c.granted.contains(["marketing", "personalization"]), _its("portrait"))
            ),
            "portrait_version": _TOLD,
        },
        where=people.c.portrait_version < _TOLD,
    )
)
_SAVE_MOOD = (
    upsert(people)
    .values(user_id=_WHO, mood_version=_TOLD)
    .on_conflict_do_update(
        index_elements=[people.c.user_id],
        set_={
            name: case((people.c.granted.contains(["marketing", "emotion_inference"]), _its(name)))
            for name in _MOOD
        }
        | {"mood_version": _TOLD},
        where=people.c.mood_version < _TOLD,
    )
)
_FORGET_MOOD = (
    upsert(people)
    .values(user_id=_WHO, mood_version=_TOLD)
    .on_conflict_do_update(
        index_elements=[people.c.user_id],
        set_={**dict.fromkeys(_MOOD, null()), "mood_version": _TOLD},
        where=people.c.mood_version <= _TOLD,
    )
)


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

    async def save_portraits(self, portraits: Mapping[UUID, Portrait]) -> None:
        if portraits:
            await self._connection.execute(
                _SAVE_PORTRAIT,
                [
                    {"who": user_id, "told": portrait.version, "its_portrait": _to_json(portrait)}
                    for user_id, portrait in sorted(portraits.items())
                ],
            )

    async def save_moods(self, moods: Mapping[UUID, Mood]) -> None:
        if moods:
            await self._connection.execute(
                _SAVE_MOOD,
                [
                    {
                        "who": user_id,
                        "told": mood.version,
                        "its_mood_emotion": mood.emotion,
                        "its_mood_valence": mood.valence,
                        "its_mood_confidence": mood.confidence,
                        "its_mood_felt_at": mood.felt_at,
                    }
                    for user_id, mood in sorted(moods.items())
                ],
            )

    async def forget_moods(self, versions: Mapping[UUID, int]) -> None:
        if versions:
            await self._connection.execute(
                _FORGET_MOOD,
                [{"who": user_id, "told": told} for user_id, told in sorted(versions.items())],
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

"""What items are known for, kept in PostgreSQL beside what else people make of them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recommendation.domain.felt import Felt, KnownFor
from services.recommendation.domain.words import Emotion, Polarity

_KEEP = text("""
INSERT INTO recommendation.standings AS known (item_id, felt_version, joy, known_for)
SELECT item_id, version, joy, known_for
FROM jsonb_to_recordset(:rows) AS fresh (item_id text, version bigint, joy float8, known_for jsonb)
ORDER BY item_id
ON CONFLICT (item_id) DO UPDATE SET (felt_version, joy, known_for, changed_at) =
    (excluded.felt_version, excluded.joy, excluded.known_for, now())
WHERE known.felt_version < excluded.felt_version
""").bindparams(bindparam("rows", type_=JSONB))


class PostgresFeelings:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, felt: Mapping[str, Felt]) -> None:
        rows = [
            {
                "item_id": item_id,
                "version": one.version,
                "joy": one.joy,
                "known_for": [_to_json(tag) for tag in one.known_for],
            }
            for item_id, one in felt.items()
        ]
        await self._connection.execute(_KEEP, {"rows": rows})


def to_felt(row: RowMapping) -> Felt:
    """Read it from a row with the columns of `standings`."""
    return Felt(
        version=row["felt_version"],
        joy=row["joy"],
        known_for=tuple(_from_json(one) for one in row["known_for"]),
    )


def _to_json(tag: KnownFor) -> dict[str, Any]:
    return {
        "names": dict(tag.names),
        "emotion": int(tag.emotion) if tag.emotion else 0,
        "aspect": tag.aspect,
        "polarity": int(tag.polarity),
        "share": tag.share,
        "confidence": tag.confidence,
    }


def _from_json(one: dict[str, Any]) -> KnownFor:
    return KnownFor(
        names=one["names"],
        emotion=Emotion(one["emotion"]) if one["emotion"] else None,
        aspect=one["aspect"],
        polarity=Polarity(one["polarity"]),
        share=one["share"],
        confidence=one["confidence"],
    )

"""Texts that wait for a rater, kept in PostgreSQL."""

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Double,
    Integer,
    bindparam,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.governance_tables import (
    corrections,
    review_claims,
    reviews,
)
from services.emotion_tag.adapters.store.rows import content_from_row
from services.emotion_tag.adapters.store.tables import tags
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.review import Review, ReviewCause
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import Emotion

_waits = reviews.c.rating_count < reviews.c.wanted_count
_MOST_REACH = 1_000_000_000
_REACH = reviews.c.reach + bindparam("more", type_=Integer)
_HEARD = (
    update(reviews)
    .where(reviews.c.content_id == bindparam("heard_of"), reviews.c.reach < _MOST_REACH)
    .values(
        reach=_REACH,
        score=reviews.c.uncertainty
        * reviews.c.weight
        * (1 + func.ln(cast(1 + _REACH, Double)) / math.log(2)),
    )
)


class PostgresReviews:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def tagged(self, content_ids: Sequence[UUID]) -> Sequence[TaggedContent]:
        rows = await self._connection.execute(
            select(tags)
            .where(tags.c.content_id.in_(list(content_ids)), ~tags.c.is_forgotten)
            .order_by(tags.c.content_id)
            .with_for_update(read=True)
        )
        return [content_from_row(row) for row in rows]

    async def put(self, new: Sequence[Review]) -> None:
        if new:
            await self._connection.execute(
                insert(reviews).on_conflict_do_nothing(), [_to_row(one) for one in new]
            )

    async def heard(self, reach: Mapping[UUID, int]) -> None:
        if reach:
            await self._connection.execute(
                _HEARD, [{"heard_of": one, "more": more} for one, more in sorted(reach.items())]
            )

    async def listed(
        self, kind: TextKind | None, after: UUID | None, limit: int
    ) -> Sequence[Review]:
        query = select(reviews).where(_waits)
        if kind is not None:
            query = query.where(reviews.c.kind == str(kind))
        if after is not None:
            last = select(reviews.c.score).where(reviews.c.content_id == after).scalar_subquery()
            query = query.where(tuple_(reviews.c.score, reviews.c.content_id) < tuple_(last, after))
        query = query.order_by(reviews.c.score.desc(), reviews.c.content_id.desc()).limit(limit)
        return [_to_review(row) for row in await self._connection.execute(query)]

    async def free_for(
        self, rater_id: UUID, kind: TextKind | None, now: datetime, limit: int
    ) -> Sequence[Review]:
        claims, said = review_claims.c, corrections.c
        mine = exists().where(
            claims.content_id == reviews.c.content_id,
            claims.rater_id == rater_id,
            or_(claims.is_done, claims.expires_at > now),
        )
        rated = exists().where(
            said.content_id == reviews.c.content_id,
            said.rater_id == rater_id,
            said.superseded_at.is_(None),
        )
        wrote = exists().where(
            tags.c.content_id == reviews.c.content_id, tags.c.author_id == rater_id
        )
        held = (
            select(func.count())
            .where(
                claims.content_id == reviews.c.content_id,
                claims.rater_id != rater_id,
                ~claims.is_done,
                claims.expires_at > now,
            )
            .scalar_subquery()
        )
        is_free = (reviews.c.rating_count + held < reviews.c.wanted_count, ~mine, ~rated, ~wrote)
        first = (
            select(reviews.c.content_id)
            .where(*is_free)
            .order_by(reviews.c.score.desc(), reviews.c.content_id.desc())
            .limit(limit)
            .with_for_update(of=reviews, skip_locked=True)
        )
        if kind is not None:
            first = first.where(reviews.c.kind == str(kind))
        locked = list((await self._connection.execute(first)).scalars())
        # Somebody may have claimed one just before it was locked here: looked at again, unmoving.
        again = (
            select(reviews)
            .where(reviews.c.content_id.in_(locked), *is_free)
            .order_by(reviews.c.score.desc(), reviews.c.content_id.desc())
        )
        return [_to_review(row) for row in await self._connection.execute(again)]

    async def held_by(
        self, rater_id: UUID, kind: TextKind | None, now: datetime, limit: int
    ) -> Sequence[Review]:
        query = (
            select(reviews)
            .join(review_claims, review_claims.c.content_id == reviews.c.content_id)
            .where(
                review_claims.c.rater_id == rater_id,
                ~review_claims.c.is_done,
                review_claims.c.expires_at > now,
            )
            .order_by(reviews.c.score.desc(), reviews.c.content_id.desc())
            .limit(limit)
        )
        if kind is not None:
            query = query.where(reviews.c.kind == str(kind))
        return [_to_review(row) for row in await self._connection.execute(query)]

    async def claim(self, content_ids: Sequence[UUID], rater_id: UUID, until: datetime) -> None:
        if not content_ids:
            return
        await self._connection.execute(
            insert(review_claims).on_conflict_do_update(
                index_elements=[review_claims.c.content_id, review_claims.c.rater_id],
                set_={"expires_at": until},
            ),
            [
                {"content_id": one, "rater_id": rater_id, "expires_at": until}
                for one in sorted(content_ids)
            ],
        )

    async def done(self, content_id: UUID, rater_id: UUID, *, rated: bool) -> bool:
        ended = await self._connection.execute(
            update(review_claims)
            .where(
                review_claims.c.content_id == content_id,
                review_claims.c.rater_id == rater_id,
                ~review_claims.c.is_done,
            )
            .values(is_done=True)
        )
        if rated:
            ratings = (
                select(func.count())
                .where(
                    corrections.c.content_id == content_id,
                    corrections.c.superseded_at.is_(None),
                )
                .scalar_subquery()
            )
            await self._connection.execute(
                update(reviews)
                .where(reviews.c.content_id == content_id)
                .values(rating_count=ratings)
            )
        return ended.rowcount > 0

    async def remove(self, content_ids: Collection[UUID]) -> None:
        await self._connection.execute(
            delete(reviews).where(reviews.c.content_id.in_(sorted(content_ids)))
        )

    async def prune(self, before: datetime, keep: int) -> int:
        kept = (
            select(reviews.c.content_id)
            .where(_waits, reviews.c.created_at >= before)
            .order_by(reviews.c.score.desc(), reviews.c.content_id.desc())
            .limit(keep)
        )
        gone = await self._connection.execute(
            delete(reviews).where(reviews.c.content_id.not_in(kept))
        )
        return gone.rowcount


def _to_row(review: Review) -> dict[str, Any]:
    return {
        "content_id": review.content_id,
        "kind": str(review.kind),
        "language": review.language,
        "emotion": str(review.emotion),
        "confidence": review.confidence,
        "uncertainty": review.uncertainty,
        "weight": review.weight,
        "reach": review.reach,
        "score": review.score,
        "cause": str(review.cause),
        "wanted_count": review.wanted_count,
        "rating_count": review.rating_count,
        "created_at": review.created_at,
    }


def _to_review(row: Any) -> Review:
    return Review(
        content_id=row.content_id,
        kind=TextKind(row.kind),
        language=row.language,
        emotion=Emotion(row.emotion),
        confidence=row.confidence,
        uncertainty=row.uncertainty,
        weight=row.weight,
        reach=row.reach,
        cause=ReviewCause(row.cause),
        wanted_count=row.wanted_count,
        rating_count=row.rating_count,
        created_at=row.created_at,
    )

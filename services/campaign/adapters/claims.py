"""Coupons in people's hands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.adapters.tables import campaigns, claim_counts, claims
from services.campaign.domain.claim import Claim, ClaimState
from services.campaign.domain.errors import ClaimLimitReached, ClaimNotFound
from services.chassis.kernel.money import Money


class PostgresClaims:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count_one_more(self, coupon_id: UUID, user_id: UUID, limit: int) -> None:
        counted = await self._connection.execute(
            upsert(claim_counts)
            .values(coupon_id=coupon_id, user_id=user_id, count=1)
            .on_conflict_do_update(
                index_elements=[claim_counts.c.coupon_id, claim_counts.c.user_id],
                set_={"count": claim_counts.c.count + 1},
                where=claim_counts.c.count < limit,
            )
            .returning(claim_counts.c.count)
        )
        if counted.one_or_none() is None:
            raise ClaimLimitReached(
                "The person has claimed as many of this coupon as they may.", limit=str(limit)
            )

    async def add(self, claim: Claim) -> None:
        await self._connection.execute(insert(claims).values(**_to_row(claim)))

    async def lock(self, claim_id: UUID) -> Claim:
        found = await self._connection.execute(
            select(claims).where(claims.c.claim_id == claim_id).with_for_update()
        )
        row = found.one_or_none()
        if row is None:
            raise ClaimNotFound("There is no such claim.")
        return _to_claim(row)

    async def save(self, claim: Claim) -> None:
        await self._connection.execute(
            update(claims).where(claims.c.claim_id == claim.id).values(**_to_row(claim))
        )

    async def of_person(self, user_id: UUID, before: UUID | None, limit: int) -> Sequence[Claim]:
        query = (
            select(claims)
            .where(claims.c.user_id == user_id)
            .order_by(claims.c.claim_id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(claims.c.claim_id < before)
        return [_to_claim(row) for row in await self._connection.execute(query)]

    async def used_up(self, user_id: UUID, coupon_ids: Sequence[UUID]) -> frozenset[UUID]:
        if not coupon_ids:
            return frozenset()
        found = await self._connection.scalars(
            select(claim_counts.c.coupon_id)
            .join(campaigns, campaigns.c.coupon_id == claim_counts.c.coupon_id)
            .where(
                claim_counts.c.user_id == user_id,
                claim_counts.c.coupon_id.in_(coupon_ids),
                claim_counts.c.count >= campaigns.c.limit_per_person,
            )
        )
        return frozenset(found)

    async def expire(self, now: datetime, limit: int) -> Sequence[Claim]:
        overdue = (
            select(claims.c.claim_id)
            .where(claims.c.state == ClaimState.HELD.value, claims.c.expires_at <= now)
            .order_by(claims.c.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        found = await self._connection.execute(
            update(claims)
            .where(claims.c.claim_id.in_(overdue.scalar_subquery()))
            .values(state=ClaimState.EXPIRED.value)
            .returning(claims)
        )
        return [_to_claim(row) for row in found]


def _to_row(claim: Claim) -> dict[str, object]:
    return {
        "claim_id": claim.id,
        "coupon_id": claim.coupon_id,
        "campaign_id": claim.campaign_id,
        "user_id": claim.user_id,
        "currency": claim.reserved.currency,
        "reserved_minor": claim.reserved.amount_minor,
        "claimed_at": claim.claimed_at,
        "expires_at": claim.expires_at,
        "state": claim.state.value,
        "order_id": claim.order_id,
        "discount_minor": claim.discount.amount_minor if claim.discount else None,
        "redeemed_at": claim.redeemed_at,
    }


def _to_claim(row: Row[Any]) -> Claim:
    return Claim(
        id=row.claim_id,
        coupon_id=row.coupon_id,
        campaign_id=row.campaign_id,
        user_id=row.user_id,
        reserved=Money(row.reserved_minor, row.currency),
        claimed_at=row.claimed_at,
        expires_at=row.expires_at,
        state=ClaimState(row.state),
        order_id=row.order_id,
        discount=(None if row.discount_minor is None else Money(row.discount_minor, row.currency)),
        redeemed_at=row.redeemed_at,
    )

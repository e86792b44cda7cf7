"""Campaigns, with their coupon, stock and budget, in one row each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.adapters.tables import campaigns
from services.campaign.domain.campaign import Campaign, CampaignState, Title, Tone
from services.campaign.domain.coupon import AmountOff, Coupon, ShareOff
from services.campaign.domain.errors import (
    BudgetExhausted,
    CampaignNotFound,
    CampaignNotRunning,
    CouponNotFound,
    OutOfStock,
)
from services.chassis.kernel.money import Money

MOST_RUNNING = 500  # more campaigns at a time than any marketer keeps an eye on


class PostgresCampaigns:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, campaign: Campaign) -> None:
        await self._connection.execute(insert(campaigns).values(**_to_row(campaign)))

    async def get(self, campaign_id: UUID) -> Campaign:
        return await self._one(campaign_id, lock=False)

    async def lock(self, campaign_id: UUID) -> Campaign:
        return await self._one(campaign_id, lock=True)

    async def of_coupon(self, coupon_id: UUID) -> Campaign:
        found = await self._connection.execute(
            select(campaigns).where(campaigns.c.coupon_id == coupon_id)
        )
        row = found.one_or_none()
        if row is None:
            raise CouponNotFound("There is no such coupon.")
        return _to_campaign(row)

    async def save_state(self, campaign: Campaign) -> None:
        await self._connection.execute(
            update(campaigns)
            .where(campaigns.c.campaign_id == campaign.id)
            .values(state=campaign.state.value, version=campaign.version)
        )

    async def running(self, now: datetime) -> Sequence[Campaign]:
        row = campaigns.c
        found = await self._connection.execute(
            select(campaigns)
            .where(
                row.state == CampaignState.RUNNING.value,
                row.starts_at <= now,
                row.ends_at > now,
                row.claimed_count < row.stock,
                row.reserved_minor + row.spent_minor + row.cost_minor <= row.budget_minor,
            )
            .order_by(row.priority.desc(), row.campaign_id)
            .limit(MOST_RUNNING)
        )
        return [_to_campaign(each) for each in found]

    async def latest(self, before: UUID | None, limit: int) -> Sequence[Campaign]:
        query = select(campaigns).order_by(campaigns.c.campaign_id.desc()).limit(limit)
        if before is not None:
            query = query.where(campaigns.c.campaign_id < before)
        return [_to_campaign(row) for row in await self._connection.execute(query)]

    async def overdue(self, now: datetime, limit: int) -> Sequence[Campaign]:
        alive = [CampaignState.RUNNING.value, CampaignState.PAUSED.value]
        found = await self._connection.execute(
            select(campaigns)
            .where(campaigns.c.state.in_(alive), campaigns.c.ends_at <= now)
            .order_by(campaigns.c.campaign_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [_to_campaign(row) for row in found]

    async def take_one(self, campaign: Campaign) -> None:
        row = campaigns.c
        taken = await self._connection.execute(
            update(campaigns)
            .where(
                row.campaign_id == campaign.id,
                row.state == CampaignState.RUNNING.value,
                row.claimed_count < row.stock,
                row.reserved_minor + row.spent_minor + row.cost_minor <= row.budget_minor,
            )
            .values(
                claimed_count=row.claimed_count + 1,
                reserved_minor=row.reserved_minor + row.cost_minor,
            )
            .returning(row.campaign_id)
        )
        if taken.one_or_none() is not None:
            return
        current = await self.get(campaign.id)
        if current.state is not CampaignState.RUNNING:
            raise CampaignNotRunning("The campaign is not running.", state=current.state)
        if current.claimed_count >= current.coupon.stock:
            raise OutOfStock("All coupons are claimed.", stock=str(current.coupon.stock))
        raise BudgetExhausted("The campaign's budget cannot pay for another coupon.")

    async def settle(self, campaign_id: UUID, *, reserved: Money, spent: Money) -> None:
        await self._connection.execute(
            update(campaigns)
            .where(campaigns.c.campaign_id == campaign_id)
            .values(
                reserved_minor=campaigns.c.reserved_minor - reserved.amount_minor,
                spent_minor=campaigns.c.spent_minor + spent.amount_minor,
            )
        )

    async def give_back(self, campaign_id: UUID, *, coupons: int, reserved_minor: int) -> None:
        await self._connection.execute(
            update(campaigns)
            .where(campaigns.c.campaign_id == campaign_id)
            .values(
                claimed_count=campaigns.c.claimed_count - coupons,
                reserved_minor=campaigns.c.reserved_minor - reserved_minor,
            )
        )

    async def _one(self, campaign_id: UUID, *, lock: bool) -> Campaign:
        query = select(campaigns).where(campaigns.c.campaign_id == campaign_id)
        found = await self._connection.execute(query.with_for_update() if lock else query)
        row = found.one_or_none()
        if row is None:
            raise CampaignNotFound("There is no such campaign.")
        return _to_campaign(row)


def _to_row(campaign: Campaign) -> dict[str, object]:
    coupon = campaign.coupon
    discount = coupon.discount
    return {
        "campaign_id": campaign.id,
        "title_zh": campaign.title.zh,
        "title_en": campaign.title.en,
        "tone": campaign.tone.value,
        "audience": campaign.audience,
        "currency": campaign.budget.currency,
        "budget_minor": campaign.budget.amount_minor,
        "starts_at": campaign.starts_at,
        "ends_at": campaign.ends_at,
        "priority": campaign.priority,
        "state": campaign.state.value,
        "version": campaign.version,
        "created_at": campaign.created_at,
        "coupon_id": coupon.id,
        "amount_off_minor": (
            discount.amount.amount_minor if isinstance(discount, AmountOff) else None
        ),
        "basis_points_off": discount.basis_points if isinstance(discount, ShareOff) else None,
        "cost_minor": coupon.cost.amount_minor,
        "minimum_spend_minor": coupon.minimum_spend.amount_minor,
        "stock": coupon.stock,
        "limit_per_person": coupon.limit_per_person,
        "redeem_within": coupon.redeem_within,
    }


def _to_campaign(row: Row[Any]) -> Campaign:
    cost = Money(row.cost_minor, row.currency)
    return Campaign(
        id=row.campaign_id,
        title=Title(zh=row.title_zh, en=row.title_en),
        tone=Tone(row.tone),
        audience=row.audience,
        budget=Money(row.budget_minor, row.currency),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        coupon=Coupon(
            id=row.coupon_id,
            discount=(
                AmountOff(cost)
                if row.basis_points_off is None
                else ShareOff(row.basis_points_off, cost)
            ),
            minimum_spend=Money(row.minimum_spend_minor, row.currency),
            stock=row.stock,
            limit_per_person=row.limit_per_person,
            redeem_within=row.redeem_within,
        ),
        priority=row.priority,
        created_at=row.created_at,
        state=CampaignState(row.state),
        version=row.version,
        claimed_count=row.claimed_count,
        reserved_minor=row.reserved_minor,
        spent_minor=row.spent_minor,
    )

"""What the use cases need from the outside, in their own words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.campaign.domain.campaign import Campaign
from services.campaign.domain.claim import Claim
from services.campaign.domain.guard import GuardDecision
from services.campaign.domain.person import Mood, Need, Person, Portrait
from services.chassis.kernel.events import DomainEvent
from services.chassis.kernel.money import Money


class Audiences(Protocol):
    """Decides who belongs to an audience."""

    def check(self, expression: str) -> None:
        """Raise BadAudience unless the expression can be asked of every person."""

    def holds(self, expression: str, person: Person, now: datetime) -> bool:
        """Whether the person belongs to it; the empty expression holds for everybody."""


class Campaigns(Protocol):
    async def add(self, campaign: Campaign) -> None: ...

    async def get(self, campaign_id: UUID) -> Campaign:
        """Return the campaign as it is, or raise CampaignNotFound."""

    async def lock(self, campaign_id: UUID) -> Campaign:
        """Lock and return the campaign, or raise CampaignNotFound."""

    async def of_coupon(self, coupon_id: UUID) -> Campaign:
        """Return the campaign that gives the coupon, or raise CouponNotFound. Does not lock."""

    async def save_state(self, campaign: Campaign) -> None: ...

    async def running(self, now: datetime) -> Sequence[Campaign]:
        """Those that give offers now and have some left, highest priority first (at most 500)."""

    async def latest(self, before: UUID | None, limit: int) -> Sequence[Campaign]:
        """Those planned before `before`, latest first."""

    async def overdue(self, now: datetime, limit: int) -> Sequence[Campaign]:
        """Lock and return running or paused ones whose time is over; skips those locked."""

    async def take_one(self, campaign: Campaign) -> None:
        """Take one coupon from the stock and reserve its cost from the budget, both or neither.

        Raises:
            OutOfStock: none is left.
            BudgetExhausted: the budget cannot pay for another.
            CampaignNotRunning: it was paused or ended in the meantime.
        """

    async def settle(self, campaign_id: UUID, *, reserved: Money, spent: Money) -> None:
        """Turn a reservation into what was really spent."""

    async def give_back(self, campaign_id: UUID, *, coupons: int, reserved_minor: int) -> None:
        """Put expired coupons back into the stock, and what they held into the budget."""


class Claims(Protocol):
    async def count_one_more(self, coupon_id: UUID, user_id: UUID, limit: int) -> None:
        """Count a claim of a person, or raise ClaimLimitReached."""

    async def add(self, claim: Claim) -> None: ...

    async def lock(self, claim_id: UUID) -> Claim:
        """Lock and return the claim, or raise ClaimNotFound."""

    async def save(self, claim: Claim) -> None: ...

    async def of_person(
        self, user_id: UUID, before: UUID | None, limit: int
    ) -> Sequence[Claim]: ...

    async def used_up(self, user_id: UUID, coupon_ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of the coupons of which the person may not claim another."""

    async def expire(self, now: datetime, limit: int) -> Sequence[Claim]:
        """Mark held claims whose time is over as expired, and return them."""


class People(Protocol):
    async def get(self, user_id: UUID) -> Person:
        """What is known of a person; somebody unknown allows nothing."""

    async def save_consents(self, user_id: UUID, granted: frozenset[str], version: int) -> bool:
        """Keep consents unless newer ones are known, and forget what they no longer allow."""

    async def save_portraits(self, portraits: Mapping[UUID, Portrait]) -> None:
        """Keep each unless a newer one is known or the person does not allow it."""

    async def save_moods(self, moods: Mapping[UUID, Mood]) -> None:
        """Keep each unless a newer one is known or the person does not allow it."""

    async def forget_moods(self, versions: Mapping[UUID, int]) -> None:
        """Forget moods up to a version."""

    async def save_need(self, user_id: UUID, need: Need) -> None:
        """Keep a sign unless a newer one is known.

        Whether it may count is decided when it is used: the grant may be told after the sign.
        """


class GuardLog(Protocol):
    async def keep(self, decisions: Iterable[GuardDecision]) -> None:
        """Keep decisions; one is enough per person, campaign, rule and version of the mood."""

    async def latest(
        self, user_id: UUID | None, before: UUID | None, limit: int
    ) -> Sequence[GuardDecision]: ...

    async def forget(self, user_ids: Collection[UUID]) -> None:
        """Delete what was decided about these people."""


class Outbox(Protocol):
    async def add(self, events: Iterable[DomainEvent]) -> None:
        """Store events so that they are sent if, and only if, this transaction commits."""


class Transaction(Protocol):
    @property
    def campaigns(self) -> Campaigns: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def people(self) -> People: ...
    @property
    def guard_log(self) -> GuardLog: ...
    @property
    def outbox(self) -> Outbox: ...


class Transactions(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction: it commits on a clean exit and rolls back on any exception."""


class Reads(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a place to read from; nothing may be written there."""

"""A campaign: a plan with an audience, a budget, a schedule and a coupon."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.campaign.domain.coupon import Coupon
from services.campaign.domain.errors import CampaignNotRunning, WrongState
from services.campaign.domain.events import CampaignStateChanged
from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.events import DomainEvent
from services.chassis.kernel.money import Money

LONGEST = timedelta(days=366)


class Tone(StrEnum):
    """What a campaign does to people; the guard judges by it."""

    PLAIN = "plain"
    URGENCY = "urgency"
    COMFORT = "comfort"
    REWARD = "reward"


class CampaignState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


_NEXT = {
    CampaignState.DRAFT: {CampaignState.RUNNING, CampaignState.ENDED},
    CampaignState.RUNNING: {CampaignState.PAUSED, CampaignState.ENDED},
    CampaignState.PAUSED: {CampaignState.RUNNING, CampaignState.ENDED},
    CampaignState.ENDED: frozenset[CampaignState](),
}


@dataclass(frozen=True)
class Title:
    """What people read, in the languages of the shop."""

    zh: str
    en: str


@dataclass(kw_only=True)
class Campaign:
    """`claimed_count`, `reserved_minor` and `spent_minor` are as stored: claims move them."""

    id: UUID
    title: Title
    tone: Tone
    audience: str
    budget: Money
    starts_at: datetime
    ends_at: datetime
    coupon: Coupon
    priority: int
    created_at: datetime
    state: CampaignState = CampaignState.DRAFT
    version: int = 0
    claimed_count: int = 0
    reserved_minor: int = 0
    spent_minor: int = 0
    events: list[DomainEvent] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a plan that cannot be carried out.

        Raises:
            InvalidField: it ends before it begins, lasts too long, mixes currencies, or its
                budget cannot pay for one coupon.
        """
        if self.ends_at <= self.starts_at:
            raise InvalidField("campaign.end_time", "campaign.end", "Must be after start_time.")
        if self.ends_at - self.starts_at > LONGEST:
            raise InvalidField(
                "campaign.end_time", "campaign.end", "Must be at most 366 days after start_time."
            )
        for name, money in (
            ("coupon.minimum_spend", self.coupon.minimum_spend),
            ("coupon.discount", self.coupon.cost),
        ):
            if money.currency != self.budget.currency:
                raise InvalidField(
                    f"campaign.{name}",
                    "campaign.currency",
                    "Must be in the currency of campaign.budget.",
                )
        if self.coupon.cost > self.budget:
            raise InvalidField(
                "campaign.budget",
                "campaign.budget",
                "Must pay for at least one coupon at its highest discount.",
            )

    def start(self, now: datetime) -> None:
        """Run from `starts_at` on; a campaign that is over cannot be started."""
        if now >= self.ends_at:
            raise WrongState("The campaign's time is over.", state=self.state)
        self._go(CampaignState.RUNNING)

    def pause(self) -> None:
        self._go(CampaignState.PAUSED)

    def end(self) -> None:
        self._go(CampaignState.ENDED)

    def is_running(self, now: datetime) -> bool:
        return self.state is CampaignState.RUNNING and self.starts_at <= now < self.ends_at

    def must_run(self, now: datetime) -> None:
        """Raise CampaignNotRunning unless offers may be given now."""
        if not self.is_running(now):
            raise CampaignNotRunning("The campaign is not running.", state=self.state)

    def _go(self, state: CampaignState) -> None:
        if state not in _NEXT[self.state]:
            raise WrongState(
                f"A campaign cannot go from {self.state} to {state}.", state=self.state
            )
        self.state = state
        self.version += 1
        self.events.append(
            CampaignStateChanged(campaign_id=self.id, state=state.value, version=self.version)
        )

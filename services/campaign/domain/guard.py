"""The vulnerability guard: someone in distress is not pushed.

Who seems distressed gets no urgency (flash sale, countdown, bargain, lottery), and comfort
before anything else. Every decision that could have pressed or did comfort is kept for audit.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.campaign.domain.campaign import Tone
from services.campaign.domain.person import Mood
from services.chassis.kernel.ids import new_id


class GuardRule(StrEnum):
    CALM = "calm"
    NO_URGENCY_IN_DISTRESS = "no_urgency_in_distress"
    COMFORT_FIRST = "comfort_first"
    PLAIN_IN_DISTRESS = "plain_in_distress"


_IN_DISTRESS = {
    Tone.URGENCY: GuardRule.NO_URGENCY_IN_DISTRESS,
    Tone.COMFORT: GuardRule.COMFORT_FIRST,
    Tone.PLAIN: GuardRule.PLAIN_IN_DISTRESS,
    Tone.REWARD: GuardRule.PLAIN_IN_DISTRESS,
}


def judge(tone: Tone, mood: Mood | None) -> GuardRule:
    """The rule for a campaign of this tone; `mood` as of now, None if unknown or not allowed."""
    if mood is None or not mood.is_distress:
        return GuardRule.CALM
    return _IN_DISTRESS[tone]


@dataclass(frozen=True, kw_only=True)
class GuardDecision:
    """One decision, as it is kept."""

    id: UUID
    user_id: UUID
    campaign_id: UUID
    rule: GuardRule
    valence: float
    mood_version: int
    decided_at: datetime

    @property
    def is_withheld(self) -> bool:
        return self.rule is GuardRule.NO_URGENCY_IN_DISTRESS


def decide(
    *, user_id: UUID, campaign_id: UUID, tone: Tone, mood: Mood | None, now: datetime
) -> GuardDecision:
    return GuardDecision(
        id=new_id(),
        user_id=user_id,
        campaign_id=campaign_id,
        rule=judge(tone, mood),
        valence=mood.valence if mood else 0.0,
        mood_version=mood.version if mood else 0,
        decided_at=now,
    )


def is_worth_keeping(decision: GuardDecision, tone: Tone) -> bool:
    """Whether the log needs it: whatever happened in distress, and each time urgency went out."""
    return decision.rule is not GuardRule.CALM or tone is Tone.URGENCY

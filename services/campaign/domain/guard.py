"""The vulnerability guard: someone in distress is not pushed, someone in need not sold to.

Who seems distressed gets no urgency (flash sale, countdown, bargain, lottery), and comfort
before anything else. Who shows a sign of needing care gets no offer at all. Every decision that
could have pressed or did comfort is kept for audit.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.campaign.domain.campaign import Tone
from services.campaign.domain.person import Mood, Person
from services.chassis.kernel.ids import new_id


class GuardRule(StrEnum):
    CALM = "calm"
    NO_URGENCY_IN_DISTRESS = "no_urgency_in_distress"
    COMFORT_FIRST = "comfort_first"
    PLAIN_IN_DISTRESS = "plain_in_distress"
    NOTHING_TO_SOMEBODY_IN_NEED = "nothing_to_somebody_in_need"


_IN_DISTRESS = {
    Tone.URGENCY: GuardRule.NO_URGENCY_IN_DISTRESS,
    Tone.COMFORT: GuardRule.COMFORT_FIRST,
    Tone.PLAIN: GuardRule.PLAIN_IN_DISTRESS,
    Tone.REWARD: GuardRule.PLAIN_IN_DISTRESS,
}


_WITHHOLDING = {GuardRule.NO_URGENCY_IN_DISTRESS, GuardRule.NOTHING_TO_SOMEBODY_IN_NEED}


def judge(tone: Tone, mood: Mood | None, *, is_in_need: bool) -> GuardRule:
    """The rule for a campaign of this tone; `mood` as of now, None if unknown or not allowed."""
    if is_in_need:
        return GuardRule.NOTHING_TO_SOMEBODY_IN_NEED
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
        return self.rule in _WITHHOLDING


def decide(*, person: Person, campaign_id: UUID, tone: Tone, now: datetime) -> GuardDecision:
    mood = person.mood_now(now)
    return GuardDecision(
        id=new_id(),
        user_id=person.id,
        campaign_id=campaign_id,
        rule=judge(tone, mood, is_in_need=person.is_in_need(now)),
        valence=mood.valence if mood else 0.0,
        mood_version=mood.version if mood else 0,
        decided_at=now,
    )


def is_worth_keeping(decision: GuardDecision, tone: Tone) -> bool:
    """Whether the log needs it: whatever happened in distress, and each time urgency went out."""
    return decision.rule is not GuardRule.CALM or tone is Tone.URGENCY

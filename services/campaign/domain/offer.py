"""What to offer a person, in which order, and what to keep back."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.campaign.domain.campaign import Campaign, Tone
from services.campaign.domain.guard import GuardDecision, GuardRule
from services.campaign.domain.person import Mood, Person

MOST = 20  # offers in one answer


@dataclass(frozen=True)
class Sentence:
    """Something a shopper reads."""

    zh: str
    en: str


@dataclass(frozen=True)
class Offer:
    campaign: Campaign
    reason: Sentence


@dataclass(frozen=True)
class WithheldOffer:
    campaign: Campaign
    rule: GuardRule
    reason: Sentence


@dataclass(frozen=True)
class Offers:
    """`chosen` best first; `withheld` is what the guard kept back."""

    chosen: list[Offer]
    withheld: list[WithheldOffer]


NOT_NOW = Sentence(
    zh="你现在似乎心情不太好，我们先不用限时活动打扰你。",
    en="You seem to be having a hard time; we will not press you with limited-time deals now.",
)

# Does not say what was seen: whoever looks over somebody's shoulder must not read it here.
REST = Sentence(
    zh="我们先不打扰你，想聊聊的话随时找客服。",
    en="We will not bother you for now; if you would like to talk, care is here for you.",
)
_WHY_NOT = {
    GuardRule.NO_URGENCY_IN_DISTRESS: NOT_NOW,
    GuardRule.NOTHING_TO_SOMEBODY_IN_NEED: REST,
}


def arrange(
    judged: Iterable[tuple[Campaign, GuardDecision]], person: Person, mood: Mood | None
) -> Offers:
    """Keep back what the guard withholds; comfort first, then by priority, then by end."""
    chosen: list[tuple[tuple[int, int, float], Offer]] = []
    withheld: list[WithheldOffer] = []
    for campaign, decision in judged:
        if decision.is_withheld:
            withheld.append(WithheldOffer(campaign, decision.rule, _WHY_NOT[decision.rule]))
            continue
        rank = (
            0 if decision.rule is GuardRule.COMFORT_FIRST else 1,
            -campaign.priority,
            campaign.ends_at.timestamp(),
        )
        chosen.append((rank, Offer(campaign, _reason(campaign, decision, person, mood))))
    chosen.sort(key=lambda entry: entry[0])
    return Offers([offer for _, offer in chosen[:MOST]], withheld)


def _reason(
    campaign: Campaign, decision: GuardDecision, person: Person, mood: Mood | None
) -> Sentence:
    """Name the strongest signal that was really used for this offer."""
    if decision.rule is GuardRule.COMFORT_FIRST:
        return Sentence(
            "听起来你今天不太顺心，这份小心意送给你。",
            "It sounds like a rough day; here is a little something for you.",
        )
    if campaign.audience:
        return _reason_of_audience(campaign.audience, person, mood)
    if campaign.tone is Tone.REWARD:
        return Sentence("送给每一位朋友的谢意。", "A thank-you to everybody.")
    return Sentence("人人都可以领取。", "Everybody can have it.")


def _reason_of_audience(audience: str, person: Person, mood: Mood | None) -> Sentence:
    interest = _interest_asked_for(audience, person)
    if interest:
        return Sentence(f"因为你常关注「{interest}」。", f"Because you are into “{interest}”.")
    if "purchase_count" in audience and person.portrait:
        count = person.portrait.purchase_count
        return Sentence(f"感谢你的 {count} 次购买。", f"Thank you for your {count} purchases.")
    if mood is not None and ("mood" in audience or "valence" in audience):
        return Sentence("因为它适合你现在的心情。", "Because it fits how you feel now.")
    return Sentence("因为它适合你的购物习惯。", "Because it fits the way you shop.")


def _interest_asked_for(audience: str, person: Person) -> str:
    """The person's strongest interest that the audience names, or ""."""
    portrait = person.portrait
    if portrait is None or "interests" not in audience:
        return ""
    named = [
        name for name in portrait.interests if f'"{name}"' in audience or f"'{name}'" in audience
    ]
    return max(named, key=lambda name: portrait.interests[name], default="")

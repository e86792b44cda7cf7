from datetime import timedelta

from services.campaign.domain.campaign import Campaign, Tone
from services.campaign.domain.guard import GuardRule, decide
from services.campaign.domain.offer import MOST, Offers, arrange
from services.campaign.domain.person import Need, Person, Portrait
from tests.support.campaigns import NOW, a_campaign, a_mood, a_person


def offers(person: Person, *campaigns: Campaign) -> Offers:
    mood = person.mood_now(NOW)
    judged = [
        (
            each,
            decide(person=person, campaign_id=each.id, tone=each.tone, now=NOW),
        )
        for each in campaigns
    ]
    return arrange(judged, person, mood)


def test_comfort_comes_first_and_urgency_not_at_all_in_distress() -> None:
    flash = a_campaign(tone=Tone.URGENCY, priority=100)
    plain = a_campaign(priority=50)
    comfort = a_campaign(tone=Tone.COMFORT, priority=1)

    found = offers(a_person(mood=a_mood(valence=-0.8)), flash, plain, comfort)

    assert [offer.campaign for offer in found.chosen] == [comfort, plain]
    assert [(each.campaign, each.rule) for each in found.withheld] == [
        (flash, GuardRule.NO_URGENCY_IN_DISTRESS)
    ]


def test_priority_decides_for_a_calm_person() -> None:
    low, high = a_campaign(priority=1), a_campaign(tone=Tone.URGENCY, priority=2)

    found = offers(a_person(), low, high)

    assert [offer.campaign for offer in found.chosen] == [high, low]
    assert found.withheld == []


def test_the_reason_names_the_interest_that_the_audience_asked_for() -> None:
    portrait = Portrait(interests={"guitar": 0.9, "drums": 1.0})
    campaign = a_campaign(audience='interests["guitar"] > 0.3')

    [offer] = offers(a_person(portrait=portrait), campaign).chosen

    assert "guitar" in offer.reason.en
    assert "guitar" in offer.reason.zh


def test_an_answer_is_never_longer_than_the_contract_says() -> None:
    found = offers(a_person(), *(a_campaign() for _ in range(MOST + 5)))

    assert len(found.chosen) == MOST


def test_somebody_in_need_gets_no_offer_at_all_and_is_not_told_what_was_seen() -> None:
    in_need = a_person(mood=a_mood(valence=0.9), need=Need(until=NOW + timedelta(1), version=1))

    found = offers(in_need, *(a_campaign(tone=tone) for tone in Tone))

    assert found.chosen == []
    assert {each.rule for each in found.withheld} == {GuardRule.NOTHING_TO_SOMEBODY_IN_NEED}
    for word in ("distress", "harm", "sad", "难过", "心情", "危"):
        assert all(word not in each.reason.en + each.reason.zh for each in found.withheld)

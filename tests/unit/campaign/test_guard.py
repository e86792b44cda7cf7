from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaign.domain.campaign import Tone
from services.campaign.domain.guard import GuardRule, decide, is_worth_keeping, judge
from services.campaign.domain.person import MOOD_HALF_LIFE, Mood, Need
from services.chassis.kernel.ids import new_id
from tests.support.campaigns import ALL_PURPOSES, NOW, a_mood, a_person

DISTRESSED = a_mood(valence=-0.8)


@pytest.mark.parametrize(
    ("tone", "rule"),
    [
        (Tone.URGENCY, GuardRule.NO_URGENCY_IN_DISTRESS),
        (Tone.COMFORT, GuardRule.COMFORT_FIRST),
        (Tone.PLAIN, GuardRule.PLAIN_IN_DISTRESS),
        (Tone.REWARD, GuardRule.PLAIN_IN_DISTRESS),
    ],
)
def test_each_tone_has_its_rule_in_distress(tone: Tone, rule: GuardRule) -> None:
    assert judge(tone, DISTRESSED, is_in_need=False) is rule


@given(
    tone=st.sampled_from(Tone),
    valence=st.floats(-0.29, 1),
    confidence=st.floats(0, 1),
)
def test_nothing_is_kept_from_a_calm_person(tone: Tone, valence: float, confidence: float) -> None:
    mood = a_mood(valence=valence, confidence=confidence)

    assert judge(tone, mood, is_in_need=False) is GuardRule.CALM


def test_only_urgency_in_distress_is_withheld() -> None:
    withheld = [
        tone
        for tone in Tone
        if decide(
            person=a_person(mood=DISTRESSED), campaign_id=new_id(), tone=tone, now=NOW
        ).is_withheld
    ]

    assert withheld == [Tone.URGENCY]


def test_urgency_is_logged_even_when_it_is_let_through() -> None:
    calm = decide(person=a_person(), campaign_id=new_id(), tone=Tone.URGENCY, now=NOW)

    assert is_worth_keeping(calm, Tone.URGENCY)
    assert not is_worth_keeping(calm, Tone.PLAIN)


def test_distress_fades_with_the_mood() -> None:
    assert DISTRESSED.is_distress
    assert not DISTRESSED.now(NOW + 2 * MOOD_HALF_LIFE).is_distress


@pytest.mark.parametrize("missing", ["marketing", "emotion_inference"])
def test_a_mood_is_not_used_without_consent(missing: str) -> None:
    person = a_person(mood=DISTRESSED, granted=ALL_PURPOSES - {missing})

    assert person.mood_now(NOW) is None
    assert a_person(mood=DISTRESSED).mood_now(NOW + timedelta(0)) is not None


@given(
    tone=st.sampled_from(Tone),
    mood=st.none() | st.builds(a_mood, valence=st.floats(-1, 1), confidence=st.floats(0, 1)),
    granted=st.sets(st.sampled_from(sorted(ALL_PURPOSES - {"emotion_inference"}))),
    left=st.timedeltas(timedelta(microseconds=1), timedelta(days=30)),
)
def test_everything_is_kept_from_somebody_in_need(
    tone: Tone, mood: Mood | None, granted: set[str], left: timedelta
) -> None:
    person = a_person(
        mood=mood,
        granted=frozenset(granted | {"emotion_inference"}),
        need=Need(until=NOW + left, version=1),
    )

    decision = decide(person=person, campaign_id=new_id(), tone=tone, now=NOW)

    assert decision.rule is GuardRule.NOTHING_TO_SOMEBODY_IN_NEED
    assert decision.is_withheld
    assert is_worth_keeping(decision, tone)


def test_need_ends_by_itself_and_with_the_consent() -> None:
    need = Need(until=NOW, version=1)

    assert not a_person(need=need).is_in_need(NOW)
    assert a_person(need=need).is_in_need(NOW - timedelta(seconds=1))
    without = a_person(need=need, granted=ALL_PURPOSES - {"emotion_inference"})
    assert not without.is_in_need(NOW - timedelta(seconds=1))

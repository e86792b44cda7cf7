"""What being known for something does to an item's place and to what is said of it."""

from dataclasses import replace

import numpy as np
import pytest

from services.recommendation.domain.felt import Felt, KnownFor
from services.recommendation.domain.item import Standing
from services.recommendation.domain.listing import Wanted
from services.recommendation.domain.ranking import PRAISE_WEIGHT, TROUBLE_WEIGHT, signals
from services.recommendation.domain.words import Emotion, Polarity, Signal
from tests.support.fake_recommendation import (
    NOW,
    a_mood,
    a_person,
    a_shelf,
    ids,
    listed,
    situation_of,
)

QUALITY = 1


def known_for(
    emotion: Emotion | None, polarity: Polarity, *, aspect: int = 0, share: float = 0.6
) -> KnownFor:
    return KnownFor(
        names={"en": "a tag"},
        emotion=emotion,
        aspect=aspect,
        polarity=polarity,
        share=share,
        confidence=0.95,
    )


JOYFUL = Felt(version=1, joy=0.7, known_for=(known_for(Emotion.JOY, Polarity.POSITIVE),))
BROKEN = Felt(
    version=1, known_for=(known_for(Emotion.ANGER, Polarity.NEGATIVE, aspect=QUALITY, share=1.0),)
)


def felt(**items: Felt) -> dict[str, Standing]:
    return {item_id: Standing(felt=one, as_of=NOW) for item_id, one in items.items()}


def test_an_item_that_lets_people_down_sinks_for_everybody_within_its_bound() -> None:
    plain, troubled = a_shelf(), a_shelf(standings=felt(i001=BROKEN))
    everything = Wanted(size=60)

    before = ids(listed(plain, None, wanted=everything))
    after = ids(listed(troubled, None, wanted=everything))

    assert after.index("i001") > before.index("i001")
    parts = signals(situation_of(troubled, None))
    lost = float(parts[Signal.WORD_OF_MOUTH][troubled.rows["i001"]])
    assert -TROUBLE_WEIGHT <= lost < 0
    assert TROUBLE_WEIGHT <= PRAISE_WEIGHT


def test_nothing_changes_where_nothing_is_felt() -> None:
    quiet = a_shelf(standings=felt(i001=Felt(version=3)))

    assert listed(quiet, a_person()) == listed(a_shelf(), a_person())


def test_a_glad_tag_is_no_trouble_and_a_complaint_counts_as_far_as_it_is_sure() -> None:
    assert JOYFUL.trouble == 0
    assert BROKEN.trouble == pytest.approx(0.95)
    assert Felt(known_for=(known_for(Emotion.BOREDOM, Polarity.NEGATIVE),)).trouble == 0


def test_joyful_items_fit_a_low_mood() -> None:
    shelf = a_shelf(standings=felt(i001=JOYFUL))
    person = a_person(mood=a_mood(-0.8))

    parts = signals(situation_of(shelf, person))

    row = shelf.rows["i001"]
    assert int(np.argmax(parts[Signal.MOOD])) == row


def test_a_reason_says_what_an_item_is_known_for() -> None:
    standing = Standing(positive=50, words=50, mention_count=50, as_of=NOW, felt=JOYFUL)
    shelf = a_shelf(standings={"i001": standing})

    entry = next(
        e for e in listed(shelf, None, wanted=Wanted(size=60)).entries if e.item.item_id == "i001"
    )

    spoken = next(one for one in entry.reasons if one.signal is Signal.WORD_OF_MOUTH)
    assert (spoken.zh, spoken.en) == ("大家觉得开心", "Shoppers find it joyful")
    assert replace(standing, felt=Felt()).felt.gladdest is None

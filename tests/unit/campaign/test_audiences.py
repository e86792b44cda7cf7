from datetime import timedelta

import pytest

from services.campaign.adapters.cel_audiences import CelAudiences
from services.campaign.domain.errors import BadAudience
from services.campaign.domain.person import Need, Portrait
from tests.support.campaigns import ALL_PURPOSES, NOW, a_mood, a_person

AUDIENCES = CelAudiences()
PORTRAIT = Portrait(
    interests={"guitar": 0.5},
    engagement=0.4,
    behavior_count=10,
    purchase_count=2,
    spent_minor={"CNY": 5_000},
    last_active_at=NOW - timedelta(days=3),
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("", True),
        ('"guitar" in interests && interests["guitar"] > 0.3 && purchase_count >= 2', True),
        ('interests["drums"] > 0.3', False),
        ('spent_minor["CNY"] >= 5000', True),
        ('spent_minor["USD"] >= 1', False),
        ("days_since_active > 2.5 && days_since_active < 3.5", True),
        ('mood == "SADNESS" && valence < 0.0', True),
        ("engagement > 0.9 || behavior_count == 10", True),
    ],
)
def test_an_audience_is_asked_of_the_portrait(expression: str, expected: bool) -> None:
    person = a_person(portrait=PORTRAIT, mood=a_mood(valence=-0.5))

    AUDIENCES.check(expression)

    assert AUDIENCES.holds(expression, person, NOW) is expected


def test_a_portrait_is_not_asked_without_consent() -> None:
    person = a_person(portrait=PORTRAIT, granted=ALL_PURPOSES - {"personalization"})

    assert not AUDIENCES.holds("purchase_count >= 1", person, NOW)


@pytest.mark.parametrize(
    "expression",
    [
        "purchase_count >=",
        "shoe_size > 40",
        "purchase_count + 1",
        "mood > 3",
        "interests.exists(name, name == 'guitar')",
        "[1, 2].map(x, x) == [1]",
        "'a' + 1 == 'a1'",
    ],
)
def test_what_cannot_be_asked_is_a_bad_audience(expression: str) -> None:
    with pytest.raises(BadAudience):
        AUDIENCES.check(expression)


@pytest.mark.parametrize("name", ["need", "need_until", "is_in_need", "distress", "level"])
def test_nobody_can_be_found_by_their_need(name: str) -> None:
    in_need = a_person(need=Need(until=NOW + timedelta(days=1), version=1))

    with pytest.raises(BadAudience):
        AUDIENCES.check(f"{name} == true")

    assert in_need.facts(NOW) == a_person().facts(NOW)

"""Portraits: sums that do not care for order, fading, ranks, lineage and pruning."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel.ids import new_id
from services.chassis.kernel.money import Money
from services.profile.domain.behavior import Behavior, BehaviorType
from services.profile.domain.evidence import HALF_LIFE, faded, grown
from services.profile.domain.feeling import CONTENT_CORRECTED, Feeling
from services.profile.domain.item import Item
from services.profile.domain.portrait import KEPT, SHOWN, TOLD, Portrait
from services.profile.domain.view import PortraitView, TraitKind

ANN = UUID(int=1)
NOW = datetime(2025, 6, 1, tzinfo=UTC)
SHOES = Item("shoes", "Shoes", "Peak", ("run", "red"), 1)
SOCKS = Item("socks", "Socks", "", ("run",), 1)

moments = st.floats(1_000_000_000, 3_400_000_000)  # 2001 to 2077
behaviors = st.builds(
    Behavior,
    event_id=st.uuids(),
    user_id=st.just(ANN),
    type=st.sampled_from([one for one in BehaviorType if one is not BehaviorType.RATE]),
    item_id=st.sampled_from(["shoes", "socks", "unknown"]),
    occurred_at=st.datetimes(datetime(2023, 1, 1), datetime(2025, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)


def did(kind: BehaviorType, ago: timedelta = timedelta(0), **others: Any) -> Behavior:
    return replace(Behavior(new_id(), ANN, kind, "shoes", NOW - ago), **others)


def felt(emotion: str, strength: float = 0.7, **others: Any) -> Feeling:
    return replace(Feeling(new_id(), ANN, emotion, strength, NOW, NOW), **others)


def learned(*done: Behavior) -> Portrait:
    portrait = Portrait(ANN)
    items = {"shoes": SHOES, "socks": SOCKS}
    for behavior in done:
        portrait.learn(behavior, items.get(behavior.item_id))
    return portrait


def weight_of(view: PortraitView, value: str) -> float:
    return next((trait.weight for trait in view.traits if trait.value == value), 0.0)


@given(st.floats(-100, 100), moments, moments)
def test_what_is_left_halves_every_thirty_days(amount: float, arose: float, later: float) -> None:
    left = faded(grown(amount, arose), later)

    assert left == pytest.approx(amount * 2 ** ((arose - later) / HALF_LIFE), rel=1e-9)


@given(st.lists(behaviors, max_size=12, unique_by=lambda one: one.event_id), st.randoms())
def test_late_events_give_the_same_portrait(done: list[Behavior], random: Random) -> None:
    shuffled = list(done)
    random.shuffle(shuffled)

    straight, mixed = learned(*done).view(NOW), learned(*shuffled).view(NOW)

    assert mixed.engagement == pytest.approx(straight.engagement, abs=1e-9)
    assert (mixed.behavior_count, mixed.last_active_at) == (
        straight.behavior_count,
        straight.last_active_at,
    )
    by_value = {(trait.kind, trait.value): trait for trait in mixed.traits}
    assert len(by_value) == len(straight.traits)
    for trait in straight.traits:
        other = by_value[trait.kind, trait.value]
        assert other.weight == pytest.approx(trait.weight, abs=1e-6)
        assert other.confidence == pytest.approx(trait.confidence, abs=1e-6)
        assert (other.lineage, other.updated_at) == (trait.lineage, trait.updated_at)


@given(st.lists(behaviors, max_size=12))
def test_weights_and_confidences_are_shares(done: list[Behavior]) -> None:
    view = learned(*done).view(NOW)

    assert all(0 < trait.weight <= 1 and 0 < trait.confidence < 1 for trait in view.traits)
    assert 0 <= view.engagement < 1
    for kind in {trait.kind for trait in view.traits}:
        of_kind = [trait.weight for trait in view.traits if trait.kind == kind]
        assert of_kind[0] == 1
        assert of_kind == sorted(of_kind, reverse=True)


def test_an_item_learned_late_gives_the_same_traits() -> None:
    behavior = did(BehaviorType.PURCHASE)
    late = Portrait(ANN)
    late.learn(behavior, None)
    late.learn_item(behavior, SHOES)

    assert late.view(NOW) == learned(behavior).view(NOW)


def test_recent_looks_outweigh_an_old_purchase() -> None:
    old = did(BehaviorType.PURCHASE, timedelta(days=180))
    looks = [Behavior(new_id(), ANN, BehaviorType.VIEW, "socks", NOW) for _ in range(2)]

    view = learned(old, *looks).view(NOW)

    assert weight_of(view, "Socks") == 1.0
    assert weight_of(view, "Shoes") == pytest.approx(6 / 64 / 2)


def test_a_return_takes_back_most_of_a_purchase() -> None:
    bought = learned(did(BehaviorType.PURCHASE)).view(NOW)
    returned = learned(did(BehaviorType.PURCHASE), did(BehaviorType.RETURN)).view(NOW)

    assert returned.traits[0].confidence < bought.traits[0].confidence / 2
    assert {one.source for one in returned.traits[0].lineage} == {"PURCHASE", "RETURN"}


@pytest.mark.parametrize(("stars", "weight"), [(1, -4), (2, -2), (3, 0), (4, 2), (5, 4)])
def test_a_rating_counts_by_its_distance_from_the_middle(stars: int, weight: float) -> None:
    assert did(BehaviorType.RATE, rating=stars).weight == weight


def test_what_is_disliked_is_not_shown() -> None:
    view = learned(did(BehaviorType.DISLIKE)).view(NOW)

    assert (view.traits, view.behavior_count, view.engagement) == ((), 1, 0.0)


def test_money_is_summed_by_currency() -> None:
    portrait = learned(
        did(BehaviorType.PURCHASE, paid=Money(100, "CNY")),
        did(BehaviorType.PURCHASE, paid=Money(250, "CNY")),
        did(BehaviorType.PURCHASE, paid=Money(7, "USD")),
        did(BehaviorType.PURCHASE),
    )

    view = portrait.view(NOW)

    assert (view.spent_minor, view.purchase_count) == ({"CNY": 350, "USD": 7}, 4)


def test_only_the_strongest_are_kept_shown_and_told() -> None:
    portrait = Portrait(ANN)
    for number in range(KEPT + 20):
        item = Item("x", f"c{number:03}", "", (), 1)
        portrait.learn(did(BehaviorType.VIEW, timedelta(hours=number)), item)

    told = portrait.changed(NOW).portrait

    kept = portrait.traits[TraitKind.CATEGORY]
    assert set(kept) == {f"c{number:03}" for number in range(KEPT)}
    assert len(portrait.view(NOW).traits) == SHOWN
    assert [trait.value for trait in told.traits] == [f"c{number:03}" for number in range(TOLD)]
    assert told.version == 1


def test_a_strong_dislike_is_remembered_when_pruning() -> None:
    portrait = learned(did(BehaviorType.DISLIKE))
    for number in range(KEPT + 5):
        portrait.learn(did(BehaviorType.VIEW), Item("x", f"c{number}", "", (), 1))

    portrait.changed(NOW)

    assert "Shoes" in portrait.traits[TraitKind.CATEGORY]


def test_what_was_not_felt_leaves_a_portrait_as_if_it_had_never_been_told() -> None:
    plain, portrait = Portrait(ANN), Portrait(ANN)
    wrong, right = felt("anger"), felt("joy", source=CONTENT_CORRECTED)
    for one in (plain, portrait):
        one.feel(felt("joy", 0.4, event_id=UUID(int=5)))
    plain.feel(right)

    portrait.feel(wrong)
    portrait.feel(right)
    portrait.unfeel(replace(wrong, event_id=new_id()))

    assert portrait.traits == plain.traits


@given(st.permutations(range(4)))
def test_the_order_in_which_corrections_are_heard_does_not_matter(order: list[int]) -> None:
    portrait = Portrait(ANN)
    told, decided = felt("anger"), felt("joy", source=CONTENT_CORRECTED)
    sad = felt("sadness")
    out, into = portrait.unfeel, portrait.feel
    steps = (
        [(into, told)],
        [(out, told), (into, decided)],
        [(out, decided), (into, told)],
        [(into, sad)],
    )
    for at in order:
        for step, feeling in steps[at]:
            step(feeling)

    [anger, sadness] = portrait.view(NOW).traits
    assert (anger.value, [(one.source, one.count) for one in anger.lineage]) == (
        "anger",
        [("CONTENT_TAGGED", 1)],
    )
    assert sadness.value == "sadness"
    assert anger.confidence == pytest.approx(sadness.confidence)


def test_feelings_are_forgotten_apart_from_the_rest() -> None:
    portrait = learned(did(BehaviorType.VIEW))
    before = portrait.view(NOW)
    portrait.feel(felt("joy"))

    assert TraitKind.EMOTION in {trait.kind for trait in portrait.view(NOW).traits}
    assert portrait.forget_emotions()
    assert not portrait.forget_emotions()
    assert portrait.view(NOW) == before

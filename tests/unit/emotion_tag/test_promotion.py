"""The gates, and which model answers after which change."""

from dataclasses import replace

import pytest

from services.chassis.kernel.ids import new_id
from services.emotion_tag.domain.comparison import Comparison, SliceDifference
from services.emotion_tag.domain.errors import ModelIsActive, NoFormerModel
from services.emotion_tag.domain.evaluation import Answer, Figures, figures_of
from services.emotion_tag.domain.labels import LabelSpace
from services.emotion_tag.domain.model_version import ModelState
from services.emotion_tag.domain.promotion import Gate, OnGold, gates
from services.emotion_tag.domain.shadow import (
    ShadowCount,
    ShadowFigures,
    ShadowTimes,
    is_sampled,
    shadow_figures,
)
from services.emotion_tag.domain.taxonomy import Emotion

FIGURES: Figures = figures_of(
    [Answer(new_id(), "joy", "joy", 0.99, ()) for _ in range(300)], LabelSpace.EMOTION
)
BETTER = Comparison(
    count=300,
    only_one_right=10,
    only_other_right=4,
    p_value=0.2,
    macro_f1=0.01,
    macro_f1_low=-0.01,
    macro_f1_high=0.03,
    calibration_error=0.0,
    slices=(SliceDifference("language:en", 60, -0.01), SliceDifference("slice:few", 5, -0.4)),
)


def counted(count: int, other: Emotion) -> ShadowCount:
    return ShadowCount(
        active_emotion=Emotion.JOY,
        candidate_emotion=other,
        count=count,
        same_polarity=count,
        active_unsure=0,
        candidate_unsure=count // 2,
        active_confidence=0.8 * count,
        candidate_confidence=0.6 * count,
    )


def shadow(same: int = 900, other: int = 100, ratio: float = 0.8) -> ShadowFigures:
    times = ShadowTimes(texts=same + other, active_seconds=ratio, candidate_seconds=1.0)
    return shadow_figures([counted(same, Emotion.JOY), counted(other, Emotion.ANGER)], times)


def held(comparison: Comparison | None = BETTER, figures: Figures | None = FIGURES) -> list[Gate]:
    on_gold = OnGold(new_id(), "comments", 300, figures, comparison)
    return gates([on_gold], shadow())


def refused(found: list[Gate]) -> set[str]:
    return {gate.name for gate in found if not gate.is_passed}


def test_a_model_that_is_as_good_passes_every_gate() -> None:
    assert refused(held()) == set()
    assert {gate.name for gate in held()} == {
        "gold",
        "macro_f1",
        "calibration",
        "slices",
        "shadow",
        "speed",
    }


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (held(replace(BETTER, macro_f1_low=-0.021)), "macro_f1"),
        (held(figures=replace(FIGURES, calibration_error=0.051)), "calibration"),
        (held(replace(BETTER, slices=(SliceDifference("length:long", 50, -0.04),))), "slices"),
        (held(comparison=None), "evaluation"),
        (gates([OnGold(new_id(), "few", 199, FIGURES, BETTER)], shadow()), "gold"),
        (gates([OnGold(new_id(), "n", 300, FIGURES, BETTER)], shadow(700, 300)), "shadow"),
        (gates([OnGold(new_id(), "n", 300, FIGURES, BETTER)], shadow(ratio=0.4)), "speed"),
    ],
)
def test_each_gate_refuses_alone(found: list[Gate], name: str) -> None:
    assert refused(found) == {name}


def test_what_was_not_measured_does_not_pass() -> None:
    assert refused(gates([], None)) == {"gold", "shadow", "speed"}
    assert refused(gates([], shadow(450, 40))) == {"gold", "shadow", "speed"}


def test_gates_of_several_gold_sets_have_names_of_their_own() -> None:
    sets = [OnGold(new_id(), name, 300, FIGURES, BETTER) for name in ("a", "b")]

    keys = [gate.key for gate in gates(sets, shadow())]

    assert len(set(keys)) == len(keys) == 9


def test_shadow_figures_follow_from_the_counts() -> None:
    found = shadow(900, 100)

    assert (found.count, found.agreement) == (1000, 0.9)
    assert found.agreement_low < 0.9 < found.agreement_high
    assert found.confidence == pytest.approx(0.6)
    assert found.active_confidence == pytest.approx(0.8)
    assert found.divergence > 0
    assert (
        shadow_figures([], ShadowTimes(texts=0, active_seconds=0, candidate_seconds=0)).count == 0
    )


def test_a_sample_is_about_as_large_as_asked() -> None:
    ids = [new_id() for _ in range(5_000)]

    assert 380 <= sum(is_sampled(one, 100) for one in ids) <= 620
    assert not any(is_sampled(one, 0) for one in ids)
    assert all(is_sampled(one, 1_000) for one in ids)


def test_a_rollback_undoes_a_promotion_and_itself() -> None:
    first = ModelState(active="a")

    second = first.promoted("b")
    third = second.rolled_back()

    assert (second.active, second.previous) == ("b", "a")
    assert (third.active, third.previous) == ("a", "b")
    assert third.rolled_back().active == "b"
    assert [state.number for state in (first, second, third)] == [0, 1, 2]


def test_a_promoted_candidate_no_longer_runs_beside() -> None:
    state = ModelState(active="a").shadowed("b", 50)

    assert (state.shadow, state.sample_per_mille) == ("b", 50)
    assert state.promoted("b").shadow == ""
    assert state.promoted("c").shadow == "b"
    assert state.shadowed("b", 0).shadow == ""


def test_the_model_that_answers_can_neither_be_promoted_nor_shadowed() -> None:
    state = ModelState(active="a")

    with pytest.raises(ModelIsActive):
        state.promoted("a")
    with pytest.raises(ModelIsActive):
        state.shadowed("a", 10)
    with pytest.raises(NoFormerModel):
        state.rolled_back()

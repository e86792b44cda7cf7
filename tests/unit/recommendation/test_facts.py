from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.profile.v1 import behavior_pb2
from resonance.recommendation.v1 import error_reason_pb2, recommendation_service_pb2
from services.recommendation.adapters.model_file import dump, load
from services.recommendation.domain import errors
from services.recommendation.domain.behavior import Interaction, Kind, weight_of
from services.recommendation.domain.decay import LANDMARK, forward
from services.recommendation.domain.evaluation import evaluate
from services.recommendation.domain.item import Standing
from services.recommendation.domain.shelf import above_average
from services.recommendation.domain.words import Emotion, Polarity, Scene, Signal
from tests.support.fake_recommendation import ADA, NOW, a_model, a_shelf, an_item


def test_every_reason_of_the_contract_has_an_error_and_vice_versa() -> None:
    reasons = {
        name.removeprefix("ERROR_REASON_")
        for name, value in error_reason_pb2.ErrorReason.items()
        if value
    }
    classes = {one.reason for one in vars(errors).values() if hasattr(one, "reason")}

    assert classes == reasons


@pytest.mark.parametrize(
    ("ours", "theirs", "prefix"),
    [
        (Signal, recommendation_service_pb2.Signal, "SIGNAL_"),
        (Scene, recommendation_service_pb2.Scene, "SCENE_"),
        (Emotion, emotion_pb2.Emotion, "EMOTION_"),
        (Polarity, emotion_pb2.Polarity, "POLARITY_"),
        (Kind, behavior_pb2.BehaviorType, "BEHAVIOR_TYPE_"),
    ],
)
def test_our_words_are_those_of_the_contract(ours: type, theirs: object, prefix: str) -> None:
    wire = {name.removeprefix(prefix): value for name, value in theirs.items() if value}  # type: ignore[attr-defined]

    assert {one.name: one.value for one in ours if one is not Kind.REACTION} == wire  # type: ignore[attr-defined]


def test_a_purchase_says_more_than_a_look_and_a_dislike_speaks_against() -> None:
    assert weight_of(Kind.PURCHASE) > weight_of(Kind.ADD_TO_CART) > weight_of(Kind.VIEW) > 0
    assert weight_of(Kind.DISLIKE) < weight_of(Kind.RATE, rating=1) < 0
    assert weight_of(Kind.PURCHASE, quantity=10) == 2 * weight_of(Kind.PURCHASE)
    assert weight_of(Kind.SEARCH) == 0


def test_popular_is_what_many_take_not_what_one_takes_often() -> None:
    one = Interaction(UUID(int=5), ADA, "i001", Kind.PURCHASE, 5.0, NOW)

    whole = one.popularity(0)
    assert one.popularity(whole) == 0
    assert one.popularity(whole / 4) == pytest.approx(whole * 3 / 4)


def test_forward_decay_keeps_ratios_and_holds_for_a_century() -> None:
    half_life = timedelta(days=60)

    assert forward(NOW, half_life) == pytest.approx(
        2 * forward(NOW - half_life, half_life), rel=1e-9
    )
    for years in (-100, 100):
        assert 0 < forward(LANDMARK + timedelta(days=365 * years), half_life) < float("inf")


def test_few_voices_are_drawn_to_the_average_and_old_ones_fade() -> None:
    few = Standing(positive=1, words=1, as_of=NOW)
    many = Standing(positive=100, words=100, as_of=NOW)

    assert 0.7 < few.positive_share(NOW) < 0.8 < many.positive_share(NOW) < 1
    assert many.positive_share(NOW + timedelta(days=600)) == pytest.approx(0.7, abs=0.001)


def test_a_signal_that_says_the_same_of_all_says_nothing() -> None:
    assert above_average(np.full(5, 3.0)).tolist() == [0] * 5
    assert above_average(np.array([1.0, 2.0, 3.0])).tolist() == [0, 0, 1]
    assert above_average(np.array([1e-80, 2e-80, 3e-80])).tolist() == [0, 0, 1]


def test_praise_of_a_shelf_is_that_of_its_standings() -> None:
    standings = {
        "i001": Standing(positive=9, negative=1, words=10, as_of=NOW - timedelta(days=7)),
        "i002": Standing(positive=1, negative=5, words=6, as_of=NOW),
    }
    shelf = a_shelf(5, standings=standings)

    shares = np.array([one.positive_share(NOW) for one in shelf.standings])
    assert np.allclose(shelf.praise(NOW), above_average(shares))


def test_an_older_version_of_an_item_changes_nothing() -> None:
    shelf = a_shelf(5)

    assert shelf.with_items([an_item(2)]) is shelf


def test_a_model_comes_back_from_its_file_as_it_was() -> None:
    model = a_model(a_shelf()).model

    again = load(dump(model))

    assert dump(again) == dump(model)
    assert again.user_ids == model.user_ids
    assert np.array_equal(again.item_vectors, model.item_vectors)


def test_the_measures_are_those_of_the_textbook() -> None:
    result = evaluate("x", lambda _: ["a", "b", "c"], {ADA: {"a", "c"}}, catalogue_size=6)

    ideal = 1 + 1 / np.log2(3)
    assert result.precision == pytest.approx(0.2)
    assert result.ndcg == pytest.approx((1 + 0.5) / ideal)
    assert result.coverage == 0.5

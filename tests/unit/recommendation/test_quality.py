"""Rankings against most popular: on a made-up shop always, on real data where it lies."""

import gzip
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from services.recommendation.adapters.model_file import dump
from services.recommendation.domain.behavior import Interaction, Kind, weight_of
from services.recommendation.domain.evaluation import Evaluation
from services.recommendation.domain.item import Item
from services.recommendation.training.learn import Learned, learn
from tests.support.fake_recommendation import NOW, an_item

REAL = (
    Path(__file__).parents[4] / "shared/data/rec_amazon_music_instr/Musical_Instruments_5.json.gz"
)


def made_up(people: int = 60, each: int = 25) -> tuple[list[Item], list[Interaction]]:
    """People who keep to one of five categories, with a favourite item for all."""
    chance = random.Random(5)
    items = [an_item(at) for at in range(150)]
    known = []
    for person in range(people):
        for at in range(each):
            number = 0 if chance.random() < 0.1 else chance.randrange(30) * 5 + person % 5
            done_at = NOW - timedelta(hours=chance.randrange(24 * 60))
            event_id = UUID(int=person * 1000 + at)
            item_id = items[number].item_id
            known.append(Interaction(event_id, UUID(int=person), item_id, Kind.LIKE, 2.0, done_at))
    return items, known


def trained(items: list[Item], known: list[Interaction]) -> Learned:
    return learn(items, known, version="v", now=NOW, report=lambda _: None)


def by_name(learned: Learned) -> dict[str, Evaluation]:
    return {one.ranking: one for one in learned.evaluations}


def test_the_same_data_give_the_same_model_and_table() -> None:
    one, other = [trained(*made_up()) for _ in range(2)]

    assert dump(one.model) == dump(other.model)
    assert one.evaluations == other.evaluations


def test_taste_beats_popularity_where_people_differ() -> None:
    rows = by_name(trained(*made_up()))

    assert rows["lightfm"].ndcg > 1.5 * rows["most_popular"].ndcg
    assert rows["resonance"].ndcg > 1.5 * rows["most_popular"].ndcg
    assert rows["resonance"].coverage > rows["most_popular"].coverage


def test_progress_only_grows() -> None:
    told: list[float] = []
    learn(*made_up(), version="v", now=NOW, report=told.append)

    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 1


@pytest.mark.timeout(60)
@pytest.mark.skipif(not REAL.is_file(), reason="the real reviews are not on this machine")
def test_on_real_reviews_the_served_ranking_beats_most_popular() -> None:
    rows = by_name(trained(*_reviews()))

    assert rows["most_popular"].people_count > 400
    assert rows["resonance"].ndcg > 1.05 * rows["most_popular"].ndcg
    assert rows["resonance"].coverage > 2 * rows["most_popular"].coverage


def _reviews() -> tuple[list[Item], list[Interaction]]:
    known = []
    with gzip.open(REAL, "rt") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            weight = weight_of(Kind.RATE, rating=int(row["overall"]))
            known.append(
                Interaction(
                    event_id=UUID(int=number),
                    user_id=uuid5(UUID(int=7), row["reviewerID"]),
                    item_id=row["asin"],
                    kind=Kind.RATE,
                    weight=weight,
                    occurred_at=datetime.fromtimestamp(row["unixReviewTime"], UTC),
                )
            )
    items = [
        Item(key, key, "Musical Instruments", "", (), None, is_unavailable=False, created_at=NOW)
        for key in sorted({one.item_id for one in known})
    ]
    return items, known

"""A small shop in memory for the recommender's rules: items, a model, people."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from services.chassis.kernel.money import Money
from services.recommendation.domain.behavior import Kind, weight_of
from services.recommendation.domain.item import Item, Standing
from services.recommendation.domain.listing import Listing, Wanted, list_items
from services.recommendation.domain.person import Deed, Mood, Person
from services.recommendation.domain.ranking import Situation
from services.recommendation.domain.shelf import Shelf
from services.recommendation.domain.taste import Blend, Fitted, TasteModel
from services.recommendation.domain.words import Emotion, Scene

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
ADA = UUID(int=1)


def an_item(number: int, *, categories: int = 5, tags: Sequence[str] = ()) -> Item:
    return Item(
        item_id=f"i{number:03}",
        title=f"Item {number}",
        category=f"c{number % categories}",
        brand="",
        tags=tuple(tags),
        price=Money(100 * (number + 1), "CNY"),
        is_unavailable=False,
        created_at=NOW - timedelta(days=100),
    )


def a_shelf(
    count: int = 60,
    *,
    tags: Mapping[int, Sequence[str]] | None = None,
    standings: Mapping[str, Standing] | None = None,
) -> Shelf:
    items = [an_item(at, tags=(tags or {}).get(at, ())) for at in range(count)]
    return Shelf().with_items(items).with_standings(standings or {})


def a_model(shelf: Shelf, version: str = "m1", seed: int = 3) -> Fitted:
    """A model that knows Ada and every item, with made-up vectors and no neighbours."""
    chance = np.random.default_rng(seed)
    count = len(shelf)
    model = TasteModel(
        version=version,
        trained_at=NOW,
        item_ids=tuple(item.item_id for item in shelf.items),
        item_vectors=chance.normal(size=(count, 4)).astype(np.float32),
        item_biases=chance.normal(size=count).astype(np.float32),
        feature_names=("category:c0",),
        feature_vectors=np.ones((1, 4), np.float32),
        feature_biases=np.ones(1, np.float32),
        user_ids=(ADA,),
        user_vectors=chance.normal(size=(1, 4)).astype(np.float32),
        neighbour_starts=np.zeros(count + 1, np.int64),
        neighbour_items=np.zeros(0, np.int32),
        neighbour_weights=np.zeros(0, np.float32),
        blend=Blend(),
    )
    return Fitted(model, shelf.items)


def a_deed(item_id: str, kind: Kind = Kind.VIEW, *, days_ago: float = 1) -> Deed:
    return Deed(item_id, kind, weight_of(kind), NOW - timedelta(days=days_ago))


def a_person(*deeds: Deed, mood: Mood | None = None) -> Person:
    return Person(ADA, allows_personalization=True, allows_mood=True, mood=mood, deeds=deeds)


def a_mood(valence: float, *, confidence: float = 0.9, hours_ago: float = 0) -> Mood:
    return Mood(
        emotion=Emotion.JOY if valence > 0 else Emotion.SADNESS,
        valence=valence,
        arousal=0.5,
        confidence=confidence,
        updated_at=NOW - timedelta(hours=hours_ago),
        version=1,
    )


def listed(
    shelf: Shelf,
    person: Person | None = None,
    *,
    fitted: Fitted | None = None,
    scene: Scene = Scene.HOME,
    context: str = "",
    wanted: Wanted | None = None,
) -> Listing:
    """List for a person as the service would."""
    situation = situation_of(shelf, person, fitted=fitted, scene=scene, context=context)
    return list_items(situation, wanted or Wanted(size=20))


def situation_of(
    shelf: Shelf,
    person: Person | None = None,
    *,
    fitted: Fitted | None = None,
    scene: Scene = Scene.HOME,
    context: str = "",
) -> Situation:
    return Situation(
        shelf=shelf,
        fitted=fitted,
        person=person,
        mood=person.felt_mood(NOW) if person else None,
        scene=scene,
        context_row=shelf.row_of(context),
        now=NOW,
    )


def ids(listing: Listing) -> list[str]:
    return [entry.item.item_id for entry in listing.entries]

"""How much each signal says for each item: a score is the sum of its signals, nothing else.

Every signal is at least 0 for what it knows nothing about (only a dislike, and being known for
letting people down, take away), is scaled to at most 1 and weighed. The parts are kept, so that a
reason names a signal that was really used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np

from services.recommendation.domain.behavior import Kind
from services.recommendation.domain.likeness import Anchors, likeness
from services.recommendation.domain.mood_rule import mood_fit
from services.recommendation.domain.person import Deed, FeltMood, Person
from services.recommendation.domain.shelf import Floats, Shelf, above_average
from services.recommendation.domain.taste import UNTRAINED, Blend, Fitted
from services.recommendation.domain.words import Scene, Signal

RECENT_DEEDS = 20
# The deed before the latest counts this share of it, and so on. On both data sets of decision 0040
# anything from 0.9 to 1 does about as well; the lower end answers faster to what happens now.
DEED_FADES = 0.9
# So much weight of deeds is half of what there could be to know: one purchase is a lot, one look
# is not.
HALF_KNOWN = 2.0

MOOD_WEIGHT = 1.0
PRAISE_WEIGHT = 0.15
TROUBLE_WEIGHT = 0.03
"""What an item that is known for letting people down loses at most, a fifth of what the best praise
gives. More costs accuracy: decision 0041 has the table."""
NEW_WEIGHT = 0.05
NEW_HALF_LIFE = timedelta(days=14)

IN_CART = timedelta(days=1)
"""What was put into the cart this long ago is taken to lie in it."""


@dataclass(frozen=True)
class _SceneWeights:
    """How much a signal counts in a scene, against the home page."""

    taste: float = 1.0
    recent: float = 1.0
    popular: float = 1.0
    new: float = 1.0
    similar: float = 0.0


_SCENES = {
    Scene.HOME: _SceneWeights(),
    # The item of the page leads; who looks at it matters less.
    Scene.ITEM: _SceneWeights(taste=0.3, recent=0.2, popular=0.3, similar=1.5),
    # What goes with the things in the cart.
    Scene.CART: _SceneWeights(taste=0.5, recent=0.3, popular=0.5, new=0.5, similar=1.5),
    # The room moves fast: what goes now and what is new.
    Scene.LIVE: _SceneWeights(taste=0.8, popular=1.5, new=2.0),
}


@dataclass(frozen=True, eq=False)
class Situation:
    """All that decides a ranking; the same situation gives the same one."""

    shelf: Shelf
    fitted: Fitted | None
    person: Person | None
    """None where no personal data may be used."""
    mood: FeltMood | None
    scene: Scene
    context_row: int | None
    """The item of the page, for `Scene.ITEM`."""
    now: datetime

    @property
    def blend(self) -> Blend:
        return self.fitted.model.blend if self.fitted else UNTRAINED

    @cached_property
    def recent(self) -> list[tuple[int, float, Deed]]:
        """The person's latest deeds with known items, newest first: row, weight, deed.

        Only the latest deed with an item counts.
        """
        return list(self._recent())

    @cached_property
    def in_cart(self) -> list[int]:
        """Rows of what lies in the cart, as far as behaviours tell."""
        rows: dict[int, bool] = {}
        for deed in self.person.deeds if self.person else ():
            row = self.shelf.row_of(deed.item_id)
            if row is not None and self.now - deed.occurred_at <= IN_CART:
                rows.setdefault(row, deed.kind is Kind.ADD_TO_CART)
        return [row for row, lies_there in rows.items() if lies_there]

    @cached_property
    def recent_anchors(self) -> Anchors:
        """What the person did lately, to name it in a reason."""
        rows = [row for row, _, _ in self.recent]
        weights = [weight for _, weight, _ in self.recent]
        return Anchors(self.shelf, self.fitted, rows, weights)

    @cached_property
    def scene_anchors(self) -> Anchors:
        """What the scene is about, to name it in a reason."""
        return Anchors(self.shelf, self.fitted, self.anchors, [1.0] * len(self.anchors))

    @cached_property
    def anchors(self) -> list[int]:
        """The rows that the list shall go with."""
        if self.scene is Scene.ITEM and self.context_row is not None:
            return [self.context_row]
        return self.in_cart if self.scene is Scene.CART else []

    def _recent(self) -> Iterator[tuple[int, float, Deed]]:
        if self.person is None:
            return
        seen: set[int] = set()
        for deed in self.person.deeds:
            row = self.shelf.row_of(deed.item_id)
            if row is None or row in seen or deed.weight == 0:
                continue
            yield row, deed.weight * DEED_FADES ** len(seen), deed
            seen.add(row)
            if len(seen) == RECENT_DEEDS:
                return


def signals(situation: Situation) -> Mapping[Signal, Floats]:
    """Return what each signal adds to the score of each item of the shelf."""
    shelf, blend = situation.shelf, situation.blend
    scene = _SCENES[situation.scene]
    popular = 1.0 if situation.person is None else blend.popular
    calm = 1 - situation.mood.weight if situation.mood and situation.mood.needs_comfort else 1.0
    parts = {
        Signal.POPULARITY: np.float32(scene.popular * popular) * shelf.popularity,
        Signal.WORD_OF_MOUTH: _word_of_mouth(situation),
        Signal.NEW: np.float32(NEW_WEIGHT * scene.new * calm) * newness(shelf, situation.now),
    }
    if situation.anchors:
        parts[Signal.SIMILAR_ITEM] = np.float32(scene.similar) * _going_together(situation)
    if situation.person is not None:
        parts |= _personal(situation, situation.person, scene)
    return parts


def _word_of_mouth(situation: Situation) -> Floats:
    shelf = situation.shelf
    praise = np.float32(PRAISE_WEIGHT) * shelf.praise(situation.now)
    return np.asarray(praise - np.float32(TROUBLE_WEIGHT) * shelf.trouble, np.float32)


def newness(shelf: Shelf, now: datetime) -> Floats:
    """1 for the newest item, 0 for what is as old as the average or older."""
    age = np.maximum(now.timestamp() - shelf.created, 0)
    return above_average(0.5 ** (age / NEW_HALF_LIFE.total_seconds()))


def familiarity(situation: Situation) -> Floats:
    """How much of what the person liked is of the item's category: 1 for the most, 0 for none."""
    shelf = situation.shelf
    liked = np.zeros(len(shelf.categories), np.float32)
    for deed in situation.person.deeds if situation.person else ():
        row = shelf.row_of(deed.item_id)
        if row is not None:
            liked[shelf.category[row]] += deed.weight
    largest = float(liked.max(initial=0))
    if largest <= 0:
        return np.zeros(len(shelf), np.float32)
    return np.asarray(np.maximum(liked / np.float32(largest), 0)[shelf.category])


def _personal(situation: Situation, person: Person, scene: _SceneWeights) -> dict[Signal, Floats]:
    parts: dict[Signal, Floats] = {}
    shelf, fitted, blend = situation.shelf, situation.fitted, situation.blend
    tastes = fitted.tastes(person.user_id) if fitted else None
    if tastes is not None:
        parts[Signal.TASTE] = np.float32(scene.taste * blend.taste) * above_average(tastes)
    if situation.recent:
        rows = [row for row, _, _ in situation.recent]
        weights = [weight for _, weight, _ in situation.recent]
        known = sum(map(abs, weights))
        scale = scene.recent * blend.recent * known / (known + HALF_KNOWN)
        parts[Signal.RECENT_BEHAVIOR] = np.float32(scale) * likeness(shelf, fitted, rows, weights)
    if situation.mood is not None:
        fit = mood_fit(
            situation.mood,
            familiar=familiarity(situation),
            praised=np.maximum(shelf.praise(situation.now), shelf.joy),
            gentle_price=shelf.gentle_price,
            new=newness(shelf, situation.now),
            bright=np.maximum(shelf.bright, shelf.joy),
        )
        parts[Signal.MOOD] = np.float32(MOOD_WEIGHT * situation.mood.weight) * above_average(fit)
    return parts


def _going_together(situation: Situation) -> Floats:
    """How well items go with the anchors.

    With a cart that means taken together, not alike: another of the same category replaces a thing
    rather than going with it, so it counts half.
    """
    shelf, anchors = situation.shelf, situation.anchors
    alike = np.maximum(likeness(shelf, situation.fitted, anchors, [1.0] * len(anchors)), 0)
    if situation.scene is Scene.CART and situation.fitted is not None:
        same = np.isin(shelf.category, shelf.category[anchors])
        alike = np.where(same, alike * np.float32(0.5), alike)
    return alike

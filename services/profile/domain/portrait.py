"""A portrait: what a person's behaviours and words add up to.

Everything in it is a sum, a maximum or a count, so it does not matter in which order things are
heard of. Two things are not exactly so. Sums of floats differ in the last digits. And of each kind
only the `KEPT` strongest traits are kept, by what they weigh for or against; one that is dropped
begins again from nothing. Half as many again are kept as are shown, and fading never changes which
of two traits is stronger, so a trait can only be missing from what is shown if it once ranked
below 75 of its kind and rose later; only then does it matter in what order things came.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from uuid import UUID

from services.profile.domain.behavior import Behavior, BehaviorType
from services.profile.domain.events import PortraitChanged
from services.profile.domain.evidence import Evidence
from services.profile.domain.item import Item
from services.profile.domain.view import LineageView, PortraitView, TraitKind, TraitView

SHOWN = 50  # traits of a kind; portrait.proto says the same
TOLD = 10  # traits of a kind in the event; profile_events.proto says the same
KEPT = 75  # traits of a kind

# Evidence of one purchase gives a confidence of 0.63, of three 0.95.
_SURE = 6.0
# engagement = 1 - exp(-s / 10): portrait.proto says the same.
_ENGAGED = 10.0
# What has faded to less than this is not shown: a view of ten months ago.
_NOTHING = 0.001

# A wholly sure, strongest feeling counts as much as three views.
_EMOTION_WEIGHT = 3.0
CONTENT_TAGGED = "CONTENT_TAGGED"

TraitKey = tuple[TraitKind, str]


@dataclass(frozen=True, slots=True)
class Lineage:
    """How often a source spoke, and the last event by time (then id), seconds since the epoch."""

    count: int
    last_event_id: str
    last_at: float

    def plus(self, event_id: str, moment: float) -> "Lineage":
        if (moment, event_id) > (self.last_at, self.last_event_id):
            return Lineage(self.count + 1, event_id, moment)
        return Lineage(self.count + 1, self.last_event_id, self.last_at)


@dataclass(slots=True)
class Trait:
    """Evidence for one thing, and where it is from, by source."""

    evidence: Evidence = field(default_factory=Evidence)
    lineage: dict[str, Lineage] = field(default_factory=dict)

    def add(self, amount: float, source: str, event_id: str, moment: float) -> None:
        self.evidence = self.evidence.plus(amount, moment)
        known = self.lineage.get(source)
        self.lineage[source] = (
            known.plus(event_id, moment) if known else Lineage(1, event_id, moment)
        )


@dataclass
class Portrait:
    """What is kept of a person. `version` counts the changes, also over deletions."""

    user_id: UUID
    version: int = 0
    traits: dict[TraitKey, Trait] = field(default_factory=dict)
    behavior_count: int = 0
    purchase_count: int = 0
    spent_minor: dict[str, int] = field(default_factory=dict)
    last_active_at: datetime | None = None
    activity: Evidence = field(default_factory=Evidence)

    def learn(self, behavior: Behavior, item: Item | None) -> None:
        """Take in a behaviour. Towards an item not known yet it counts for no trait so far."""
        moment = behavior.occurred_at.timestamp()
        self.behavior_count += 1
        self.activity = self.activity.plus(behavior.weight, moment)
        if self.last_active_at is None or behavior.occurred_at > self.last_active_at:
            self.last_active_at = behavior.occurred_at
        if behavior.type is BehaviorType.PURCHASE:
            self.purchase_count += 1
            if behavior.paid is not None:
                currency = behavior.paid.currency
                before = self.spent_minor.get(currency, 0)
                self.spent_minor[currency] = before + behavior.paid.amount_minor
        if item is not None:
            self.learn_item(behavior, item)

    def learn_item(self, behavior: Behavior, item: Item) -> None:
        """Let a behaviour speak for what its item is; only once, also if that is learned late."""
        amount, source = behavior.weight, behavior.type.name
        event_id, moment = str(behavior.event_id), behavior.occurred_at.timestamp()
        for key in _about(item):
            self._trait(key).add(amount, source, event_id, moment)

    def feel(self, emotion: str, strength: float, *, event_id: UUID, occurred_at: datetime) -> None:
        """Take in a feeling the person expressed; `strength` is 0 to 1."""
        trait = self._trait((TraitKind.EMOTION, emotion))
        amount = _EMOTION_WEIGHT * strength
        trait.add(amount, CONTENT_TAGGED, str(event_id), occurred_at.timestamp())

    def forget_emotions(self) -> bool:
        """Drop every emotion; return whether there was one."""
        kept = {key: trait for key, trait in self.traits.items() if key[0] != TraitKind.EMOTION}
        found = len(kept) < len(self.traits)
        self.traits = kept
        return found

    def forget(self) -> None:
        """Drop everything but the version, so that readers take what is told next as newer."""
        self.traits, self.spent_minor = {}, {}
        self.behavior_count = self.purchase_count = 0
        self.last_active_at, self.activity = None, Evidence()

    def changed(self, now: datetime) -> PortraitChanged:
        """Close a change: prune, count it and tell it."""
        self._prune()
        self.version += 1
        view = self.view(now, limit=TOLD, with_lineage=False)
        return PortraitChanged(portrait=view, occurred_at=now)

    def view(self, now: datetime, *, limit: int = SHOWN, with_lineage: bool = True) -> PortraitView:
        """Show it as of now, at most `limit` traits of a kind."""
        moment = now.timestamp()
        activity = max(0.0, self.activity.at(moment))
        return PortraitView(
            user_id=self.user_id,
            version=self.version,
            traits=tuple(self._show(moment, limit, with_lineage=with_lineage)),
            behavior_count=self.behavior_count,
            purchase_count=self.purchase_count,
            spent_minor=dict(self.spent_minor),
            last_active_at=self.last_active_at,
            engagement=-math.expm1(-activity / _ENGAGED),
        )

    def _show(self, moment: float, limit: int, *, with_lineage: bool) -> Iterator[TraitView]:
        strengths: dict[TraitKind, list[tuple[float, str, Trait]]] = defaultdict(list)
        for (kind, value), trait in self.traits.items():
            strength = trait.evidence.at(moment)
            if strength > _NOTHING:
                strengths[kind].append((-strength, value, trait))
        for kind in sorted(strengths):
            ranked = sorted(strengths[kind], key=itemgetter(0, 1))[:limit]
            strongest = ranked[0][0]
            for strength, value, trait in ranked:
                yield TraitView(
                    kind,
                    value,
                    strength / strongest,
                    -math.expm1(strength / _SURE),
                    tuple(_lineage(trait)) if with_lineage else (),
                    datetime.fromtimestamp(trait.evidence.as_of, UTC),
                )

    def _trait(self, key: TraitKey) -> Trait:
        trait = self.traits.get(key)
        if trait is None:
            trait = self.traits[key] = Trait()
        return trait

    def _prune(self) -> None:
        if len(self.traits) <= KEPT:
            return
        by_kind: dict[TraitKind, list[TraitKey]] = defaultdict(list)
        for key in self.traits:
            by_kind[key[0]].append(key)
        latest = max(trait.evidence.as_of for trait in self.traits.values())
        for keys in by_kind.values():
            if len(keys) > KEPT:
                keys.sort(key=lambda key: (-abs(self.traits[key].evidence.at(latest)), key[1]))
                for key in keys[KEPT:]:
                    del self.traits[key]


def _about(item: Item) -> Iterable[TraitKey]:
    yield TraitKind.CATEGORY, item.category
    if item.brand:
        yield TraitKind.BRAND, item.brand
    for tag in item.tags:
        yield TraitKind.TAG, tag


def _lineage(trait: Trait) -> Iterator[LineageView]:
    """Yield the sources, those that spoke most often first."""
    for source, known in sorted(trait.lineage.items(), key=lambda pair: (-pair[1].count, pair[0])):
        last_at = datetime.fromtimestamp(known.last_at, UTC)
        yield LineageView(source, known.count, known.last_event_id, last_at)

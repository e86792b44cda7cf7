"""A portrait: what a person's behaviours and words add up to.

Everything in it is a sum, a maximum or a count, so it does not matter in which order things are
heard of (see evidence.py). Two things are not exactly so. Sums of floats differ in the last
digits. And of each kind only the `KEPT` strongest traits are kept, by what they weigh for or
against; one that is dropped begins again from nothing. Half as many again are kept as are shown,
and fading never changes which of two traits is stronger, so a trait can only be missing from what
is shown if it once ranked below 75 of its kind and rose later; only then does order matter.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

from services.profile.domain.behavior import Behavior, BehaviorType
from services.profile.domain.events import PortraitChanged
from services.profile.domain.evidence import faded, grown
from services.profile.domain.feeling import Feeling
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

# Plain tuples and dicts, as they are stored: a batch of behaviours touches hundreds of portraits
# with hundreds of traits each, most of which it only ranks. Moments are seconds since the epoch.
Lineage: TypeAlias = tuple[int, str, float]
"""Of one source: how often it spoke, the last event by time (then by id), and its moment."""
Trait: TypeAlias = tuple[float, float, dict[str, Lineage]]
"""The evidence as it is kept (see evidence.py), the moment of the latest, lineage by source."""


@dataclass
class Portrait:
    """What is kept of a person. `version` counts the changes, also over deletions.

    `activity` is the sum of the weights of all behaviours, as evidence is kept.
    """

    user_id: UUID
    version: int = 0
    traits: dict[TraitKind, dict[str, Trait]] = field(default_factory=dict)
    behavior_count: int = 0
    purchase_count: int = 0
    spent_minor: dict[str, int] = field(default_factory=dict)
    last_active_at: datetime | None = None
    activity: float = 0.0

    def learn(self, behavior: Behavior, item: Item | None) -> None:
        """Take in a behaviour. Towards an item not known yet it counts for no trait so far."""
        self.behavior_count += 1
        self.activity += grown(behavior.weight, behavior.occurred_at.timestamp())
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
        moment = behavior.occurred_at.timestamp()
        amount, event_id = grown(behavior.weight, moment), str(behavior.event_id)
        for kind, value in _about(item):
            self._add(kind, value, amount, behavior.type.name, event_id, moment)

    def feel(self, feeling: Feeling) -> None:
        """Take in a feeling that the person expressed."""
        self._feel(feeling, 1)

    def unfeel(self, feeling: Feeling) -> None:
        """Take out a feeling that the person did not express, as it was or will be taken in."""
        self._feel(feeling, -1)

    def forget_emotions(self) -> bool:
        """Drop every emotion; return whether there was one."""
        return bool(self.traits.pop(TraitKind.EMOTION, None))

    def forget(self) -> None:
        """Drop everything but the version, so that readers take what is told next as newer."""
        self.traits, self.spent_minor = {}, {}
        self.behavior_count = self.purchase_count = 0
        self.last_active_at, self.activity = None, 0.0

    def changed(self, now: datetime) -> PortraitChanged:
        """Close a change: prune, count it and tell it."""
        self._prune()
        self.version += 1
        view = self.view(now, limit=TOLD, with_lineage=False)
        return PortraitChanged(portrait=view, occurred_at=now)

    def view(self, now: datetime, *, limit: int = SHOWN, with_lineage: bool = True) -> PortraitView:
        """Show it as of now, at most `limit` traits of a kind."""
        moment = now.timestamp()
        activity = max(0.0, faded(self.activity, moment))
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
        least, to_sure = grown(_NOTHING, moment), -faded(1.0, moment) / _SURE
        for kind in sorted(self.traits):
            traits = self.traits[kind]
            ranked = sorted((-trait[0], value) for value, trait in traits.items())[:limit]
            for negative, value in ranked:
                if -negative < least:
                    break
                _, latest, lineage = traits[value]
                yield TraitView(
                    kind,
                    value,
                    negative / ranked[0][0],
                    -math.expm1(-negative * to_sure),
                    _lineage(lineage) if with_lineage else (),
                    datetime.fromtimestamp(latest, UTC),
                )

    def _feel(self, feeling: Feeling, times: int) -> None:
        moment = feeling.occurred_at.timestamp()
        amount = times * grown(_EMOTION_WEIGHT * feeling.strength, moment)
        value, source, event_id = feeling.emotion, feeling.source, str(feeling.event_id)
        self._add(TraitKind.EMOTION, value, amount, source, event_id, moment, times)

    def _add(
        self,
        kind: TraitKind,
        value: str,
        amount: float,
        source: str,
        event_id: str,
        moment: float,
        times: int = 1,
    ) -> None:
        """Add evidence that a source gave so many times; a trait that no source speaks for goes."""
        traits = self.traits.setdefault(kind, {})
        before, latest, lineage = traits.get(value) or (0.0, moment, {})
        count, last_id, last_at = lineage.get(source) or (0, event_id, moment)
        if times > 0 and (moment, event_id) > (last_at, last_id):
            last_id, last_at = event_id, moment
        lineage[source] = (count + times, last_id, last_at)
        if not lineage[source][0]:
            del lineage[source]
        if lineage:
            traits[value] = (before + amount, max(latest, moment), lineage)
        else:
            traits.pop(value, None)

    def _prune(self) -> None:
        for kind, traits in self.traits.items():
            if len(traits) > KEPT:
                ranked = sorted(traits.items(), key=lambda pair: (-abs(pair[1][0]), pair[0]))
                self.traits[kind] = dict(ranked[:KEPT])


def _about(item: Item) -> Iterable[tuple[TraitKind, str]]:
    yield TraitKind.CATEGORY, item.category
    if item.brand:
        yield TraitKind.BRAND, item.brand
    for tag in item.tags:
        yield TraitKind.TAG, tag


def _lineage(lineage: dict[str, Lineage]) -> tuple[LineageView, ...]:
    """Show the sources, those that spoke most often first."""
    return tuple(
        LineageView(source, count, event_id, datetime.fromtimestamp(last_at, UTC))
        for source, (count, event_id, last_at) in sorted(
            lineage.items(), key=lambda pair: (-pair[1][0], pair[0])
        )
    )

"""One training from data to model: choose the blend, evaluate on the future, fit on all.

Nothing looks ahead. The last fifth of the time is the future that is evaluated on; the weights of
the blend are chosen on the last fifth of what comes before it; only the model that will answer has
seen all. What is counted is *new* items: things a person takes later and had not taken before. So
everything taken before is left out of every ranking, also where people buy again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from time import perf_counter
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.recommendation.domain.behavior import Interaction
from services.recommendation.domain.evaluation import AT, Evaluation, Rank, evaluate
from services.recommendation.domain.item import Item, Standing
from services.recommendation.domain.listing import Wanted, list_items
from services.recommendation.domain.person import DEEDS_KEPT, Deed, Person
from services.recommendation.domain.ranking import Situation, signals
from services.recommendation.domain.shelf import Floats, Shelf
from services.recommendation.domain.taste import Blend, Fitted, TasteModel
from services.recommendation.domain.words import Scene, Signal
from services.recommendation.training.fit import Known, Report, fit

PAST = 0.8
"""The share of the interactions, by time, that is trained on."""

MOST_PEOPLE = 1000
"""People evaluated on; of more, every n-th, so that it takes seconds."""

# What the blend may be. Popularity never below ¼: the little known is ranked by it.
_GRID = [
    Blend(taste=taste, recent=recent, popular=popular)
    for taste, recent, popular in product((0.0, 0.25, 0.5, 1.0), (0.25, 0.5, 1.0), (0.25, 0.5, 1.0))
]


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What a training brings."""

    model: TasteModel
    evaluations: tuple[Evaluation, ...]
    fit_seconds: float


@dataclass(frozen=True)
class _History:
    """Interactions in the order of time, and the catalogue."""

    items: Sequence[Item]
    interactions: Sequence[Interaction]

    def split(self) -> tuple["_History", "_History"]:
        """Cut by time; what happens in the moment of the cut belongs to the past."""
        cut = self.interactions[int(len(self.interactions) * PAST) - 1].occurred_at
        past = [one for one in self.interactions if one.occurred_at <= cut]
        return _History(self.items, past), _History(self.items, self.interactions[len(past) :])

    def taken(self) -> dict[UUID, set[str]]:
        """What each person had anything to do with."""
        found: dict[UUID, set[str]] = {}
        for one in self.interactions:
            found.setdefault(one.user_id, set()).add(one.item_id)
        return found

    def liked(self) -> dict[UUID, set[str]]:
        found: dict[UUID, set[str]] = {}
        for one in self.interactions:
            if one.weight > 0:
                found.setdefault(one.user_id, set()).add(one.item_id)
        return found

    def people(self) -> dict[UUID, Person]:
        """Everybody as answering would know them, all of them willing."""
        deeds: dict[UUID, list[Deed]] = {}
        for one in reversed(self.interactions):
            own = deeds.setdefault(one.user_id, [])
            if len(own) < DEEDS_KEPT:
                own.append(Deed(one.item_id, one.kind, one.weight, one.occurred_at))
        return {
            user_id: Person(user_id, allows_personalization=True, deeds=tuple(own))
            for user_id, own in deeds.items()
        }

    def shelf(self) -> Shelf:
        popularity: dict[str, float] = {}
        so_far: dict[tuple[UUID, str], float] = {}
        for one in self.interactions:
            pair = (one.user_id, one.item_id)
            added = one.popularity(so_far.get(pair, 0.0))
            so_far[pair] = so_far.get(pair, 0.0) + added
            popularity[one.item_id] = popularity.get(one.item_id, 0.0) + added
        return (
            Shelf()
            .with_items(self.items)
            .with_standings({key: Standing(popularity=sum_) for key, sum_ in popularity.items()})
        )


def learn(
    items: Sequence[Item],
    interactions: Sequence[Interaction],
    *,
    version: str,
    now: datetime,
    report: Report,
) -> Learned:
    """Train; interactions with items that are not in the catalogue must have been left out."""
    ordered = sorted(interactions, key=lambda one: (one.occurred_at, one.event_id))
    history = _History(items, ordered)
    past, future = history.split()
    earlier, later = past.split()
    trial = _fit(earlier, "trial", now, Blend(), _between(report, 0.0, 0.2))
    blend = _choose_blend(trial, earlier, later)
    report(0.3)
    tested = replace(_fit(past, "tested", now, blend, _between(report, 0.3, 0.55)), blend=blend)
    evaluations = _evaluate(tested, past, future)
    report(0.65)
    fitting = perf_counter()
    model = _fit(history, version, now, blend, _between(report, 0.65, 1.0))
    return Learned(model=model, evaluations=evaluations, fit_seconds=perf_counter() - fitting)


def _fit(
    history: _History, version: str, now: datetime, blend: Blend, report: Report
) -> TasteModel:
    return fit(known_pairs(history), version=version, now=now, blend=blend, report=report)


def known_pairs(history: _History) -> Known:
    """Add up each person's weights for each item; what comes out at 0 or below is not taken."""
    weights: dict[tuple[UUID, str], float] = {}
    for one in history.interactions:
        pair = (one.user_id, one.item_id)
        weights[pair] = weights.get(pair, 0.0) + one.weight
    pairs = [(pair, weight) for pair, weight in weights.items() if weight > 0]
    users = sorted({user_id for (user_id, _), _ in pairs})
    user_row = {user_id: row for row, user_id in enumerate(users)}
    item_row = {item.item_id: row for row, item in enumerate(history.items)}
    return Known(
        users=users,
        items=history.items,
        user_rows=np.array([user_row[pair[0]] for pair, _ in pairs], np.int32),
        item_rows=np.array([item_row[pair[1]] for pair, _ in pairs], np.int32),
        weights=np.array([weight for _, weight in pairs], np.float32),
    )


def _later_takes(past: _History, future: _History) -> dict[UUID, set[str]]:
    """Who was known before, and the new things they took afterwards."""
    had, took = past.taken(), future.liked()
    fresh = {
        user_id: items - had[user_id] for user_id, items in sorted(took.items()) if user_id in had
    }
    people = [user_id for user_id, items in fresh.items() if items]
    step = max(1, -(-len(people) // MOST_PEOPLE))
    return {user_id: fresh[user_id] for user_id in people[::step]}


def _choose_blend(model: TasteModel, past: _History, future: _History) -> Blend:
    """Blend what did best on the near future, by NDCG.

    With a few hundred people the best of the grid is best by luck: so the answer is the mean of all
    that are not worse than it by more than one standard error of the difference.
    """
    shelf, people, had = past.shelf(), past.people(), past.taken()
    unit = replace(model, blend=Blend(taste=1.0, recent=1.0, popular=1.0))
    fitted = Fitted(unit, shelf.items)
    now = past.interactions[-1].occurred_at
    gains = 1 / np.log2(np.arange(2, AT + 2))
    rows = []
    for user_id, took in _later_takes(past, future).items():
        parts = signals(Situation(shelf, fitted, people[user_id], None, Scene.HOME, None, now))
        out = [shelf.rows[item_id] for item_id in had[user_id]]
        wanted = {shelf.rows[item_id] for item_id in took}
        rows.append(np.zeros(len(_GRID)))
        for at, blend in enumerate(_GRID):
            top = _top(_blended(parts, blend, len(shelf)), out)
            hits = np.array([row in wanted for row in top.tolist()])
            rows[-1][at] = gains[: len(hits)][hits].sum() / gains[: min(len(wanted), AT)].sum()
    return _mean_of_best(np.array(rows)) if rows else Blend()


def _mean_of_best(ndcgs: NDArray[np.float64]) -> Blend:
    """Average the good blends; one row a person, one column a blend of the grid."""
    behind = ndcgs[:, [ndcgs.mean(axis=0).argmax()]] - ndcgs
    error = behind.std(axis=0) / np.sqrt(len(ndcgs))
    good = [blend for at, blend in enumerate(_GRID) if behind[:, at].mean() <= error[at]]
    return Blend(
        taste=sum(blend.taste for blend in good) / len(good),
        recent=sum(blend.recent for blend in good) / len(good),
        popular=sum(blend.popular for blend in good) / len(good),
    )


def _blended(parts: Mapping[Signal, Floats], blend: Blend, count: int) -> Floats:
    total = np.zeros(count, np.float32)
    for signal, weight in (
        (Signal.TASTE, blend.taste),
        (Signal.RECENT_BEHAVIOR, blend.recent),
        (Signal.POPULARITY, blend.popular),
    ):
        if signal in parts:
            total += np.float32(weight) * parts[signal]
    return total


def _evaluate(model: TasteModel, past: _History, future: _History) -> tuple[Evaluation, ...]:
    shelf, people, had = past.shelf(), past.people(), past.taken()
    took = _later_takes(past, future)
    takers: dict[str, set[UUID]] = {}
    for user_id, items in past.liked().items():
        for item_id in items:
            takers.setdefault(item_id, set()).add(user_id)
    counts = np.array([len(takers.get(item.item_id, ())) for item in shelf.items], np.float32)
    fitted = Fitted(model, shelf.items)
    now = past.interactions[-1].occurred_at

    def ranked(scores: Floats, left_out: Collection[str]) -> list[str]:
        top = _top(scores, [shelf.rows[item_id] for item_id in left_out])
        return [shelf.items[row].item_id for row in top.tolist()]

    def most_popular(user_id: UUID) -> list[str]:
        return ranked(counts, had[user_id])

    def lightfm(user_id: UUID) -> list[str]:
        scores = fitted.tastes(user_id)
        return ranked(counts if scores is None else scores, had[user_id])

    def resonance(user_id: UUID) -> list[str]:
        situation = Situation(shelf, fitted, people[user_id], None, Scene.HOME, None, now)
        listing = list_items(situation, Wanted(size=AT, left_out=frozenset(had[user_id])))
        return [entry.item.item_id for entry in listing.entries]

    rankings: list[tuple[str, Rank]] = [
        ("most_popular", most_popular),
        ("lightfm", lightfm),
        ("resonance", resonance),
    ]
    return tuple(evaluate(name, rank, took, catalogue_size=len(shelf)) for name, rank in rankings)


def _top(scores: Floats, left_out: Sequence[int]) -> NDArray[np.int64]:
    """Rows of the `AT` best; equals in the order of the catalogue."""
    masked = scores.copy()
    masked[left_out] = -np.inf
    cut = np.partition(masked, -AT)[-AT] if len(masked) > AT else -np.inf
    rows = np.flatnonzero((masked >= cut) & np.isfinite(masked))
    return rows[np.argsort(-masked[rows], kind="stable")[:AT]]


def _between(report: Report, start: float, end: float) -> Report:
    """Report a part of the whole."""
    return lambda share: report(start + (end - start) * share)

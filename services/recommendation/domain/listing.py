"""From scores to a list: who is left out, how mixed it is, what is tried out, and why."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from services.recommendation.domain.item import Item
from services.recommendation.domain.pages import LONGEST_LIST, NOTHING_SHOWN, Shown
from services.recommendation.domain.ranking import Situation, signals
from services.recommendation.domain.reasons import Reason, text_of
from services.recommendation.domain.shelf import Floats
from services.recommendation.domain.words import Scene, Signal

CANDIDATES = 400
"""So many of the best are mixed and shown; the rest could not come up anyway."""

# Each further item of a category counts this much less. Decision 0040 has what it costs (little)
# and brings. On an item's page alike is what is asked for.
MIX = 0.95
MIX_ON_ITEM_PAGE = 0.99
MIX_OF_A_GOOD_MOOD = 0.1
"""How much more mixed a list gets at the best of moods."""

# One place of 20 tries out what nobody knows yet, low enough to cost little.
TRY_OUT_AT, TRY_OUT_EVERY = 14, 20

MOST_REASONS = 3
LEAST_SHARE = 0.12
"""A signal with a smaller share is not worth a sentence, unless it is the only one."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the list shall and shall not have."""

    size: int
    categories: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    max_price_minor: int = 0
    shown: Shown = NOTHING_SHOWN


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a list; scores never rise within it."""

    item: Item
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page, and whether another one may follow."""

    entries: tuple[Entry, ...]
    has_more: bool


def list_items(situation: Situation, wanted: Wanted) -> Listing:
    """Choose and order the items of one page, each with its reasons."""
    if len(situation.shelf) == 0:
        return Listing((), has_more=False)
    parts = signals(situation)
    total: Floats = np.sum(np.stack(list(parts.values())), axis=0, dtype=np.float32)
    eligible = _eligible(situation, wanted)
    size = min(wanted.size, LONGEST_LIST - wanted.shown.count)
    candidates = _best(situation, total, eligible)
    chosen = _mixed(situation, candidates, total, size)
    chosen = _with_tries(situation, chosen, total, eligible, wanted.shown.count)
    entries = tuple(
        Entry(situation.shelf.items[row], score, _reasons(situation, parts, row, lift))
        for row, score, lift in chosen
    )
    left = int(eligible.sum()) - len(entries)
    has_more = bool(entries) and left > 0 and wanted.shown.count + len(entries) < LONGEST_LIST
    return Listing(entries, has_more=has_more)


def _eligible(situation: Situation, wanted: Wanted) -> NDArray[np.bool_]:
    shelf = situation.shelf
    eligible = shelf.available.copy()
    if wanted.categories:
        codes = [shelf.categories[name] for name in wanted.categories if name in shelf.categories]
        eligible &= np.isin(shelf.category, codes)
    if wanted.max_price_minor:
        eligible &= (shelf.price_minor >= 0) & (shelf.price_minor <= wanted.max_price_minor)
    if wanted.shown.count:
        eligible &= ~wanted.shown.hides(shelf.marks)
    out = [shelf.rows[item_id] for item_id in wanted.left_out if item_id in shelf.rows]
    eligible[[*out, *situation.anchors]] = False
    return eligible


def _best(situation: Situation, total: Floats, eligible: NDArray[np.bool_]) -> list[int]:
    """Rows of the best, best first; equals in the order of their ids."""
    rows = np.flatnonzero(eligible)
    if len(rows) > CANDIDATES:
        cut = np.argpartition(-total[rows], CANDIDATES - 1)[:CANDIDATES]
        rows = np.flatnonzero(eligible & (total >= total[rows[cut]].min()))
        rows = rows[np.argsort(-total[rows], kind="stable")[: 2 * CANDIDATES]]
    items = situation.shelf.items
    ordered = sorted(
        zip((-total[rows]).tolist(), rows.tolist(), strict=True),
        key=lambda one: (one[0], items[one[1]].item_id),
    )
    return [row for _, row in ordered[:CANDIDATES]]


def _mixed(
    situation: Situation, candidates: Sequence[int], total: Floats, size: int
) -> list[tuple[int, float, float]]:
    """Take `size` rows, each time the best after what its category has had already."""
    fading = _fading(situation)
    queues: dict[int, list[int]] = {}
    for row in reversed(candidates):
        queues.setdefault(int(situation.shelf.category[row]), []).append(row)
    place = {row: at for at, row in enumerate(candidates)}
    heap = [(-float(total[rows[-1]]), place[rows[-1]], code, 1.0) for code, rows in queues.items()]
    heapq.heapify(heap)
    chosen: list[tuple[int, float, float]] = []
    while heap and len(chosen) < size:
        negative, _, code, left = heapq.heappop(heap)
        rows = queues[code]
        chosen.append((rows.pop(), -negative, 0.0))
        if rows:
            left *= fading
            score = float(total[rows[-1]])
            score = score * left if score > 0 else score
            heapq.heappush(heap, (-score, place[rows[-1]], code, left))
    return chosen


def _fading(situation: Situation) -> float:
    if situation.scene is Scene.ITEM:
        return MIX_ON_ITEM_PAGE
    mood = situation.mood
    return MIX - (MIX_OF_A_GOOD_MOOD * mood.weight if mood and not mood.needs_comfort else 0.0)


def _with_tries(
    situation: Situation,
    chosen: list[tuple[int, float, float]],
    total: Floats,
    eligible: NDArray[np.bool_],
    offset: int,
) -> list[tuple[int, float, float]]:
    """Give one place of 20 to an item that is little known, but not to who needs comfort."""
    mood, shelf = situation.mood, situation.shelf
    places = [at for at in range(len(chosen)) if (at + offset) % TRY_OUT_EVERY == TRY_OUT_AT]
    if not places or situation.scene is Scene.ITEM or (mood and mood.needs_comfort):
        return chosen
    unknown = eligible & (shelf.popularity <= 0) & (shelf.mentions == 0)
    unknown[[row for row, _, _ in chosen]] = False
    rows = np.flatnonzero(unknown)
    if len(rows) == 0:
        return chosen
    luck = total[rows] + np.float32(0.2) * _luck(situation, len(shelf))[rows]
    cut = np.partition(luck, -len(places))[-len(places)] if len(rows) > len(places) else -np.inf
    rows, luck = rows[luck >= cut], luck[luck >= cut]
    tries = rows[np.argsort(-luck, kind="stable")[: len(places)]]
    for at, row in zip(places, tries.tolist(), strict=False):
        score = chosen[at][1]
        chosen[at] = (row, score, score - max(float(total[row]), 0.0))
    return chosen


def _luck(situation: Situation, count: int) -> Floats:
    """0 to 1 for each item: another one every day and for every person, the same within the day."""
    who = situation.person.user_id.bytes if situation.person else b""
    seed = blake2b(situation.now.date().isoformat().encode() + who, digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(seed)).random(count, np.float32)


def _reasons(
    situation: Situation, parts: Mapping[Signal, Floats], row: int, lift: float
) -> tuple[Reason, ...]:
    """The signals that lifted the item, strongest first, with their true shares."""
    spoke = {signal: float(values[row]) for signal, values in parts.items() if values[row] > 0}
    if lift > 0 or not spoke:
        spoke[Signal.EXPLORATION] = lift if lift > 0 else 1.0
    whole = sum(spoke.values())
    strongest = sorted(spoke.items(), key=lambda one: (-one[1], one[0]))[:MOST_REASONS]
    return tuple(
        _reason(situation, signal, row, value / whole)
        for at, (signal, value) in enumerate(strongest)
        if at == 0 or value / whole >= LEAST_SHARE
    )


def _reason(situation: Situation, signal: Signal, row: int, share: float) -> Reason:
    about = _referred(situation, signal, row)
    deed = next((deed for at, _, deed in situation.recent if at == about), None)
    glad = situation.shelf.standings[row].felt.gladdest
    zh, en = text_of(
        signal,
        scene=situation.scene,
        title=situation.shelf.items[about].title if about is not None else "",
        kind=deed.kind if deed and signal is Signal.RECENT_BEHAVIOR else None,
        needs_comfort=bool(situation.mood and situation.mood.needs_comfort),
        felt=glad.emotion if glad else None,
    )
    item_id = situation.shelf.items[about].item_id if about is not None else ""
    return Reason(signal, min(share, 1.0), zh, en, item_id)


def _referred(situation: Situation, signal: Signal, row: int) -> int | None:
    """The item a reason speaks of besides its own."""
    if signal is Signal.RECENT_BEHAVIOR:
        return situation.recent_anchors.nearest(row)
    if signal is Signal.SIMILAR_ITEM:
        return situation.scene_anchors.nearest(row)
    return None

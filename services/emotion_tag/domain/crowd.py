"""How much each text of an author counts: nobody makes the picture of a thing alone.

The first text of an author about a subject on a day counts 1, the next 1/2, then 1/4 …; behind
`MOST_COUNTED` they count nothing. So an author weighs less than 2 a day, however much they say, and
a thousand lines of one person are worth less than two people. What counts as first is the time at
which it was said, so the order in which texts arrive or are deleted does not matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from services.emotion_tag.domain.voice import AUTHORS, SIZE, TEXTS, Sums, Voice

MOST_COUNTED = 6
"""Together they count 1.97, all further ones would add 0.03."""


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """Sums to be added to those of a subject, for something said at a time."""

    said_at: datetime
    sums: Sums


def first_said(voices: Iterable[Voice]) -> list[Voice]:
    """The texts of one author that count, in the order in which they do."""
    return sorted(voices, key=lambda voice: (voice.said_at, voice.content_id))[:MOST_COUNTED]


def changes(before: Iterable[Voice], after: Iterable[Voice]) -> list[Change]:
    """What changes if an author has said `after` rather than `before` about a subject on a day.

    Both may leave out texts that count neither before nor after.
    """
    was = {voice.content_id: voice for voice in before}
    will = {voice.content_id: voice for voice in after}
    ranks_before = {v.content_id: n for n, v in enumerate(first_said(was.values()))}
    ranks_after = {v.content_id: n for n, v in enumerate(first_said(will.values()))}
    found: list[Change] = []
    for content_id, voice in {**was, **will}.items():
        rank, former = ranks_after.get(content_id), ranks_before.get(content_id)
        is_new, is_gone = content_id not in was, content_id not in will
        if rank == former and not is_new and not is_gone:
            continue
        sums = voice.sums() * (_weight(rank) - _weight(former))
        sums[TEXTS] = float(is_new) - float(is_gone)
        sums[AUTHORS] = float(rank == 0) - float(former == 0)
        found.append(Change(voice.said_at, sums))
    return found


def total(found: Sequence[Change]) -> Sums:
    """The sum of changes, not faded."""
    return np.sum([change.sums for change in found], axis=0) if found else np.zeros(SIZE)


def _weight(rank: int | None) -> float:
    return 0.0 if rank is None else 0.5**rank

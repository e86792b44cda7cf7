"""How much each text of an author counts: nobody makes the picture of a thing alone.

The first text of an author about a subject on a day counts 1, the next 1/2, then 1/4 …; behind
`MOST_COUNTED` they count nothing. So an author weighs less than 2 a day, however much they say, and
a thousand lines of one person are worth less than two people. What counts as first is the time at
which it was said, so the order in which texts arrive or are deleted does not matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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

    Both may leave out texts that count neither before nor after. The time of a text never changes.
    """
    was = {voice.content_id: voice for voice in before}
    will = {voice.content_id: voice for voice in after}
    counted, counts = _ranks(was.values()), _ranks(will.values())
    found: list[Change] = []
    for content_id in {**was, **will}:
        former, now = was.get(content_id), will.get(content_id)
        rank_before, rank = counted.get(content_id), counts.get(content_id)
        if former == now and rank_before == rank:
            continue
        sums = _part(now, rank) - _part(former, rank_before)
        one = now or former
        assert one is not None, "it is in one of the two"
        found.append(Change(one.said_at, sums))
    return found


def _ranks(voices: Iterable[Voice]) -> dict[UUID, int]:
    return {voice.content_id: rank for rank, voice in enumerate(first_said(voices))}


def _part(voice: Voice | None, rank: int | None) -> Sums:
    """What a text adds as the author's `rank`-th, from 0; nothing but itself without a rank."""
    if voice is None:
        return np.zeros(SIZE)
    sums = voice.sums() * (0.0 if rank is None else 0.5**rank)
    sums[TEXTS] = 1.0
    sums[AUTHORS] = float(rank == 0)
    return sums

"""What the words of one clause say of which aspect.

Words that judge an aspect by themselves (太贵) speak for themselves. Other opinions go to the name
before them in the clause (发货 … 慢), or else to the one behind (漂亮的颜色); names in a row share
one (外观、内饰都好). What stands shortly behind a negation is turned; in a question nothing but
blame counts. A name without an opinion is left to the model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from services.emotion_tag.adapters.aspects.lexicon import Role
from services.emotion_tag.adapters.aspects.terms import Found, Sense
from services.emotion_tag.domain.aspect import Aspect

_REACH = 5  # symbols between a negation and what it turns: 没有想象中好看
_REACH_LATIN = 20  # not a very good one


class Ground(IntEnum):
    """How it is known what a text says of an aspect."""

    ASKED = 0
    JUDGED = 1
    OPINION = 2
    MODEL = 3
    MENTION = 4


@dataclass(slots=True)
class Said:
    """One thing said of an aspect; in places of the folded symbols, end exclusive."""

    aspect: Aspect
    start: int
    end: int
    side: int
    ground: Ground
    until: int = 0
    """Where the words end that the model has to read; 0 if it need not."""


@dataclass(slots=True)
class _Name:
    place: int
    """Among the words of the clause."""
    found: Found
    aspects: list[Aspect]
    taken: bool = False


def read_clause(words: Sequence[Found], end: int, mask: int, *, is_question: bool) -> list[Said]:
    """What a clause says; `end` is where it ends, `mask` the lexicons that count."""
    known = [
        (found, senses)
        for found in words
        if (senses := [s for s in found.word.senses if s.lexicon & mask])
    ]
    is_question = is_question or any(s.role is Role.ASKS for _, senses in known for s in senses)
    names = [
        _Name(place, found, aspects)
        for place, (found, senses) in enumerate(known)
        if (aspects := _aspects(senses, Role.NAMES))
    ]
    said: list[Said] = []
    for place, (found, senses) in enumerate(known):
        side_of = -1 if _is_turned(known, place) else 1
        before = [name for name in names if name.place < place]
        behind = [name for name in names if name.place > place]
        said += _one(found, senses, before, behind, side_of, is_question=is_question)
    return said + list(_left(names, end, is_question=is_question))


def _one(
    found: Found,
    senses: list[Sense],
    before: list[_Name],
    behind: list[_Name],
    turn: int,
    *,
    is_question: bool,
) -> Iterator[Said]:
    judges = {s.aspect: s.side for s in senses if s.role is Role.JUDGES}
    opines = {s.aspect: s.side for s in senses if s.role is Role.OPINES}
    run = _run(before)
    near = [aspect for name in run for aspect in name.aspects]
    if run and any(aspect in judges or aspect in opines or None in opines for aspect in near):
        if is_question:
            return
        for name in run:
            for aspect in name.aspects:
                side = judges.get(aspect, opines.get(aspect, opines.get(None, 0)))
                if side:
                    name.taken = True
                    start = min(name.found.start, found.start)
                    yield Said(aspect, start, found.end, side * turn, Ground.OPINION)
        return
    if judges:
        for aspect, side in judges.items():
            if aspect is None:
                continue
            if is_question and side * turn > 0:
                yield Said(aspect, found.start, found.end, 0, Ground.ASKED)
            else:
                yield Said(aspect, found.start, found.end, side * turn, Ground.JUDGED)
        return
    if before or not behind or is_question:
        return
    name = behind[0]
    for aspect in name.aspects:
        side = opines.get(aspect, opines.get(None, 0))
        if side:
            name.taken = True
            yield Said(aspect, found.start, name.found.end, side * turn, Ground.OPINION)


def _run(before: list[_Name]) -> list[_Name]:
    """The name next before, with those in a row before it that nothing was said of yet."""
    run = before[-1:]
    for name in reversed(before[:-1]):
        if name.taken or name.place != run[-1].place - 1:
            break
        run.append(name)
    return run


def _left(names: list[_Name], end: int, *, is_question: bool) -> Iterator[Said]:
    for i, name in enumerate(names):
        if name.taken:
            continue
        until = names[i + 1].found.start if i + 1 < len(names) else end
        ground = Ground.ASKED if is_question else Ground.MODEL
        for aspect in name.aspects:
            start, stop = name.found.start, name.found.end
            yield Said(aspect, start, stop, 0, ground, 0 if is_question else until)


def _aspects(senses: list[Sense], role: Role) -> list[Aspect]:
    return [s.aspect for s in senses if s.role is role and s.aspect is not None]


def _is_turned(known: Sequence[tuple[Found, list[Sense]]], place: int) -> bool:
    """Whether an odd number of negations stands shortly before a word."""
    found = known[place][0]
    count = 0
    for other, senses in known[:place]:
        if any(s.role is Role.NEGATES for s in senses):
            reach = _REACH_LATIN if other.word.is_latin else _REACH
            count += found.start - other.end <= reach
    return count % 2 == 1

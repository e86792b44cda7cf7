"""What the words of one clause say of which aspect.

Words that judge an aspect by themselves (太贵) speak for themselves. Other opinions go to the name
before them in the clause (发货 … 慢), or else to the one behind (漂亮的颜色); names in a row share
one (外观内饰都好). What stands shortly behind a negation is turned; in a question nothing but blame
counts. A name without an opinion is left to the model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from services.emotion_tag.adapters.aspects.lexicon import Role
from services.emotion_tag.adapters.aspects.terms import Found, Sense
from services.emotion_tag.domain.aspect import Aspect

# Symbols of Chinese and of Latin script between two words that still belong together.
_NEGATION_REACHES = (5, 20)  # 没有想象中好看, not a very good one
_OPINION_REACHES = (12, 40)  # from the name to what is said of it
_NAME_REACHES = (4, 16)  # from an opinion to the name behind it
_OF_PEOPLE = {Aspect.LOOK, Aspect.EFFECT}

_NAMES, _JUDGES, _NEGATES = 1 << Role.NAMES, 1 << Role.JUDGES, 1 << Role.NEGATES
_ASKS, _IS_SOMEBODY, _MEASURES = 1 << Role.ASKS, 1 << Role.IS_SOMEBODY, 1 << Role.MEASURES
TELLS = _NAMES | _JUDGES
"""Roles of words without which a text says nothing of any aspect."""
_SAYS = _JUDGES | _MEASURES | 1 << Role.OPINES


class Ground(IntEnum):
    """How it is known what a text says of an aspect, best first."""

    OPINION = 0
    JUDGED = 1
    MODEL = 2
    ASKED = 3
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


class _Word:
    """A word in its clause."""

    __slots__ = ("found", "named", "roles", "senses", "taken", "turn")

    def __init__(self, found: Found, turn: int) -> None:
        self.found = found
        self.senses, self.named, self.roles = found.word.senses, found.word.names, found.word.roles
        self.turn = turn
        """-1 behind an odd number of negations, else 1."""
        self.taken = False
        """Whether something was said of what it names."""


def read_clause(words: Sequence[Found], end: int, *, is_question: bool) -> list[Said]:
    """What a clause says; `end` is where it ends."""
    roles = 0
    known: list[_Word] = []
    for found in words:
        known.append(_Word(found, _turn(known, found) if roles & _NEGATES else 1))
        roles |= found.word.roles
    if not roles & TELLS:
        return []
    is_question = is_question or roles & _ASKS > 0
    said: list[Said] = []
    for place, word in enumerate(known):
        if word.roles & _SAYS:
            said += _said_by(word, known, place, is_question=is_question)
    if roles & _IS_SOMEBODY:
        said = [one for one in said if one.aspect not in _OF_PEOPLE]
    if roles & _NAMES:
        said += _left([word for word in known if word.named], end, is_question=is_question)
    return said


def _said_by(
    word: _Word, known: Sequence[_Word], place: int, *, is_question: bool
) -> Iterator[Said]:
    """What one word says of the names around it, or by itself."""
    run = _run_before(known, place)
    if any(_side(word, name) is not None for one in run for name in one.named):
        if not is_question:
            yield from _opinions(word, run)
    elif word.roles & _JUDGES:
        for sense in word.senses:
            if sense.role is Role.JUDGES and sense.aspect is not None:
                side = sense.side * word.turn
                asked = is_question and side > 0
                ground = Ground.ASKED if asked else Ground.JUDGED
                yield Said(
                    sense.aspect, word.found.start, word.found.end, 0 if asked else side, ground
                )
    elif not run and not is_question:
        behind = next((one for one in known[place + 1 :] if one.named), None)
        if behind and _is_near(word.found, behind.found, _NAME_REACHES):
            yield from _opinions(word, [behind])


def _opinions(word: _Word, run: Sequence[_Word]) -> Iterator[Said]:
    for one in run:
        start, end = min(one.found.start, word.found.start), max(one.found.end, word.found.end)
        for name in one.named:
            side = _side(word, name)
            if side is not None and name.aspect is not None:
                one.taken = True
                yield Said(name.aspect, start, end, side * word.turn, Ground.OPINION)


def _side(word: _Word, name: Sense) -> int | None:
    """Which way a word leans if it is said of a name; None if it says nothing of it."""
    general: int | None = None
    if name.side and word.roles & _MEASURES:
        return name.side * next(s.side for s in word.senses if s.role is Role.MEASURES)
    for sense in word.senses:
        if sense.role in (Role.JUDGES, Role.OPINES):
            if sense.aspect is name.aspect:
                return sense.side
            if sense.aspect is None:
                general = sense.side
    return general


def _run_before(known: Sequence[_Word], place: int) -> list[_Word]:
    """The name next before, if near, with those in a row before it that nothing was said of yet."""
    run: list[_Word] = []
    for at in range(place - 1, -1, -1):
        word = known[at]
        if not word.named:
            if run:
                break
            continue
        if run and word.taken:
            break
        if not run and not _is_near(word.found, known[place].found, _OPINION_REACHES):
            break
        run.append(word)
    return run


def _left(names: Sequence[_Word], end: int, *, is_question: bool) -> Iterator[Said]:
    """The names that nothing was said of."""
    for place, word in enumerate(names):
        if word.taken:
            continue
        until = names[place + 1].found.start if place + 1 < len(names) else end
        for name in word.named:
            if name.aspect is not None:
                ground, stop = (Ground.ASKED, 0) if is_question else (Ground.MODEL, until)
                yield Said(name.aspect, word.found.start, word.found.end, 0, ground, stop)


def _turn(before: Sequence[_Word], found: Found) -> int:
    near = sum(
        word.roles & _NEGATES > 0 and _is_near(word.found, found, _NEGATION_REACHES)
        for word in before
    )
    return -1 if near % 2 else 1


def _is_near(one: Found, other: Found, reaches: tuple[int, int]) -> bool:
    return other.start - one.end <= reaches[one.word.is_latin]

"""The aspects of texts that the wide model has read."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.aspects.clauses import TELLS, Ground, Said, read_clause
from services.emotion_tag.adapters.aspects.lexicon import Entry
from services.emotion_tag.adapters.aspects.terms import Found, TermFinder
from services.emotion_tag.adapters.wide.artefact import Artefact
from services.emotion_tag.adapters.wide.evidence import Origin, end_of
from services.emotion_tag.adapters.wide.folding import Folding
from services.emotion_tag.adapters.wide.linear_model import AnyScored
from services.emotion_tag.domain.aspect import Aspect, AspectSentiment
from services.emotion_tag.domain.taxonomy import Polarity

Floats = NDArray[np.float64]
Aspects = tuple[AspectSentiment, ...]

_BREAKS = re.compile(r"[,.!?;，。！？；~…\n]|但|不过|可是|(?<= )but(?= )|(?<=[⺀-鿿]) (?=[⺀-鿿])")
_QUESTION = "?"  # the folding makes ？ of it too
_LEAST_GRAMS = 3  # a stretch with fewer known n-grams does not lean
_LEANS = 3.0  # log-odds from which the model's reading of a stretch counts
_TORN = 1 / 3  # lead of a side, as a share of what was said, under which an aspect is mixed

# How often aspect and polarity were right where the best ground was this one: means of our own
# comments and of restaurant reviews, of questions and bare names of car-forum posts too; the halves
# that words were chosen on.
_SURE = {
    Ground.OPINION: 0.78,
    Ground.JUDGED: 0.75,
    Ground.MODEL: 0.4,
    Ground.ASKED: 0.6,
    Ground.MENTION: 0.35,
}
_SURE_OF_MIXED = 0.25


class AspectFinder:
    """Immutable; a text gets the same answer alone and in a batch."""

    def __init__(self, artefact: Artefact, lexicons: Sequence[list[Entry]]) -> None:
        folding = Folding(artefact.fold_source, artefact.fold_target, artefact.expansions)
        self.version = sha256(repr(lexicons).encode()).hexdigest()[:12]
        """Another if a word is."""
        self._terms = TermFinder(lexicons, folding)
        self._positive, self._squares = artefact.weights[:, -1], artefact.squares
        self._scale = float(artefact.scale[-1])

    def find(self, scored: AnyScored, bias: Floats, masks: Sequence[int]) -> list[Aspects]:
        """The aspects of each text; `bias` and the lexicons that count are given for each."""
        answers: list[Aspects] = [()] * len(masks)
        folded = scored.folded
        words = self._terms.find(folded)
        if not any(one.word.roles & TELLS for one in words):
            return answers
        ends, offsets, said = scored.ends, scored.offsets, {}
        for text, its in groupby(words, key=lambda one: bisect_left(ends, one.start)):
            begin = ends[text - 1] + 1 if text else 0
            if things := _read_text(folded, list(its), begin, ends[text], masks[text]):
                said[text] = things
        self._ask_the_model(scored, bias, said)
        for text, things in said.items():
            answers[text] = _answer(things, scored.origin, offsets[text])
        return answers

    def _ask_the_model(self, asked: AnyScored, bias: Floats, said: dict[int, list[Said]]) -> None:
        """Let the wide model read the stretches that nothing else is known of."""
        open_ = [(text, one) for text, things in said.items() for one in things if one.until]
        if not open_:
            return
        scored = asked.arrays
        stretch = np.full(len(scored.symbols.codes), -1, np.int64)
        for number, (_, one) in enumerate(open_):
            stretch[one.start : one.until] = number
        inside = stretch[scored.first]
        at = ((inside >= 0) & (inside == stretch[scored.last])).nonzero()[0]
        owner, rows = inside[at], scored.known[at]
        sums = np.bincount(owner, self._positive[rows], len(open_))
        lengths = np.sqrt(np.maximum(np.bincount(owner, self._squares[rows], len(open_)), 1))
        counts = np.bincount(owner, minlength=len(open_))
        odds = sums * self._scale / lengths + bias[[text for text, _ in open_]]
        for (_, one), lean, count in zip(open_, odds.tolist(), counts.tolist(), strict=True):
            if count >= _LEAST_GRAMS and abs(lean) >= _LEANS:
                one.side = 1 if lean > 0 else -1
            else:
                one.ground = Ground.MENTION


def _read_text(folded: str, words: list[Found], begin: int, end: int, mask: int) -> list[Said]:
    """What the words of a text say, clause by clause."""
    if not any(one.word.roles & TELLS for one in words):
        return []
    known = [Found(one.start, one.end, one.word.within(mask)) for one in words]
    said: list[Said] = []
    at = 0
    for stop, mark in _stops(folded, begin, end):
        first = at
        while at < len(known) and known[at].start < stop:
            at += 1
        if at > first:
            said += read_clause(known[first:at], stop, is_question=mark == _QUESTION)
    return said


def _stops(folded: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    """Where each clause ends, and by which mark."""
    for match in _BREAKS.finditer(folded, begin, end):
        yield match.start(), match[0]
    yield end, ""


def _answer(said: list[Said], origin: Origin, offset: int) -> Aspects:
    """One sentiment for each aspect, in the order of the words that are shown."""
    by_aspect: dict[Aspect, list[Said]] = {}
    for one in sorted(said, key=lambda one: (one.start, one.end)):
        by_aspect.setdefault(one.aspect, []).append(one)
    found = (_sentiment(things, origin, offset) for things in by_aspect.values())
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def _sentiment(things: list[Said], origin: Origin, offset: int) -> AspectSentiment:
    shown = min(things, key=lambda one: (one.side == 0, one.ground))
    by_words = [one.side for one in things if one.side and one.ground is not Ground.MODEL]
    polarity = _polarity(by_words or [one.side for one in things if one.side])
    return AspectSentiment(
        shown.aspect,
        polarity,
        int(origin[shown.start]) - offset,
        end_of(origin, shown.end - 1) - offset,
        _SURE_OF_MIXED if polarity is Polarity.MIXED else _SURE[shown.ground],
    )


def _polarity(sides: list[int]) -> Polarity:
    """Which way several things said of an aspect lean together."""
    if not sides:
        return Polarity.NEUTRAL
    lead = sum(sides) / len(sides)
    if abs(lead) < _TORN:
        return Polarity.MIXED
    return Polarity.POSITIVE if lead > 0 else Polarity.NEGATIVE

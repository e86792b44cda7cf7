"""The pieces of a text that spoke for an emotion.

An n-gram speaks for the top emotion as far as it lifts it above what the other emotions got from
it, each weighed by its probability (the slope of the log-probability). It is shared out among the
symbols it covers; runs of symbols of one clause that got a noticeable share are the evidence. Sums
are made in whole numbers, so they do not depend on the other texts of a batch.
"""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.folding import SPACE
from services.emotion_tag.adapters.wide.linear_model import LinearModel, Scored, ShortScored
from services.emotion_tag.adapters.wide.symbol_kinds import BREAK, LETTER
from services.emotion_tag.domain.tag import MAX_EVIDENCE, EvidenceSpan

_FINE = 1 << 24
_NOTICEABLE = 5  # a symbol is noticed that speaks a fifth as loud as the loudest of its text

Floats = NDArray[np.float64]
Spoke = NDArray[np.int64]
Spans = tuple[EvidenceSpan, ...]
Origin = Sequence[int] | NDArray[np.int64]
"""Where each symbol came from."""


class Evidence:
    """Needs the model whose weights spoke."""

    def __init__(self, model: LinearModel, scale: Floats) -> None:
        self._grams = model.grams
        self._weights = model.weights
        self._scale = scale[:-1]

    def of_short(self, scored: ShortScored, top: int, probabilities: Sequence[float]) -> Spans:
        """What `spoke` and `spans` make of one short text."""
        text = scored.text
        rows = scored.weights[:, :-1] * self._scale
        lifts = rows[:, top] - np.add.reduce(rows * probabilities, axis=1)
        lift_of = dict(zip(scored.rows, (lifts * _FINE).tolist(), strict=True))
        change = [0] * len(text.codes)
        begins, ends = text.grams.covered()
        for row, gram in zip(scored.known, scored.at, strict=True):
            first, behind = begins[gram], ends[gram] + 1
            share = round(lift_of[row] / ((behind - first) * scored.length))
            change[first] += share
            change[behind] -= share
        spoke = list(accumulate(change[:-1]))
        if LETTER in text.kinds:
            _share_by_words(spoke, text.kinds)
        says = [
            kind != BREAK and code != SPACE
            for kind, code in zip(text.kinds[:-1], text.codes, strict=False)
        ]
        breaks = [kind == BREAK for kind in text.kinds[:-1]]
        return _placed(_runs(spoke, says, breaks), spoke, text.origin, 0)

    def spoke(
        self, scored: Scored, top: Sequence[int], probabilities: Floats, wanted: Sequence[bool]
    ) -> Spoke:
        """How much each symbol of the texts `wanted` spoke for its text's emotion `top`, in
        1/`_FINE`.

        What the letters of a word got is shared evenly among them: a word is shown whole.
        """
        at = np.array(wanted)[scored.text].nonzero()[0]
        text, first, behind = scored.text[at], scored.first[at], scored.last[at] + 1
        rows = self._weights.take(scored.known[at], axis=0)[:, :-1] * self._scale
        expected = (rows * probabilities.take(text, axis=0)).sum(axis=1)
        lift = rows[np.arange(len(rows)), np.array(top, np.int64)[text]] - expected
        share = np.round(lift * _FINE / ((behind - first) * scored.length[text]))
        places = len(scored.symbols.codes) + 1
        change = np.bincount(first, share, places) - np.bincount(behind, share, places)
        spoke = change.astype(np.int64).cumsum()[:-1]
        in_words = self._grams.in_words(scored.symbols)
        return _shared_by_words(spoke, in_words) if in_words.any() else spoke

    def spans(self, scored: Scored, spoke: Spoke, wanted: Sequence[bool]) -> list[Spans]:
        """The evidence in each text that is `wanted`, in offsets of the original text."""
        symbols = scored.symbols
        says = self._grams.says_something(symbols).tolist()
        breaks = self._grams.breaks(symbols).tolist()
        loudness, origin = spoke.tolist(), symbols.origin.tolist()
        found: list[Spans] = []
        first = 0
        for end, offset, is_wanted in zip(
            symbols.ends.tolist(), symbols.offsets.tolist(), wanted, strict=True
        ):
            if is_wanted:
                runs = _runs(loudness[first:end], says[first:end], breaks[first:end])
                found.append(_placed(runs, loudness[first:end], origin[first : end + 1], offset))
            else:
                found.append(())
            first = end + 1
        return found


def _shared_by_words(spoke: Spoke, in_words: NDArray[np.bool_]) -> Spoke:
    edges = np.diff(in_words, prepend=False, append=False).nonzero()[0]
    sums = np.add.reduceat(spoke, edges)[0::2]
    lengths = edges[1::2] - edges[0::2]
    shared = spoke.copy()
    shared[in_words] = np.repeat(sums // lengths, lengths)
    return shared


def _share_by_words(spoke: list[int], kinds: list[int]) -> None:
    """The same in place, by the kinds of the symbols and of the `END` behind them."""
    first = 0
    for at, kind in enumerate(kinds):
        if kind != LETTER:
            if first < at:
                share = sum(spoke[first:at]) // (at - first)
                spoke[first:at] = [share] * (at - first)
            first = at + 1


def _runs(spoke: list[int], says: list[bool], breaks: list[bool]) -> list[tuple[int, int, int]]:
    """Loud runs that say something, as minus their loudness, first symbol and one behind the last.

    A break ends a run; a space belongs to it if it is loud itself and stands inside.
    """
    enough = max(max(spoke, default=0), 1) // _NOTICEABLE
    runs: list[tuple[int, int, int]] = []
    at, size = 0, len(spoke)
    while at < size:
        if spoke[at] <= enough or not says[at]:
            at += 1
            continue
        begin = behind = at
        while at < size and spoke[at] > enough and not breaks[at]:
            at += 1
            if says[at - 1]:
                behind = at
        runs.append((-sum(spoke[begin:behind]), begin, behind))
    return sorted(runs)[:MAX_EVIDENCE]


def _placed(
    runs: list[tuple[int, int, int]], spoke: list[int], origin: Sequence[int], offset: int
) -> Spans:
    total = sum([loudness for loudness in spoke if loudness > 0])
    return tuple(
        EvidenceSpan(
            origin[begin] - offset,
            end_of(origin, behind - 1) - offset,
            round(-weight / total, 6),
        )
        for weight, begin, behind in runs
    )


def end_of(origin: Origin, last: int) -> int:
    """Where the next symbol begins; a code point that folded to several has one origin."""
    behind = last + 1
    while origin[behind] == origin[last]:
        behind += 1
    return int(origin[behind])

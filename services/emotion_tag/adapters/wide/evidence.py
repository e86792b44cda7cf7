"""The pieces of a text that spoke for an emotion.

An n-gram speaks for the top emotion as far as it lifts it above what the other emotions got from
it, each weighed by its probability (the slope of the log-probability). It is shared out among the
symbols it covers; runs of symbols that got a noticeable share are the evidence. Sums are made in
whole numbers, so they do not depend on the other texts of a batch.
"""

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.folding import SPACE, Symbols
from services.emotion_tag.adapters.wide.linear_model import Scored
from services.emotion_tag.domain.tag import MAX_EVIDENCE, EvidenceSpan

_FINE = 1 << 24
_NOTICEABLE = 5  # a symbol is noticed that speaks a fifth as loud as the loudest of its text
_NEVER = np.iinfo(np.int64).max

Floats = NDArray[np.float64]
Spans = tuple[EvidenceSpan, ...]


def spoke_for(
    scored: Scored,
    weights: NDArray[np.int8],
    scale: Floats,
    top: NDArray[np.int64],
    probabilities: Floats,
) -> NDArray[np.int64]:
    """How much each symbol of all texts spoke for its text's top emotion, in 1/`_FINE`."""
    emotions = probabilities.shape[1]
    rows = weights[scored.known, :emotions] * scale[:emotions]
    expected = (rows * probabilities[scored.text]).sum(axis=1)
    lift = rows[np.arange(len(rows)), top[scored.text]] - expected
    covered = scored.last - scored.first + 1
    share = np.round(lift * _FINE / (covered * scored.length[scored.text])).astype(np.int64)
    change = np.zeros(len(scored.symbols.codes) + 1, np.int64)
    np.add.at(change, scored.first, share)
    np.subtract.at(change, scored.last + 1, share)
    return change.cumsum()[:-1]


def shared_by_words(spoke: NDArray[np.int64], in_words: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The same, with what the letters of a word got shared evenly: a word is shown whole."""
    if not in_words.any():
        return spoke
    edges = np.diff(in_words, prepend=False, append=False).nonzero()[0]
    sums = np.add.reduceat(spoke, edges)[0::2]
    lengths = edges[1::2] - edges[0::2]
    shared = spoke.copy()
    shared[in_words] = np.repeat(sums // lengths, lengths)
    return shared


def spans(symbols: Symbols, spoke: NDArray[np.int64], speaking: NDArray[np.bool_]) -> list[Spans]:
    """The evidence in each text that is `speaking`, in offsets of the original text."""
    starts = np.empty_like(symbols.ends)
    starts[0] = 0
    starts[1:] = symbols.ends[:-1] + 1
    loudest = np.maximum.reduceat(spoke, starts)
    total = np.add.reduceat(np.maximum(spoke, 0), starts)
    enough = np.where(speaking & (loudest > 0), loudest, _NEVER)
    lengths = symbols.ends + 1 - starts
    loud = spoke * _NOTICEABLE > np.repeat(enough, lengths)
    loud &= symbols.codes != SPACE
    # The symbol that ends a text is never loud: no run goes over it.
    begins = (loud[1:] & ~loud[:-1]).nonzero()[0] + 1
    if loud[0]:
        begins = np.concatenate((np.zeros(1, np.int64), begins))
    ends = (loud[:-1] & ~loud[1:]).nonzero()[0] + 1
    found: list[list[tuple[int, int, int]]] = [[] for _ in starts]
    if len(begins):
        upto = np.concatenate((np.zeros(1, np.int64), np.cumsum(spoke)))
        owner = np.searchsorted(symbols.ends, begins)
        runs = zip(
            (upto[ends] - upto[begins]).tolist(),
            begins.tolist(),
            ends.tolist(),
            owner.tolist(),
            strict=True,
        )
        for weight, begin, end, text in runs:
            found[text].append((-weight, begin, end))
    return [
        _spans_of(symbols, runs_of, int(total[text]), int(symbols.offsets[text]))
        for text, runs_of in enumerate(found)
    ]


def _spans_of(symbols: Symbols, runs: list[tuple[int, int, int]], total: int, offset: int) -> Spans:
    return tuple(
        EvidenceSpan(
            int(symbols.origin[begin]) - offset,
            end_of(symbols.origin, end - 1) - offset,
            round(-weight / total, 6),
        )
        for weight, begin, end in sorted(runs)[:MAX_EVIDENCE]
    )


def end_of(origin: NDArray[np.int64], last: int) -> int:
    """Where the next symbol begins; a code point that folded to several has one origin."""
    behind = last + 1
    while origin[behind] == origin[last]:
        behind += 1
    return int(origin[behind])

"""The pieces of a text that spoke for an emotion.

An n-gram speaks for the top emotion as far as it lifts it above what the other emotions got from
it, each weighed by its probability (the slope of the log-probability). It is shared out among the
symbols it covers; runs of symbols that got a noticeable share are the evidence. Sums are made in
whole numbers, so they do not depend on the other texts of a batch.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.folding import SPACE, Symbols
from services.emotion_tag.adapters.linear_model import Scored
from services.emotion_tag.domain.tag import MAX_EVIDENCE, EvidenceSpan

_FINE = 1 << 24
_NOTICEABLE = 0.2  # of the strongest symbol of the text

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
    return np.cumsum(change)[:-1]


def spans(symbols: Symbols, spoke: NDArray[np.int64], texts: Sequence[int]) -> list[Spans]:
    """The evidence in each of `texts`, in offsets of the original text."""
    return [_spans_of(symbols, spoke, text) for text in texts]


def _spans_of(symbols: Symbols, spoke: NDArray[np.int64], text: int) -> Spans:
    start = int(symbols.ends[text - 1]) + 1 if text else 0
    stop = int(symbols.ends[text])
    mine = spoke[start:stop]
    total = int(mine[mine > 0].sum())
    if not total:
        return ()
    loud = mine > _NOTICEABLE * mine.max()
    loud &= symbols.codes[start:stop] != SPACE
    edges = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False]))))
    begins, ends = edges[0::2], edges[1::2]
    sums = np.add.reduceat(np.append(mine, 0), edges)[0::2]
    strongest = np.argsort(-sums, kind="stable")[:MAX_EVIDENCE]
    offset = int(symbols.offsets[text])
    return tuple(
        EvidenceSpan(
            int(symbols.origin[start + begins[i]]) - offset,
            _end_of(symbols.origin, start + int(ends[i]) - 1) - offset,
            round(int(sums[i]) / total, 6),
        )
        for i in strongest
    )


def _end_of(origin: NDArray[np.int64], last: int) -> int:
    """Where the next symbol begins; a code point that folded to several has one origin."""
    behind = last + 1
    while origin[behind] == origin[last]:
        behind += 1
    return int(origin[behind])

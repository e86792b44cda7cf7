"""Why a text got its tag: what hangs on each of its pieces, and what was held against what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.emotion_tag.domain.scripts import HAN, KANA
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import Emotion, Localized, Polarity

MAX_PIECES = 64  # emotion_tag_service.proto says the same, here and for the others
MAX_ALTERNATIVES = 3

_PIECE = re.compile(
    rf"[^\W\d_{HAN}{KANA}]+(?:['’][^\W\d_{HAN}{KANA}]+)*"  # a word of an alphabet
    r"|[0-9]+(?:[.,][0-9]+)*"
    rf"|[{HAN}]{{1,2}}"  # two characters are a word, mostly
    r"|\[[^\[\]\s]{1,10}\]"  # an emote
    r"|\S"
)


class Tier(StrEnum):
    """Which part of the model answered."""

    NONE = "none"
    """Nothing to go by."""
    WIDE = "wide"
    ENCODER = "encoder"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text in code points, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PieceEffect:
    """What the text would be without a piece."""

    piece: Piece
    contribution: float
    """How much more likely the top emotion is with the piece, -1 to 1."""
    emotion_without: Emotion
    polarity_without: Polarity
    confidence_without: float
    wide_contribution: float
    """Its share of all that spoke for the top emotion in the wide model; below 0 if against."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the model and the figure that was held against it."""

    name: str
    limit: float
    value: float
    meaning: Localized

    @property
    def is_reached(self) -> bool:
        return self.value >= self.limit


@dataclass(frozen=True, slots=True)
class Inside:
    """What the model says of how it read one text."""

    tier: Tier
    spoke: Sequence[float]
    """For each code point, its share of what spoke for the top emotion in the wide model."""
    limits: tuple[Limit, ...]
    lexicon_version: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The tag of a text with its reasons."""

    tag: EmotionTag
    inside: Inside
    pieces: tuple[PieceEffect, ...]
    without_context: EmotionTag | None
    """If there was a context and it changes the scores."""
    readings: int
    """How many texts the model read for it."""

    def alternatives(self) -> list[tuple[Emotion, float]]:
        return self.tag.ranked()[1 : MAX_ALTERNATIVES + 1]


def pieces_of(text: str, tag: EmotionTag) -> list[Piece]:
    """The words of a text, or pairs of Chinese characters; spans of evidence stay whole.

    At most `MAX_PIECES`: neighbours are joined, as many as it takes. What is between two pieces is
    space.
    """
    pieces: list[Piece] = []
    at = 0
    for span in sorted(tag.evidence, key=lambda span: span.start):
        pieces += [*_words(text, at, span.start), Piece(span.start, span.end)]
        at = span.end
    pieces += _words(text, at, len(text))
    size = -(-len(pieces) // MAX_PIECES)
    if size < 2:  # noqa: PLR2004 - nothing to join
        return pieces
    return [
        Piece(joined[0].start, joined[-1].end)
        for at in range(0, len(pieces), size)
        if (joined := pieces[at : at + size])
    ]


def _words(text: str, start: int, end: int) -> list[Piece]:
    return [Piece(*match.span()) for match in _PIECE.finditer(text, start, end)]


def effect_of(piece: Piece, tag: EmotionTag, without: EmotionTag, inside: Inside) -> PieceEffect:
    """What a piece does to a tag, from the tag of the text without it."""
    scores = dict(tag.ranked())
    return PieceEffect(
        piece=piece,
        contribution=scores[tag.emotion] - dict(without.ranked())[tag.emotion],
        emotion_without=without.emotion,
        polarity_without=without.polarity,
        confidence_without=without.confidence,
        wide_contribution=sum(inside.spoke[piece.start : piece.end]),
    )

"""Which of the things that were said stand for all of them.

A quote is near to what most feel and talk about, surely tagged, and unlike the quotes before it
(Carbonell & Goldstein 1998, maximal marginal relevance): no two of one author, none nearly the
same.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.emotion_tag.domain.subject_profile import SubjectProfile
from services.emotion_tag.domain.tag import EmotionTag, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Polarity

LONGEST_QUOTE = 280  # characters; subject_service.proto says the same
NEARLY_THE_SAME = 0.6
"""Share of pairs of neighbouring characters that two texts have in common."""

_RELEVANCE = 0.6  # against 0.4 for being unlike those before
_EMOTION_SHARE = 0.6  # of the relevance; the rest is for aspects
_SHORTEST = 4  # characters; less is no quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A text whose author allows to be known with their feelings, said in public."""

    content_id: UUID
    author_id: UUID
    kind: TextKind
    said_at: datetime
    digest: bytes
    tag: EmotionTag


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A text that stands for many."""

    content_id: UUID
    text: str
    is_cut: bool
    tag: EmotionTag
    said_at: datetime
    closeness: float
    """How near it is to what most feel and talk about, 0 to 1."""


def closeness(tag: EmotionTag, profile: SubjectProfile) -> float:
    """How much a text says what most say: its emotions and aspects against the profile's."""
    shares = {emotion: share.share for emotion, share in profile.mix}
    mix = [shares[emotion] for emotion in EMOTIONS]
    near = _EMOTION_SHARE * _cosine(tag.scores, mix)
    views = {view.aspect: view for view in profile.aspects}
    most = max((view.volume for view in profile.aspects), default=0.0)
    fits = 0.0
    for one in tag.aspects:
        view = views.get(one.aspect)
        if view is None or most == 0:
            continue
        praise = view.positive_share.share
        agrees = {Polarity.POSITIVE: praise, Polarity.NEGATIVE: 1 - praise}.get(one.polarity, 0.5)
        fits = max(fits, agrees * view.volume / most)
    return (near + (1 - _EMOTION_SHARE) * fits) * tag.confidence


def chosen(
    candidates: Sequence[Candidate],
    texts: Mapping[UUID, str],
    profile: SubjectProfile,
    limit: int,
) -> list[Quote]:
    """The best candidates that have a text, best first, at most `limit`."""
    left = [one for one in candidates if len(texts.get(one.content_id, "").strip()) >= _SHORTEST]
    near = {one.content_id: closeness(one.tag, profile) for one in left}
    pairs = {one.content_id: _pairs(texts[one.content_id]) for one in left}
    taken: list[Candidate] = []
    while left and len(taken) < limit:
        best = max(left, key=lambda one: (_worth(one, taken, near, pairs), one.content_id))
        taken.append(best)
        left = [
            one
            for one in left
            if one.author_id != best.author_id
            and _alike(pairs[one.content_id], pairs[best.content_id]) < NEARLY_THE_SAME
        ]
    return [_quote(one, texts[one.content_id].strip(), near[one.content_id]) for one in taken]


def _worth(
    one: Candidate,
    taken: Sequence[Candidate],
    near: Mapping[UUID, float],
    pairs: Mapping[UUID, frozenset[str]],
) -> float:
    said = max(
        (
            _cosine(one.tag.scores, other.tag.scores) / 2
            + _alike(pairs[one.content_id], pairs[other.content_id]) / 2
            for other in taken
        ),
        default=0.0,
    )
    return _RELEVANCE * near[one.content_id] - (1 - _RELEVANCE) * said


def _quote(one: Candidate, text: str, near: float) -> Quote:
    return Quote(
        content_id=one.content_id,
        text=text[:LONGEST_QUOTE],
        is_cut=len(text) > LONGEST_QUOTE,
        tag=one.tag,
        said_at=one.said_at,
        closeness=near,
    )


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    lengths = math.sqrt(sum(x * x for x in one) * sum(y * y for y in other))
    return sum(x * y for x, y in zip(one, other, strict=True)) / lengths if lengths > 0 else 0.0


def _pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters, without case and blanks."""
    seen = "".join(text.casefold().split())
    return frozenset(seen[at : at + 2] for at in range(len(seen) - 1)) or frozenset(seen)


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0

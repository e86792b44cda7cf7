"""What every answer of the tagger keeps to, whatever the text is."""

import math
from collections.abc import Iterator

from services.emotion_tag.domain.aspect import ASPECTS
from services.emotion_tag.domain.tag import MAX_EVIDENCE, EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS

_LANGUAGES = {"zh-Hans", "zh-Hant", "en", "und"}


def broken_promises(text: str, tag: EmotionTag) -> list[str]:
    """The promises that a tag breaks, in words."""
    return [what for what, is_kept in _promises(text, tag) if not is_kept]


def _promises(text: str, tag: EmotionTag) -> Iterator[tuple[str, bool]]:
    yield "twelve scores", len(tag.scores) == len(EMOTIONS)
    yield "scores are probabilities", all(0 <= score <= 1 for score in tag.scores)
    yield "scores add up to 1", math.isclose(sum(tag.scores), 1, abs_tol=1e-6)
    top = max(tag.scores)
    yield "the top emotion has the highest score", tag.scores[EMOTIONS.index(tag.emotion)] == top
    yield "intensity is a share", 0 <= tag.intensity <= 1
    yield "confidence is a share", 0 <= tag.confidence <= 1
    yield "the language is one of ours", tag.language in _LANGUAGES
    yield "a locale was applied", bool(tag.locale)
    yield "little evidence", len(tag.evidence) <= MAX_EVIDENCE
    yield "evidence lies in the text", all(0 <= e.start < e.end <= len(text) for e in tag.evidence)
    yield "aspects lie in the text", all(0 <= a.start < a.end <= len(text) for a in tag.aspects)
    yield "an aspect is named once", len({a.aspect for a in tag.aspects}) == len(tag.aspects)
    yield "no more aspects than there are", len(tag.aspects) <= len(ASPECTS)

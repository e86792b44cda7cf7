"""Standings and voices as rows, and back."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from services.emotion_tag.domain.aspect import Aspect
from services.emotion_tag.domain.standing import Standing
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.taxonomy import Polarity
from services.emotion_tag.domain.voice import Voice


def standing_from_row(row: Any) -> Standing:
    return Standing(
        Subject(SubjectKind(row.kind), row.subject_id), row.as_of, np.array(row.sums, np.float64)
    )


def voices_to_columns(voices: Iterable[Voice]) -> dict[str, list[Any]]:
    """Each column of all rows, ordered by content; the scores of all in one array."""
    ordered = sorted(voices, key=lambda voice: voice.content_id)
    return {
        "ids": [voice.content_id for voice in ordered],
        "said_at": [voice.said_at for voice in ordered],
        "scores": [score for voice in ordered for score in voice.scores],
        "polarities": [str(voice.polarity) for voice in ordered],
        "intensities": [voice.intensity for voice in ordered],
        "aspects": [" ".join(":".join(one) for one in voice.aspects) for voice in ordered],
    }


def voice_from_row(row: Any) -> Voice:
    return Voice(
        content_id=row.content_id,
        author_key=bytes(row.author_key),
        said_at=row.said_at,
        scores=tuple(row.scores),
        polarity=Polarity(row.polarity),
        intensity=row.intensity,
        aspects=tuple(_aspect(one) for one in row.aspects),
    )


def _aspect(one: str) -> tuple[Aspect, Polarity]:
    aspect, polarity = one.split(":")
    return Aspect(aspect), Polarity(polarity)

"""Weighs what faces and text of a picture say; where they contradict each other nobody decides."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from services.emotion_tag.domain.expression import (
    RELIABILITY,
    UNSURE_BELOW,
    FaceExpression,
    expression_of,
)
from services.emotion_tag.domain.picture import Line, Picture, PictureModels
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion, Polarity

_NO_LANGUAGE = "und"

_LEANING = 0.25
"""The least distance between positive and negative mass that counts as leaning one way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a picture or a frame feels like, and by what."""

    tag: EmotionTag
    face_share: float
    """The share of the faces in `tag`; the rest is the text's."""
    faces: tuple[FaceExpression, ...]
    text: str
    text_tag: EmotionTag | None
    """None without text."""
    lines: tuple[Line, ...]


def findings_of(picture: Picture, text_tag: EmotionTag | None, models: PictureModels) -> Findings:
    """Weigh text and faces.

    The text weighs its confidence times how surely it was read; the faces, mixed by the roots of
    their areas, weigh the confidence of the mixture. Whoever is unsure weighs half.
    """
    faces = tuple(expression_of(face, picture.share_of(face)) for face in picture.faces)
    text = _Voice.of_text(text_tag, picture.lines) if text_tag else None
    shown = _Voice.of_faces(faces) if faces else None
    voices = [voice for voice in (text, shown) if voice]
    names = [text_tag.model_version] if text_tag else []
    names += [models.expressions] if faces else []
    total = sum(voice.weight for voice in voices)
    return Findings(
        tag=_tag(
            voices,
            language=text_tag.language if text_tag else _NO_LANGUAGE,
            locale=text_tag.locale if text_tag else "",
            model_version="+".join(names) or models.text,
        ),
        face_share=shown.weight / total if shown and total else 0.0,
        faces=faces,
        text=picture.text(),
        text_tag=text_tag,
        lines=picture.lines,
    )


def mean_tag(tags: Sequence[EmotionTag]) -> EmotionTag:
    """What several frames feel like together: each weighs its confidence; neutral without any."""
    voices = [_Voice.of_tag(tag) for tag in tags]
    names = dict.fromkeys(name for tag in tags for name in tag.model_version.split("+"))
    languages = [tag.language for tag in tags if tag.language != _NO_LANGUAGE]
    locales = [tag.locale for tag in tags if tag.locale]
    return _tag(
        voices,
        language=max(languages, key=languages.count, default=_NO_LANGUAGE),
        locale=max(locales, key=locales.count, default=""),
        model_version="+".join(names),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Voice:
    """One opinion about a picture."""

    scores: tuple[float, ...]
    intensity: float
    confidence: float
    unsure: bool
    weight: float

    @classmethod
    def of_tag(cls, tag: EmotionTag, reading: float = 1.0) -> "_Voice":
        return cls(
            scores=tag.scores,
            intensity=tag.intensity,
            confidence=tag.confidence,
            unsure=tag.unsure,
            weight=reading * tag.confidence * (0.5 if tag.unsure else 1.0),
        )

    @classmethod
    def of_text(cls, tag: EmotionTag, lines: Sequence[Line]) -> "_Voice":
        letters = sum(len(line.text) for line in lines)
        reading = sum(len(line.text) * line.confidence for line in lines) / max(1, letters)
        return cls.of_tag(tag, reading)

    @classmethod
    def of_faces(cls, faces: Sequence[FaceExpression]) -> "_Voice":
        sizes = [math.sqrt(face.area_share) for face in faces]
        scores = _mixed([face.scores for face in faces], sizes)
        confidence = min(RELIABILITY, max(scores))
        unsure = all(face.unsure for face in faces)
        arousal = sum(
            score * TAXONOMY[emotion].arousal
            for emotion, score in zip(EMOTIONS, scores, strict=True)
            if emotion is not Emotion.NEUTRAL
        )
        return cls(
            scores=scores,
            intensity=arousal,
            confidence=confidence,
            unsure=unsure,
            weight=confidence * (0.5 if unsure else 1.0),
        )


def _tag(voices: Sequence[_Voice], *, language: str, locale: str, model_version: str) -> EmotionTag:
    """One tag of several opinions; the confidence is the mean's, and falls where they disagree."""
    weights = [voice.weight for voice in voices]
    total = sum(weights)
    if not total:
        return _nothing(language, locale, model_version)
    scores = _mixed([voice.scores for voice in voices], weights)
    emotion = max(zip(scores, EMOTIONS, strict=True), key=lambda pair: pair[0])[1]
    top = EMOTIONS.index(emotion)
    agreeing = [voice for voice in voices if max(voice.scores) == voice.scores[top]]
    confidence = sum(voice.confidence * voice.weight for voice in agreeing) / total
    leanings = {_leaning(voice.scores) for voice in voices}
    is_torn = {Polarity.POSITIVE, Polarity.NEGATIVE} <= leanings
    return EmotionTag(
        emotion=emotion,
        scores=scores,
        polarity=Polarity.MIXED if is_torn else _leaning(scores),
        intensity=sum(voice.intensity * voice.weight for voice in voices) / total,
        confidence=confidence,
        unsure=is_torn or confidence < UNSURE_BELOW or all(voice.unsure for voice in voices),
        language=language,
        evidence=(),
        model_version=model_version,
        locale=locale,
    )


def _nothing(language: str, locale: str, model_version: str) -> EmotionTag:
    return EmotionTag(
        emotion=Emotion.NEUTRAL,
        scores=tuple(float(emotion is Emotion.NEUTRAL) for emotion in EMOTIONS),
        polarity=Polarity.NEUTRAL,
        intensity=0.0,
        confidence=0.0,
        unsure=True,
        language=language,
        evidence=(),
        model_version=model_version,
        locale=locale,
    )


def _mixed(all_scores: Sequence[tuple[float, ...]], weights: Sequence[float]) -> tuple[float, ...]:
    """The weighted mean of distributions; equal weights if all are 0."""
    parts = weights if sum(weights) else [1.0] * len(weights)
    total = sum(parts)
    return tuple(
        sum(part * score for part, score in zip(parts, column, strict=True)) / total
        for column in zip(*all_scores, strict=True)
    )


def _leaning(scores: Sequence[float]) -> Polarity:
    """Which way a distribution leans, if it does by `_LEANING`."""
    by = dict.fromkeys(Polarity, 0.0)
    for emotion, score in zip(EMOTIONS, scores, strict=True):
        by[TAXONOMY[emotion].polarity] += score
    distance = by[Polarity.POSITIVE] - by[Polarity.NEGATIVE]
    if abs(distance) < _LEANING:
        return Polarity.NEUTRAL
    return Polarity.POSITIVE if distance > 0 else Polarity.NEGATIVE

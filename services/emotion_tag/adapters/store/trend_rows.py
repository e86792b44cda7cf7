"""What was spoken of as rows, and back."""

from typing import Any

from services.emotion_tag.application.trends.ports import Counted, Segment, Spoken
from services.emotion_tag.domain.trend import Named, Sums, TopicKind

EVERYTHING = ""
"""The topic of all texts."""

TEXT_COLUMNS = ("language", "text_kind", "category", "region_code", "topics", "forms", "sums")
"""Of a text that is not gone."""


def sums_to_row(spoken: Spoken, sums: Sums) -> dict[str, Any]:
    return {
        "is_hour": spoken.is_hour,
        "starts_at": spoken.slice_start,
        "topic": spoken.topic or EVERYTHING,
        **_segment_to_row(spoken.segment),
        "topic_kind": spoken.kind.value if spoken.kind else "",
        "sums": sums_to_array(sums),
    }


def sums_to_array(sums: Sums) -> list[float]:
    return [sums.texts, sums.positives, sums.negatives, *sums.scores]


def sums_from_array(values: list[float]) -> Sums:
    return Sums(values[0], values[1], values[2], tuple(values[3:]))


def text_to_row(text: Counted) -> dict[str, Any]:
    return {
        "content_id": text.content_id,
        "said_at": text.said_at,
        **_segment_to_row(text.segment),
        "topics": [f"{one.kind}:{one.topic}" for one in text.topics],
        "forms": [one.form for one in text.topics],
        "sums": sums_to_array(text.sums),
    }


def text_from_row(row: Any) -> Counted:
    return Counted(
        content_id=row.content_id,
        said_at=row.said_at,
        segment=Segment(
            language=row.language,
            kind=row.text_kind,
            category=row.category,
            region_code=row.region_code,
        ),
        topics=tuple(_named(*one) for one in zip(row.topics, row.forms, strict=True)),
        sums=sums_from_array(row.sums),
    )


def _segment_to_row(segment: Segment) -> dict[str, str]:
    return {
        "language": segment.language,
        "text_kind": segment.kind,
        "category": segment.category,
        "region_code": segment.region_code,
    }


def _named(topic: str, form: str) -> Named:
    kind, _, name = topic.partition(":")
    return Named(TopicKind(kind), name, form)

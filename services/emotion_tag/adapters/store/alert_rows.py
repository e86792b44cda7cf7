"""Alerts and what they are made of as rows, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from services.emotion_tag.domain.alert import Alert, AlertState, Step
from services.emotion_tag.domain.alert_counts import FAMILIES, Counts, Family, Feeling
from services.emotion_tag.domain.alert_mention import Mention
from services.emotion_tag.domain.alert_rate import DAYS, HOURS, Habit
from services.emotion_tag.domain.alert_sighting import Severity, Sighting
from services.emotion_tag.domain.alert_watch import RATIOS, Run, Watch
from services.emotion_tag.domain.aspect import ASPECTS, Aspect
from services.emotion_tag.domain.subject import Subject, SubjectKind

_PARTS = (HOURS, DAYS, HOURS * len(FAMILIES), DAYS * len(FAMILIES), len(ASPECTS), 2)
_TIMES = ("started_at", "last_seen_at", "peak_at")


def habit_to_sums(habit: Habit) -> list[float]:
    return [
        *habit.hours,
        *habit.days,
        *habit.negative_hours,
        *habit.negative_days,
        *habit.aspects,
        *habit.scatter,
    ]


def habit_from_row(row: Any) -> Habit:
    parts, at = [], 0
    for length in _PARTS:
        parts.append(tuple(row.sums[at : at + length]))
        at += length
    hours, days, negative_hours, negative_days, aspects, (excess, squares) = parts
    return Habit(row.as_of, hours, days, negative_hours, negative_days, aspects, (excess, squares))


def watch_to_row(subject: Subject, watch: Watch) -> dict[str, Any]:
    return {
        "kind": subject.kind.value,
        "subject_id": subject.subject_id,
        "hour": watch.hour,
        "as_of": watch.habit.as_of,
        "sums": habit_to_sums(watch.habit),
        "evidence": [one for run in watch.runs for one in run.evidence],
        "since": [run.since for run in watch.runs],
    }


def watch_from_row(row: Any) -> Watch:
    width = len(RATIOS)
    return Watch(
        hour=row.hour,
        habit=habit_from_row(row),
        runs=tuple(
            Run(tuple(row.evidence[at * width : (at + 1) * width]), since)
            for at, since in enumerate(row.since)
        ),
    )


def counts_to_array(counts: Counts) -> list[float]:
    return [counts.texts, *counts.negatives, *counts.aspects]


def counts_from_array(values: list[float]) -> Counts:
    after = 1 + len(FAMILIES)
    return Counts(values[0], tuple(values[1:after]), tuple(values[after:]))


def mention_to_row(mention: Mention) -> dict[str, Any]:
    feeling = mention.feeling
    return {
        "content_id": mention.content_id,
        "author_key": mention.author_key,
        "quarter": mention.quarter,
        "weight": feeling.weight,
        "family": feeling.family.value if feeling.family else None,
        "complaints": sorted(feeling.complaints),
        "subjects": [f"{one.kind}:{one.subject_id}" for one in mention.subjects],
        "is_quotable": mention.is_quotable,
    }


def mention_from_row(row: Any) -> Mention:
    return Mention(
        content_id=row.content_id,
        author_key=bytes(row.author_key),
        quarter=row.quarter,
        subjects=tuple(_subject(one) for one in row.subjects),
        feeling=Feeling(
            weight=row.weight,
            family=Family(row.family) if row.family else None,
            complaints=frozenset(Aspect(one) for one in row.complaints),
        ),
        is_quotable=row.is_quotable,
    )


def _subject(text: str) -> Subject:
    kind, _, subject_id = text.partition(":")
    return Subject(SubjectKind(kind), subject_id)


def alert_to_row(alert: Alert) -> dict[str, Any]:
    return {
        "alert_id": alert.id,
        "kind": alert.subject.kind.value,
        "subject_id": alert.subject.subject_id,
        "family": alert.family.value,
        "state": alert.state.value,
        "severity": int(alert.severity),
        "version": alert.version,
        "reopen_count": alert.reopen_count,
        "opened_at": alert.opened_at,
        "sighting": _sighting_to_json(alert.sighting),
        "acknowledgement": _step_to_json(alert.acknowledgement),
        "resolution": _step_to_json(alert.resolution),
    }


def alert_from_row(row: Any) -> Alert:
    return Alert(
        id=row.alert_id,
        subject=Subject(SubjectKind(row.kind), row.subject_id),
        family=Family(row.family),
        state=AlertState(row.state),
        severity=Severity(row.severity),
        version=row.version,
        reopen_count=row.reopen_count,
        opened_at=row.opened_at,
        sighting=_sighting_from_json(row.sighting),
        acknowledgement=_step_from_json(row.acknowledgement),
        resolution=_step_from_json(row.resolution),
    )


def _sighting_to_json(seen: Sighting) -> dict[str, Any]:
    return {
        **asdict(seen),
        **{name: getattr(seen, name).isoformat() for name in _TIMES},
        "examples": [str(one) for one in seen.examples],
    }


def _sighting_from_json(values: Mapping[str, Any]) -> Sighting:
    return Sighting(
        **{
            **values,
            **{name: datetime.fromisoformat(values[name]) for name in _TIMES},
            "severity": Severity(values["severity"]),
            "aspect": Aspect(values["aspect"]) if values["aspect"] else None,
            "examples": tuple(UUID(one) for one in values["examples"]),
        }
    )


def _step_to_json(step: Step | None) -> dict[str, Any] | None:
    if step is None:
        return None
    user_id = str(step.user_id) if step.user_id else ""
    return {"user_id": user_id, "at": step.at.isoformat(), "note": step.note}


def _step_from_json(values: Mapping[str, Any] | None) -> Step | None:
    if values is None:
        return None
    return Step(
        user_id=UUID(values["user_id"]) if values["user_id"] else None,
        at=datetime.fromisoformat(values["at"]),
        note=values["note"],
    )

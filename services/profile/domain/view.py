"""A portrait as it is shown: weights and confidences of one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID


class TraitKind(IntEnum):
    """The numbers are those of `portrait.proto`; they are stored."""

    CATEGORY = 1
    BRAND = 2
    TAG = 3
    EMOTION = 4


@dataclass(frozen=True, slots=True)
class LineageView:
    """How often a source spoke for a trait, and when last."""

    source: str
    count: int
    last_event_id: str
    last_at: datetime


class TraitView(NamedTuple):
    """`weight` and `confidence` are 0 to 1; `updated_at` is the moment of the latest evidence."""

    kind: TraitKind
    value: str
    weight: float
    confidence: float
    lineage: tuple[LineageView, ...]
    updated_at: datetime


@dataclass(frozen=True)
class PortraitView:
    """Who a person is at one moment, strongest traits first within a kind."""

    user_id: UUID
    version: int = 0
    traits: tuple[TraitView, ...] = ()
    behavior_count: int = 0
    purchase_count: int = 0
    spent_minor: Mapping[str, int] = field(default_factory=dict)
    last_active_at: datetime | None = None
    engagement: float = 0.0

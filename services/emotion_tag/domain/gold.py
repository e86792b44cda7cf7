"""Texts whose label is known, to hold models against."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from services.emotion_tag.domain.errors import GoldSetFull
from services.emotion_tag.domain.labels import LabelSpace
from services.emotion_tag.domain.tag import TextKind

MAX_ROWS = 20_000  # model_service.proto says the same

UNDECIDED = ""
"""Label of a row while people disagree on the content that it names: it is left out."""


@dataclass(frozen=True, kw_only=True)
class GoldSet:
    """A set; its texts are stored, because they were given for this purpose."""

    gold_set_id: UUID
    name: str
    kind: TextKind
    space: LabelSpace
    source: str
    licence: str
    row_count: int
    creator_id: UUID | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class GoldRow:
    """A text of a set, or the id of a content that people have decided on."""

    row_id: UUID
    label: str
    text: str = ""
    content_id: UUID | None = None
    slices: tuple[str, ...] = ()

    def digest(self) -> bytes:
        """What no two rows of a set share."""
        named = self.content_id.bytes if self.content_id else b""
        return sha256(named + self.text.encode("utf-8", "surrogatepass")).digest()


def refuse_too_many(gold: GoldSet, rows: Sequence[GoldRow]) -> None:
    """Check that the set may take the rows.

    Raises:
        GoldSetFull: it would have more than `MAX_ROWS`.
    """
    if gold.row_count + len(rows) > MAX_ROWS:
        raise GoldSetFull(
            f"A gold set has at most {MAX_ROWS} texts.",
            row_count=str(gold.row_count),
            limit=str(MAX_ROWS),
        )

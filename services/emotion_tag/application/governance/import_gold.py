"""Put texts with known labels into a gold set."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.ids import new_id
from services.emotion_tag.application.governance.ports import (
    GovernanceTransaction,
    GovernanceTransactions,
)
from services.emotion_tag.domain.errors import NotAdjudicated
from services.emotion_tag.domain.gold import GoldRow, GoldSet, refuse_too_many
from services.emotion_tag.domain.labels import CLASSES, LabelSpace, label_of


@dataclass(frozen=True, kw_only=True)
class GoldInput:
    """A text with its label, or a content that people have decided on."""

    text: str
    label: str
    content_id: UUID | None
    slices: tuple[str, ...]


async def import_gold(
    gold_set_id: UUID, given: Sequence[GoldInput], transactions: GovernanceTransactions
) -> tuple[GoldSet, int]:
    """Add what the set does not have yet; the set as it is then, and how many were new.

    Raises:
        GoldSetNotFound: there is no such set.
        InvalidField: a row has neither text nor content, or both, or a label of another space.
        NotAdjudicated: people have not decided on a content.
        GoldSetFull: the set would have too many rows.
    """
    async with transactions() as tx:
        gold = await tx.gold.find(gold_set_id, lock=True)
        rows = await _rows(given, gold.space, tx)
        refuse_too_many(gold, rows)
        added = await tx.gold.add(gold_set_id, rows)
        return await tx.gold.find(gold_set_id), added


async def _rows(
    given: Sequence[GoldInput], space: LabelSpace, tx: GovernanceTransaction
) -> list[GoldRow]:
    named = [one.content_id for one in given if one.content_id is not None]
    decided = await tx.corrections.adjudicated(named)
    rows = []
    for at, one in enumerate(given):
        if one.content_id is None:
            label = _label(one, space, at)
        elif one.text or one.label:
            raise InvalidField(
                f"rows[{at}].content_id", "gold.either", "Give a text with its label, or a content."
            )
        elif one.content_id in decided:
            people = decided[one.content_id]
            label = label_of(people.emotion, people.polarity, space)
        else:
            raise NotAdjudicated(
                "People have not decided on this content.", content_id=str(one.content_id)
            )
        rows.append(
            GoldRow(
                row_id=new_id(),
                label=label,
                text=one.text,
                content_id=one.content_id,
                slices=tuple(dict.fromkeys(one.slices)),
            )
        )
    return rows


def _label(one: GoldInput, space: LabelSpace, at: int) -> str:
    if not one.text.strip():
        raise InvalidField(f"rows[{at}].text", "gold.text", "Give a text, or a content.")
    if one.label not in CLASSES[space]:
        known = ", ".join(CLASSES[space])
        raise InvalidField(f"rows[{at}].label", "gold.label", f"Must be one of: {known}.")
    return one.label

"""Hold two models against each other on the texts of a gold set that both have answered."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from services.emotion_tag.application.governance.ports import GovernanceTransaction
from services.emotion_tag.domain.comparison import Comparison, both, compare
from services.emotion_tag.domain.errors import EvaluationNotFound
from services.emotion_tag.domain.evaluation import Answer, Evaluation
from services.emotion_tag.domain.labels import CLASSES, LabelSpace
from services.emotion_tag.domain.metrics import numbered


async def compare_models(
    version: str, other: str, gold_set_id: UUID, tx: GovernanceTransaction
) -> Comparison:
    """Compare their latest evaluations on the set, row by row.

    Raises:
        GoldSetNotFound: there is no such set.
        EvaluationNotFound: one of them was not evaluated on it.
    """
    gold = await tx.gold.find(gold_set_id)
    first = await _latest(version, gold_set_id, tx)
    second = await _latest(other, gold_set_id, tx)
    gave, _ = await tx.evaluations.answers(first.evaluation_id)
    other_gave, _ = await tx.evaluations.answers(second.evaluation_id)
    return await asyncio.to_thread(compare_answers, gave, other_gave, gold.space)


async def _latest(version: str, gold_set_id: UUID, tx: GovernanceTransaction) -> Evaluation:
    found = await tx.evaluations.latest(version, gold_set_id)
    if found is None:
        raise EvaluationNotFound(
            "The model was not evaluated on this gold set.",
            version=version,
            gold_set_id=str(gold_set_id),
        )
    return found


def compare_answers(
    first: Sequence[Answer], second: Sequence[Answer], space: LabelSpace
) -> Comparison:
    """Compare answers to the same rows; those that only one has are left out."""
    classes = CLASSES[space]

    def by_row(answers: Sequence[Answer]) -> dict[str, tuple[int, float]]:
        gave = numbered([one.answered for one in answers], classes).tolist()
        return {
            str(one.row_id): (label, one.confidence)
            for one, label in zip(answers, gave, strict=True)
        }

    said = numbered([one.said for one in first], classes).tolist()
    rows = {str(one.row_id): (label, one.traits) for one, label in zip(first, said, strict=True)}
    return compare(both(by_row(first), by_row(second), rows), len(classes))

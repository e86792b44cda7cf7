"""All that is known of a model, for a page that people read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.emotion_tag.application.governance.change_model import ModelDesk
from services.emotion_tag.application.governance.compare_models import compare_models
from services.emotion_tag.application.governance.ports import GovernanceTransaction
from services.emotion_tag.application.governance.watch_drift import Drift, get_drift
from services.emotion_tag.domain.comparison import Comparison
from services.emotion_tag.domain.errors import EvaluationNotFound
from services.emotion_tag.domain.evaluation import Figures
from services.emotion_tag.domain.fairness import Fairness
from services.emotion_tag.domain.model_version import ModelState
from services.emotion_tag.domain.promotion import Gate
from services.emotion_tag.domain.rating import Agreement, agreement_of
from services.emotion_tag.domain.shadow import ShadowFigures, shadow_figures

MOST_GOLD_SETS = 12
"""On one page: the latest."""
MOST_RATINGS = 20_000
RATINGS_OF = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class OnSet:
    """A model on one set of labelled texts."""

    name: str
    source: str
    figures: Figures
    comparison: Comparison | None = None
    """With the other model, if that was measured on the same texts."""


@dataclass(frozen=True, kw_only=True)
class ModelReport:
    """Whatever is None was not measured."""

    version: str
    other_version: str
    """What it is held against: the model that answers, or if it does, the one before."""
    is_active: bool
    made_at: datetime
    sets: tuple[OnSet, ...]
    gates: tuple[Gate, ...] = ()
    shadow: ShadowFigures | None = None
    drift: Drift | None = None
    fairness: Fairness | None = None
    agreement: Agreement | None = None


async def get_agreement(
    tx: GovernanceTransaction, now: datetime, *, span: timedelta = RATINGS_OF
) -> Agreement:
    """Work out how people agree, on all kinds of text."""
    return agreement_of(await tx.corrections.ratings(now - span, None, MOST_RATINGS))


async def report_model(
    version: str, fairness: Fairness, desk: ModelDesk, tx: GovernanceTransaction, now: datetime
) -> ModelReport:
    """Gather what is known.

    Raises:
        ModelNotFound: the model lies in none of the folders.
    """
    state = await desk.state(tx)
    other = state.previous if version == state.active else state.active
    counts, times = await tx.shadows.find(version, state.active)
    shadow = shadow_figures(counts, times)
    return ModelReport(
        version=version,
        other_version=other,
        is_active=version == state.active,
        made_at=now,
        sets=tuple(await _sets(version, other, tx)),
        gates=tuple(await _gates(version, state, desk, tx)),
        shadow=shadow if shadow.count else None,
        drift=await get_drift(tx, now),
        fairness=fairness,
        agreement=await get_agreement(tx, now),
    )


async def _gates(
    version: str, state: ModelState, desk: ModelDesk, tx: GovernanceTransaction
) -> Sequence[Gate]:
    """None for the model that answers: it has passed them, or was let through."""
    return [] if version == state.active else await desk.check(version, tx)


async def _sets(version: str, other: str, tx: GovernanceTransaction) -> list[OnSet]:
    found = []
    for gold in await tx.gold.sets(None, MOST_GOLD_SETS):
        latest = await tx.evaluations.latest(version, gold.gold_set_id)
        if latest is None or latest.figures is None:
            continue
        comparison = None
        if other:
            try:
                comparison = await compare_models(version, other, gold.gold_set_id, tx)
            except EvaluationNotFound:
                comparison = None
        found.append(
            OnSet(
                name=gold.name,
                source=f"{gold.source} ({gold.licence})",
                figures=latest.figures,
                comparison=comparison,
            )
        )
    return found

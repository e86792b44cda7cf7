"""A training of a model: runs once, ends once."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.recommendation.domain.errors import TooFewInteractions
from services.recommendation.domain.evaluation import Evaluation

LEAST_INTERACTIONS = 100
LEAST_PEOPLE = 10


@dataclass(frozen=True, kw_only=True)
class Training:
    """As far as it has got; `progress` is 0 to 1, `ended_at` is None while it runs."""

    training_id: UUID
    created_at: datetime
    progress: float = 0.0
    ended_at: datetime | None = None
    fit_seconds: float = 0.0
    interaction_count: int = 0
    evaluations: tuple[Evaluation, ...] = field(default=())
    model_version: str = ""
    error: str = ""

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    @property
    def has_failed(self) -> bool:
        return self.error != ""


def refuse_too_few(interactions: int, people: int) -> None:
    """Check that there is enough to learn from.

    Raises:
        TooFewInteractions: fewer than 100 positive interactions, or of fewer than 10 people.
    """
    if interactions < LEAST_INTERACTIONS or people < LEAST_PEOPLE:
        raise TooFewInteractions(
            f"A training needs {LEAST_INTERACTIONS} interactions of {LEAST_PEOPLE} people.",
            interactions=str(interactions),
            people=str(people),
        )

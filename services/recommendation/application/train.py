"""Start trainings and look at them."""

from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.ids import new_id
from services.recommendation.application.ports import Transactions
from services.recommendation.domain.errors import TrainingNotFound, TrainingRunning
from services.recommendation.domain.training import (
    LEAST_INTERACTIONS,
    LEAST_PEOPLE,
    Training,
    refuse_too_few,
)


async def start_training(transactions: Transactions, clock: Clock) -> Training:
    """Note that a training shall run; some process of this service takes it up at once.

    Raises:
        TooFewInteractions: there is not enough to learn from.
        TrainingRunning: one is at it.
    """
    training = Training(training_id=new_id(), created_at=clock.now())
    async with transactions() as tx:
        refuse_too_few(
            *await tx.interactions.enough(interactions=LEAST_INTERACTIONS, people=LEAST_PEOPLE)
        )
        running = await tx.trainings.start(training)
        if running is not None:
            raise TrainingRunning("A training is running.", training_id=str(running))
        tx.notices.training_waits()
    return training


async def get_training(training_id: UUID | None, reads: Transactions) -> Training:
    """Return a training, or the latest.

    Raises:
        TrainingNotFound: there is no such training, or none at all.
    """
    async with reads() as tx:
        training = await tx.trainings.find(training_id)
    if training is None:
        raise TrainingNotFound("No such training.", training_id=str(training_id or "latest"))
    return training

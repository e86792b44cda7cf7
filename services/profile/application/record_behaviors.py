"""Takes in what people did: durable when answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.errors import InvalidField
from services.profile.application.ports import BehaviorLog, Reads, Recorded
from services.profile.domain.behavior import Behavior
from services.profile.domain.purpose import Purpose


@dataclass(frozen=True)
class Failure:
    """A row that was not taken: its place in the request, why, which field, how to mend it."""

    index: int
    reason: str
    field: str
    description: str


@dataclass
class Outcome:
    """How many rows are durable, how many were not kept for want of consent, and what failed."""

    accepted: int = 0
    withheld: int = 0
    failures: list[Failure] = field(default_factory=list)


async def record_behaviors(
    rows: Sequence[tuple[int, Behavior]], reads: Reads, log: BehaviorLog, clock: Clock
) -> Outcome:
    """Record rows, each given with its place in the request; a bad row fails alone.

    A row that repeats an earlier one of the same request counts as taken with it. What is taken
    reaches the portrait by the event, in about the time that takes.
    """
    outcome = Outcome()
    now = clock.now()
    sound = [row for row in _distinct(rows, outcome) if _is_sound(*row, now, outcome)]
    async with reads() as reader:
        known = await reader.consents_of({row.user_id for _, row in sound})
    taken: dict[UUID, list[tuple[int, Behavior]]] = {}
    for index, behavior in sound:
        consents = known.get(behavior.user_id)
        if consents is None:
            failure = Failure(index, "USER_NOT_FOUND", "user_id", "There is no user with this id.")
            outcome.failures.append(failure)
        elif not consents.allows(Purpose.PERSONALIZATION):
            outcome.withheld += 1
        else:
            taken.setdefault(behavior.event_id, []).append((index, behavior))
    failed = await log.append([Recorded(same[0][1], now) for same in taken.values()])
    for event_id, same in taken.items():
        if event_id not in failed:
            outcome.accepted += len(same)
            continue
        description = "Could not be made durable; send this row again."
        outcome.failures += [Failure(index, "UNAVAILABLE", "", description) for index, _ in same]
    outcome.failures.sort(key=lambda failure: failure.index)
    return outcome


def _distinct(
    rows: Sequence[tuple[int, Behavior]], outcome: Outcome
) -> Iterator[tuple[int, Behavior]]:
    """Pass on what is new or says the same again; the same id for another thing is a mistake."""
    first: dict[UUID, tuple[int, Behavior]] = {}
    for index, behavior in rows:
        at, same = first.setdefault(behavior.event_id, (index, behavior))
        if same == behavior:
            yield index, behavior
        else:
            description = f"Row {at} has the same event_id for something else; give each its own."
            outcome.failures.append(Failure(index, InvalidField.reason, "event_id", description))


def _is_sound(index: int, behavior: Behavior, now: datetime, outcome: Outcome) -> bool:
    try:
        behavior.check(now)
    except InvalidField as error:
        outcome.failures.append(Failure(index, error.reason, error.field, error.description))
        return False
    return True

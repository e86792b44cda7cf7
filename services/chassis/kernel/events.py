"""The one shape of a fact."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from services.chassis.kernel.ids import new_id


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Something that has happened, named in the past tense.

    `event_id` makes the effect once for every reader. `occurred_at` is aware and UTC; a domain
    that has a clock passes its own.
    """

    event_id: UUID = field(default_factory=new_id)
    occurred_at: datetime = field(default_factory=lambda: datetime.now(UTC))

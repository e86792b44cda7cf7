"""What a person's words felt like."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

CONTENT_TAGGED, CONTENT_CORRECTED = "CONTENT_TAGGED", "CONTENT_CORRECTED"
"""Who says so: the model, or people who decided otherwise."""


@dataclass(frozen=True)
class Feeling:
    """`strength` is 0 to 1; `recorded_at` is when it was told, `event_id` which event did.

    Two feelings of the same text by the same source differ in nothing but these two.
    """

    event_id: UUID
    user_id: UUID
    emotion: str
    strength: float
    occurred_at: datetime
    recorded_at: datetime
    source: str = CONTENT_TAGGED

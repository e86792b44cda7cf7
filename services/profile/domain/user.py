"""A person, and the rules for what they are called."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.events import DomainEvent
from services.chassis.kernel.ids import new_id
from services.profile.domain.events import UserRegistered

MAX_DISPLAY_NAME = 64  # characters after trimming; user.proto says the same
LANGUAGES = ("zh-Hans", "zh-Hant", "en")  # the first is the default


@dataclass
class User:
    """Somebody known to the shop."""

    user_id: UUID
    display_name: str
    language_code: str
    created_at: datetime
    events: list[DomainEvent] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def register(cls, display_name: str, language_code: str, now: datetime) -> "User":
        """Make a person to whom nothing is known and who allows nothing.

        Raises:
            InvalidField: the name is empty or too long after trimming, or cannot be shown; the
                language is not one of `LANGUAGES`.
        """
        name = display_name.strip()
        if not 1 <= len(name) <= MAX_DISPLAY_NAME or not name.isprintable():
            raise InvalidField(
                "display_name",
                "display_name.printable",
                f"Must have 1 to {MAX_DISPLAY_NAME} printable characters after trimming.",
            )
        language = language_code or LANGUAGES[0]
        if language not in LANGUAGES:
            raise InvalidField("language_code", "language_code.in", f"Must be one of {LANGUAGES}.")
        user = cls(new_id(), name, language, now)
        user.events.append(
            UserRegistered(user_id=user.user_id, language_code=language, occurred_at=now)
        )
        return user

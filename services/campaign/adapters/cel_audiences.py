"""Audiences as CEL expressions (https://cel.dev), compiled once and kept.

Only the variables that campaign.proto lists may be used. As the names that a comprehension binds
count as variables too, comprehensions are refused with them: an audience takes time linear in its
length, whatever a marketer writes.
"""

from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

import cel

from services.campaign.domain.errors import BadAudience
from services.campaign.domain.person import Mood, Person, Portrait

_NOBODY = Person(
    id=UUID(int=0),
    granted=frozenset({"marketing", "personalization", "emotion_inference"}),
    portrait=Portrait(interests={"": 0.5}, spent_minor={"": 1}),
    mood=Mood(
        emotion="NEUTRAL",
        valence=0.0,
        confidence=0.0,
        felt_at=datetime(2000, 1, 1, tzinfo=UTC),
        version=1,
    ),
)
_VARIABLES = frozenset(_NOBODY.facts(datetime(2000, 1, 1, tzinfo=UTC)))


class CelAudiences:
    def check(self, expression: str) -> None:
        """Compile it, look at what it names, and ask it of a made-up person."""
        if not expression:
            return
        try:
            program = _compile(expression)
        except ValueError as error:
            raise BadAudience("The audience is not a CEL expression.", error=str(error)) from None
        unknown = sorted(set(program.variables()) - _VARIABLES)
        if unknown:
            raise BadAudience(
                f"The audience uses {', '.join(unknown)}; it may use "
                f"{', '.join(sorted(_VARIABLES))}, and no comprehensions.",
                unknown=",".join(unknown),
            )
        try:
            answer = program.execute(_NOBODY.facts(datetime.now(UTC)))
        except KeyError:
            return  # a made-up person lacks the interest that it asks for
        except (ValueError, TypeError, RuntimeError) as error:
            raise BadAudience("The audience cannot be asked.", error=str(error)) from None
        if not isinstance(answer, bool):
            raise BadAudience("The audience must say true or false.", answer=type(answer).__name__)

    def holds(self, expression: str, person: Person, now: datetime) -> bool:
        """Ask it of a person. What cannot be answered (an interest they lack) is a no."""
        if not expression:
            return True
        try:
            return _compile(expression).execute(person.facts(now)) is True
        except (KeyError, ValueError, TypeError, RuntimeError):
            return False


@lru_cache(maxsize=1024)
def _compile(expression: str) -> cel.Program:
    return cel.compile(expression)

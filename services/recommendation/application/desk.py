"""What a process keeps at hand so that an answer needs no round trip.

The picture of the catalogue and the model are replaced whole, by one assignment: a call sees the
old pair or the new one, never half. People are kept until something about them is told, at most
`PERSON_LIFETIME` (should a notice get lost).
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.recommendation.application.ports import Transactions
from services.recommendation.domain.person import Person
from services.recommendation.domain.shelf import Shelf
from services.recommendation.domain.taste import Fitted

PERSON_LIFETIME = timedelta(seconds=30)
_ANSWERS_KEPT = 32  # of one person
_PUBLIC_ANSWERS_KEPT = 2_000


@dataclass(frozen=True, eq=False)
class Stock:
    """The catalogue and the model that go together."""

    shelf: Shelf
    fitted: Fitted | None = None


@dataclass(eq=False)
class Known:
    """A person at hand, with the answers that hold as long as nothing about them changes.

    `person` is None for everybody whose data may not be used.
    """

    person: Person | None
    mood_version: int
    loaded_at: datetime
    answers: dict[Any, Any] = field(default_factory=dict)
    answers_kept: int = _ANSWERS_KEPT

    def keep(self, key: object, answer: object) -> None:
        """Keep an answer; when there are too many, forget the oldest."""
        if len(self.answers) >= self.answers_kept and key not in self.answers:
            del self.answers[next(iter(self.answers))]
        self.answers[key] = answer


class Desk:
    """The stock and the people at hand of one process."""

    def __init__(self, reads: Transactions, *, people_kept: int) -> None:
        self.stock = Stock(Shelf())
        self._reads, self._people_kept = reads, people_kept
        self._people: OrderedDict[UUID, Known] = OrderedDict()
        self._loading: dict[UUID, object] = {}
        self._public = Known(
            None, 0, datetime.min.replace(tzinfo=UTC), answers_kept=_PUBLIC_ANSWERS_KEPT
        )

    async def known(self, user_id: UUID, now: datetime) -> Known:
        """Return a person, loaded if need be; everybody who allows nothing shares one."""
        known = self._people.get(user_id)
        if known is None or now - known.loaded_at >= PERSON_LIFETIME:
            known = await self._load(user_id, now)
        else:
            self._people.move_to_end(user_id)
        if known.person is None or not known.person.allows_personalization:
            return self._public
        return known

    def forget(self, user_ids: Iterable[UUID]) -> None:
        """Load these anew the next time, and do not keep what is being loaded now."""
        for user_id in user_ids:
            self._people.pop(user_id, None)
            self._loading.pop(user_id, None)

    def forget_all(self) -> None:
        self._people.clear()
        self._loading.clear()

    async def _load(self, user_id: UUID, now: datetime) -> Known:
        # Whoever is told to be forgotten while being loaded loses the token: what was read may be
        # older than what was told, so it answers this call and is not kept.
        token = self._loading.setdefault(user_id, object())
        try:
            async with self._reads() as tx:
                person, mood_version = await tx.people.load(user_id)
        finally:
            is_current = self._loading.get(user_id) is token
            if is_current:
                del self._loading[user_id]
        known = Known(person, mood_version, now)
        if is_current:
            self._people[user_id] = known
            if len(self._people) > self._people_kept:
                self._people.popitem(last=False)
        return known

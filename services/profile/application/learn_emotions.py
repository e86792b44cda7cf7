"""Learns which emotions people express, learns better, and forgets them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.profile.application.ports import Transactions
from services.profile.domain.consent import FOR_FEELINGS, Consents
from services.profile.domain.feeling import Feeling
from services.profile.domain.purpose import Purpose


@dataclass(frozen=True)
class Corrected:
    """What a person's words turned out to be: `former` does not hold, `now` does.

    None is nothing that a portrait is made of, as words are that were deleted.
    """

    user_id: UUID
    former: Feeling | None
    now: Feeling | None


async def learn_emotions(
    feelings: Sequence[Feeling], transactions: Transactions, clock: Clock
) -> None:
    """Add them to the portraits of those who allow both a portrait and to infer their mood."""
    async with transactions() as tx:
        people = await tx.consents.lock_all({feeling.user_id for feeling in feelings})
        allowed = [one for one in feelings if _is_allowed(one, people.get(one.user_id))]
        if not allowed:
            return
        portraits = await tx.portraits.get({feeling.user_id for feeling in allowed})
        for one in allowed:
            portraits[one.user_id].feel(one)
        now = clock.now()
        changed = [portrait.changed(now) for portrait in portraits.values()]
        await tx.portraits.save(list(portraits.values()))
        await tx.outbox.add(changed)


async def correct_emotions(
    corrected: Sequence[Corrected], transactions: Transactions, clock: Clock
) -> None:
    """Let words count for other feelings than those that were told, or for none.

    What was told of a person before they withdrew a consent, had their emotions forgotten, or
    allowed all that is needed, is in no portrait, so there is nothing to correct.
    """
    async with transactions() as tx:
        people = await tx.consents.lock_all({one.user_id for one in corrected})
        changes = [
            (feeling, is_now)
            for one in corrected
            for feeling, is_now in ((one.former, False), (one.now, True))
            if feeling is not None and _is_allowed(feeling, people.get(one.user_id))
        ]
        if not changes:
            return
        portraits = await tx.portraits.get({feeling.user_id for feeling, _ in changes})
        for feeling, is_now in changes:
            portrait = portraits[feeling.user_id]
            (portrait.feel if is_now else portrait.unfeel)(feeling)
        now = clock.now()
        changed = [portrait.changed(now) for portrait in portraits.values()]
        await tx.portraits.save(list(portraits.values()))
        await tx.outbox.add(changed)


async def forget_emotions(
    cleared: dict[UUID, datetime], transactions: Transactions, clock: Clock
) -> None:
    """Drop the emotions of people whose mood was forgotten, and those told until that moment.

    What was told since and is learned already goes, too: a portrait cannot tell it apart. The
    consent stays as it is: this is a person who wants to begin anew.
    """
    async with transactions() as tx:
        people = await tx.consents.lock_all(cleared)
        portraits = await tx.portraits.get(people)
        poorer = [portrait for portrait in portraits.values() if portrait.forget_emotions()]
        now = clock.now()
        for user_id, consents in people.items():
            consents.forget(Purpose.EMOTION_INFERENCE, cleared[user_id])
        for portrait in poorer:  # nothing is owed for what is told until now
            people[portrait.user_id].forget(Purpose.EMOTION_INFERENCE, now)
        await tx.consents.save_forgotten(list(people.values()))
        changed = [portrait.changed(now) for portrait in poorer]
        await tx.portraits.save(poorer)
        await tx.outbox.add(changed)


def _is_allowed(feeling: Feeling, consents: Consents | None) -> bool:
    return consents is not None and all(
        consents.covers(purpose, feeling.recorded_at) for purpose in FOR_FEELINGS
    )

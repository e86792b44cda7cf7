"""Delete old events that tell of somebody who asked to be forgotten: they hold moods and names."""

from services.emotion_tag.application.moods.ports import EventStream
from services.emotion_tag.application.ports import Transactions


async def erase_events(stream: EventStream, transactions: Transactions) -> bool:
    """Erase the events of one person, first at the broker; return whether there was any to erase.

    What waits to be told is told first, and erased the next time. A reader that has not read yet
    misses what is erased; that the mood was forgotten is told by an event that stays.
    """
    async with transactions() as tx:
        erasure = await tx.erasures.oldest()
        events = await tx.erasures.events_of(erasure) if erasure else []
    if erasure is None:
        return False
    told = [(event, event.sequence) for event in events if event.sequence is not None]
    for event, sequence in told:
        await stream.erase(event.event_id, sequence)
    async with transactions() as tx:
        if told:
            await tx.erasures.remove_events([event.position for event, _ in told])
        if len(told) == len(events):
            await tx.erasures.end(erasure)
    return bool(told)

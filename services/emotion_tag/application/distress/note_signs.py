"""Note the signs of distress in texts that were just tagged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.emotion_tag.application.distress.tell_state import tell_state
from services.emotion_tag.application.ports import Transaction
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.distress import (
    LOW_WITHIN,
    NOTHING_FOUND,
    DistressSignal,
    Reading,
    low_again,
    may_be_low_again,
    sign,
)
from services.emotion_tag.domain.events import DistressMoved


async def note_signs(
    contents: Sequence[TaggedContent],
    readings: Mapping[UUID, Reading],
    tx: Transaction,
    now: datetime,
) -> list[DistressMoved]:
    """Store the signs; one event for each person named, who are held."""
    found: list[DistressSignal] = []
    for content in contents:
        reading = await _in_context(content, readings.get(content.content_id, NOTHING_FOUND), tx)
        noted = sign(content.content_id, content.author_id, reading, content.published_at, now)
        found += [noted] if noted else []
    if not found:
        return []
    await tx.distress.add(found)
    named = sorted({signal.user_id for signal in found if signal.user_id is not None})
    return [await tell_state(user_id, tx, now) for user_id in named]


async def _in_context(content: TaggedContent, reading: Reading, tx: Transaction) -> Reading:
    if content.author_id is None or not may_be_low_again(reading, content.tag, content.kind):
        return reading
    since = content.published_at - LOW_WITHIN
    earlier = await tx.tags.evidence_of(content.author_id, since)
    return low_again(reading, earlier, content.published_at)

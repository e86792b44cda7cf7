"""Tag what was published, and move the moods of those who allow it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.events import DomainEvent
from services.emotion_tag.application.distress.note_signs import note_signs
from services.emotion_tag.application.distress.ports import RiskLexicon
from services.emotion_tag.application.moods.move_moods import move_moods
from services.emotion_tag.application.ports import Contents, Tagger, Transactions
from services.emotion_tag.application.tagging.published import read_published
from services.emotion_tag.application.tagging.tag_texts import tag_texts
from services.emotion_tag.domain.author_key import salt_day
from services.emotion_tag.domain.content import Content, tagged
from services.emotion_tag.domain.distress import Reading
from services.emotion_tag.domain.events import ContentTagged
from services.emotion_tag.domain.tag import EmotionTag

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Read:
    """Published texts with their tags, on the way to being stored."""

    contents: Sequence[tuple[Content, EmotionTag]]
    readings: Mapping[UUID, Reading] = field(default_factory=dict)
    """What the risk lexicon found in each."""

    def only(self, content_ids: Collection[UUID]) -> "Read":
        wanted = [pair for pair in self.contents if pair[0].content_id in content_ids]
        return Read(wanted, self.readings)


async def read_contents(
    content_ids: Collection[UUID],
    contents: Contents,
    tagger: Tagger,
    lexicon: RiskLexicon,
    *,
    answered_ids: Collection[UUID] = (),
) -> Read:
    """Ask the neighbour for the texts and tag them, with what they answer: no place for a
    transaction. `answered_ids` are known to be answered and asked for at once.

    Raises:
        ContentUnreachable: the neighbour did not answer in time.
    """
    published = await read_published(content_ids, contents, answered_ids)
    tags = await tag_texts([one for _, one in published], tagger)
    found = [content for content, _ in published]
    readings = {one.content_id: lexicon.read(one.text, one.kind) for one in found}
    return Read(list(zip(found, tags, strict=True)), readings)


async def tag_contents(
    read: Read, transactions: Transactions, clock: Clock, *, half_life: timedelta
) -> None:
    """Store the tags, tell them, move the moods of authors who allow it, note signs of distress."""
    now = clock.now()
    async with transactions() as tx:
        allowing = await tx.people.hold_allowing({c.author_id for c, _ in read.contents})
        salt = await tx.salts.of_day(salt_day(now))
        new = await tx.tags.put(
            [
                tagged(
                    _not_in_the_future(content, now),
                    tag,
                    now,
                    author_allows=content.author_id in allowing
                    and content.published_at > (allowing[content.author_id] or _NEVER),
                    salt=salt,
                )
                for content, tag in read.contents
            ]
        )
        told: list[DomainEvent] = [ContentTagged(content=one, occurred_at=now) for one in new]
        told += await move_moods(new, tx, now, half_life=half_life)
        told += await note_signs(new, read.readings, tx, now)
        await tx.outbox.add(told)


def _not_in_the_future(content: Content, now: datetime) -> Content:
    """Neighbours' clocks may be ahead; a mood is never."""
    if content.published_at <= now:
        return content
    return replace(content, published_at=now)
